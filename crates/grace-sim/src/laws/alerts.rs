//! Law 4: no recovery for an alert nobody saw, and no held alert forgotten.

use std::collections::{BTreeMap, BTreeSet};

use grace_core::{
    Decision, Event, Facts, HealthSnapshot, Message, Outcome, Policy, Sequence, Uptime,
};

use super::matter::{self, Key, Names};
use super::reports::Past;
use super::{Law, Violation};

/// The witness's own account of the alerts.
#[derive(Debug, Clone)]
pub(super) struct Alerts {
    names: Names,
    limit: usize,
    /// What is held, by its entry.
    held: BTreeMap<Sequence, Held>,
    /// What messages named and of which no recovery was sent.
    told: BTreeSet<Key>,
    /// What messages named and of which no recovery was handed in.
    awaited: BTreeSet<Key>,
    /// More were told than the machine needs to remember, or without their names.
    forgot: bool,
    /// How many alerts recovered while they were held, since a message last counted them.
    recovered: u64,
    /// The last reading of health.
    health: Option<HealthSnapshot>,
    batch: Batch,
}

/// An alert that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    key: Key,
    first_seen: Uptime,
    count: u64,
}

/// What was seen since the machine last had handled something.
#[derive(Debug, Clone, Default)]
struct Batch {
    event: Option<Incoming>,
    /// What a message posted in it counts as recovered, and whether that is the report.
    counted: Option<u64>,
    /// Held alerts that ended as recovered without a recovery.
    read_as_well: Vec<Key>,
}

#[derive(Debug, Clone)]
enum Incoming {
    Held(Key, Uptime),
    Told(Key),
    Resolved { key: Key, decision: Decision, entry: Option<Sequence> },
}

impl Alerts {
    pub(super) fn new(policy: &Policy) -> Self {
        Self {
            names: Names::new(policy),
            limit: policy.limits.alerts,
            held: BTreeMap::new(),
            told: BTreeSet::new(),
            awaited: BTreeSet::new(),
            forgot: false,
            recovered: 0,
            health: None,
            batch: Batch::default(),
        }
    }

    pub(super) fn started(&mut self, past: Past) {
        if past != Past::Known {
            self.recovered = 0;
        }
        if past == Past::None {
            self.held.clear();
            self.told.clear();
            self.awaited.clear();
            self.forgot = false;
        }
    }

    pub(super) fn event(&mut self, now: Uptime, event: &Event, decision: Decision) {
        self.batch.event = match event {
            Event::Alert(alert) => {
                let key = self.names.key(alert);
                Some(match decision {
                    Decision::Deliver => Incoming::Told(key),
                    _ => Incoming::Held(key, now),
                })
            }
            Event::Resolved(alert) => {
                Some(Incoming::Resolved { key: self.names.key(alert), decision, entry: None })
            }
            _ => None,
        };
    }

    pub(super) fn facts(&mut self, facts: &Facts) {
        self.health = facts.health.as_ref().ok().cloned();
    }

    pub(super) fn accepted(&mut self, event: Sequence, entry: Sequence) {
        match &mut self.batch.event {
            Some(Incoming::Held(key, now)) => {
                if event == entry {
                    let held = Held { key: key.clone(), first_seen: *now, count: 1 };
                    self.held.insert(entry, held);
                } else if self.held.get(&entry).is_some_and(|held| held.key != *key) {
                    // Alerts past the limit share an entry, which is no one's.
                    self.held.remove(&entry);
                } else if let Some(held) = self.held.get_mut(&entry) {
                    held.count += 1;
                }
            }
            Some(Incoming::Resolved { entry: joined, .. }) => *joined = Some(entry),
            _ => {}
        }
    }

    /// The alert of an entry that ends, if it was held.
    pub(super) fn settled(&mut self, entry: Sequence, outcome: &Outcome) -> Option<Held> {
        let mut held = self.held.remove(&entry)?;
        match (&self.batch.event, outcome) {
            (Some(Incoming::Resolved { entry: Some(joined), .. }), Outcome::Recovered)
                if *joined == entry =>
            {
                self.recovered += 1;
            }
            (_, Outcome::Recovered) => {
                self.recovered += 1;
                self.batch.read_as_well.push(held.key.clone());
            }
            // Told with the alert that was not held any more, which the notice counts too.
            (Some(Incoming::Told(key)), _) if *key == held.key => held.count += 1,
            // It recovered before its window's end, and people had been told of it: the recovery is told.
            (Some(Incoming::Resolved { key, .. }), _) if *key == held.key => return None,
            _ => {}
        }
        Some(held)
    }

