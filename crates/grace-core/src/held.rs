//! What is held: alerts of transient categories, and guest stops during a shutdown.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::entry::{Beyond, Entry};
use crate::{Alert, Guest, GuestId, HealthSnapshot, HeldAlert, HeldState, Status, Text, Uptime};

/// What an alert and its recovery have in common: the category, by its own name in lower case, and the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AlertKey {
    pub(crate) category: Text,
    pub(crate) key: Text,
}

/// The alerts held, and those that recovered while they were.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldAlerts {
    open: BTreeMap<AlertKey, OpenAlert>,
    recovered: Vec<HeldAlert>,
    recovered_count: u64,
    beyond: Beyond,
    /// The windows that held one of the events past the limit. They are told with the last of these.
    beyond_windows: BTreeSet<Window>,
    /// How many open alerts wait for each window's end.
    waiting: BTreeMap<Window, usize>,
}

/// Which window's end a held alert waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Window {
    /// The health window's, wherever that is moved.
    Health,
    /// A category's own.
    Own(Uptime),
}

#[derive(Debug, Clone)]
pub(crate) struct OpenAlert {
    pub(crate) held: HeldAlert,
    pub(crate) entry: Entry,
    window: Window,
}

impl HeldAlerts {
    /// Holds an alert, or counts it to the one of its key. Returns the entry it belongs to.
    pub(crate) fn hold(
        &mut self,
        key: AlertKey,
        alert: Alert,
        now: Uptime,
        window: Window,
        event: Entry,
        limit: usize,
    ) -> Entry {
        if let Some(open) = self.open.get_mut(&key) {
            open.repeat(alert, now, event);
            return open.entry;
        }
        if self.open.len() >= limit {
            self.beyond_windows.insert(window);
            return self.beyond.add(event);
        }
        let held = HeldAlert {
            alert,
            first_seen: now,
            last_seen: now,
            count: 1,
            state: HeldState::Unverified,
        };
        self.open.insert(key, OpenAlert { held, entry: event, window });
        let waiting = self.waiting.entry(window).or_default();
        *waiting = waiting.saturating_add(1);
        event
    }

    /// The alert of this key, no longer held.
    pub(crate) fn remove(&mut self, key: &AlertKey) -> Option<OpenAlert> {
        let open = self.open.remove(key)?;
        self.wait_no_longer(open.window);
        Some(open)
    }

    fn wait_no_longer(&mut self, window: Window) {
        if let Some(waiting) = self.waiting.get_mut(&window) {
            *waiting = waiting.saturating_sub(1);
            if *waiting == 0 {
                self.waiting.remove(&window);
            }
        }
    }

    /// Remembers an alert that recovered while it was held.
    pub(crate) fn recover(&mut self, mut held: HeldAlert, limit: usize) {
        held.state = HeldState::Recovered;
        self.recovered_count = self.recovered_count.saturating_add(1);
        if self.recovered.len() < limit {
            self.recovered.push(held);
        }
    }

    /// The first instant at which something held must be looked at again.
    pub(crate) fn due(&self, health_closes: Uptime) -> Option<Uptime> {
        let open = self.waiting.keys().map(|window| window.closes(health_closes));
        open.chain(self.beyond_due(health_closes)).min()
    }

    fn beyond_due(&self, health_closes: Uptime) -> Option<Uptime> {
        self.beyond_windows.iter().map(|window| window.closes(health_closes)).max()
    }

    /// What waits for the health window waits from now on for `closes`, wherever a new health window ends.
    pub(crate) fn keep_health_window(&mut self, closes: Uptime) {
        let own = Window::Own(closes);
        for open in self.open.values_mut().filter(|open| open.window == Window::Health) {
            open.window = own;
        }
        if let Some(count) = self.waiting.remove(&Window::Health) {
            let waiting = self.waiting.entry(own).or_default();
            *waiting = waiting.saturating_add(count);
        }
        if self.beyond_windows.remove(&Window::Health) {
            self.beyond_windows.insert(own);
        }
    }

    /// The alerts whose window is over, in the order in which they were first seen.
    pub(crate) fn take_due(&mut self, now: Uptime, health_closes: Uptime) -> Vec<OpenAlert> {
        let is_due = |open: &OpenAlert| open.window.closes(health_closes) <= now;
        if self.due(health_closes).is_none_or(|due| now < due) {
            return Vec::new();
        }
        let keys: Vec<AlertKey> = (self.open.iter())
            .filter(|(_, open)| is_due(open))
            .map(|(key, _)| key.clone())
            .collect();
        let mut due: Vec<OpenAlert> = keys.iter().filter_map(|key| self.remove(key)).collect();
        due.sort_by_key(|open| open.entry.number);
        due
    }

    /// Everything that is open, in the order in which it was first seen, and the events past the limit.
    pub(crate) fn take_all(&mut self) -> (Vec<OpenAlert>, Option<Entry>) {
        self.waiting.clear();
        self.beyond_windows.clear();
        let mut all: Vec<OpenAlert> = core::mem::take(&mut self.open).into_values().collect();
        all.sort_by_key(|open| open.entry.number);
        (all, self.beyond.take())
    }

