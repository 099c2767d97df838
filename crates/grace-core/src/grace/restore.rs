//! The start: of a boot, of a program in a boot that it knows, of a boot after one that it knows.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::windows::{Settling, Sweep, initial_view};
use super::{Grace, ReportState, Start, State};
use crate::entry::Entry;
use crate::held::{HeldAlerts, HeldStops, ToldAlerts};
use crate::ledger::Ledger;
use crate::message::append;
use crate::outbox::Outbox;
use crate::{
    Anchor, BootIdentity, BootKind, CategoryRule, Closing, Destination, Effect, Limits, Outcome,
    Policy, PreviousBoot, Uptime,
};

/// Everything a machine knew when it was saved.
#[derive(Debug, Clone)]
pub struct SavedState(Box<State>);

impl SavedState {
    pub(super) fn new(state: State) -> Self {
        Self(Box::new(state))
    }
}

/// Where this run of the program began.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) identity: BootIdentity,
    pub(super) kind: BootKind,
    pub(super) started_at: Uptime,
    pub(super) uptime_known: bool,
    /// The instant the startup windows are counted from.
    pub(super) anchor: Uptime,
}

/// What an earlier boot left untold.
#[derive(Debug, Clone, Default)]
pub(super) struct PreviousEntries {
    pub(super) report: PreviousBoot,
    pub(super) entries: Vec<Entry>,
}

pub(super) fn start(policy: Policy, mut start: Start) -> Grace {
    match start.saved.take() {
        None => first(policy, start),
        Some(SavedState(saved)) if saved.is_of(&start.identity, start.uptime) => {
            resumed(policy, start, *saved)
        }
        Some(SavedState(saved)) => rebooted(policy, start, *saved),
    }
}

/// A start without a past.
fn first(policy: Policy, start: Start) -> Grace {
    let Start { uptime, identity, destinations, .. } = start;
    let is_boot = uptime.is_none_or(|uptime| uptime.since_boot() < policy.boot_uptime);
    let kind = if is_boot { BootKind::Boot } else { BootKind::Restart };
    let started_at = uptime.unwrap_or(Uptime::ZERO);
    let anchor = anchor(&policy, started_at);
    let origin = Origin { identity, kind, started_at, uptime_known: uptime.is_some(), anchor };
    let mut grace = Grace::from_state(State::new(origin, Destination::list(destinations)), policy);
    if kind == BootKind::Restart {
        grace.state.report = ReportState::Closed;
        grace.effects.push_back(Effect::Closed(Closing::Restart));
    }
    grace
}

/// A start in the boot that was saved: after a crash, an upgrade, a restart.
///
/// Windows that still run, and a report that is still to come, go on as if nothing had happened. Otherwise
/// it is a mere restart, however short the host's uptime: a boot has one report.
fn resumed(policy: Policy, start: Start, mut state: State) -> Grace {
    let Start { uptime, identity, destinations, .. } = start;
    let now = uptime.unwrap_or(state.last_seen).max(state.last_seen);
    state.last_seen = now;
    state.collecting = None;
    state.origin.identity = identity;
    state.origin.started_at = now;
    state.origin.uptime_known = uptime.is_some();
    let mut grace = Grace::from_state(state, policy);
    grace.resume_outbox(destinations, now);
    if !grace.goes_on(now) {
        grace.open_windows_again(now);
    }
    grace
}

/// A start in another boot than the one that was saved: the host went down in between.
fn rebooted(policy: Policy, start: Start, mut saved: State) -> Grace {
    let destinations = start.destinations.clone();
    let previous = saved.leave_behind(&policy.limits);
    let (_, stops) = saved.stops.take();
    let mut grace = first(policy, start);
    grace.state.sequence = saved.sequence;
    grace.state.outbox = saved.outbox;
    grace.state.told = saved.told;
    grace.state.previous = previous;
    grace.settle_all(stops, &Outcome::ExpectedStop);
    grace.resume_outbox(destinations, saved.last_seen);
    grace
}

fn anchor(policy: &Policy, started_at: Uptime) -> Uptime {
    match policy.anchor {
        Anchor::ServiceStart => started_at,
        Anchor::Boot => Uptime::ZERO,
    }
}

