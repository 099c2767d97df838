//! The laws that every run of grace keeps, as a witness that sees what goes in and what comes out.
//!
//! A [`Witness`] knows nothing of the machine's insides. It is told what the machine was told and what the
//! machine did, keeps its own books, and finds what breaks a law. What each law asks, here:
//!
//! 1. **Conservation.** Every event is accepted once, with the decision its sender got, into one entry. Each
//!    entry settles once, with its exact number of events, in an end that its events can have. A message
//!    that is named as an end tells of the event by name, unless it says that it counts events it does not
//!    list; a message sent again is the same message. When nothing is due any more, no entry is open, and
//!    every message was taken, or was not wanted, or is said to be lost. A program that is dead may hold entries; one that lost its state has lost them.
//! 2. **One report a boot.** A boot in which the program started with its host has at most one startup
//!    report; one in which it started later has none. A loss of state in the same boot is a new start.
//! 3. **Never early, never silent.** No report before the health window ends, which the witness computes
//!    itself from the policy, the sweep and the health that was read. As long as a report is owed the machine
//!    asks to be woken by that end, and after it within the policy's `facts_timeout`; it is owed until the
//!    report is posted or a reason why there will be none is recorded.
//! 4. **No recovery for an alert nobody saw.** A recovery is told only of an alert that a message named
//!    before, and is told of each. An alert that was held and is told has its first-seen time and count;
//!    one that ended as recovered either was resolved or was read to be well, and is counted in the report.
//! 5. **Failures are never held.** A failure or a warning is delivered, and is posted before anything else
//!    is handled. The report names as failed just the guests whose last outcome is a failure, and as warned
//!    just those that run since a start with warnings. Late news of a guest do not change its last outcome.
//! 6. **Nothing but what must change it** is a law about two runs, and so is not the witness's: the tests of
//!    `grace-app` compare what people received, and when, but for the ids of messages. A step of the wall
//!    clock must change the label that a report has of it, and nothing else. A time-out that is not due must
//!    change nothing at all. A start that is seen twice must change nothing while the machine keeps a ledger:
//!    until the report, and while the guest window is open; later each sight is told as it comes.
//! 7. **Bounded.** Usage is never above the policy's limits: the outbox may have one digest for all that
//!    does not fit, and a startup report of each boot, more than its own. A time-out that has been handled is not due
//!    again at once.
//! 8. **Every destination.** Each message is sent to each destination, under one id, until that has taken it, does
//!    not want it, or is said to be given up; and no more after that. What is said to be lost has reached no one,
//!    and nothing else is. When nothing is due any more, each destination is done with each message.

mod alerts;
mod audit;
mod bounds;
mod deliveries;
mod guests;
mod life;
mod matter;
mod reports;
mod tally;

use std::fmt;

use grace_core::{
    Decision, Delivery, Effect, Envelope, Event, Facts, Guest, Policy, Request, Signal, Text,
    Uptime, Usage,
};

use self::alerts::Alerts;
use self::audit::Audit;
use self::bounds::Bounds;
use self::deliveries::Deliveries;
use self::guests::Guests;
pub use self::life::Life;
use self::reports::Reports;
pub use self::tally::Tally;

/// A law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the laws are eight")]
pub enum Law {
    /// Every event ends in exactly one place.
    Conservation,
    /// One report a boot.
    OneReport,
    /// No report too early, and never none without a reason.
    NeverEarlyNeverSilent,
    /// No recovery for an alert nobody saw; no held alert forgotten.
    Recoveries,
    /// Failures are never held.
    Failures,
    /// What does not matter changes nothing.
    Invariance,
    /// Memory is bounded, and so is work.
    Bounds,
    /// Every destination takes every message, or is said not to.
    EveryDestination,
}

impl Law {
    /// Its number in the design.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }
}

/// A law was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The law.
    pub law: Law,
    /// When, on the boot timeline.
    pub at: Uptime,
    /// How.
    pub words: String,
}

impl Violation {
    /// `law` was broken at `at`, in these words.
    #[must_use]
    pub fn new(law: Law, at: Uptime, words: impl Into<String>) -> Self {
        Self { law, at, words: words.into() }
    }
}

/// `law 1 (Conservation) at 300.000s: entry 7 settled twice`
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, at, words } = self;
        write!(f, "law {} ({law:?}) at {at}: {words}", law.number())
    }
}

/// Sees a run, and judges it.
///
/// Tell it everything in order, as it happens: [`started`](Self::started) for each start of the program, then
/// what goes in, then each [`effect`](Self::effect), then [`handled`](Self::handled); at the end
/// [`ended`](Self::ended).
#[derive(Debug, Clone)]
pub struct Witness {
    now: Uptime,
    tally: Tally,
    audit: Audit,
    reports: Reports,
    alerts: Alerts,
    guests: Guests,
    bounds: Bounds,
    deliveries: Deliveries,
    violations: Vec<Violation>,
}

