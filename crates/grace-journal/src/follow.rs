//! The port: what happens on the host, as its journal tells it.

mod pauses;
mod position;
mod reader;
mod tally;
mod translation;

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{BootId, HostEvents, Occurrence, Origin, PortError, PortErrorKind, Text};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::pauses::Pauses;
use self::reader::{Reader, Told};
use self::translation::Translation;
use crate::classify::{Classifier, Rules};
use crate::journalctl::{Journalctl, Location};

/// What happens on the host, read from the systemd journal with `journalctl`.
///
/// The first call of [`next`](HostEvents::next) starts a task that owns journalctl. It reads the boot from its
/// start, tells what had happened, then [`CaughtUp`](grace_core::Happening::CaughtUp), and then follows the journal.
///
/// - **It comes back.** A journalctl that dies, or is silent where it is bound to print something, is started
///   again after a pause, and goes on at the last entry that was read. A gap says where it does not come back,
///   or where that entry is gone, so that others may be too.
/// - **It waits for its reader.** At most [`with_queue`](Self::with_queue) occurrences are kept; when they are
///   not taken, journalctl waits.
/// - **It ends.** Dropping it kills journalctl.
/// - An error comes only before `CaughtUp`: journalctl cannot be run, or may not show all of the journal, or
///   has no entry of this boot.
///
/// It has to be used within a tokio runtime with time and IO.
///
/// ```no_run
/// # async fn example() -> Result<(), grace_core::PortError> {
/// use grace_core::HostEvents as _;
///
/// let mut events = grace_journal::JournalEvents::new();
/// loop {
///     let occurrence = events.next().await?;
///     println!("{}: {}", occurrence.what.name(), occurrence.text);
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct JournalEvents {
    settings: Settings,
    open: Option<Open>,
    over: Option<Over>,
}

#[derive(Debug, Clone)]
struct Settings {
    journalctl: Journalctl,
    boot: Option<BootId>,
    rules: Rules,
    pauses: Pauses,
    silence: Duration,
    line: usize,
    queue: usize,
}

#[derive(Debug)]
struct Open {
    told: mpsc::Receiver<Told>,
    /// The task that reads; it ends when this is dropped.
    reading: JoinSet<()>,
}

/// The error that a stream ended with.
#[derive(Debug)]
struct Over {
    kind: PortErrorKind,
    detail: Text,
}

impl JournalEvents {
    /// This host's journal, of the boot the host is in.
    #[must_use]
    pub fn new() -> Self {
        let settings = Settings {
            journalctl: Journalctl::default(),
            boot: None,
            rules: Rules::default(),
            pauses: Pauses::new(Duration::from_millis(100), Duration::from_secs(30)),
            silence: Duration::from_secs(30),
            line: 1024 * 1024,
            queue: 256,
        };
        Self { settings, open: None, over: None }
    }

    /// What entries are read by.
    #[must_use]
    pub fn with_rules(mut self, rules: Rules) -> Self {
        self.settings.rules = rules;
        self
    }

    /// The program to run in place of `journalctl` from `PATH`.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<PathBuf>) -> Self {
        self.settings.journalctl.program = program.into();
        self
    }

    /// The journal files in this directory instead of this host's.
    ///
    /// Such a journal has no boot that the host is in: without [`with_boot`](Self::with_boot) it is read for
    /// the last boot in it.
    #[must_use]
    pub fn with_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.settings.journalctl.location = Location::Directory(directory.into());
        self
    }

    /// This journal file, or these if it is a glob, instead of this host's. As to its boot, see
    /// [`with_directory`](Self::with_directory). Files that are added later are not followed.
    #[must_use]
    pub fn with_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.settings.journalctl.location = Location::File(file.into());
        self
    }

    /// The boot to read, instead of the one the host is in. An entry that names another is left out,
    /// whatever journalctl was asked for.
    #[must_use]
    pub fn with_boot(mut self, boot: BootId) -> Self {
        self.settings.boot = Some(boot);
        self
    }

    /// How long journalctl may be silent where it is bound to print something: from entry to entry of what the
    /// journal holds, and until the first when it follows. 30 s. Past it, it is killed and started again.
    #[must_use]
    pub const fn with_deadline(mut self, silence: Duration) -> Self {
        self.settings.silence = silence;
        self
    }

    /// How long to wait before journalctl is started again: from `first`, doubled each time that there was
    /// nothing new, to `longest`. 100 ms to 30 s.
    #[must_use]
    pub const fn with_pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.pauses = Pauses::new(first, longest);
        self
    }

    /// How long one entry may be as a line of JSON, in bytes. 1 MiB. A longer one cannot be read, and is a gap.
    #[must_use]
    pub const fn with_line_bound(mut self, bytes: usize) -> Self {
        self.settings.line = bytes;
        self
    }

    /// How many occurrences may wait to be taken, at least one. 256.
    #[must_use]
    pub const fn with_queue(mut self, occurrences: usize) -> Self {
        self.settings.queue = occurrences;
        self
    }
}

impl Default for JournalEvents {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl HostEvents for JournalEvents {
    fn name(&self) -> &str {
        "journal"
    }

    fn origin(&self) -> Origin {
        Origin::Journal
    }

    async fn next(&mut self) -> Result<Occurrence, PortError> {
        if let Some(over) = &self.over {
            return Err(PortError::new(over.kind, &over.detail));
        }
        let Open { told, reading } = self.open.get_or_insert_with(|| self.settings.open());
        let error = match told.recv().await {
            Some(Ok(occurrence)) => return Ok(occurrence),
            Some(Err(error)) => error,
            None => broken_off(reading).await,
        };
        self.over = Some(Over { kind: error.kind(), detail: error.detail().clone() });
        Err(error)
    }
}

impl Settings {
    fn open(&self) -> Open {
        let (sender, told) = mpsc::channel(self.queue.max(1));
        let classifier = Classifier::new(self.rules.clone());
        let reader = Reader {
            journalctl: self.journalctl.clone(),
            translation: Translation::new(classifier, self.boot, self.line),
            pauses: self.pauses,
            silence: self.silence,
            line: self.line,
            told: sender,
            is_out: false,
        };
        let mut reading = JoinSet::new();
        reading.spawn(reader.run());
        Open { told, reading }
    }
}

/// Why the task ended without a word: it panicked, or the runtime goes down.
async fn broken_off(reading: &mut JoinSet<()>) -> PortError {
    let why = match reading.join_next().await {
        Some(Err(error)) => error.to_string(),
        Some(Ok(())) | None => "it ended without a word".to_owned(),
    };
    PortError::new(PortErrorKind::Other, format!("reading the journal: {why}"))
}
