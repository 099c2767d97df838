//! The model: the original's predicates over plain numbers, and what this crate adds to them.
//!
//! Times are nanoseconds since boot. The original asks `now - then < seconds`, and so does this.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

pub(crate) const SECOND: u64 = 1_000_000_000;
const GUEST: u64 = 180 * SECOND;
const HEALTH: u64 = 300 * SECOND;
const SHUTDOWN: u64 = 120 * SECOND;
const REAL_BOOT: u64 = 600 * SECOND;
const FACTS: u64 = 30 * SECOND;
const HELD: [&str; 4] = ["storage", "vms", "network", "services"];

pub(crate) type Key = (&'static str, u8);

#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Time passes until this instant, and all that is due on the way is done in time.
    Advance(u64),
    /// Time passes until this instant, and nothing is done.
    Sleep(u64),
    /// A time-out is handled, whether one is due or not.
    Timeout,
    Started(u8),
    /// The same, with a clock that has gone back by this much.
    StartedInThePast(u8, u64),
    Failed(u8),
    Warned(u8),
    Stopped(u8),
    Alert(Key),
    Resolved(Key),
    Shutdown,
    Cancel,
    Collect(u8),
    Take,
    Mark,
    /// The program is killed and starts again in the same boot.
    Crash,
    /// The host starts again, and the program at this uptime.
    Reboot(Option<u64>),
}

impl Step {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Advance(_) => "advance",
            Self::Sleep(_) => "sleep",
            Self::Timeout => "timeout",
            Self::Started(_) => "started",
            Self::StartedInThePast(..) => "started in the past",
            Self::Failed(_) => "failed",
            Self::Warned(_) => "warned",
            Self::Stopped(_) => "stopped",
            Self::Alert(_) => "alert",
            Self::Resolved(_) => "resolved",
            Self::Shutdown => "shutdown",
            Self::Cancel => "cancel",
            Self::Collect(_) => "collect",
            Self::Take => "take",
            Self::Mark => "mark",
            Self::Crash => "crash",
            Self::Reboot(_) => "reboot",
        }
    }
}

/// What an event comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Deliver,
    HoldUntil(u64),
    AggregateUntil(u64),
    /// A recovery of which nobody is told.
    Recovered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    Started,
    Failed,
    Stopped,
}

#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) events: u64,
    pub(crate) due: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: u64,
    /// Whether requests for facts are answered, and messages taken.
    pub(crate) answers: bool,
    pub(crate) takes: bool,
    pub(crate) boot: u32,
    pub(crate) real_boot: bool,
    pub(crate) startup: u64,
    pub(crate) report_due: bool,
    pub(crate) reports: u64,
    pub(crate) asked: Option<u64>,
    pub(crate) aggregated: bool,
    pub(crate) collected: BTreeMap<u8, u64>,
    pub(crate) last: BTreeMap<u8, Last>,
    pub(crate) held: BTreeMap<Key, Held>,
    pub(crate) told: BTreeSet<Key>,
    pub(crate) shutdown: Option<u64>,
    pub(crate) overdue: bool,
    pub(crate) stops: u64,
    /// Events that earlier boots left untold.
    pub(crate) previous: u64,
    /// The alerts among them.
    pub(crate) left: BTreeSet<Key>,
    pub(crate) accepted: u64,
    /// What the last step's event came to.
    pub(crate) verdict: Option<Verdict>,
    /// The guests of the last report: those that run, and those that failed.
    pub(crate) reported: Option<(BTreeSet<u8>, BTreeSet<u8>)>,
    /// Whether the last step did anything.
    pub(crate) had_effect: bool,
}

impl Model {
    fn new(answers: bool, takes: bool, uptime: Option<u64>) -> Self {
        let now = uptime.unwrap_or(0);
        let real_boot = now < REAL_BOOT;
        Self {
            now,
            answers,
            takes,
            boot: 0,
            real_boot,
            startup: now,
            report_due: real_boot,
            reports: 0,
            asked: None,
            aggregated: false,
            collected: BTreeMap::new(),
            last: BTreeMap::new(),
            held: BTreeMap::new(),
            told: BTreeSet::new(),
            shutdown: None,
            overdue: false,
            stops: 0,
            previous: 0,
            left: BTreeSet::new(),
            accepted: 0,
            verdict: None,
            reported: None,
            had_effect: true,
        }
    }

    fn is_startup_vm_period(&self) -> bool {
        self.now - self.startup < GUEST
    }

    fn is_startup_health_grace(&self) -> bool {
        self.now - self.startup < HEALTH
    }

    fn is_host_shutting_down(&self) -> bool {
        self.shutdown.is_some_and(|marked| self.now - marked < SHUTDOWN)
    }

    /// Events that have not ended.
    pub(crate) fn open(&self) -> u64 {
        let collected: u64 = self.collected.values().sum();
        let held: u64 = self.held.values().map(|held| held.events).sum();
        collected + held + self.stops + self.previous
    }

