//! A journal held in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use grace_core::{
    BootId, Gap, GapKind, Journal, JournalEntry, JournalExcerpt, JournalQuery, PortError,
    PortErrorKind,
};

/// The journal of a host over several boots.
#[derive(Debug, Clone)]
pub struct FakeJournal(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    boot: BootId,
    records: Vec<(BootId, Record)>,
    fault: Option<PortErrorKind>,
}

/// One record of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever makes journals must make every kind of record"
)]
pub enum Record {
    /// An entry.
    Entry(JournalEntry),
    /// An entry that matches every query and cannot be read.
    Unreadable,
}

impl FakeJournal {
    /// The journal of a host that is in the boot `boot`, so far without an entry.
    #[must_use]
    pub fn new(boot: BootId) -> Self {
        Self(Arc::new(Mutex::new(State { boot, records: Vec::new(), fault: None })))
    }

    /// Writes an entry at the journal's end, in the boot that the host is in.
    pub fn write(&self, entry: JournalEntry) {
        let mut state = self.lock();
        let boot = state.boot;
        state.records.push((boot, Record::Entry(entry)));
    }

    /// Puts a record of any boot at the journal's end.
    pub fn record(&self, boot: BootId, record: Record) {
        self.lock().records.push((boot, record));
    }

    /// From now on the host is in the boot `boot`.
    pub fn reboot(&self, boot: BootId) {
        self.lock().boot = boot;
    }

    /// From now on the journal cannot be read, for this reason.
    pub fn break_down(&self, kind: PortErrorKind) {
        self.lock().fault = Some(kind);
    }

    /// From now on the journal can be read again.
    pub fn repair(&self) {
        self.lock().fault = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Journal for FakeJournal {
    async fn excerpt(&self, query: JournalQuery) -> Result<JournalExcerpt, PortError> {
        let state = self.lock();
        match state.fault {
            Some(kind) => Err(PortError::new(kind, "the fake journal cannot be read")),
            None => Ok(state.excerpt(query)),
        }
    }
}

impl State {
    fn excerpt(&self, query: JournalQuery) -> JournalExcerpt {
        let mut excerpt = JournalExcerpt::default();
        let this_boot = self.records.iter().filter(|(boot, _)| *boot == self.boot);
        for (_, record) in this_boot {
            match record {
                Record::Entry(entry) if entry.priority > query.priority => continue,
                Record::Entry(entry) => excerpt.entries.push(entry.clone()),
                Record::Unreadable => excerpt.gaps.push(Gap::new(
                    GapKind::JournalIncomplete,
                    "a record of the fake journal cannot be read",
                )),
            }
            excerpt.total += 1;
        }
        let after_first = query.first.min(excerpt.entries.len());
        let before_last = excerpt.entries.len().saturating_sub(query.last);
        if after_first < before_last {
            excerpt.entries.drain(after_first..before_last);
        }
        excerpt
    }
}
