//! What was seen in runs, counted.

use std::collections::BTreeMap;
use std::fmt;

use grace_core::{Closing, Decision, DigestCause, Effect, Message, Outcome};

/// How often each thing was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    /// How often the thing of this name was seen.
    #[must_use]
    pub fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Counts in what another one has counted.
    pub fn merge(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(name).or_default() += count;
        }
    }

    pub(super) fn add(&mut self, name: &'static str) {
        *self.0.entry(name).or_default() += 1;
    }

    pub(super) fn decision(&mut self, decision: Decision) {
        self.add("events");
        self.add(match decision {
            Decision::Deliver => "decided deliver",
            Decision::Hold { .. } => "decided hold",
            Decision::Aggregate { .. } => "decided aggregate",
        });
    }

    pub(super) fn effect(&mut self, effect: &Effect) {
        self.add(match effect {
            Effect::Deliver(envelope) if envelope.attempt > 0 => "messages sent again",
            Effect::Deliver(envelope) => message(&envelope.message),
            Effect::CollectFacts { .. } => "facts asked for",
            Effect::Accepted { event, entry, .. } if event == entry => "entries begun",
            Effect::Accepted { .. } => "entries joined",
            Effect::Settled { outcome, .. } => settled(outcome),
            Effect::Closed(Closing::Acknowledged(_)) => "closed acknowledged",
            Effect::Closed(Closing::Restart) => "closed as a restart",
            Effect::Closed(Closing::AlreadyReported) => "closed as reported already",
            Effect::Closed(Closing::Unwanted(_)) => "closed as unwanted",
            Effect::Closed(Closing::GivenUp(_)) => "closed as given up",
            Effect::GaveUp { lost: true, .. } => "messages lost",
            Effect::GaveUp { .. } => "copies given up",
            Effect::Closed(_) => "closed otherwise",
        });
    }
}

const fn settled(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered(_) => "settled delivered",
        Outcome::Digest(_) => "settled in a digest",
        Outcome::Report(_) => "settled in the report",
        Outcome::Taken => "settled taken",
        Outcome::ExpectedStop => "settled as expected stop",
        Outcome::Recovered => "settled as recovered",
    }
}

fn message(message: &Message) -> &'static str {
    match message {
        Message::StartupReport(_) => "report",
        Message::Digest(digest) => match digest.cause {
            DigestCause::GuestsStarted => "digest, guests started",
            DigestCause::GraceEnded => "digest, grace ended",
            DigestCause::ShutdownCancelled => "digest, shutdown cancelled",
            DigestCause::ShutdownOverdue => "digest, shutdown overdue",
            DigestCause::PreviousBoot => "digest, previous boot",
            DigestCause::OutboxFull => "digest, outbox full",
            _ => "digest, other",
        },
        Message::Undelivered(_) => "undelivered",
        _ => "notice",
    }
}

/// One line each.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in &self.0 {
            writeln!(f, "  {name:<26} {count:>6}")?;
        }
        Ok(())
    }
}