    /// The instants at which something changes.
    fn edges(&self) -> Vec<u64> {
        let mut edges = vec![self.startup + GUEST, self.startup + HEALTH];
        edges.extend(self.asked.map(|asked| asked + FACTS));
        edges.extend(self.shutdown.map(|marked| marked + SHUTDOWN));
        edges
    }

    /// Does what is due until `until`, which may be now.
    fn run(&mut self, until: u64) {
        self.had_effect = false;
        // The facts are asked for as soon as anything needs them, and given up on 30 s later.
        loop {
            let need = self.held.values().map(|held| held.due).min();
            let report = self.report_due.then_some(self.startup + HEALTH);
            let Some(due) = need.into_iter().chain(report).min() else { break };
            let asked = self.asked.unwrap_or(due.max(self.now));
            if asked > until {
                break;
            }
            self.asked = Some(asked);
            let concluded = if self.answers { asked } else { asked + FACTS };
            if concluded > until {
                break;
            }
            self.asked = None;
            self.conclude(concluded.max(self.now));
        }
        if self.asked.is_some_and(|asked| asked + FACTS <= until) {
            self.asked = None;
        }
        if !self.report_due {
            if until - self.startup >= GUEST && !self.collected.is_empty() {
                self.tell_collected();
            }
            self.had_effect |= self.previous > 0;
            self.tell_previous();
        }
        if self.shutdown.is_some_and(|marked| until - marked >= SHUTDOWN) && !self.overdue {
            self.overdue = true;
            self.had_effect |= self.stops > 0;
            self.stops = 0;
        }
    }

    fn conclude(&mut self, at: u64) {
        self.had_effect = true;
        if self.report_due && at - self.startup >= HEALTH {
            self.report_due = false;
            self.reports += 1;
            let of = |last| {
                let all = self.last.iter().filter(move |(_, known)| **known == last);
                all.map(|(id, _)| *id).collect()
            };
            self.reported = Some((of(Last::Started), of(Last::Failed)));
            self.tell_previous();
            self.tell_collected();
        }
        let told: Vec<Key> =
            self.held.iter().filter(|(_, held)| held.due <= at).map(|(key, _)| *key).collect();
        for key in told {
            self.held.remove(&key);
            self.told.insert(key);
        }
    }

    /// Whoever is told what earlier boots left is told when it is over, too.
    fn tell_previous(&mut self) {
        self.previous = 0;
        self.told.append(&mut self.left);
    }

    fn tell_collected(&mut self) {
        self.collected.clear();
        self.last.clear();
        self.aggregated = true;
        self.had_effect = true;
    }

    fn note(&mut self, id: u8, last: Last) {
        if self.report_due {
            self.last.insert(id, last);
        }
    }

    fn started(&mut self, id: u8) -> Verdict {
        self.note(id, Last::Started);
        if self.is_startup_vm_period() {
            *self.collected.entry(id).or_default() += 1;
            return Verdict::AggregateUntil(self.startup + GUEST);
        }
        Verdict::Deliver
    }

    fn stopped(&mut self, id: u8) -> Verdict {
        if self.last.contains_key(&id) {
            self.note(id, Last::Stopped);
        }
        if self.is_host_shutting_down() {
            self.stops += 1;
            return Verdict::HoldUntil(self.shutdown.unwrap_or_default() + SHUTDOWN);
        }
        Verdict::Deliver
    }

    fn alert(&mut self, key: Key) -> Verdict {
        let due = self.startup + HEALTH;
        if HELD.contains(&key.0) && self.is_startup_health_grace() {
            self.held.entry(key).or_insert(Held { events: 0, due }).events += 1;
            return Verdict::HoldUntil(due);
        }
        self.held.remove(&key);
        self.told.insert(key);
        Verdict::Deliver
    }

    fn resolved(&mut self, key: Key) -> Verdict {
        self.had_effect = self.held.remove(&key).is_some();
        if self.told.remove(&key) {
            self.had_effect = true;
            return Verdict::Deliver;
        }
        Verdict::Recovered
    }

    fn mark_shutdown(&mut self) -> Verdict {
        if !self.is_host_shutting_down() {
            self.overdue = false;
        }
        self.shutdown = Some(self.now);
        Verdict::Deliver
    }

    fn crash(&mut self) {
        self.asked = None;
        let runs = !self.real_boot && self.is_startup_health_grace();
        if self.report_due || runs {
            return;
        }
        if self.now - self.startup >= GUEST && !self.collected.is_empty() {
            self.tell_collected();
        }
        self.real_boot = false;
        self.startup = self.now;
    }

