//! An owner of the machine with whims.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use grace_core::{
    BootId, BootIdentity, Delivery, Effect, Envelope, Facts, GapKind, Grace, HealthSnapshot,
    Request, SavedState, Signal, Start, Text, Uptime,
};
use grace_sim::laws::{Life, Witness};
use grace_sim::timeline::{self, Action, Boot, HealthChange, Timeline};

/// Drives the machine through a timeline, with a witness.
pub(crate) struct Owner<'a> {
    timeline: &'a Timeline,
    whims: Box<dyn Iterator<Item = u8> + 'a>,
    witness: Witness,
    lives: VecDeque<Life>,
    program: Program,
    boot: u64,
    /// Time since the timeline began, and where the boot timeline stood at which of these.
    t: Duration,
    clock: (Duration, Option<Uptime>),
    answers: BTreeMap<(Duration, u64), Answer>,
    asked: u64,
    health: Option<HealthSnapshot>,
    /// The notifiers that take nothing.
    down: BTreeSet<Text>,
}

enum Program {
    Runs(Box<Grace>),
    Dead(Option<SavedState>),
}

enum Answer {
    Delivery(Envelope),
    Facts(Request),
}

impl<'a> Owner<'a> {
    pub(crate) fn of(timeline: &'a Timeline, whims: &'a [u8]) -> Self {
        Self {
            timeline,
            whims: Box::new(whims.iter().copied().cycle()),
            witness: Witness::new(&timeline.policy).with_destinations(&timeline.notifiers),
            lives: Life::all(timeline).into(),
            program: Program::Dead(None),
            boot: 1,
            t: Duration::ZERO,
            clock: (Duration::ZERO, timeline.start.uptime),
            answers: BTreeMap::new(),
            asked: 0,
            health: None,
            down: BTreeSet::new(),
        }
    }

    /// Runs to the timeline's end, and then, on time, until nothing is due.
    pub(crate) fn run(mut self, runs_at_the_end: bool) -> Witness {
        self.start();
        for step in &self.timeline.events {
            let punctual = self.whim(2) == 0;
            self.pass(self.t.max(step.at), punctual);
            self.act(&step.action);
        }
        self.down.clear();
        self.whims = Box::new(std::iter::repeat(0));
        let end = self.t + Duration::from_secs(100 * 86_400);
        self.pass(end, true);
        self.witness.ended(runs_at_the_end);
        self.witness
    }

    fn act(&mut self, action: &Action) {
        let now = self.now();
        match action {
            Action::Crash | Action::Stop => self.stop(),
            Action::Restart { boot, state } => {
                self.stop();
                if let Boot::New { uptime } = boot {
                    self.boot += 1;
                    self.clock = (self.t, *uptime);
                }
                if *state == timeline::SavedState::Lost {
                    self.program = Program::Dead(None);
                }
                self.start();
            }
            Action::Suspend(span) => self.t += *span,
            Action::NotifierDown(Some(name)) => drop(self.down.insert(name.clone())),
            Action::NotifierUp(Some(name)) => drop(self.down.remove(name)),
            Action::NotifierDown(None) => self.down = names(self.timeline).collect(),
            Action::NotifierUp(None) => self.down.clear(),
            Action::Health(HealthChange::Document(health)) => {
                self.health = Some(health.snapshot().clone());
            }
            Action::Health(HealthChange::Unavailable(_)) => self.health = None,
            action => {
                let Program::Runs(grace) = &mut self.program else { return };
                match action {
                    Action::Event(event) => {
                        let decision = grace.handle_event(now, event.clone());
                        self.witness.event(now, event, decision);
                    }
                    Action::SweepStarted => grace.handle_signal(now, Signal::SweepStarted),
                    Action::SweepFinished => grace.handle_signal(now, Signal::SweepFinished),
                    Action::TakeGuests => {
                        let guests = grace.take_guests(now);
                        self.witness.taken(now, &guests);
                    }
                    _ => return,
                }
                let signal = match action {
                    Action::SweepStarted => Some(Signal::SweepStarted),
                    Action::SweepFinished => Some(Signal::SweepFinished),
                    _ => None,
                };
                if let Some(signal) = signal {
                    self.witness.signal(now, &signal);
                }
                self.drain();
            }
        }
        if self.whim(4) == 0 {
            self.time_out();
        }
    }