impl Witness {
    /// A witness of a run under this policy.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        Self {
            now: Uptime::ZERO,
            tally: Tally::default(),
            audit: Audit::new(policy),
            reports: Reports::new(policy),
            alerts: Alerts::new(policy),
            guests: Guests::default(),
            bounds: Bounds::new(policy.limits),
            deliveries: Deliveries::new(),
            violations: Vec::new(),
        }
    }

    /// The same witness, of a run with destinations of these names. Without any, there is one without a name.
    #[must_use]
    pub fn with_destinations(mut self, names: &[Text]) -> Self {
        self.deliveries.set_destinations(names.to_vec());
        self
    }

    /// The program starts.
    pub fn started(&mut self, now: Uptime, life: Life) {
        self.now = now;
        self.tally.add("program starts");
        let new = self.reports.started(now, life);
        self.audit.started(now, life);
        self.alerts.started(new);
        self.guests.started(new);
        self.bounds.started(life);
        self.deliveries.started(life);
    }

    /// The machine was given an event, and decided this.
    pub fn event(&mut self, now: Uptime, event: &Event, decision: Decision) {
        self.goes_in(now);
        self.tally.decision(decision);
        self.audit.event(event, decision);
        self.alerts.event(self.now, event, decision);
        self.violations.extend(self.guests.event(self.now, event, decision));
    }

    /// The machine was given a signal.
    pub fn signal(&mut self, now: Uptime, signal: &Signal) {
        self.goes_in(now);
        self.reports.signal(self.now, signal);
    }

    /// The machine was given the facts that it had asked for in this request.
    pub fn facts(&mut self, now: Uptime, request: Request, facts: &Facts) {
        self.goes_in(now);
        let awaited = self.reports.facts(self.now, request, facts);
        self.tally.add(if awaited { "facts read" } else { "facts too late" });
        if awaited {
            self.alerts.facts(facts);
        }
    }

    /// The machine's time-out was handled.
    pub fn timeout(&mut self, now: Uptime) {
        self.now = self.now.max(now);
        self.reports.timeout(self.now);
        self.bounds.timeout();
    }

    /// The owner took the collected guests.
    pub fn taken(&mut self, now: Uptime, guests: &[Guest]) {
        self.goes_in(now);
        self.audit.taken(guests);
    }

    /// A notifier answered.
    pub fn delivery(&mut self, now: Uptime, envelope: &Envelope, delivery: Delivery) {
        self.goes_in(now);
        self.tally.add(match delivery {
            Delivery::Taken => "messages taken",
            Delivery::Unwanted => "messages not wanted",
            _ => "messages not taken",
        });
        let is_done = matches!(delivery, Delivery::Taken | Delivery::Unwanted);
        self.violations.extend(self.audit.delivery(self.now, &envelope.id, is_done));
        self.deliveries.delivery(envelope, delivery);
    }

    /// The machine wants this done, or has decided it.
    pub fn effect(&mut self, now: Uptime, effect: &Effect) {
        self.now = self.now.max(now);
        let now = self.now;
        self.tally.effect(effect);
        let found = &mut self.violations;
        match effect {
            Effect::Deliver(envelope) => {
                let known = self.audit.knows(&envelope.id);
                found.extend(self.audit.deliver(now, envelope));
                found.extend(self.deliveries.deliver(now, envelope));
                if !known {
                    found.extend(self.reports.posted(now, envelope));
                    found.extend(self.alerts.posted(now, &envelope.message));
                    found.extend(self.guests.posted(now, &envelope.message));
                    self.bounds.posted(&envelope.message);
                }
            }
            Effect::Accepted { event, entry, decision } => {
                found.extend(self.audit.accepted(now, *event, *entry, *decision));
                self.alerts.accepted(*event, *entry);
                self.guests.accepted(*entry);
            }
            Effect::Settled { entry, events, outcome } => {
                let held = self.alerts.settled(*entry, outcome);
                self.guests.settled(*entry, outcome);
                found.extend(self.audit.settled(now, *entry, *events, outcome, held));
            }
            Effect::Closed(closing) => found.extend(self.reports.closed(now, closing)),
            Effect::GaveUp { message, to, lost, .. } => {
                self.audit.gave_up(message, *lost);
                found.extend(self.deliveries.gave_up(now, *message, to, *lost));
            }
            Effect::CollectFacts { request, deadline } => self.reports.asked(*request, *deadline),
        }
    }

    /// The machine has handled it all, and stands like this; `due` is when it wants to be woken.
    pub fn handled(&mut self, now: Uptime, usage: Usage, due: Option<Uptime>) {
        self.now = self.now.max(now);
        let now = self.now;
        let found = &mut self.violations;
        found.extend(self.audit.handled(now, due));
        found.extend(self.reports.handled(now, due));
        found.extend(self.alerts.handled(now));
        found.extend(self.guests.handled(now));
        found.extend(self.bounds.handled(now, usage, due));
        found.extend(self.deliveries.handled(now, due));
    }

    /// The run is over; `runs` is whether the program still runs.
    pub fn ended(&mut self, runs: bool) {
        let found = &mut self.violations;
        found.extend(self.audit.ended(self.now, runs));
        found.extend(self.reports.ended(self.now, runs));
        found.extend(self.deliveries.ended(self.now, runs));
    }

    /// What broke a law, in order.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// What was seen, counted.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    fn goes_in(&mut self, now: Uptime) {
        self.now = self.now.max(now);
        self.bounds.goes_in();
    }
}
