//! The port: which journal is read, and what to make of how that went.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{BootId, Journal, JournalEntry, JournalExcerpt, JournalQuery, PortError};

use crate::child::{self, Bounds, CommandLine, End, Run};
use crate::collect::Collector;
use crate::error::JournalError;
use crate::journalctl::{Journalctl, Location};
use crate::{parse, probe};

/// The systemd journal, read with `journalctl`.
///
/// The default is this host's journal and the boot it is in, with the program found on `PATH`. A reading
/// takes at most twice the deadline, since a second call looks into an empty answer, or for the last entries
/// where the first call was cut, and a second more if a child that was killed does not go.
///
/// ```
/// # async fn example() -> Result<(), grace_core::PortError> {
/// use grace_core::{Journal as _, JournalQuery};
///
/// let journal = grace_journal::JournalctlJournal::new();
/// let errors = journal.excerpt(JournalQuery::default()).await?;
/// println!("{} errors in this boot", errors.total);
/// for entry in &errors.entries {
///     println!("{entry}");
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct JournalctlJournal {
    journalctl: Journalctl,
    boot: Option<BootId>,
    bounds: Bounds,
}

impl JournalctlJournal {
    /// This host's journal, of the boot the host is in.
    #[must_use]
    pub fn new() -> Self {
        Self {
            journalctl: Journalctl::default(),
            boot: None,
            bounds: Bounds {
                deadline: Duration::from_secs(10),
                output: 64 * 1024 * 1024,
                line: 1024 * 1024,
            },
        }
    }

    /// The program to run in place of `journalctl` from `PATH`.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<PathBuf>) -> Self {
        self.journalctl.program = program.into();
        self
    }

    /// The journal files in this directory instead of this host's.
    ///
    /// Such a journal has no boot that the host is in: without [`with_boot`](Self::with_boot) it is read for
    /// the last boot in it.
    #[must_use]
    pub fn with_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.journalctl.location = Location::Directory(directory.into());
        self
    }

    /// This journal file, or these if it is a glob, instead of this host's. As to its boot, see
    /// [`with_directory`](Self::with_directory).
    #[must_use]
    pub fn with_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.journalctl.location = Location::File(file.into());
        self
    }

    /// The boot to read, instead of the one the host is in. An entry that names another is left out,
    /// whatever journalctl was asked for.
    #[must_use]
    pub fn with_boot(mut self, boot: BootId) -> Self {
        self.boot = Some(boot);
        self
    }

    /// How long one call of journalctl may take. 10 s.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.bounds.deadline = deadline;
        self
    }

    /// How much one call of journalctl may print, in bytes. 64 MiB. Of what lies beyond, the last entries are
    /// read from the journal's end, the rest is not counted, and a gap says so.
    #[must_use]
    pub const fn with_output_bound(mut self, bytes: u64) -> Self {
        self.bounds.output = bytes;
        self
    }

    /// How long one entry may be as a line of JSON, in bytes. 1 MiB. A longer one cannot be read.
    #[must_use]
    pub const fn with_line_bound(mut self, bytes: usize) -> Self {
        self.bounds.line = bytes;
        self
    }

    async fn read(&self, query: JournalQuery) -> Result<JournalExcerpt, JournalError> {
        let command = self.command([priority(query)]);
        let mut found = self.collector(query);
        let run = child::run(&command, &self.bounds, |line| found.line(line)).await?;
        if found.is_empty() {
            probe::ended_well(&command, &run, &self.bounds)?;
            probe::believe_empty(&self.journalctl, self.boot, &self.bounds).await?;
        }
        let total = found.total();
        let Some(cut) = self.cut(&run) else {
            return Ok(found.finish(complaints(&run, total)));
        };
        let missing = match self.last(query, &found).await {
            Ok(Some(last)) => {
                found.replace_last(last);
                format!(
                    "{cut}: what lies between its first {total} entries and the last is not counted"
                )
            }
            Ok(None) => format!("{cut}: what follows its first {total} entries is missing"),
            Err(error) => {
                format!("{cut}: what follows its first {total} entries is missing: {error}")
            }
        };
        Ok(found.finish([missing].into_iter().chain(complaints(&run, total))))
    }

    /// The journal's last entries, oldest first, where they have not come by. Read from the end, they cost
    /// the same however long the journal is.
    ///
    /// `None` if so little has come by that they may be among the first entries.
    async fn last(
        &self,
        query: JournalQuery,
        found: &Collector,
    ) -> Result<Option<Vec<JournalEntry>>, JournalError> {
        if query.last == 0 || !found.is_full() {
            return Ok(None);
        }
        // `--lines` alone is the first or the last lines, by version; from the end it is the last in all.
        let lines = format!("--lines={}", query.last);
        let command = self.command([priority(query), "--reverse".to_owned(), lines]);
        let mut last = self.collector(JournalQuery::new(query.priority, query.last, 0));
        let run = child::run(&command, &self.bounds, |line| last.line(line)).await?;
        if last.is_empty() {
            probe::ended_well(&command, &run, &self.bounds)?;
        }
        let mut entries = last.finish([]).entries;
        entries.reverse();
        Ok(Some(entries))
    }

    /// Why a run was cut, if it was.
    fn cut(&self, run: &Run) -> Option<String> {
        let Bounds { deadline, output, .. } = self.bounds;
        match run.end {
            End::Exited(_) => None,
            End::TimedOut => Some(format!("journalctl did not end within {deadline:?}")),
            End::OutputBound => Some(format!("journalctl printed more than {output} bytes")),
        }
    }

    fn collector(&self, query: JournalQuery) -> Collector {
        Collector::new(query, self.boot, self.bounds.line)
    }

    fn command<const N: usize>(&self, choice: [String; N]) -> CommandLine {
        self.journalctl.command(self.boot.as_ref(), choice, parse::ENTRY_FIELDS)
    }
}

impl Default for JournalctlJournal {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Journal for JournalctlJournal {
    async fn excerpt(&self, query: JournalQuery) -> Result<JournalExcerpt, PortError> {
        Ok(self.read(query).await?)
    }
}

/// What journalctl said of a run that was not in vain.
fn complaints(run: &Run, total: u64) -> impl Iterator<Item = String> {
    let failed = match run.end {
        End::Exited(status) if !status.success() => {
            Some(format!("journalctl: {status} after {total} entries"))
        }
        End::Exited(_) | End::TimedOut | End::OutputBound => None,
    };
    let said = (!run.stderr.is_empty()).then(|| format!("journalctl: {}", run.stderr));
    failed.into_iter().chain(said)
}

fn priority(query: JournalQuery) -> String {
    format!("--priority={}", query.priority.as_str())
}