    fn start(&mut self) {
        let Program::Dead(saved) = std::mem::replace(&mut self.program, Program::Dead(None)) else {
            return;
        };
        let (since, uptime) = self.clock;
        let uptime = uptime.map(|uptime| uptime.saturating_add(self.t - since));
        let identity = BootIdentity::new(BootId::new(&self.boot.to_string()));
        let mut start = Start::new(uptime, identity).with_destinations(&self.timeline.notifiers);
        start.saved = saved;
        let grace = Grace::new(self.timeline.policy.clone(), start);
        if uptime.is_none() {
            // Its timeline goes on where the program knows that it was.
            self.clock.0 = self.t - grace.started_at().since_boot().min(self.t);
        }
        let life = self.lives.pop_front().unwrap_or(Life::FIRST);
        self.witness.started(grace.started_at(), life);
        self.program = Program::Runs(Box::new(grace));
        self.drain();
    }

    fn stop(&mut self) {
        if let Program::Runs(grace) = &self.program {
            self.program = Program::Dead(Some(grace.save()));
        }
        self.answers.clear();
    }

    /// Lets time pass; if `punctual`, the machine is woken when it wants to be.
    fn pass(&mut self, end: Duration, punctual: bool) {
        // Far more than any run needs: one that has no end breaks the law of bounds.
        for _ in 0..100_000 {
            let answer = self.answers.keys().next().map(|(at, _)| *at);
            let due = self.due().filter(|_| punctual);
            let Some(next) = answer.into_iter().chain(due).min().filter(|next| *next <= end) else {
                self.t = end;
                return;
            };
            self.t = self.t.max(next);
            match self.answers.pop_first() {
                Some(((at, _), answer)) if at <= self.t => self.answer(answer),
                kept => {
                    self.answers.extend(kept);
                    self.time_out();
                }
            }
        }
        panic!("there is always something due");
    }

    /// When the machine wants to be woken, on the timeline.
    fn due(&self) -> Option<Duration> {
        let Program::Runs(grace) = &self.program else { return None };
        let ahead = grace.poll_timeout()?.saturating_since(self.now());
        Some(self.t + ahead)
    }

    fn time_out(&mut self) {
        let now = self.now();
        if let Program::Runs(grace) = &mut self.program {
            self.witness.timeout(now);
            grace.handle_timeout(now);
            self.drain();
        }
    }

    fn answer(&mut self, answer: Answer) {
        let now = self.now();
        let Program::Runs(grace) = &mut self.program else { return };
        match answer {
            Answer::Delivery(envelope) => {
                let delivery = match self.down.contains(envelope.to.name()) {
                    false => Delivery::Taken,
                    true => Delivery::NotTaken { retry_after: None },
                };
                self.witness.delivery(now, &envelope, delivery);
                grace.handle_delivery(now, &envelope, delivery);
            }
            Answer::Facts(request) => {
                let mut facts = Facts::unknown(GapKind::HealthUnknown, "the owner has whims");
                if let Some(health) = &self.health {
                    facts.health = Ok(health.clone());
                }
                self.witness.facts(now, request, &facts);
                grace.handle_facts(now, request, facts);
            }
        }
        self.drain();
    }

    fn drain(&mut self) {
        let now = self.now();
        let mut asked = Vec::new();
        let Program::Runs(grace) = &mut self.program else { return };
        while let Some(effect) = grace.poll_effect() {
            self.witness.effect(now, &effect);
            match effect {
                Effect::Deliver(envelope) => asked.push(Answer::Delivery(envelope)),
                Effect::CollectFacts { request, .. } => asked.push(Answer::Facts(request)),
                _ => {}
            }
        }
        self.witness.handled(now, grace.usage(), grace.poll_timeout());
        for answer in asked {
            let after = match self.whim(8) {
                0..=3 => 0,
                4 => 1,
                5 => 40,
                6 => 250,
                // It never comes.
                _ => continue,
            };
            self.asked += 1;
            self.answers.insert((self.t + Duration::from_secs(after), self.asked), answer);
        }
    }

    fn now(&self) -> Uptime {
        let (since, uptime) = self.clock;
        uptime.unwrap_or_default().saturating_add(self.t.saturating_sub(since))
    }

    /// One of so many whims.
    fn whim(&mut self, of: u8) -> u8 {
        self.whims.next().unwrap_or_default() % of
    }
}

/// The notifiers' names; that of the only one where none is named.
fn names(timeline: &Timeline) -> impl Iterator<Item = Text> {
    let unnamed = timeline.notifiers.is_empty().then(Text::default);
    timeline.notifiers.iter().cloned().chain(unnamed)
}
