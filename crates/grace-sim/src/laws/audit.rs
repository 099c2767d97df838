//! Law 1: every event ends in exactly one place, and people were told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use grace_core::{
    Decision, Envelope, Event, Guest, GuestId, Message, MessageId, Outcome, Policy, Sequence,
    Uptime,
};

use super::alerts::Held;
use super::matter::{Matter, Names, State};
use super::{Law, Life, Violation};

/// The witness's own audit.
#[derive(Debug, Clone)]
pub(super) struct Audit {
    names: Names,
    /// The most guests that are listed by name.
    guests: usize,
    seen_guests: BTreeSet<GuestId>,
    life: Option<Life>,
    started: Option<Uptime>,
    /// The event handed in and not yet accepted.
    pending: Option<(Matter, Decision)>,
    last_event: Option<Sequence>,
    open: BTreeMap<Sequence, Vec<Matter>>,
    messages: BTreeMap<MessageId, Sent>,
    /// Ends in messages that have not been sent yet: the one for what found the outbox full.
    awaited: BTreeMap<MessageId, Vec<End>>,
    taken: Option<BTreeSet<GuestId>>,
    /// The host went down before this start.
    rebooted: bool,
    due: Option<Uptime>,
}

/// A message as first sent.
#[derive(Debug, Clone)]
struct Sent {
    message: Arc<Message>,
    /// Somebody has taken it or does not want it, or it is said to be lost.
    done: bool,
}

/// An entry that ended in a message.
#[derive(Debug, Clone)]
struct End {
    entry: Sequence,
    outcome: Outcome,
    matters: Vec<Matter>,
    held: Option<Held>,
}

impl Audit {
    pub(super) fn new(policy: &Policy) -> Self {
        Self {
            names: Names::new(policy),
            guests: policy.limits.guests,
            seen_guests: BTreeSet::new(),
            life: None,
            started: None,
            pending: None,
            last_event: None,
            open: BTreeMap::new(),
            messages: BTreeMap::new(),
            awaited: BTreeMap::new(),
            taken: None,
            rebooted: false,
            due: None,
        }
    }

    pub(super) fn started(&mut self, now: Uptime, life: Life) {
        self.rebooted = self.life.is_some_and(|earlier| earlier.boot != life.boot);
        if !life.remembers {
            self.open.clear();
            self.awaited.clear();
            self.last_event = None;
            self.messages.retain(|_, sent| sent.done);
            // Such a program cannot know which numbers it has used: it has no memory, and no clock or one
            // that stands where it stood. Real programs do not start twice in one instant.
            let same_instant = self.started == Some(now);
            if !life.uptime_known || same_instant {
                self.messages.clear();
            }
        }
        self.started = Some(now);
        self.life = Some(life);
    }

    pub(super) fn event(&mut self, event: &Event, decision: Decision) {
        self.seen_guests.extend(event.guest().map(|guest| guest.id.clone()));
        self.pending = Some((self.names.matter(event), decision));
    }

    pub(super) fn taken(&mut self, guests: &[Guest]) {
        self.taken = Some(guests.iter().map(|guest| guest.id.clone()).collect());
    }

    pub(super) fn knows(&self, id: &MessageId) -> bool {
        self.messages.contains_key(id)
    }

    pub(super) fn accepted(
        &mut self,
        now: Uptime,
        event: Sequence,
        entry: Sequence,
        decision: Decision,
    ) -> Vec<Violation> {
        let mut found = Found::at(now);
        let Some((matter, answered)) = self.pending.take() else {
            return found.with(format!("event {event} was accepted, and none was handed in"));
        };
        if answered != decision {
            found.add(format!("event {event} is {decision:?}; its sender was told {answered:?}"));
        }
        if self.last_event.replace(event).is_some_and(|last| last >= event) {
            found.add(format!("event {event} has a number that was used before"));
        }
        if event == entry {
            self.open.insert(entry, vec![matter]);
        } else if let Some(matters) = self.open.get_mut(&entry) {
            matters.push(matter);
        } else {
            found.add(format!("event {event} belongs to entry {entry}, which is not open"));
        }
        found.all
    }

    pub(super) fn settled(
        &mut self,
        now: Uptime,
        entry: Sequence,
        events: u64,
        outcome: &Outcome,
        held: Option<Held>,
    ) -> Vec<Violation> {
        let mut found = Found::at(now);
        let Some(matters) = self.open.remove(&entry) else {
            return found.with(format!("entry {entry} settled, and is not open"));
        };
        if matters.len() as u64 != events {
            let count = matters.len();
            found.add(format!("entry {entry} settled with {events} events, and has {count}"));
        }
        match outcome {
            Outcome::Delivered(id) | Outcome::Digest(id) | Outcome::Report(id) => {
                let end = End { entry, outcome: *outcome, matters, held };
                match self.messages.get(id) {
                    Some(sent) => found.extend(end.judge(now, &self.names, &sent.message)),
                    None => self.awaited.entry(*id).or_default().push(end),
                }
            }
            Outcome::Taken => found.extend(self.judge_taken(now, entry, &matters)),
            Outcome::ExpectedStop => {
                let stops =
                    matters.iter().all(|matter| matches!(matter, Matter::Guest(_, State::Stopped)));
                if !stops || !self.rebooted {
                    found.add(format!(
                        "entry {entry} is no stop of a host that went down: {matters:?}"
                    ));
                }
            }
            Outcome::Recovered => {
                if matters
                    .iter()
                    .any(|matter| matches!(matter, Matter::Guest(..) | Matter::Shutdown))
                {
                    found.add(format!("entry {entry} cannot recover: {matters:?}"));
                }
            }
        }
        found.all
    }