    /// The events past the limit, if their windows are over.
    pub(crate) fn take_beyond(&mut self, now: Uptime, health_closes: Uptime) -> Option<Entry> {
        if self.beyond_due(health_closes).is_none_or(|due| now < due) {
            return None;
        }
        self.beyond_windows.clear();
        self.beyond.take()
    }

    /// The alerts that recovered while they were held, and how many that were.
    pub(crate) fn take_recovered(&mut self) -> (Vec<HeldAlert>, u64) {
        (core::mem::take(&mut self.recovered), core::mem::take(&mut self.recovered_count))
    }

    /// The alerts that recovered while they were held, and how many that were, still kept.
    pub(crate) fn recovered(&self) -> (Vec<HeldAlert>, u64) {
        (self.recovered.clone(), self.recovered_count)
    }

    /// What is held now, still kept, in the order in which it was first seen.
    pub(crate) fn to_vec(&self) -> Vec<OpenAlert> {
        let mut open: Vec<OpenAlert> = self.open.values().cloned().collect();
        open.sort_by_key(|open| open.entry.number);
        open
    }

    /// The events past the limit, still kept.
    pub(crate) fn beyond(&self) -> Option<Entry> {
        self.beyond.get()
    }

    /// How many alerts are held.
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// What is held now, by category and key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &HeldAlert> {
        self.open.values().map(|open| &open.held)
    }
}

impl Window {
    fn closes(self, health_closes: Uptime) -> Uptime {
        match self {
            Self::Health => health_closes,
            Self::Own(closes) => closes,
        }
    }
}

impl OpenAlert {
    fn repeat(&mut self, alert: Alert, now: Uptime, event: Entry) {
        let worst = self.held.alert.severity.max(alert.severity);
        self.held.alert = Alert { severity: worst, ..alert };
        self.held.last_seen = now;
        self.held.count = self.held.count.saturating_add(1);
        self.entry = self.entry.joined(event);
    }

    /// What the alert is now, by a fresh reading of the host's health.
    ///
    /// Only a reading that names the alert's own check can tell, or, for an alert about the category as a
    /// whole, the category's. One that is well as a whole says nothing about what it does not name.
    pub(crate) fn reread(&mut self, category: &str, health: Option<&HealthSnapshot>) {
        let key = &self.held.alert.key;
        let reading = health.and_then(|health| health.category(category));
        let status = reading.and_then(|reading| {
            let check = reading.checks.iter().find(|check| check.name == *key);
            let is_whole = key.is_empty() || key.eq_ignore_ascii_case(category);
            check.map(|check| check.status).or_else(|| is_whole.then_some(reading.status))
        });
        self.held.state = match status {
            Some(Status::Ok | Status::Info | Status::Excluded) => HeldState::Recovered,
            Some(status) if status.is_failed() => HeldState::Failing,
            _ => HeldState::Unverified,
        };
    }
}

/// The alerts people were told of and that are not over, so that their recoveries are told too.
#[derive(Debug, Clone, Default)]
pub(crate) struct ToldAlerts {
    keys: BTreeSet<AlertKey>,
    /// More were told than are remembered: an unknown recovery may be one of theirs.
    forgot: bool,
}

impl ToldAlerts {
    pub(crate) fn insert(&mut self, key: AlertKey, limit: usize) {
        if self.keys.len() < limit || self.keys.contains(&key) {
            self.keys.insert(key);
        } else {
            self.forgot = true;
        }
    }

    /// Whether people were told of this alert, which is now over.
    pub(crate) fn remove(&mut self, key: &AlertKey) -> bool {
        self.keys.remove(key) || self.forgot
    }
}

/// The guests that stopped while the host goes down.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldStops {
    guests: BTreeMap<GuestId, (Guest, Entry)>,
    beyond: Beyond,
}

impl HeldStops {
    /// Holds a stop. Returns the entry it belongs to.
    pub(crate) fn hold(&mut self, guest: Guest, event: Entry, limit: usize) -> Entry {
        if let Some((_, entry)) = self.guests.get_mut(&guest.id) {
            *entry = entry.joined(event);
            return *entry;
        }
        if self.guests.len() >= limit {
            return self.beyond.add(event);
        }
        self.guests.insert(guest.id.clone(), (guest, event));
        event
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.guests.is_empty() && self.beyond.events() == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.guests.len()
    }

    /// How many stops are counted without their guest.
    pub(crate) fn beyond(&self) -> u64 {
        self.beyond.events()
    }

    /// The guests in the order in which they stopped, and the entries behind them.
    pub(crate) fn take(&mut self) -> (Vec<Guest>, Vec<Entry>) {
        let mut stops: Vec<_> = core::mem::take(&mut self.guests).into_values().collect();
        stops.sort_by_key(|(_, entry)| entry.number);
        let (guests, mut entries): (Vec<_>, Vec<_>) = stops.into_iter().unzip();
        entries.extend(self.beyond.take());
        (guests, entries)
    }
}
