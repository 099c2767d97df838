//! One entry of the journal, as far as events are told by it.

use grace_core::{BootId, JournalEntry, Priority, Text, Uptime};

/// One entry of the journal, whichever reader it came from: the fields that events are told by, each once.
///
/// The names in brackets are those of systemd.journal-fields(7). Text that an entry does not have is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Record {
    /// The boot it is of (`_BOOT_ID`).
    pub boot: Option<BootId>,
    /// When, since boot (`__MONOTONIC_TIMESTAMP`). That clock stands still while the host sleeps.
    pub monotonic: Option<Uptime>,
    /// When, by the wall clock, in microseconds of Unix time (`__REALTIME_TIMESTAMP`).
    pub unix_micros: Option<u64>,
    /// Where it stands in its journal (`__CURSOR`).
    pub cursor: Text,
    /// How bad (`PRIORITY`).
    pub priority: Option<Priority>,
    /// What kind of message it is, 32 hexadecimal digits (`MESSAGE_ID`).
    pub message_id: Text,
    /// Who wrote it (`SYSLOG_IDENTIFIER`).
    pub identifier: Text,
    /// The unit it came from (`_SYSTEMD_UNIT`).
    pub unit: Text,
    /// The user whose process wrote it (`_UID`), as the kernel told the journal.
    pub uid: Option<u32>,
    /// Whether the kernel wrote it (`_TRANSPORT=kernel`).
    pub is_kernel: bool,
    /// The unit it is about (`UNIT`), where systemd writes of a unit of the system.
    pub about_unit: Text,
    /// How the unit's job ended (`JOB_RESULT`): `done`, `failed`, `timeout`, …
    pub job_result: Text,
    /// How the unit failed (`UNIT_RESULT`): `exit-code`, `oom-kill`, …
    pub unit_result: Text,
    /// How the host goes down (`SHUTDOWN`), where logind says that it does.
    pub shutdown: Text,
    /// What logind has scheduled (`ACTION`).
    pub action: Text,
    /// The machine it is about (`NAME`), where systemd-machined writes.
    pub machine: Text,
    /// The message (`MESSAGE`).
    pub message: Text,
}

impl Record {
    /// The record as the report shows it. One without a priority, as some programs write, is `info`.
    #[must_use]
    pub fn entry(&self) -> JournalEntry {
        let mut entry = JournalEntry::new(&self.message)
            .with_priority(self.priority.unwrap_or(Priority::INFO))
            .with_unit(&self.unit);
        entry.identifier = self.identifier.clone();
        entry.at = self.monotonic;
        entry
    }
}
