//! Stories: small things that happen on a host and belong together.

use std::time::Duration;

use grace_core::{Event, GuestAction, Policy, Severity, ShutdownKind, Text, Uptime};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{BootSpan, NOTIFIERS, gap, late_by, weighted, world};
use crate::timeline::{Action, Boot, ClockStep, HealthChange, JournalChange, SavedState, Step};

/// A story. Its steps are counted from its beginning.
#[derive(Debug, Clone)]
pub(super) enum Story {
    /// The host starts its guests.
    Sweep {
        guests: usize,
        every: Duration,
        fates: Vec<Fate>,
        seen: bool,
        finished: bool,
    },
    /// Something becomes of one guest.
    Guest {
        number: usize,
        what: GuestEvent,
        late: Option<Duration>,
        twice: Option<Duration>,
    },
    /// An alert is raised, again, at another severity, and recovers, or some of that.
    Alert {
        about: (&'static str, &'static str),
        turns: Vec<(Duration, Option<Severity>)>,
    },
    /// The host is to go down, once or several times; guests stop; it may be called off.
    Shutdown {
        kind: ShutdownKind,
        again: Option<Duration>,
        stops: Vec<(usize, Stop)>,
        cancelled: Option<Duration>,
    },
    /// The program dies, or is stopped, and starts again, so often; a loss of state comes with the last.
    Restarts {
        turns: Vec<(Duration, Duration)>,
        clean: bool,
        loses_state: bool,
    },
    Health(HealthChange),
    Journal(JournalChange),
    /// No notifier takes messages for so long, or the one of this name does not if there is one.
    Outage(Duration, Option<&'static str>),
    TakeGuests,
    ClockStep(ClockStep),
    Suspend(Duration),
}

/// What becomes of a guest in a sweep.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    Starts,
    Warns,
    Fails,
    FailsThenStarts(Duration),
    StartsThenStops(Duration),
    /// It is seen so much later than it happened.
    Late(Duration),
    /// It is told twice, the second time so much later, of the same instant or of none.
    Twice(Duration, bool),
    /// What became of it is never seen.
    Lost,
}

/// One event of a guest.
#[derive(Debug, Clone, Copy)]
pub(super) enum GuestEvent {
    Started,
    Warned(GuestAction),
    Failed(GuestAction),
    Stopped,
}

/// When a guest stops for a shutdown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stop {
    After(Duration),
    /// Around the end of the shutdown window.
    AtTheEnd {
        before: bool,
    },
}

pub(super) fn story() -> impl Strategy<Value = Story> {
    let which = option::of(prop::sample::select(&NOTIFIERS[..]));
    prop_oneof![
        4 => sweep().boxed(),
        8 => one_guest().boxed(),
        10 => alert().boxed(),
        3 => shutdown().boxed(),
        4 => restarts().boxed(),
        5 => world::health().prop_map(Story::Health).boxed(),
        2 => world::journal().prop_map(Story::Journal).boxed(),
        3 => (gap(), which).prop_map(|(span, name)| Story::Outage(span, name)),
        1 => Just(Story::TakeGuests),
        1 => clock_step().prop_map(Story::ClockStep),
        1 => gap().prop_map(Story::Suspend),
    ]
}

fn sweep() -> impl Strategy<Value = Story> {
    let guests = prop_oneof![
        2 => Just(0_usize),
        8 => 1_usize..6,
        4 => 6_usize..=40,
        1 => Just(40_usize),
        // A large host is one in some hundred sweeps: it costs as much as all the others.
        1 => prop_oneof![12 => 40_usize..100, 1 => Just(500_usize)],
    ];
    let every = prop_oneof![Just(0_u64), 1_u64..10_000].prop_map(Duration::from_millis);
    (guests, every, vec(fate(), 1..8), weighted(2, 3), weighted(4, 5)).prop_map(
        |(guests, every, fates, seen, finished)| Story::Sweep {
            guests,
            every,
            fates,
            seen,
            finished,
        },
    )
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        8 => Just(Fate::Starts),
        1 => Just(Fate::Warns),
        1 => Just(Fate::Fails),
        1 => gap().prop_map(Fate::FailsThenStarts),
        1 => gap().prop_map(Fate::StartsThenStops),
        1 => gap().prop_map(Fate::Late),
        1 => (gap(), any::<bool>()).prop_map(|(after, same)| Fate::Twice(after, same)),
        1 => Just(Fate::Lost),
    ]
}