impl Grace {
    fn from_state(state: State, mut policy: Policy) -> Self {
        policy.categories.iter_mut().for_each(CategoryRule::make_lower);
        let view = initial_view(&policy, state.origin.kind, state.origin.anchor);
        let mut grace = Self { policy, view, state, effects: VecDeque::new() };
        grace.refresh_windows();
        grace
    }

    /// Whether the windows that were saved still run at `now`, or a report is still to come.
    fn goes_on(&self, now: Uptime) -> bool {
        match self.state.report {
            ReportState::Due => true,
            ReportState::Sent(_) | ReportState::Closed => {
                let view = &self.view;
                let runs = view.guest_window().is_open(now) || view.health_window().is_open(now);
                self.state.origin.kind == BootKind::Restart && runs
            }
        }
    }

    /// What a mere restart does. What the windows before had gathered is not held back again by the new ones.
    fn open_windows_again(&mut self, now: Uptime) {
        let closing = match self.state.origin.kind {
            BootKind::Boot => Closing::AlreadyReported,
            BootKind::Restart => Closing::Restart,
        };
        self.effects.push_back(Effect::Closed(closing));
        self.tell_collected_guests(now);
        self.state.alerts.keep_health_window(self.view.health_window().closes());
        let origin = &mut self.state.origin;
        origin.kind = BootKind::Restart;
        origin.anchor = anchor(&self.policy, now);
        self.state.sweep = Sweep::Unseen;
        self.state.settling = Settling::Unknown;
        self.view = initial_view(&self.policy, BootKind::Restart, self.state.origin.anchor);
        self.refresh_windows();
    }
}

impl State {
    fn new(origin: Origin, destinations: Vec<Destination>) -> Self {
        Self {
            last_seen: origin.started_at,
            // A program that lost its state must not use its old numbers again in the same boot.
            sequence: origin.started_at.as_nanos() / 1_000,
            next_check: origin.started_at,
            origin,
            clock_went_back: 0,
            report: ReportState::Due,
            collecting: None,
            aggregated: false,
            sweep: Sweep::Unseen,
            settling: Settling::Unknown,
            ledger: Ledger::default(),
            alerts: HeldAlerts::default(),
            told: ToldAlerts::default(),
            shutdown: None,
            stops: HeldStops::default(),
            outbox: Outbox::new(destinations),
            previous: None,
        }
    }

    /// Whether this was saved in the boot `identity`, now at `uptime`.
    ///
    /// Where an identity is unknown the clock tells: one that has gone back is another boot's. If that is
    /// unknown too, it is taken for another boot: a second report is better than none.
    fn is_of(&self, identity: &BootIdentity, uptime: Option<Uptime>) -> bool {
        match (&self.origin.identity.id, &identity.id) {
            (Some(_), Some(_)) => self.origin.identity == *identity,
            _ => uptime.is_some_and(|uptime| uptime >= self.last_seen),
        }
    }

    /// What the next boot has to tell of this one, if anything.
    fn leave_behind(&mut self, limits: &Limits) -> Option<PreviousEntries> {
        let unreported = self.report == ReportState::Due;
        let beyond = self.ledger.beyond();
        let (started, entries) = self.ledger.take_collected();
        let (alerts, alerts_beyond) = self.alerts.take_all();
        let earlier = self.previous.take();
        if !unreported && entries.is_empty() && alerts.is_empty() && alerts_beyond.is_none() {
            return earlier;
        }
        let mut left = earlier.unwrap_or_default();
        let report = &mut left.report;
        report.identity = self.origin.identity;
        report.shutdown = self.shutdown.as_ref().map(|shutdown| shutdown.kind);
        report.boots = report.boots.saturating_add(1);
        let held = alerts.iter().map(|open| open.held.clone()).collect();
        let cut = append(&mut report.started, started, limits.guests)
            .saturating_add(append(&mut report.alerts, held, limits.alerts))
            .saturating_add(alerts_beyond.map_or(0, |entry| entry.events));
        report.beyond = report.beyond.saturating_add(beyond).saturating_add(cut);
        left.entries.extend(entries);
        left.entries.extend(alerts.into_iter().map(|open| open.entry));
        left.entries.extend(alerts_beyond);
        Some(left)
    }
}
