//! The machine: time and events in, effects out.

mod alerts;
mod delivery;
mod guests;
mod reporting;
mod restore;
mod shutdown;
mod windows;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

pub use self::restore::SavedState;
use self::restore::{Origin, PreviousEntries};
use self::windows::{Settling, Sweep};
use crate::entry::Entry;
use crate::held::{HeldAlerts, HeldStops, ToldAlerts};
use crate::ledger::Ledger;
use crate::outbox::Outbox;
use crate::{
    BootIdentity, BootKind, Closing, Decision, Destination, Effect, Event, Facts, GraceView, Guest,
    HeldAlert, MessageId, Outcome, Policy, Request, Sequence, ShutdownKind, Signal, Text, Uptime,
};

/// The startup and shutdown grace engine of one host.
///
/// It has no clock, does no IO and cannot fail. Its methods are of three kinds:
/// - *Getters* look: [`view`](Self::view), [`poll_timeout`](Self::poll_timeout), …
/// - `handle_*` tell it that something happened, and when: an [`Event`], a [`Signal`], an answer, a time-out.
/// - [`poll_effect`](Self::poll_effect) asks what is to be done. Call it until it returns `None` after every
///   `handle_*`, and after [`new`](Self::new).
///
/// A `now` that is earlier than the one before is taken for the one before, and counted.
///
/// Call [`handle_timeout`](Self::handle_timeout) once `now` has reached [`poll_timeout`](Self::poll_timeout). A
/// call that comes late makes messages late and no decision wrong; one that is not due changes nothing.
#[derive(Debug, Clone)]
pub struct Grace {
    policy: Policy,
    view: GraceView,
    state: State,
    effects: VecDeque<Effect>,
}

/// How the program starts.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Start {
    /// The host's uptime, or `None` if it cannot be read. The start then counts as a boot, the report says so,
    /// and the timeline begins at [`Grace::started_at`].
    pub uptime: Option<Uptime>,
    /// Which boot this is.
    pub identity: BootIdentity,
    /// What the program had saved when it last ran, in this boot or an earlier one.
    pub saved: Option<SavedState>,
    /// The destinations, by name. Without any there is one that has no name.
    pub destinations: Vec<Text>,
}

impl Start {
    /// A start at `uptime` of the boot `identity`, with nothing saved.
    #[must_use]
    pub const fn new(uptime: Option<Uptime>, identity: BootIdentity) -> Self {
        Self { uptime, identity, saved: None, destinations: Vec::new() }
    }

    /// The same start, with a destination of each of these names: each gets every message, and acknowledges for
    /// itself.
    ///
    /// What was saved is matched by name. A copy for a destination that is gone is dropped, and a message that has
    /// reached no one and has no copy left goes to all.
    #[must_use]
    pub fn with_destinations<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.destinations = names.into_iter().map(Text::name).collect();
        self
    }

    /// The same start, with what had been saved.
    #[must_use]
    pub fn with_saved(mut self, saved: SavedState) -> Self {
        self.saved = Some(saved);
        self
    }
}

/// Everything the machine knows; what a crash must not lose.
#[derive(Debug, Clone)]
struct State {
    origin: Origin,
    last_seen: Uptime,
    clock_went_back: u64,
    sequence: u64,
    report: ReportState,
    collecting: Option<Collecting>,
    aggregated: bool,
    sweep: Sweep,
    settling: Settling,
    next_check: Uptime,
    ledger: Ledger,
    alerts: HeldAlerts,
    told: ToldAlerts,
    shutdown: Option<Shutdown>,
    stops: HeldStops,
    outbox: Outbox,
    previous: Option<PreviousEntries>,
}

/// Where the startup report is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ReportState {
    /// It will be made when the health window ends.
    Due,
    /// It is on its way.
    Sent(MessageId),
    /// There will be none, or it has been taken.
    Closed,
}

/// A request for facts that is not yet answered.
#[derive(Debug, Clone, Copy)]
struct Collecting {
    request: Request,
    deadline: Uptime,
}

/// A shutdown that was announced and not cancelled.
#[derive(Debug, Clone)]
struct Shutdown {
    /// When it was last announced.
    marked: Uptime,
    kind: ShutdownKind,
    /// The message that told of it.
    message: Outcome,
    /// Its window is over, and what it held has been told.
    overdue: bool,
}

impl Grace {
    /// A machine for a program that starts as `start` says.
    #[must_use]
    pub fn new(policy: Policy, start: Start) -> Self {
        restore::start(policy, start)
    }

    /// When the program started; the beginning of the timeline if uptime was unknown.
    #[must_use]
    pub const fn started_at(&self) -> Uptime {
        self.state.origin.started_at
    }

    /// Whether the program started with its host, or on one that ran already.
    #[must_use]
    pub const fn kind(&self) -> BootKind {
        self.view.kind
    }

    /// The policy in force.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// A snapshot that decides by arithmetic alone.
    #[must_use]
    pub const fn view(&self) -> GraceView {
        self.view
    }

    /// Everything the machine knows, to be given to [`Start`] when the program starts again.
    ///
    /// It includes messages that not every destination has taken, so that they are sent again, under the same id.
    #[must_use]
    pub fn save(&self) -> SavedState {
        SavedState::new(self.state.clone())
    }

    /// Whether guest starts are collected and not yet told.
    #[must_use]
    pub fn has_collected_guests(&self) -> bool {
        self.state.ledger.has_collected()
    }

