//! A message on its way, and its copies.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Fate, Terms};
use crate::{Destination, Envelope, Message, MessageId, Uptime};

/// A message, and a copy for each destination that is not done with it.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) id: MessageId,
    message: Arc<Message>,
    /// The first instant of this timeline at which it was there, and its age then: a reboot begins a new one.
    since: Uptime,
    age_then: Duration,
    /// A destination has taken it.
    pub(super) reached: bool,
    /// A copy was given up.
    pub(super) given_up: bool,
    pub(super) copies: Vec<Copy>,
}

/// What one destination has not taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copy {
    /// The destination's index.
    pub(super) to: usize,
    /// How often it has been sent before.
    pub(super) attempt: u32,
    /// When it is sent again, or given up.
    pub(super) due: Uptime,
    /// It was handed out, and its answer is awaited.
    pub(super) is_out: bool,
}

impl Letter {
    pub(super) fn new(id: MessageId, message: Message, now: Uptime) -> Self {
        Self {
            id,
            message: Arc::new(message),
            since: now,
            age_then: Duration::ZERO,
            reached: false,
            given_up: false,
            copies: Vec::new(),
        }
    }

    /// Makes a copy for each destination, but for one that the letter itself tells of.
    pub(super) fn address(&mut self, destinations: &[Destination], terms: Terms) {
        let about = match &*self.message {
            Message::Undelivered(undelivered) => Some(&undelivered.to),
            _ => None,
        };
        let to = destinations.iter().filter(|to| about != Some(to.name()));
        let due = terms.answer_due();
        self.copies = to.map(|to| Copy { to: to.index(), attempt: 0, due, is_out: true }).collect();
    }

    pub(super) fn envelope(&self, copy: &Copy, to: Destination) -> Envelope {
        let (attempt, message) = (copy.attempt, Arc::clone(&self.message));
        Envelope { id: self.id, to, attempt, message }
    }

    pub(super) fn copy_mut(&mut self, to: usize) -> Option<&mut Copy> {
        self.copies.iter_mut().find(|copy| copy.to == to)
    }

    pub(super) fn take_copy(&mut self, to: usize) -> Option<Copy> {
        let at = self.copies.iter().position(|copy| copy.to == to)?;
        Some(self.copies.remove(at))
    }

    pub(super) fn last_destination(&self) -> Option<usize> {
        self.copies.last().map(|copy| copy.to)
    }

    /// What it has come to, if it has reached no one and no copy is left.
    pub(super) fn fate(&self) -> Option<Fate> {
        match (self.reached || !self.copies.is_empty(), self.given_up) {
            (true, _) => None,
            (false, true) => Some(Fate::Lost),
            (false, false) => Some(Fate::Unwanted),
        }
    }

    pub(super) fn age(&self, now: Uptime) -> Duration {
        self.age_then.saturating_add(now.saturating_since(self.since))
    }

    /// When its copies are given up.
    pub(super) fn expires(&self, terms: Terms) -> Uptime {
        self.since.saturating_add(terms.retry.give_up.saturating_sub(self.age_then))
    }

    /// Carries it over to another timeline, on which it is `now` what was `then` on the old one.
    pub(super) fn carry_over(&mut self, then: Uptime, now: Uptime) {
        self.age_then = self.age(then);
        self.since = now;
    }

    /// Whether it tells of messages that were given up: it is never told itself that one of those was.
    pub(super) fn is_of_undelivered(&self) -> bool {
        matches!(*self.message, Message::Undelivered(_))
    }
}

impl Copy {
    /// The same copy, handed out once more.
    pub(super) const fn again(&mut self, due: Uptime) {
        self.attempt = self.attempt.saturating_add(1);
        self.due = due;
        self.is_out = true;
    }
}

impl Terms {
    /// How long the answer to what is handed out now is awaited.
    pub(super) fn answer_due(self) -> Uptime {
        self.now.saturating_add(self.retry.answer)
    }
}
