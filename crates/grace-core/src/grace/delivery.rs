//! Messages: put on their way, taken, sent again, given up.

use alloc::vec::Vec;

use super::{Grace, ReportState};
use crate::outbox::{Accepted, Delivery, Fate, Terms};
use crate::{Closing, Destination, Effect, Envelope, Message, MessageId, Outcome, Text, Uptime};

impl Grace {
    /// Takes in what became of an envelope handed out with [`Effect::Deliver`].
    pub fn handle_delivery(&mut self, now: Uptime, envelope: &Envelope, delivery: Delivery) {
        let now = self.clamp(now);
        let terms = self.terms(now);
        if let Some(fate) = self.state.outbox.handle_delivery(envelope, delivery, terms) {
            self.close_report(envelope.id, fate);
        }
    }

    /// Puts a message on its way. Returns where the events it tells of have ended.
    pub(super) fn post(&mut self, now: Uptime, message: Message) -> Outcome {
        let id = self.next_message_id();
        let outcome = match message {
            Message::StartupReport(_) => Outcome::Report,
            Message::Notice(_) | Message::Test | Message::Undelivered(_) => Outcome::Delivered,
            Message::Digest(_) => Outcome::Digest,
        };
        let terms = self.terms(now);
        match self.state.outbox.accept(id, message, terms) {
            Accepted::Sent(effects) => {
                self.carry_out(effects);
                outcome(id)
            }
            Accepted::InDigest(digest) => Outcome::Digest(digest),
        }
    }

    pub(super) fn send_what_is_due(&mut self, now: Uptime) {
        let terms = self.terms(now);
        let due = self.state.outbox.take_due(terms);
        self.carry_out(due);
        while let Some(undelivered) = self.state.outbox.take_undelivered(terms) {
            self.post(now, Message::Undelivered(undelivered));
        }
    }

    /// Sends again what is not known to be taken, to the destinations of this start. `then` is the last instant
    /// that the saved state knew.
    pub(super) fn resume_outbox(&mut self, destinations: Vec<Text>, then: Uptime) {
        let terms = self.terms(self.state.last_seen);
        let again = self.state.outbox.resume(Destination::list(destinations), then, terms);
        self.carry_out(again);
    }

    fn terms(&self, now: Uptime) -> Terms {
        Terms { now, retry: self.policy.retry, limit: self.policy.limits.outbox }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let lost = match &effect {
                Effect::GaveUp { message, lost: true, .. } => Some(*message),
                _ => None,
            };
            self.effects.push_back(effect);
            if let Some(message) = lost {
                self.close_report(message, Fate::Lost);
            }
        }
    }

    /// Closes the matter of the report, if this message is it.
    fn close_report(&mut self, message: MessageId, fate: Fate) {
        if self.state.report != ReportState::Sent(message) {
            return;
        }
        self.state.report = ReportState::Closed;
        let closing = match fate {
            Fate::Reached => Closing::Acknowledged,
            Fate::Unwanted => Closing::Unwanted,
            Fate::Lost => Closing::GivenUp,
        };
        self.effects.push_back(Effect::Closed(closing(message)));
    }
}
