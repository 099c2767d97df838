//! The outbox: messages accepted, and for each the destinations that have not taken it.

mod letter;
mod progress;
mod resume;
mod retry;
mod undelivered;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::time::Duration;

use self::letter::{Copy, Letter};
use self::undelivered::Failures;
use crate::{
    Destination, Digest, DigestCause, Effect, Message, MessageId, Retry, Sequence, Uptime,
};

/// Messages on their way. Each destination gets its own copy, which is sent again, later and later, until
/// that destination has taken it or the copy is given up.
///
/// A copy is given up once its message is too old. When there is no room for another message, the oldest one
/// that has reached somebody is given up for the rest, so that a destination that takes nothing keeps no other
/// from its messages.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    /// At least one.
    destinations: Vec<Destination>,
    /// By number, so the oldest first: numbers only grow, from one boot to the next too.
    letters: BTreeMap<Sequence, Letter>,
    due: BTreeSet<Due>,
    /// The letters that have reached somebody.
    reached: BTreeSet<Sequence>,
    /// What found the outbox full: one more message, sent when there is room.
    overflow: Option<(MessageId, Digest)>,
    failures: Failures,
}

/// When something is to be done about a copy: of this letter, for the destination of this index.
type Due = (Uptime, Sequence, usize);

/// What became of a message that was handed to one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// The destination has taken it.
    Taken,
    /// The destination is not for such messages. It is not asked again, and has acknowledged nothing.
    Unwanted,
    /// The destination has not taken it. `retry_after` is the least wait the service asked for, if it asked.
    NotTaken {
        /// The wait the service asked for.
        retry_after: Option<Duration>,
    },
}

/// The instant, and the rules that hold at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) now: Uptime,
    pub(crate) retry: Retry,
    /// The most messages that are kept.
    pub(crate) limit: usize,
}

/// What became of a message that the outbox was given.
pub(crate) enum Accepted {
    /// It goes out now. What had to be given up for it comes first.
    Sent(Vec<Effect>),
    /// The outbox was full: it will be told in this digest.
    InDigest(MessageId),
}

/// What a message has come to. Told once, when it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It has reached somebody.
    Reached,
    /// No destination is for it.
    Unwanted,
    /// It has reached no one, and is not sent any more.
    Lost,
}

impl Outbox {
    /// An empty one.
    pub(crate) fn new(destinations: Vec<Destination>) -> Self {
        Self {
            destinations,
            letters: BTreeMap::new(),
            due: BTreeSet::new(),
            reached: BTreeSet::new(),
            overflow: None,
            failures: Failures::default(),
        }
    }

    pub(crate) fn destinations(&self) -> &[Destination] {
        &self.destinations
    }

    /// How many messages are not done with.
    pub(crate) fn len(&self) -> usize {
        self.letters.len().saturating_add(usize::from(self.overflow.is_some()))
    }

    /// Accepts a message. If there is no room, or there was none and the digest of that has not been sent, it
    /// becomes a part of that digest; what is no notice and no digest never does.
    pub(crate) fn accept(&mut self, id: MessageId, message: Message, terms: Terms) -> Accepted {
        // What comes after the overflow must not be told before it: a recovery before its alert.
        let must_wait = !self.has_room(terms.limit) || self.overflow.is_some();
        match message {
            Message::Notice(notice) if must_wait => {
                let (id, digest) = self.overflow_at(id, terms.now);
                digest.add_notice(notice, terms.limit);
                Accepted::InDigest(*id)
            }
            Message::Digest(other) if must_wait => {
                let (id, digest) = self.overflow_at(id, terms.now);
                digest.absorb(other, terms.limit);
                Accepted::InDigest(*id)
            }
            message => Accepted::Sent(self.send(id, message, terms)),
        }
    }

    fn overflow_at(&mut self, id: MessageId, now: Uptime) -> &mut (MessageId, Digest) {
        self.overflow.get_or_insert_with(|| (id, Digest::new(DigestCause::OutboxFull, now)))
    }

    /// Whether one more message can be kept, were it by giving up another.
    fn has_room(&self, limit: usize) -> bool {
        !self.is_full(limit) || !self.reached.is_empty()
    }

    /// Whether as many are kept as may be. There is always room for one, or nothing would ever be told.
    fn is_full(&self, limit: usize) -> bool {
        self.letters.len() >= limit.max(1)
    }

    fn send(&mut self, id: MessageId, message: Message, terms: Terms) -> Vec<Effect> {
        let mut effects = self.make_room(terms);
        let mut letter = Letter::new(id, message, terms.now);
        letter.address(&self.destinations, terms);
        self.post(letter, &mut effects);
        effects
    }

    /// Keeps a letter, and sends each of its copies.
    fn post(&mut self, letter: Letter, effects: &mut Vec<Effect>) {
        let number = letter.id.sequence();
        for copy in &letter.copies {
            self.due.insert((copy.due, number, copy.to));
            effects.extend(self.deliver(&letter, copy));
        }
        if letter.reached {
            self.reached.insert(number);
        }
        self.letters.insert(number, letter);
    }

    fn deliver(&self, letter: &Letter, copy: &Copy) -> Option<Effect> {
        let to = self.destinations.get(copy.to)?.clone();
        Some(Effect::Deliver(letter.envelope(copy, to)))
    }

    /// Gives up the oldest letters that have reached somebody, until there is room for one more.
    fn make_room(&mut self, terms: Terms) -> Vec<Effect> {
        let mut effects = Vec::new();
        while self.is_full(terms.limit) {
            let Some(number) = self.reached.pop_first() else { break };
            while let Some(to) = self.letters.get(&number).and_then(Letter::last_destination) {
                effects.extend(self.give_up(number, to, terms));
            }
        }
        effects
    }
}