fn one_guest() -> impl Strategy<Value = Story> {
    let action = || prop_oneof![2 => Just(GuestAction::Start), 1 => Just(GuestAction::Stop)];
    let what = prop_oneof![
        3 => Just(GuestEvent::Started),
        1 => action().prop_map(GuestEvent::Warned),
        2 => action().prop_map(GuestEvent::Failed),
        2 => Just(GuestEvent::Stopped),
    ];
    (0_usize..6, what, late_by(), option::weighted(0.15, gap()))
        .prop_map(|(number, what, late, twice)| Story::Guest { number, what, late, twice })
}

fn alert() -> impl Strategy<Value = Story> {
    let turn = (gap(), option::weighted(0.65, world::severity()));
    (world::about(), world::severity(), vec(turn, 0..5)).prop_map(|(about, first, mut turns)| {
        // Most stories begin with the alert itself.
        if turns.len() != 2 {
            turns.insert(0, (Duration::ZERO, Some(first)));
        }
        Story::Alert { about, turns }
    })
}

fn shutdown() -> impl Strategy<Value = Story> {
    let kind = prop::sample::select(
        &[ShutdownKind::PowerOff, ShutdownKind::Reboot, ShutdownKind::Unknown][..],
    );
    let stop = prop_oneof![
        4 => gap().prop_map(Stop::After),
        1 => any::<bool>().prop_map(|before| Stop::AtTheEnd { before }),
    ];
    let stops = vec((0_usize..6, stop), 0..8);
    (kind, option::weighted(0.4, gap()), stops, option::weighted(0.5, gap())).prop_map(
        |(kind, again, stops, cancelled)| Story::Shutdown { kind, again, stops, cancelled },
    )
}

fn restarts() -> impl Strategy<Value = Story> {
    let turns = prop_oneof![4 => vec((gap(), gap()), 1), 1 => vec((gap(), gap()), 2..7)];
    (turns, any::<bool>(), weighted(1, 3)).prop_map(|(turns, clean, loses_state)| Story::Restarts {
        turns,
        clean,
        loses_state,
    })
}

fn clock_step() -> impl Strategy<Value = ClockStep> {
    let by = prop_oneof![1_u64..10, 1_u64..3 * 86_400].prop_map(Duration::from_secs);
    (any::<bool>(), by).prop_map(|(forward, by)| match forward {
        true => ClockStep::Forward(by),
        false => ClockStep::Back(by),
    })
}

impl Story {
    /// Whether the program starts again in it.
    pub(super) const fn starts_the_program(&self) -> bool {
        matches!(self, Self::Restarts { .. })
    }

    /// Appends the story's steps, from `at` on.
    pub(super) fn tell(
        &self,
        at: Duration,
        policy: &Policy,
        boot: BootSpan,
        may_lose_state: bool,
        steps: &mut Vec<Step>,
    ) {
        let mut step = |at, action| steps.push(Step { at, action });
        match self {
            Self::Sweep { .. } => self.tell_sweep(at, boot, steps),
            Self::Guest { number, what, late, twice } => {
                let happened = late.map(|by| happened(boot, at, by));
                step(at, what.action(*number, happened));
                if let Some(after) = twice {
                    step(at + *after, what.action(*number, happened));
                }
            }
            Self::Alert { about, turns } => {
                let mut at = at;
                for (after, turn) in turns {
                    at += *after;
                    let event = match turn {
                        Some(severity) => Event::Alert(world::alert(*about, *severity)),
                        None => Event::Resolved(world::alert(*about, Severity::Info)),
                    };
                    step(at, Action::Event(event));
                }
            }
            Self::Shutdown { .. } => self.tell_shutdown(at, policy, steps),
            Self::Restarts { turns, clean, loses_state } => {
                let mut at = at;
                for (index, (up, down)) in turns.iter().enumerate() {
                    at += *up;
                    step(at, if *clean { Action::Stop } else { Action::Crash });
                    at += *down;
                    let lost = may_lose_state && *loses_state && index + 1 == turns.len();
                    let state = if lost { SavedState::Lost } else { SavedState::Kept };
                    step(at, Action::Restart { boot: Boot::Same, state });
                }
            }
            Self::Health(change) => step(at, Action::Health(change.clone())),
            Self::Journal(change) => step(at, Action::Journal(change.clone())),
            Self::Outage(span, name) => {
                let name = name.map(Text::name);
                step(at, Action::NotifierDown(name.clone()));
                step(at + *span, Action::NotifierUp(name));
            }
            Self::TakeGuests => step(at, Action::TakeGuests),
            Self::ClockStep(by) => step(at, Action::ClockStep(*by)),
            Self::Suspend(span) => step(at, Action::Suspend(*span)),
        }
    }

