//! The outbox: messages accepted and not yet taken by a notifier.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::time::Duration;

use crate::{Digest, DigestCause, Envelope, Message, MessageId, Retry, Uptime};

/// Messages on their way. Each is sent again, later and later, until a notifier takes it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outbox {
    pending: BTreeMap<MessageId, Pending>,
    due: BTreeSet<(Uptime, MessageId)>,
    /// What found the outbox full: one more message, sent when there is room.
    overflow: Option<(MessageId, Digest)>,
}

#[derive(Debug, Clone)]
struct Pending {
    envelope: Envelope,
    due: Uptime,
}

/// What became of a message that was handed to the notifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// A notifier has taken it.
    Taken,
    /// None has. `retry_after` is the least wait the service asked for, if it asked.
    NotTaken {
        /// The wait the service asked for.
        retry_after: Option<Duration>,
    },
}

impl Outbox {
    /// Accepts a message. If the outbox is full, or has been and its digest has not been sent, it becomes a
    /// part of that digest; the startup report and a test never do.
    pub(crate) fn accept(
        &mut self,
        id: MessageId,
        message: Message,
        now: Uptime,
        retry: Retry,
        limit: usize,
    ) -> Accepted {
        let may_wait = matches!(message, Message::Notice(_) | Message::Digest(_));
        // What comes after the overflow must not be told before it: a recovery before its alert.
        if may_wait && (self.is_full(limit) || self.overflow.is_some()) {
            let (id_of_digest, digest) = self
                .overflow
                .get_or_insert_with(|| (id, Digest::new(DigestCause::OutboxFull, now)));
            match message {
                Message::Notice(notice) => digest.add_notice(notice, limit),
                Message::Digest(other) => digest.absorb(other, limit),
                Message::StartupReport(_) | Message::Test => {}
            }
            return Accepted::InDigest(*id_of_digest);
        }
        Accepted::Send(self.send(Envelope::new(id, message), now, retry))
    }

    /// Whether there is no room. There is always room for one, or nothing would ever be told.
    fn is_full(&self, limit: usize) -> bool {
        self.pending.len() >= limit.max(1)
    }

    fn send(&mut self, envelope: Envelope, now: Uptime, retry: Retry) -> Envelope {
        let due = now.saturating_add(retry.answer);
        self.due.insert((due, envelope.id));
        self.pending.insert(envelope.id, Pending { envelope: envelope.clone(), due });
        envelope
    }

    /// Takes a notifier's answer. Returns whether a message left the outbox by it.
    pub(crate) fn handle_delivery(
        &mut self,
        id: &MessageId,
        delivery: Delivery,
        now: Uptime,
        retry: Retry,
    ) -> bool {
        let Some(pending) = self.pending.get_mut(id) else {
            return false;
        };
        self.due.remove(&(pending.due, *id));
        match delivery {
            Delivery::Taken => {
                self.pending.remove(id);
                true
            }
            Delivery::NotTaken { retry_after } => {
                let wait =
                    retry.wait(pending.envelope.attempt).max(retry_after.unwrap_or_default());
                pending.due = now.saturating_add(wait);
                self.due.insert((pending.due, *id));
                false
            }
        }
    }

    /// The envelopes to send now: those whose wait is over, and the overflow if there is room for it.
    pub(crate) fn take_due(&mut self, now: Uptime, retry: Retry, limit: usize) -> Vec<Envelope> {
        // A wait of nothing, or one cut at the end of time, is due again at once: each is sent once a call.
        let mut again = Vec::new();
        for (_, id) in self.take_due_ids(now) {
            if let Some(pending) = self.pending.get_mut(&id) {
                pending.envelope.attempt = pending.envelope.attempt.saturating_add(1);
                pending.due = now.saturating_add(retry.answer);
                self.due.insert((pending.due, id));
                again.push(pending.envelope.clone());
            }
        }
        again.extend(self.take_overflow(now, retry, limit));
        again
    }

    fn take_due_ids(&mut self, now: Uptime) -> Vec<(Uptime, MessageId)> {
        let mut due = Vec::new();
        while self.due.first().is_some_and(|&(due, _)| due <= now) {
            due.extend(self.due.pop_first());
        }
        due
    }

    fn take_overflow(&mut self, now: Uptime, retry: Retry, limit: usize) -> Option<Envelope> {
        if self.is_full(limit) {
            return None;
        }
        let (id, digest) = self.overflow.take()?;
        Some(self.send(Envelope::new(id, Message::Digest(digest)), now, retry))
    }

    /// The first instant at which something must be sent.
    pub(crate) fn due(&self, limit: usize) -> Option<Uptime> {
        if self.overflow.is_some() && !self.is_full(limit) {
            return Some(Uptime::ZERO);
        }
        self.due.first().map(|&(due, _)| due)
    }

    /// Every message, to be sent again after a restart of the program: it is not known which were taken.
    pub(crate) fn resume(&mut self, now: Uptime, retry: Retry) -> Vec<Envelope> {
        self.due.clear();
        let due = now.saturating_add(retry.answer);
        let resumed = self.pending.values_mut().map(|pending| {
            pending.due = due;
            pending.envelope.attempt = pending.envelope.attempt.saturating_add(1);
            pending.envelope.clone()
        });
        let envelopes: Vec<Envelope> = resumed.collect();
        self.due.extend(envelopes.iter().map(|envelope| (due, envelope.id)));
        envelopes
    }

    /// How many messages are not yet taken.
    pub(crate) fn len(&self) -> usize {
        self.pending.len().saturating_add(usize::from(self.overflow.is_some()))
    }
}

/// What became of a message that the outbox accepted.
pub(crate) enum Accepted {
    /// It goes out now.
    Send(Envelope),
    /// The outbox was full: it will be told in this digest.
    InDigest(MessageId),
}

impl Retry {
    /// The wait before the attempt after `attempt`: `first`, doubled each time, at most `max`.
    fn wait(self, attempt: u32) -> Duration {
        let factor = 1u32.checked_shl(attempt).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.max)
    }
}
