//! Entries: how events that belong together are accounted for.

use crate::Sequence;

/// One entry of the audit: the first event's number, and how many events belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) number: Sequence,
    pub(crate) events: u64,
}

impl Entry {
    /// The entry of one event.
    pub(crate) const fn single(number: Sequence) -> Self {
        Self { number, events: 1 }
    }

    /// This entry with the events of a later one, which thereby ends.
    pub(crate) const fn joined(self, later: Self) -> Self {
        Self { number: self.number, events: self.events.saturating_add(later.events) }
    }
}

/// Events past a limit: counted, without what they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Beyond(Option<Entry>);

impl Beyond {
    /// Counts an event in, and returns the entry it belongs to.
    pub(crate) fn add(&mut self, event: Entry) -> Entry {
        let entry = self.0.map_or(event, |earlier| earlier.joined(event));
        self.0 = Some(entry);
        entry
    }

    /// The entry, still open.
    pub(crate) fn get(self) -> Option<Entry> {
        self.0
    }

    /// How many events were counted.
    pub(crate) fn events(self) -> u64 {
        self.0.map_or(0, |entry| entry.events)
    }

    /// Ends the entry.
    pub(crate) fn take(&mut self) -> Option<Entry> {
        self.0.take()
    }
}
