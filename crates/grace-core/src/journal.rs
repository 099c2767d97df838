//! What the host's journal says about this boot.

use alloc::vec::Vec;
use core::fmt;

use crate::{Gap, Text, Uptime};

/// How bad a journal entry is: syslog's levels, 0 the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(u8);

impl Priority {
    /// `err`: the least bad priority the startup report looks at.
    pub const ERR: Self = Self(3);
    /// `info`: news, and what an entry without a priority counts as.
    pub const INFO: Self = Self(6);
    /// `debug`: the least bad there is, so every entry is at least as bad.
    pub const DEBUG: Self = Self(7);

    /// The priority of this number, `None` above 7 (`debug`).
    #[must_use]
    pub const fn new(level: u8) -> Option<Self> {
        if level <= 7 { Some(Self(level)) } else { None }
    }

    /// The number, 0 (`emerg`) to 7 (`debug`).
    #[must_use]
    pub const fn level(self) -> u8 {
        self.0
    }

    /// The name `journalctl -p` takes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self.0 {
            0 => "emerg",
            1 => "alert",
            2 => "crit",
            3 => "err",
            4 => "warning",
            5 => "notice",
            6 => "info",
            _ => "debug",
        }
    }
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalEntry {
    /// When, on the boot timeline (`__MONOTONIC_TIMESTAMP`), if the entry says.
    pub at: Option<Uptime>,
    /// How bad.
    pub priority: Priority,
    /// Who wrote it (`SYSLOG_IDENTIFIER`), empty if it does not say.
    pub identifier: Text,
    /// The unit it came from (`_SYSTEMD_UNIT`), empty if none.
    pub unit: Text,
    /// The message.
    pub message: Text,
}

impl JournalEntry {
    /// An error of which only the message is known.
    #[must_use]
    pub fn new(message: impl AsRef<str>) -> Self {
        Self {
            at: None,
            priority: Priority::ERR,
            identifier: Text::default(),
            unit: Text::default(),
            message: Text::new(message),
        }
    }

    /// The same entry, written by `identifier` at `at`.
    #[must_use]
    pub fn written(mut self, identifier: impl AsRef<str>, at: Uptime) -> Self {
        self.identifier = Text::name(identifier);
        self.at = Some(at);
        self
    }

    /// The same entry with this priority.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// The same entry, from this unit.
    #[must_use]
    pub fn with_unit(mut self, unit: impl AsRef<str>) -> Self {
        self.unit = Text::name(unit);
        self
    }
}

/// `[12.345s] kernel: nfs: server nas not responding`, without the parts that are not known.
impl fmt::Display for JournalEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at {
            write!(f, "[{at}] ")?;
        }
        if !self.identifier.is_empty() {
            write!(f, "{}: ", self.identifier)?;
        }
        f.write_str(&self.message)
    }
}

/// Which entries of this boot are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalQuery {
    /// The least bad priority of interest.
    pub priority: Priority,
    /// How many of the first entries to keep.
    pub first: usize,
    /// How many of the last entries to keep.
    pub last: usize,
}

impl JournalQuery {
    /// Entries at least as bad as `priority`: the first `first` and the last `last` of them.
    #[must_use]
    pub const fn new(priority: Priority, first: usize, last: usize) -> Self {
        Self { priority, first, last }
    }
}

/// What the report looks at: errors and worse, the first 25 and the last 25.
impl Default for JournalQuery {
    fn default() -> Self {
        Self::new(Priority::ERR, 25, 25)
    }
}

/// What was found: the first and the last entries of this boot that match a query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct JournalExcerpt {
    /// The first and the last entries, oldest first, none twice.
    pub entries: Vec<JournalEntry>,
    /// How many entries matched; more than `entries` holds if some were left out between them.
    pub total: u64,
    /// What could not be read, one entry for each part.
    pub gaps: Vec<Gap>,
}

impl JournalExcerpt {
    /// All the entries there are, oldest first.
    #[must_use]
    pub fn complete(entries: Vec<JournalEntry>) -> Self {
        Self { total: entries.len() as u64, entries, gaps: Vec::new() }
    }

    /// How many entries matched and were left out between the first and the last.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.total.saturating_sub(self.entries.len() as u64)
    }
}
