//! What a set of timelines is made of, so that a generator that draws nothing of interest shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use grace_core::{Event, Text};

use crate::laws::{Life, Tally};
use crate::timeline::{Action, Boot, HealthChange, JournalChange, SavedState, Timeline};

/// How often each thing stands in a set of timelines, and how often it changes nothing there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Distribution {
    timelines: u64,
    /// By the step's name: how many, and how many of them change nothing.
    steps: BTreeMap<&'static str, (u64, u64)>,
    /// How many timelines have the property of this name.
    timelines_with: BTreeMap<&'static str, u64>,
    outcomes: Tally,
}

impl Distribution {
    /// Counts a timeline in.
    pub fn count(&mut self, timeline: &Timeline) {
        self.timelines += 1;
        let mut host = Host { runs: true, reached: true, down: BTreeSet::new() };
        for step in &timeline.events {
            let counts = self.steps.entry(name(&step.action)).or_default();
            counts.0 += 1;
            counts.1 += u64::from(host.is_unchanged_by(&step.action));
        }
        for name in properties(timeline) {
            *self.timelines_with.entry(name).or_default() += 1;
        }
    }

    /// Counts in what was seen when a timeline was run.
    pub fn count_outcomes(&mut self, tally: &Tally) {
        self.outcomes.merge(tally);
    }

    /// Counts in what another one has counted.
    pub fn merge(&mut self, other: &Self) {
        self.timelines += other.timelines;
        for (name, (all, unchanged)) in &other.steps {
            let counts = self.steps.entry(name).or_default();
            counts.0 += all;
            counts.1 += unchanged;
        }
        for (name, count) in &other.timelines_with {
            *self.timelines_with.entry(name).or_default() += count;
        }
        self.outcomes.merge(&other.outcomes);
    }

    /// How many timelines were counted.
    #[must_use]
    pub const fn timelines(&self) -> u64 {
        self.timelines
    }

    /// How many steps of this name were counted; `lost-state`, `reboot` and others besides the names of files.
    #[must_use]
    pub fn steps(&self, name: &str) -> u64 {
        self.steps.get(name).map_or(0, |(all, _)| *all)
    }

    /// What was seen when the timelines were run.
    #[must_use]
    pub const fn outcomes(&self) -> &Tally {
        &self.outcomes
    }
}

/// A small table.
impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} timelines", self.timelines)?;
        for (name, count) in &self.timelines_with {
            writeln!(f, "  {name:<24} {:>9.1} %", percent(*count, self.timelines))?;
        }
        writeln!(f, "steps                           all  no effect")?;
        for (name, (all, unchanged)) in &self.steps {
            writeln!(f, "  {name:<24} {all:>8} {unchanged:>10}")?;
        }
        writeln!(f, "seen                            all")?;
        write!(f, "{}", self.outcomes)
    }
}

fn percent(of: u64, all: u64) -> f64 {
    of as f64 * 100.0 / all.max(1) as f64
}

/// As much of a host as tells whether a step changes it.
struct Host {
    runs: bool,
    reached: bool,
    /// Those of the notifiers that are down by name.
    down: BTreeSet<Text>,
}

impl Host {
    /// Whether the step is one that nothing and no one takes notice of.
    fn is_unchanged_by(&mut self, action: &Action) -> bool {
        let (runs, reached) = (self.runs, self.reached);
        match action {
            Action::Crash | Action::Stop => self.runs = false,
            Action::Restart { .. } => self.runs = true,
            Action::NotifierDown(None) => self.reached = false,
            Action::NotifierUp(None) => {
                self.reached = true;
                return reached && std::mem::take(&mut self.down).is_empty();
            }
            Action::NotifierDown(Some(name)) => return !self.down.insert(name.clone()),
            Action::NotifierUp(Some(name)) => return !self.down.remove(name),
            _ => {}
        }
        match action {
            Action::Crash
            | Action::Stop
            | Action::TakeGuests
            | Action::SweepStarted
            | Action::SweepFinished => !runs,
            Action::NotifierDown(None) => !reached,
            _ => false,
        }
    }
}

/// The step's name, finer than in files where that tells more.
fn name(action: &Action) -> &'static str {
    match action {
        Action::Event(event) if is_late(event) => "guest event, late",
        Action::Health(HealthChange::Slow(_)) => "health, slow",
        Action::Health(HealthChange::Unavailable(_)) => "health, unavailable",
        Action::Journal(JournalChange::Unavailable(_)) => "journal, unavailable",
        Action::NotifierDown(None) => "notifier, down",
        Action::NotifierDown(Some(_)) => "notifier, one down",
        Action::Restart { state: SavedState::Lost, .. } => "restart, state lost",
        Action::Restart { boot: Boot::New { .. }, .. } => "restart, new boot",
        other => other.name(),
    }
}

fn is_late(event: &Event) -> bool {
    let (Event::GuestStarted { at, .. }
    | Event::GuestWarned { at, .. }
    | Event::GuestFailed { at, .. }
    | Event::GuestStopped { at, .. }) = event
    else {
        return false;
    };
    at.is_some()
}

fn properties(timeline: &Timeline) -> Vec<&'static str> {
    let policy = &timeline.policy;
    let guests: BTreeSet<_> = timeline
        .events
        .iter()
        .filter_map(|step| match &step.action {
            Action::Event(event) => event.guest().map(|guest| &guest.id),
            _ => None,
        })
        .collect();
    let lives = Life::all(timeline);
    let size = match guests.len() {
        0 => "no guest",
        1..6 => "1 to 5 guests",
        6..41 => "6 to 40 guests",
        _ => "more than 40 guests",
    };
    let all = [
        (true, size),
        (lives.iter().any(|life| life.boot > 0), "several boots"),
        (lives.len() > 1, "several starts"),
        (timeline.start.uptime.is_none(), "uptime unknown"),
        (policy.adaptive.is_some(), "adaptive windows"),
        (*policy == grace_core::Policy::default(), "the default policy"),
        (policy.limits != grace_core::Limits::default(), "small limits"),
        (timeline.notifiers.len() > 1, "several notifiers"),
        (!Life::runs_at_the_end(timeline), "dead at the end"),
    ];
    all.into_iter().filter_map(|(is, name)| is.then_some(name)).collect()
}
