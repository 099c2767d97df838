//! A recorded journal, read whole: for what happened in a boot that is over.

mod boots;
mod command;
mod export;
mod feed;
#[cfg(fuzzing)]
pub(crate) mod fuzz;
mod progress;
mod stream;

use std::path::PathBuf;
use std::time::Duration;

use grace_core::{BootId, Gap};

pub use self::boots::{ArchivedBoot, BootChoice};
use self::command::Command;
pub(crate) use self::feed::Feed;
use self::feed::pump;
pub use self::progress::Progress;
use self::stream::{Placed, Stream};
use crate::error::JournalError;
use crate::journalctl::{Journalctl, Location};
#[cfg(feature = "native")]
use crate::native;
use crate::record::Record;

/// The longest field, or line of JSON, that is read, in bytes.
pub(crate) const FIELD_BOUND: usize = 1024 * 1024;

/// A recorded journal: this host's, a directory of journal files, one such file, or what `journalctl` printed of
/// one.
///
/// ```
/// # async fn example() -> Result<(), grace_journal::JournalError> {
/// use grace_journal::{Archive, BootChoice};
///
/// let archive = Archive::directory("/srv/collected/pve1/journal");
/// for boot in archive.boots().await? {
///     println!("{} began at {} µs of Unix time", boot.id, boot.first_unix_micros);
/// }
/// let mut errors = 0;
/// let read = archive
///     .read(BootChoice::Back(1), |record| errors += u32::from(record.entry().priority.level() <= 3))
///     .await?;
/// println!("{errors} errors among {} records of {}", read.records, read.boot);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Archive {
    source: Source,
    program: Option<PathBuf>,
    progress: Progress,
    stall: Duration,
}

/// Where the journal lies.
#[derive(Debug, Clone)]
enum Source {
    Files(Location),
    Printed(Stream),
}

/// How a reading went.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArchiveRead {
    /// The boot that was read.
    pub boot: BootId,
    /// How many records came.
    pub records: u64,
    /// What could not be read, one entry for each part.
    pub gaps: Vec<Gap>,
}

impl Archive {
    /// This host's journal.
    #[must_use]
    pub fn host() -> Self {
        Self::new(Source::Files(Location::ThisHost))
    }

    /// The journal files in this directory, and in its subdirectories that are named by a machine's id.
    #[must_use]
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::Files(Location::Directory(path.into())))
    }

    /// This journal file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::Files(Location::File(path.into())))
    }

    /// A file of what `journalctl --output=json` or `--output=export` printed, told apart by its first byte;
    /// `-` is standard input.
    #[must_use]
    pub fn export(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::Printed(Stream::new(path.into(), FIELD_BOUND)))
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            program: None,
            progress: Progress::default(),
            stall: Duration::from_secs(30),
        }
    }

    /// Where to say how far a reading has come.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// How long the journal may give nothing. 30 s. A reading takes as long as it takes, but does not hang.
    #[must_use]
    pub const fn with_stall_deadline(mut self, deadline: Duration) -> Self {
        self.stall = deadline;
        self
    }

    /// The program that reads the journal's files, in place of `journalctl` from `PATH`, or of this program itself
    /// where it can read them (feature `native`).
    #[must_use]
    pub fn with_program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// The boots in the journal, oldest first.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub async fn boots(&self) -> Result<Vec<ArchivedBoot>, JournalError> {
        match &self.source {
            Source::Printed(stream) => {
                let boots = self.placed(stream).await?;
                Ok(boots.into_iter().map(|placed| placed.boot).collect())
            }
            #[cfg(feature = "native")]
            Source::Files(location) if self.program.is_none() => {
                let journal = location.name();
                let location = location.clone();
                let work = move |_: &mut Feed| native::boots(&location);
                let read = pump(&journal, self.stall, &self.progress, work, |_| {});
                read.await.map(|(boots, _)| boots)
            }
            Source::Files(location) => self.command(location).boots().await,
        }
    }

    /// Reads one boot and hands over its records, oldest first.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read, or has no such boot. What cannot be read of it is among the gaps.
    pub async fn read(
        &self,
        boot: BootChoice,
        on_record: impl FnMut(&Record),
    ) -> Result<ArchiveRead, JournalError> {
        match &self.source {
            Source::Printed(stream) => self.read_printed(stream, boot, on_record).await,
            #[cfg(feature = "native")]
            Source::Files(location) if self.program.is_none() => {
                let journal = location.name();
                let location = location.clone();
                let work = move |feed: &mut Feed| native::read(&location, boot, feed);
                let read = pump(&journal, self.stall, &self.progress, work, on_record);
                let ((boot, gaps), records) = read.await?;
                Ok(ArchiveRead { boot, records, gaps })
            }
            Source::Files(location) => {
                self.command(location).read(boot, &self.progress, on_record).await
            }
        }
    }

    async fn read_printed(
        &self,
        stream: &Stream,
        choice: BootChoice,
        on_record: impl FnMut(&Record),
    ) -> Result<ArchiveRead, JournalError> {
        let journal = stream.name();
        let mut boots = self.placed(stream).await?;
        let ids: Vec<_> = boots.iter().map(|placed| placed.boot.id).collect();
        let chosen = boots.swap_remove(choice.index(&ids, &journal)?);
        let boot = chosen.boot.id;
        let stream = stream.clone();
        let work = move |feed: &mut Feed| stream.read(&chosen, feed);
        let read = pump(&journal, self.stall, &self.progress, work, on_record);
        let (gaps, records) = read.await?;
        Ok(ArchiveRead { boot, records, gaps })
    }

    /// The boots in a stream, and where they stand in it.
    async fn placed(&self, stream: &Stream) -> Result<Vec<Placed>, JournalError> {
        let journal = stream.name();
        let stream = stream.clone();
        let work = move |feed: &mut Feed| stream.boots(feed);
        let read = pump(&journal, self.stall, &self.progress, work, |_| {});
        read.await.map(|(boots, _)| boots)
    }

    fn command(&self, location: &Location) -> Command {
        let mut journalctl = Journalctl { location: location.clone(), ..Journalctl::default() };
        if let Some(program) = &self.program {
            journalctl.program.clone_from(program);
        }
        Command::new(journalctl, self.stall)
    }
}