    /// A message is sent for the first time.
    pub(super) fn posted(&mut self, now: Uptime, message: &Message) -> Vec<Violation> {
        let mut found = Vec::new();
        let (held, beyond, notices) = matter::alerts(message);
        let held: Vec<Key> = held.into_iter().map(|held| self.names.key(&held.alert)).collect();
        for key in &held {
            self.tell(key.clone(), beyond);
        }
        self.forgot |= beyond;
        for notice in notices {
            match &notice.event {
                Event::Alert(alert) => {
                    self.tell(self.names.key(alert), beyond);
                }
                Event::Resolved(alert) => {
                    let key = self.names.key(alert);
                    self.awaited.remove(&key);
                    if !self.told.remove(&key) && !self.forgot {
                        found.push(broken(
                            now,
                            format!("the recovery of {key:?}, never told of, was told"),
                        ));
                    }
                }
                _ => {}
            }
        }
        // A digest of what did not fit does not say which of the two came last.
        self.told.extend(held);
        self.forgot |= self.told.len() > self.limit;
        match message {
            Message::StartupReport(report) => {
                self.batch.counted = Some(report.alerts.recovered_count);
            }
            Message::Digest(digest) if digest.recovered > 0 => {
                self.batch.counted = Some(digest.recovered);
            }
            _ => {}
        }
        found
    }

    pub(super) fn handled(&mut self, now: Uptime) -> Vec<Violation> {
        let batch = std::mem::take(&mut self.batch);
        let mut found = Vec::new();
        for key in batch.read_as_well {
            if !self.was_read_as_well(&key) {
                found.push(broken(
                    now,
                    format!("{key:?} ended as recovered, and nothing said that it was well"),
                ));
            }
        }
        if let Some(counted) = batch.counted {
            if counted != self.recovered {
                let recovered = self.recovered;
                found.push(broken(
                    now,
                    format!("{recovered} held alerts recovered, and {counted} are counted"),
                ));
            }
            self.recovered = 0;
        }
        if let Some(Incoming::Resolved { key, decision, .. }) = batch.event
            && self.awaited.remove(&key)
            && decision != Decision::Deliver
        {
            let words = format!("people were told of {key:?}, and not of its recovery");
            found.push(broken(now, words));
        }
        found
    }

    /// People are told of an alert, in a message that may count events `beyond` those that it lists.
    fn tell(&mut self, key: Key, beyond: bool) {
        // What is not listed may be its recovery.
        if !beyond {
            self.awaited.insert(key.clone());
        }
        self.told.insert(key);
    }

    fn was_read_as_well(&self, (category, key): &Key) -> bool {
        let Some(health) = &self.health else { return false };
        let named = |name: &str| name.to_lowercase() == *category;
        let category = health.categories.iter().find(|category| named(&category.name));
        category.is_some_and(|category| {
            let check = category.checks.iter().find(|check| *check.name == **key);
            !check.map_or(category.status, |check| check.status).is_failed()
        })
    }
}

impl Held {
    /// Whether the message tells of the alert as it was held.
    pub(super) fn judge(&self, now: Uptime, names: &Names, message: &Message) -> Vec<Violation> {
        let Self { key, first_seen, count } = self;
        let (held, beyond, notices) = matter::alerts(message);
        let listed = held.iter().any(|held| {
            names.key(&held.alert) == *key && held.first_seen == *first_seen && held.count == *count
        });
        let noticed = notices.iter().any(|notice| {
            matches!(&notice.event, Event::Alert(alert) if names.key(alert) == *key)
                && notice.first_seen == Some(*first_seen)
                && notice.count == *count
        });
        if listed || noticed || beyond {
            return Vec::new();
        }
        let words = format!(
            "{key:?}, held since {first_seen}, {count} time(s), is not told so in the {}",
            message.kind()
        );
        vec![broken(now, words)]
    }
}

fn broken(now: Uptime, words: String) -> Violation {
    Violation::new(Law::Recoveries, now, words)
}