    fn judge_taken(&self, now: Uptime, entry: Sequence, matters: &[Matter]) -> Vec<Violation> {
        let mut found = Found::at(now);
        let Some(taken) = &self.taken else {
            return found.with(format!("entry {entry} was taken, and no one took it"));
        };
        let all_listed = self.seen_guests.len() <= self.guests;
        for matter in matters {
            match matter {
                Matter::Guest(id, State::Runs) if taken.contains(id) || !all_listed => {}
                other => found.add(format!("entry {entry} was taken without {other:?}")),
            }
        }
        found.all
    }

    pub(super) fn deliver(&mut self, now: Uptime, envelope: &Envelope) -> Vec<Violation> {
        let mut found = Found::at(now);
        let Envelope { id, message, .. } = envelope;
        if let Some(sent) = self.messages.get(id) {
            if sent.message != *message {
                found.add(format!("message {id} is not what it was when it was first sent"));
            }
            return found.all;
        }
        for end in self.awaited.remove(id).into_iter().flatten() {
            found.extend(end.judge(now, &self.names, message));
        }
        let sent = Sent { message: Arc::clone(message), done: false };
        self.messages.insert(*id, sent);
        found.all
    }

    pub(super) fn delivery(&mut self, now: Uptime, id: &MessageId, done: bool) -> Vec<Violation> {
        let mut found = Found::at(now);
        match self.messages.get_mut(id) {
            Some(sent) => sent.done |= done,
            None => found.add(format!("a notifier answered for message {id}, which was not sent")),
        }
        found.all
    }

    pub(super) fn gave_up(&mut self, id: &MessageId, lost: bool) {
        if let Some(sent) = self.messages.get_mut(id) {
            sent.done |= lost;
        }
    }

    pub(super) fn handled(&mut self, now: Uptime, due: Option<Uptime>) -> Vec<Violation> {
        let mut found = Found::at(now);
        if let Some((matter, _)) = self.pending.take() {
            found.add(format!("an event was not accepted: {matter:?}"));
        }
        self.taken = None;
        self.rebooted = false;
        self.due = due;
        found.all
    }

    pub(super) fn ended(&self, now: Uptime, runs: bool) -> Vec<Violation> {
        let mut found = Found::at(now);
        if !runs || self.due.is_some() {
            return found.all;
        }
        for (entry, matters) in &self.open {
            found.add(format!("nothing is due, and entry {entry} is still open: {matters:?}"));
        }
        for id in self.awaited.keys() {
            found.add(format!("nothing is due, and message {id} was never sent"));
        }
        for (id, _) in self.messages.iter().filter(|(_, sent)| !sent.done) {
            found.add(format!("nothing is due, and message {id} was taken by no one"));
        }
        found.all
    }
}

impl End {
    /// Whether this is an end that the entry can have in this message.
    fn judge(&self, now: Uptime, names: &Names, message: &Message) -> Vec<Violation> {
        let mut found = Found::at(now);
        let Self { entry, outcome, matters, held } = self;
        let is_kind = match outcome {
            Outcome::Delivered(_) => matches!(message, Message::Notice(_)),
            Outcome::Digest(_) => matches!(message, Message::Digest(_)),
            _ => matches!(message, Message::StartupReport(_)),
        };
        if !is_kind {
            found.add(format!("entry {entry} ended {}, in a {}", outcome.as_str(), message.kind()));
        }
        let is_recovery = |matter: &Matter| matches!(matter, Matter::Resolved(_));
        for matter in matters {
            // What joined an alert is told with it.
            let joined = is_recovery(matter) && !matters.iter().all(is_recovery);
            if !joined && !names.tells_of(message, matter) {
                let kind = message.kind();
                found.add(format!("entry {entry} ended in a {kind} without a word of {matter:?}"));
            }
        }
        if let Some(held) = held {
            found.all.extend(held.judge(now, names, message));
        }
        found.all
    }
}

/// Violations of law 1.
struct Found {
    now: Uptime,
    all: Vec<Violation>,
}

impl Found {
    const fn at(now: Uptime) -> Self {
        Self { now, all: Vec::new() }
    }

    fn add(&mut self, words: String) {
        self.all.push(Violation::new(Law::Conservation, self.now, words));
    }

    fn with(mut self, words: String) -> Vec<Violation> {
        self.add(words);
        self.all
    }

    fn extend(&mut self, more: Vec<Violation>) {
        self.all.extend(more);
    }
}
