//! Law 8: every destination takes every message, or is said not to.

use std::collections::{BTreeMap, BTreeSet};

use grace_core::{Delivery, Destination, Envelope, Message, MessageId, Text, Uptime};

use super::{Law, Life, Violation};

/// The witness's own account of who has which message.
#[derive(Debug, Clone)]
pub(super) struct Deliveries {
    destinations: Vec<Text>,
    copies: BTreeMap<(MessageId, Text), Copy>,
    /// The messages sent for the first time since the machine was last done, and whom each tells of.
    new: BTreeMap<MessageId, Option<Text>>,
    due: Option<Uptime>,
}

#[derive(Debug, Clone, Copy)]
struct Copy {
    attempt: u32,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Pending,
    Taken,
    Unwanted,
    GivenUp,
}

impl Deliveries {
    pub(super) fn new() -> Self {
        Self {
            destinations: vec![Text::default()],
            copies: BTreeMap::new(),
            new: BTreeMap::new(),
            due: None,
        }
    }

    pub(super) fn set_destinations(&mut self, names: Vec<Text>) {
        if !names.is_empty() {
            self.destinations = names;
        }
    }

    pub(super) fn started(&mut self, life: Life) {
        if !life.remembers {
            self.copies.clear();
        }
    }

    pub(super) fn deliver(&mut self, now: Uptime, envelope: &Envelope) -> Vec<Violation> {
        let Envelope { id, to, attempt, message, .. } = envelope;
        if !self.copies.keys().any(|(known, _)| known == id) {
            let about = match &**message {
                Message::Undelivered(undelivered) => Some(undelivered.to.clone()),
                _ => None,
            };
            self.new.insert(*id, about);
        }
        let state = State::Pending;
        let key = (*id, to.name().clone());
        let earlier = self.copies.insert(key, Copy { attempt: *attempt, state });
        let is_again = earlier.is_none_or(|copy| copy.attempt < *attempt);
        let is_open = earlier.is_none_or(|copy| copy.state == State::Pending);
        let is_known = self.destinations.contains(to.name());
        let faults = [
            (!is_again, format!("message {id} was sent again to {to:?} as attempt {attempt}")),
            (!is_open, format!("message {id} was sent again to {to:?}, which is done with it")),
            (!is_known, format!("message {id} was sent to {to:?}, which no one named")),
        ];
        let faults = faults.into_iter().filter(|(is_fault, _)| *is_fault);
        faults.map(|(_, words)| broken(now, words)).collect()
    }

    pub(super) fn delivery(&mut self, envelope: &Envelope, delivery: Delivery) {
        let state = match delivery {
            Delivery::Taken => State::Taken,
            Delivery::Unwanted => State::Unwanted,
            _ => return,
        };
        if let Some(copy) = self.copies.get_mut(&(envelope.id, envelope.to.name().clone()))
            && copy.state == State::Pending
        {
            copy.state = state;
        }
    }

    pub(super) fn gave_up(
        &mut self,
        now: Uptime,
        id: MessageId,
        to: &Destination,
        lost: bool,
    ) -> Vec<Violation> {
        let mut found = Vec::new();
        match self.copies.get_mut(&(id, to.name().clone())) {
            Some(copy) if copy.state == State::Pending => copy.state = State::GivenUp,
            other => {
                let words = format!("message {id} was given up for {to:?}, where it is {other:?}");
                found.push(broken(now, words));
            }
        }
        let copies = self.copies.iter().filter(|((one, _), _)| *one == id);
        let states: Vec<State> = copies.map(|(_, copy)| copy.state).collect();
        let has_a_chance =
            states.iter().any(|state| matches!(state, State::Taken | State::Pending));
        if lost == has_a_chance {
            let words = format!("message {id} was said to be lost: {lost}, and it is {states:?}");
            found.push(broken(now, words));
        }
        found
    }

    pub(super) fn handled(&mut self, now: Uptime, due: Option<Uptime>) -> Vec<Violation> {
        self.due = due;
        let mut found = Vec::new();
        for (id, about) in std::mem::take(&mut self.new) {
            let names = self.destinations.iter().filter(|name| Some(*name) != about.as_ref());
            for name in names.filter(|name| !self.copies.contains_key(&(id, (*name).clone()))) {
                found.push(broken(now, format!("message {id} was not sent to {name:?}")));
            }
        }
        found
    }

    pub(super) fn ended(&self, now: Uptime, runs: bool) -> Vec<Violation> {
        if !runs || self.due.is_some() {
            return Vec::new();
        }
        let open = self.copies.iter().filter(|(_, copy)| copy.state == State::Pending);
        let open: BTreeSet<_> = open.map(|(key, _)| key).collect();
        let words = |(id, to): &(MessageId, Text)| {
            format!("nothing is due, and {to:?} has not taken message {id}, which was not given up")
        };
        open.into_iter().map(|key| broken(now, words(key))).collect()
    }
}

fn broken(now: Uptime, words: String) -> Violation {
    Violation::new(Law::EveryDestination, now, words)
}
