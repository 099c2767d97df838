//! The guest ledger: each guest once, with its last outcome.

mod index;

use alloc::vec::Vec;

use self::index::Index;
use crate::entry::{Beyond, Entry};
use crate::{Guest, GuestAction, GuestId, Outcome, Text, Uptime};

/// The guests seen since the startup windows opened, in the order in which they were first seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    guests: Vec<LedgerGuest>,
    index: Index,
    collected: usize,
    beyond: Beyond,
    /// Outcomes that were told on their own and whose guests are past the limit.
    told_beyond: u64,
}

/// What is known of one guest.
#[derive(Debug, Clone)]
pub(crate) struct LedgerGuest {
    pub(crate) guest: Guest,
    pub(crate) state: GuestState,
    /// When `state` came to be. An event from before it is late, and does not change it.
    pub(crate) since: Uptime,
    /// The warnings of its last start.
    pub(crate) warning: Option<Text>,
    /// It started after the guest window.
    after_window: bool,
    /// Its start, collected and not yet told.
    collected: Option<Entry>,
    /// Where `state` was told on its own, if it was.
    told: Option<Outcome>,
}

/// The last outcome of a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GuestState {
    /// It started.
    Running,
    /// It failed to start or to stop.
    Failed(GuestAction, Text),
    /// It stopped.
    Stopped,
}

/// A guest's new outcome.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) state: GuestState,
    pub(crate) at: Uptime,
    pub(crate) warning: Option<Text>,
    /// It came after the guest window.
    pub(crate) after_window: bool,
    /// Where it was told on its own, if it was.
    pub(crate) told: Option<Outcome>,
}

impl Change {
    pub(crate) fn new(state: GuestState, at: Uptime) -> Self {
        Self { state, at, warning: None, after_window: false, told: None }
    }
}

impl Ledger {
    pub(crate) fn guests(&self) -> &[LedgerGuest] {
        &self.guests
    }

    /// How many guests' starts are collected and not yet told.
    pub(crate) fn has_collected(&self) -> bool {
        self.collected > 0 || self.beyond.events() > 0
    }

    /// Where this very outcome of the guest was told already, if it was.
    ///
    /// A start of a guest that runs is the same start; a failure or a warning is the same if its instant is.
    pub(crate) fn told(&self, guest: &GuestId, change: &Change) -> Option<&Outcome> {
        let known = self.find(guest)?;
        let same_instant = known.since == change.at && known.warning == change.warning;
        let same = match (&known.state, &change.state) {
            (GuestState::Running, GuestState::Running) => change.warning.is_none() || same_instant,
            (old, new) => old == new && same_instant,
        };
        known.told.as_ref().filter(|_| same)
    }

    /// Collects a start, to be told later. Returns the entry the event belongs to.
    pub(crate) fn collect(
        &mut self,
        guest: Guest,
        change: Change,
        event: Entry,
        limit: usize,
    ) -> Entry {
        let Some(known) = self.record(guest, change, limit) else {
            return self.beyond.add(event);
        };
        let entry = match known.collected {
            Some(earlier) => earlier.joined(event),
            None => event,
        };
        let is_new = known.collected.replace(entry).is_none();
        self.collected = self.collected.saturating_add(usize::from(is_new));
        entry
    }

    /// Notes an outcome that was told on its own.
    pub(crate) fn note(&mut self, guest: Guest, change: Change, limit: usize) {
        if self.record(guest, change, limit).is_none() {
            self.told_beyond = self.told_beyond.saturating_add(1);
        }
    }

    /// Notes that a guest stopped, if it is one whose start was seen.
    pub(crate) fn note_stop(&mut self, guest: &GuestId, at: Uptime) {
        if let Some(known) =
            self.index.find(guest, &self.guests).and_then(|at| self.guests.get_mut(at))
        {
            known.change(Change::new(GuestState::Stopped, at));
        }
    }

    /// The guests whose starts are collected, and the entries behind them. They are then told.
    pub(crate) fn take_collected(&mut self) -> (Vec<Guest>, Vec<Entry>) {
        let collected = self.guests.iter().filter(|known| known.collected.is_some());
        let guests = collected.map(|known| known.guest.clone()).collect();
        (guests, self.take_entries())
    }

    /// The entries behind the starts that are collected, which are then told.
    pub(crate) fn take_entries(&mut self) -> Vec<Entry> {
        self.collected = 0;
        let collected = self.guests.iter_mut().filter_map(|known| known.collected.take());
        collected.chain(self.beyond.take()).collect()
    }

    /// The guest of this id.
    pub(crate) fn find(&self, guest: &GuestId) -> Option<&LedgerGuest> {
        self.index.find(guest, &self.guests).and_then(|at| self.guests.get(at))
    }

    /// How many collected starts are counted without their guest.
    pub(crate) fn beyond(&self) -> u64 {
        self.beyond.events()
    }

    /// How many events are counted without their guest: collected starts, and what was told on its own.
    pub(crate) fn unlisted(&self) -> u64 {
        self.beyond().saturating_add(self.told_beyond)
    }

    /// The guest's line in the ledger with this change made; `None` if the ledger is full.
    fn record(&mut self, guest: Guest, change: Change, limit: usize) -> Option<&mut LedgerGuest> {
        if let Some(at) = self.index.find(&guest.id, &self.guests) {
            let known = self.guests.get_mut(at)?;
            known.guest.autostart = guest.autostart.or(known.guest.autostart);
            known.change(change);
            return Some(known);
        }
        if self.guests.len() >= limit {
            return None;
        }
        // Few hosts have more guests than this, and those can afford to move them.
        self.guests.reserve(if self.guests.is_empty() { 48.min(limit) } else { 1 });
        self.guests.push(LedgerGuest::new(guest, change));
        self.index.add_last(&self.guests);
        self.guests.last_mut()
    }
}

impl LedgerGuest {
    /// Whether the host should have started it in the guest window, and did not.
    pub(crate) fn is_late(&self, is_expected: impl FnOnce() -> bool) -> bool {
        self.after_window && (self.guest.autostart == Some(true) || is_expected())
    }

    fn new(guest: Guest, change: Change) -> Self {
        Self {
            guest,
            state: change.state,
            since: change.at,
            warning: change.warning,
            after_window: change.after_window,
            collected: None,
            told: change.told,
        }
    }

    fn change(&mut self, change: Change) {
        if change.at < self.since {
            return;
        }
        // A second sight of the same start does not take away its warnings, nor that it was told.
        let same_start = self.state == GuestState::Running && change.state == GuestState::Running;
        self.told = change.told.or_else(|| self.told.take().filter(|_| same_start));
        self.warning = change.warning.or_else(|| self.warning.take().filter(|_| same_start));
        self.after_window = change.after_window && (self.after_window || !same_start);
        self.state = change.state;
        self.since = change.at;
    }
}
