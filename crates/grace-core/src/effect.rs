//! What the machine wants done, and what it has decided.

use crate::{Decision, Destination, Envelope, MessageId, Sequence, Uptime};

/// Something for the machine's owner to do or to record. Drain with `poll_effect` until `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new effect must break every driver loudly")]
pub enum Effect {
    /// Hand this message to the destination that it names, and answer with
    /// [`handle_delivery`](crate::Grace::handle_delivery).
    Deliver(Envelope),
    /// Read the host's health, journal and expected guests, and answer with
    /// [`handle_facts`](crate::Grace::handle_facts).
    CollectFacts {
        /// The answer names this request.
        request: Request,
        /// When the machine goes on without an answer.
        deadline: Uptime,
    },
    /// Record: an event was accepted, and this is what becomes of it.
    Accepted {
        /// The event's number.
        event: Sequence,
        /// The entry it belongs to: its own number, or that of an earlier event it repeats.
        entry: Sequence,
        /// What was decided.
        decision: Decision,
    },
    /// Record: an entry, with all events that belong to it, has come to its end.
    Settled {
        /// The entry.
        entry: Sequence,
        /// How many events belong to it.
        events: u64,
        /// Where they ended.
        outcome: Outcome,
    },
    /// Record: the matter of this boot's report is closed.
    Closed(Closing),
    /// Record: a message is not sent to this destination any more, which has not taken it. It was too old, or
    /// there was no room left and it had reached somebody else.
    GaveUp {
        /// The message.
        message: MessageId,
        /// The destination.
        to: Destination,
        /// How often it was sent there.
        attempts: u32,
        /// It has reached no one, and no copy of it is left.
        lost: bool,
    },
}

/// The number of a request for facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request(pub(crate) u64);

/// Where an event ended. Every accepted event ends in exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the ends of an event are a law of this crate")]
pub enum Outcome {
    /// Told on its own, in this message.
    Delivered(MessageId),
    /// Told with others, in this message.
    Digest(MessageId),
    /// Told in the startup report, which is this message.
    Report(MessageId),
    /// Taken by the owner with [`take_guests`](crate::Grace::take_guests), to tell in a message of its own.
    Taken,
    /// A guest stopped because its host went down, as was to be expected.
    ExpectedStop,
    /// Over before anyone was told of it.
    Recovered,
}

impl Outcome {
    /// The outcome in JSON and logs.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Delivered(_) => "delivered",
            Self::Digest(_) => "digest",
            Self::Report(_) => "report",
            Self::Taken => "taken",
            Self::ExpectedStop => "expected-stop",
            Self::Recovered => "recovered",
        }
    }
}

/// How the matter of a boot's report was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Closing {
    /// A destination, the first of any, has taken the report.
    Acknowledged(MessageId),
    /// No destination is for reports.
    Unwanted(MessageId),
    /// The report was given up, and has reached no one.
    GivenUp(MessageId),
    /// No report: the program was restarted on a host that ran already.
    Restart,
    /// No report: the owner said that none is wanted.
    MarkedDone,
    /// No report: this boot has had one, made before the program was restarted.
    AlreadyReported,
}

impl Closing {
    /// The closing in JSON and logs.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Acknowledged(_) => "acknowledged",
            Self::Unwanted(_) => "unwanted",
            Self::GivenUp(_) => "given-up",
            Self::Restart => "restart",
            Self::MarkedDone => "marked-done",
            Self::AlreadyReported => "already-reported",
        }
    }
}