    fn reboot(&mut self, uptime: Option<u64>) {
        let previous = self.open() - self.stops;
        let mut left = std::mem::take(&mut self.left);
        left.extend(self.held.keys());
        let next = Self::new(self.answers, self.takes, uptime);
        *self = Self {
            boot: self.boot + 1,
            reports: self.reports,
            told: std::mem::take(&mut self.told),
            previous,
            left,
            accepted: self.accepted,
            ..next
        };
    }

    fn take(&mut self) {
        self.had_effect = !self.collected.is_empty() || !self.aggregated;
        self.collected.clear();
        self.aggregated = true;
    }

    fn mark(&mut self) {
        self.had_effect = self.report_due || !self.aggregated;
        self.report_due = false;
        self.aggregated = true;
    }

    fn event(&mut self, verdict: impl FnOnce(&mut Self) -> Verdict) {
        self.accepted += 1;
        self.verdict = Some(verdict(self));
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        (prop::bool::weighted(0.8), prop::bool::weighted(0.8), uptime())
            .prop_map(|(answers, takes, uptime)| Self::new(answers, takes, uptime))
            .boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let id = || 0_u8..6;
        prop_oneof![
            6 => instant(state).prop_map(Step::Advance),
            3 => instant(state).prop_map(Step::Sleep),
            1 => Just(Step::Timeout),
            6 => id().prop_map(Step::Started),
            1 => (id(), 0..500 * SECOND).prop_map(|(id, back)| Step::StartedInThePast(id, back)),
            2 => id().prop_map(Step::Failed),
            1 => id().prop_map(Step::Warned),
            4 => id().prop_map(Step::Stopped),
            6 => key().prop_map(Step::Alert),
            4 => key().prop_map(Step::Resolved),
            2 => Just(Step::Shutdown),
            1 => Just(Step::Cancel),
            1 => id().prop_map(Step::Collect),
            1 => Just(Step::Take),
            1 => prop::bool::weighted(0.3).prop_map(|m| if m { Step::Mark } else { Step::Timeout }),
            2 => Just(Step::Crash),
            1 => uptime().prop_map(Step::Reboot),
        ]
        .boxed()
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        !matches!(step, Step::Advance(to) | Step::Sleep(to) if *to < state.now)
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.verdict = None;
        state.reported = None;
        state.had_effect = true;
        match *step {
            Step::Advance(until) => {
                state.run(until);
                state.had_effect |= until > state.now;
                state.now = until;
            }
            Step::Sleep(until) => {
                state.had_effect = until > state.now;
                state.now = until;
            }
            Step::Timeout => state.run(state.now),
            Step::Started(id) | Step::StartedInThePast(id, _) => state.event(|s| s.started(id)),
            Step::Failed(id) => state.event(|s| {
                s.note(id, Last::Failed);
                Verdict::Deliver
            }),
            Step::Warned(id) => state.event(|s| {
                s.note(id, Last::Started);
                Verdict::Deliver
            }),
            Step::Stopped(id) => state.event(|s| s.stopped(id)),
            Step::Alert(key) => state.event(|s| s.alert(by_own_name(key))),
            Step::Resolved(key) => state.event(|s| s.resolved(by_own_name(key))),
            Step::Shutdown => state.event(Self::mark_shutdown),
            Step::Cancel => state.event(|s| {
                s.had_effect = s.shutdown.take().is_some();
                s.stops = 0;
                Verdict::Deliver
            }),
            Step::Collect(id) => {
                state.accepted += 1;
                state.note(id, Last::Started);
                *state.collected.entry(id).or_default() += 1;
            }
            Step::Take => state.take(),
            Step::Mark => state.mark(),
            Step::Crash => state.crash(),
            Step::Reboot(uptime) => state.reboot(uptime),
        }
        state
    }
}

/// The original asks `category.lower() in STARTUP_GRACE_CATEGORIES`.
fn by_own_name((category, key): Key) -> Key {
    let lower = category.to_lowercase();
    (HELD.into_iter().find(|held| *held == lower).unwrap_or(category), key)
}

/// An instant from now on: mostly just before, at, or just after one at which something changes.
fn instant(state: &Model) -> BoxedStrategy<u64> {
    let now = state.now;
    let near: Vec<u64> = state
        .edges()
        .into_iter()
        .flat_map(|edge| [edge - 1, edge, edge + 1])
        .filter(|&edge| edge >= now)
        .collect();
    let any = (0..400 * SECOND).prop_map(move |span| now + span);
    if near.is_empty() {
        return any.boxed();
    }
    prop_oneof![3 => prop::sample::select(near), 2 => any].boxed()
}

fn uptime() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![
        3 => Just(Some(0)),
        1 => Just(Some(REAL_BOOT - 1)),
        1 => Just(Some(REAL_BOOT)),
        1 => Just(None),
        3 => (0..2 * REAL_BOOT).prop_map(Some),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    let categories = vec!["storage", "NETWORK", "vms", "services", "cpu", "", "networ\u{212A}"];
    (prop::sample::select(categories), 0_u8..2)
}