    fn tell_sweep(&self, begins: Duration, boot: BootSpan, steps: &mut Vec<Step>) {
        let Self::Sweep { guests, every, fates, seen, finished } = self else {
            return;
        };
        let mut step = |at, action| steps.push(Step { at, action });
        if *seen {
            step(begins, Action::SweepStarted);
        }
        let mut at = begins;
        for (number, fate) in (0..*guests).zip(fates.iter().cycle()) {
            at += *every;
            let started = |at| GuestEvent::Started.action(number, at);
            match fate {
                Fate::Starts => step(at, started(None)),
                Fate::Warns => {
                    step(at, GuestEvent::Warned(GuestAction::Start).action(number, None));
                }
                Fate::Fails => {
                    step(at, GuestEvent::Failed(GuestAction::Start).action(number, None));
                }
                Fate::FailsThenStarts(after) => {
                    step(at, GuestEvent::Failed(GuestAction::Start).action(number, None));
                    step(at + *after, started(None));
                }
                Fate::StartsThenStops(after) => {
                    step(at, started(None));
                    step(at + *after, GuestEvent::Stopped.action(number, None));
                }
                Fate::Late(by) => step(at + *by, started(Some(boot.uptime_at(at)))),
                Fate::Twice(after, same) => {
                    let happened = same.then(|| boot.uptime_at(at));
                    step(at, started(happened));
                    step(at + *after, started(happened));
                }
                Fate::Lost => {}
            }
        }
        if *seen && *finished {
            step(at, Action::SweepFinished);
        }
    }

    fn tell_shutdown(&self, at: Duration, policy: &Policy, steps: &mut Vec<Step>) {
        let Self::Shutdown { kind, again, stops, cancelled } = self else {
            return;
        };
        let mut step = |at, action| steps.push(Step { at, action });
        step(at, Action::Event(Event::Shutdown(*kind)));
        let window = policy.adaptive.map_or(policy.shutdown, |adaptive| adaptive.cap);
        let mut ends = at + window;
        if let Some(after) = again {
            step(at + *after, Action::Event(Event::Shutdown(ShutdownKind::Unknown)));
            ends = ends.max(at + *after + window);
        }
        for (number, stop) in stops {
            let at = match stop {
                Stop::After(after) => at + *after,
                Stop::AtTheEnd { before: true } => {
                    ends.saturating_sub(Duration::from_millis(1)).max(at)
                }
                Stop::AtTheEnd { before: false } => ends,
            };
            step(at, GuestEvent::Stopped.action(*number, None));
        }
        if let Some(after) = cancelled {
            step(at + *after, Action::Event(Event::ShutdownCancelled));
        }
    }
}

impl GuestEvent {
    fn action(self, number: usize, at: Option<Uptime>) -> Action {
        let guest = world::guest(number);
        let reason = Text::literal("timeout waiting on systemd");
        Action::Event(match self {
            Self::Started => Event::GuestStarted { guest, at },
            Self::Warned(action) => Event::GuestWarned { guest, action, reason, at },
            Self::Failed(action) => Event::GuestFailed { guest, action, reason, at },
            Self::Stopped => Event::GuestStopped { guest, at },
        })
    }
}

/// When something seen at `at` really happened, `by` earlier; never before the boot.
fn happened(boot: BootSpan, at: Duration, by: Duration) -> Uptime {
    boot.uptime_at(at).saturating_sub(by)
}
