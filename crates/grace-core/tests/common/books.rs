//! The audit, kept by the host: every accepted event ends once.

use std::collections::BTreeMap;

use grace_core::{Effect, Sequence};

/// How many events were accepted and settled, by entry.
#[derive(Default)]
pub(crate) struct Books {
    accepted: u64,
    settled: u64,
    open: BTreeMap<Sequence, u64>,
    faults: Vec<String>,
    outcomes: BTreeMap<&'static str, u64>,
}

impl Books {
    pub(crate) fn enter(&mut self, effect: &Effect) {
        match effect {
            Effect::Accepted { event, entry, .. } => {
                self.accepted += 1;
                if event != entry && !self.open.contains_key(entry) {
                    self.faults
                        .push(format!("event {event} belongs to {entry}, which is not open"));
                }
                *self.open.entry(*entry).or_default() += 1;
            }
            Effect::Settled { entry, events, outcome } => {
                self.settled += events;
                *self.outcomes.entry(outcome.as_str()).or_default() += events;
                let open = self.open.remove(entry);
                if open != Some(*events) {
                    self.faults.push(format!("entry {entry} ends with {events}, it has {open:?}"));
                }
            }
            Effect::Deliver(_)
            | Effect::CollectFacts { .. }
            | Effect::Closed(_)
            | Effect::GaveUp { .. } => {}
        }
    }

    /// How many events have not ended.
    pub(crate) fn open(&self) -> u64 {
        self.open.values().sum()
    }

    /// How many events ended so.
    pub(crate) fn ended(&self, outcome: &str) -> u64 {
        self.outcomes.get(outcome).copied().unwrap_or(0)
    }

    #[track_caller]
    pub(crate) fn check(&self) {
        assert_eq!(self.faults, Vec::<String>::new());
        assert_eq!(self.accepted, self.settled + self.open());
    }
}