    /// Whether the collected guests were taken, the report was made, or none is wanted.
    #[must_use]
    pub const fn is_aggregated(&self) -> bool {
        self.state.aggregated
    }

    /// Where messages go.
    #[must_use]
    pub fn destinations(&self) -> &[Destination] {
        self.state.outbox.destinations()
    }

    /// The alerts that are held now.
    pub fn held_alerts(&self) -> impl Iterator<Item = &HeldAlert> {
        self.state.alerts.iter()
    }

    /// How much is kept now.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage {
            guests: self.state.ledger.guests().len(),
            held_alerts: self.state.alerts.len(),
            held_stops: self.state.stops.len(),
            outbox: self.state.outbox.len(),
        }
    }

    /// Takes an event in, and says what becomes of it.
    pub fn handle_event(&mut self, now: Uptime, event: Event) -> Decision {
        let now = self.clamp(now);
        match event {
            Event::GuestStarted { .. }
            | Event::GuestWarned { .. }
            | Event::GuestFailed { .. }
            | Event::GuestStopped { .. } => self.handle_guest(now, event),
            Event::Alert(alert) => self.handle_alert(now, alert),
            Event::Resolved(alert) => self.handle_resolved(now, alert),
            Event::Shutdown(kind) => self.handle_shutdown(now, kind),
            Event::ShutdownCancelled => self.handle_shutdown_cancelled(now),
        }
    }

    /// Takes in what is true of the host now.
    pub fn handle_signal(&mut self, now: Uptime, signal: Signal) {
        let now = self.clamp(now);
        match signal {
            Signal::SweepStarted => self.handle_sweep_started(now),
            Signal::SweepFinished => self.handle_sweep_finished(now),
            Signal::Health(health) => self.handle_health(now, &health),
            Signal::NetworkUp => self.state.outbox.hurry(now),
        }
    }

    /// Takes in the answer to [`Effect::CollectFacts`]. One that comes too late is ignored.
    pub fn handle_facts(&mut self, now: Uptime, request: Request, facts: Facts) {
        let now = self.clamp(now);
        let awaited = self.state.collecting.is_some_and(|collecting| collecting.request == request);
        if awaited {
            self.state.collecting = None;
            self.conclude(now, facts);
        }
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Uptime) {
        let now = self.clamp(now);
        self.give_up_on_facts(now);
        self.ask_for_facts(now);
        self.tell_collected_guests(now);
        self.tell_previous_boot(now);
        self.tell_overdue_stops(now);
        self.send_what_is_due(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next; an instant that is past means now.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Uptime> {
        let due = [
            self.facts_due(),
            self.collected_guests_due(),
            self.previous_boot_due(),
            self.overdue_stops_due(),
            self.state.outbox.due(self.policy.limits.outbox),
        ];
        due.into_iter().flatten().min()
    }

    /// What is to be done or recorded next.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Collects a guest's start whatever the windows say: its owner has decided.
    pub fn collect_guest(&mut self, now: Uptime, guest: &Guest) {
        let now = self.clamp(now);
        self.force_collect(now, guest.clone());
    }

    /// Takes the guests collected so far, once: the owner tells of them in a message of its own.
    pub fn take_guests(&mut self, now: Uptime) -> Vec<Guest> {
        self.clamp(now);
        let (guests, entries) = self.state.ledger.take_collected();
        self.state.aggregated = true;
        self.settle_all(entries, &Outcome::Taken);
        guests
    }

    /// Closes the matter of this boot's report: none is wanted. What was collected is told as a digest.
    pub fn mark_reported(&mut self, now: Uptime) {
        self.clamp(now);
        self.state.aggregated = true;
        if self.state.report == ReportState::Due {
            self.state.report = ReportState::Closed;
            self.effects.push_back(Effect::Closed(Closing::MarkedDone));
        }
    }

    /// `now`, or the latest instant seen if that is later.
    fn clamp(&mut self, now: Uptime) -> Uptime {
        if now < self.state.last_seen {
            self.state.clock_went_back = self.state.clock_went_back.saturating_add(1);
            return self.state.last_seen;
        }
        self.state.last_seen = now;
        now
    }

    fn next_number(&mut self) -> Sequence {
        self.state.sequence = self.state.sequence.saturating_add(1);
        Sequence(self.state.sequence)
    }

    fn next_message_id(&mut self) -> MessageId {
        MessageId::new(self.state.origin.identity.id, self.next_number())
    }

    fn accept(&mut self, event: Entry, entry: Entry, decision: Decision) -> Decision {
        let accepted = Effect::Accepted { event: event.number, entry: entry.number, decision };
        self.effects.push_back(accepted);
        decision
    }

    fn settle(&mut self, entry: Entry, outcome: Outcome) {
        self.settle_all([entry], &outcome);
    }

    fn settle_all(&mut self, entries: impl IntoIterator<Item = Entry>, outcome: &Outcome) {
        let settled = entries.into_iter().map(|entry| Effect::Settled {
            entry: entry.number,
            events: entry.events,
            outcome: *outcome,
        });
        self.effects.extend(settled);
    }
}

/// How much a machine keeps, each bounded by [`Limits`](crate::Limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Usage {
    /// Guests in the ledger.
    pub guests: usize,
    /// Alerts held.
    pub held_alerts: usize,
    /// Guest stops held.
    pub held_stops: usize,
    /// Messages that some destination has not yet taken.
    pub outbox: usize,
}
