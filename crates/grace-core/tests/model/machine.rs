//! The machine under test, driven like the model and compared with it after each step.

use std::collections::{BTreeMap, BTreeSet};

use grace_core::{
    Alert, BootId, BootIdentity, BootKind, Decision, Delivery, Effect, Event, Facts, Grace, Guest,
    GuestAction, GuestKind, HealthSnapshot, Message, Outcome, Policy, Sequence, Severity,
    ShutdownKind, Start, Status, Text, Uptime,
};
use proptest_state_machine::StateMachineTest;

use super::reference::{Key, Model, Step, Verdict};
use super::tally;

pub(crate) struct Machine {
    grace: Grace,
    now: Uptime,
    answers: bool,
    takes: bool,
    reports: u64,
    accepted: u64,
    settled: u64,
    open: BTreeMap<Sequence, u64>,
    failures: u64,
    /// What the last step brought about.
    last: Brought,
}

#[derive(Default)]
struct Brought {
    decision: Option<Decision>,
    recovered: bool,
    reported: Option<(BTreeSet<u8>, BTreeSet<u8>)>,
    failures_told: u64,
}

fn identity(boot: u32) -> BootIdentity {
    BootIdentity::new(BootId::new(&format!("{boot:032x}")))
}

fn guest(id: u8) -> Guest {
    Guest::new(id.to_string(), format!("g{id}"), GuestKind::Vm)
}

fn alert((category, key): Key) -> Alert {
    Alert::new(category, key.to_string(), Severity::Critical, "bad")
}

fn ids<'a>(ids: impl Iterator<Item = &'a str>) -> BTreeSet<u8> {
    ids.map(|id| id.parse().expect("an id of this test")).collect()
}

impl Machine {
    fn new(model: &Model, start: Start) -> Self {
        let grace = Grace::new(Policy::default(), start);
        let mut machine = Self {
            now: grace.started_at(),
            grace,
            answers: model.answers,
            takes: model.takes,
            reports: 0,
            accepted: 0,
            settled: 0,
            open: BTreeMap::new(),
            failures: 0,
            last: Brought::default(),
        };
        machine.drain();
        machine
    }

    fn start(&mut self, start: Start) {
        self.grace = Grace::new(Policy::default(), start.with_saved(self.grace.save()));
        self.now = self.grace.started_at();
        self.drain();
    }

    fn run(&mut self, until: Uptime) {
        while let Some(due) = self.grace.poll_timeout().filter(|&due| due <= until) {
            self.now = self.now.max(due);
            self.grace.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    fn event(&mut self, now: Uptime, event: Event) {
        let expected = self.grace.view().decide(self.now, subject(&event));
        let decision = self.grace.handle_event(now, event.clone());
        self.drain();
        if !matches!(event, Event::Resolved(_)) {
            assert_eq!(decision, expected, "the view and the machine decide alike");
        }
        self.last.decision = Some(decision);
        tally::count(
            ["=> aggregate", "=> deliver", "=> hold"][match decision {
                Decision::Aggregate { .. } => 0,
                Decision::Deliver => 1,
                Decision::Hold { .. } => 2,
            }],
            true,
        );
    }

    fn drain(&mut self) {
        while let Some(effect) = self.grace.poll_effect() {
            match effect {
                Effect::CollectFacts { request, .. } if self.answers => {
                    let mut facts = Facts::default();
                    facts.health = Ok(HealthSnapshot::new(Status::Ok));
                    self.grace.handle_facts(self.now, request, facts);
                }
                Effect::Deliver(envelope) => {
                    if envelope.attempt == 0 {
                        self.read(&envelope.message);
                    }
                    let delivery = if self.takes {
                        Delivery::Taken
                    } else {
                        Delivery::NotTaken { retry_after: None }
                    };
                    self.grace.handle_delivery(self.now, &envelope, delivery);
                }
                Effect::Accepted { entry, .. } => {
                    self.accepted += 1;
                    *self.open.entry(entry).or_default() += 1;
                }
                Effect::Settled { entry, events, outcome } => {
                    self.settled += events;
                    assert_eq!(self.open.remove(&entry), Some(events), "entry {entry}");
                    self.last.recovered |= outcome == Outcome::Recovered;
                    tally::count(outcome_name(&outcome), true);
                }
                Effect::CollectFacts { .. } | Effect::Closed(_) | Effect::GaveUp { .. } => {}
            }
        }
    }

    fn read(&mut self, message: &Message) {
        match message {
            Message::StartupReport(report) => {
                self.reports += 1;
                let started = ids(report.guests.started.iter().map(|guest| guest.id.as_str()));
                let failed = report.guests.failed.iter().filter_map(|guest| guest.id.as_ref());
                let failed = ids(failed.map(grace_core::GuestId::as_str));
                self.last.reported = Some((started, failed));
            }
            Message::Notice(notice) => {
                let failure =
                    matches!(notice.event, Event::GuestFailed { .. } | Event::GuestWarned { .. });
                self.last.failures_told += u64::from(failure);
            }
            _ => {}
        }
    }

    /// A failure whose words were never used before: no two are the same.
    fn reason(&mut self) -> Text {
        self.failures += 1;
        Text::new(self.failures.to_string())
    }

    fn step(&mut self, step: &Step, model: &Model) {
        let now = self.now;
        let (action, at) = (GuestAction::Start, None);
        match *step {
            Step::Advance(until) => self.run(Uptime::from_nanos(until)),
            Step::Sleep(until) => self.now = Uptime::from_nanos(until),
            Step::Timeout => {
                self.grace.handle_timeout(now);
                self.drain();
                self.run(now);
            }
            Step::Started(id) => self.event(now, Event::GuestStarted { guest: guest(id), at }),
            Step::StartedInThePast(id, back) => {
                let past = now.saturating_sub(std::time::Duration::from_nanos(back));
                // A signal that moves nothing brings the machine to now.
                self.grace.handle_signal(now, grace_core::Signal::SweepFinished);
                self.event(past, Event::GuestStarted { guest: guest(id), at });
            }
            Step::Failed(id) => {
                let reason = self.reason();
                self.event(now, Event::GuestFailed { guest: guest(id), action, reason, at });
            }
            Step::Warned(id) => {
                let reason = self.reason();
                self.event(now, Event::GuestWarned { guest: guest(id), action, reason, at });
            }
            Step::Stopped(id) => self.event(now, Event::GuestStopped { guest: guest(id), at }),
            Step::Alert(key) => self.event(now, Event::Alert(alert(key))),
            Step::Resolved(key) => self.event(now, Event::Resolved(alert(key))),
            Step::Shutdown => self.event(now, Event::Shutdown(ShutdownKind::Unknown)),
            Step::Cancel => self.event(now, Event::ShutdownCancelled),
            Step::Collect(id) => self.grace.collect_guest(now, &guest(id)),
            Step::Take => drop(self.grace.take_guests(now)),
            Step::Mark => self.grace.mark_reported(now),
            Step::Crash => self.start(Start::new(Some(now), identity(model.boot))),
            Step::Reboot(uptime) => {
                self.start(Start::new(uptime.map(Uptime::from_nanos), identity(model.boot)));
            }
        }
        self.drain();
    }
}

impl StateMachineTest for Machine {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(model: &Model) -> Self {
        let uptime = (model.now > 0).then(|| Uptime::from_nanos(model.now));
        Self::new(model, Start::new(uptime, identity(0)))
    }

    fn apply(mut machine: Self, model: &Model, step: Step) -> Self {
        tally::count(step.name(), model.had_effect);
        machine.last = Brought::default();
        machine.step(&step, model);

        let found = machine.last.decision.map(|decision| match decision {
            Decision::Deliver => Verdict::Deliver,
            Decision::Hold { .. } if machine.last.recovered => Verdict::Recovered,
            Decision::Hold { until, .. } => Verdict::HoldUntil(until.as_nanos()),
            Decision::Aggregate { until } => Verdict::AggregateUntil(until.as_nanos()),
        });
        assert_eq!(found, model.verdict, "{step:?}");
        assert_eq!(machine.last.reported, model.reported, "the report after {step:?}");
        let is_failure = matches!(step, Step::Failed(_) | Step::Warned(_));
        assert_eq!(machine.last.failures_told, u64::from(is_failure), "{step:?}");
        machine
    }

    fn check_invariants(machine: &Self, model: &Model) {
        let grace = &machine.grace;
        assert_eq!(machine.now.as_nanos(), model.now, "now");
        assert_eq!(grace.kind() == BootKind::Boot, model.real_boot, "kind");
        assert_eq!(grace.view().anchor().as_nanos(), model.startup, "anchor");
        assert_eq!(grace.has_collected_guests(), !model.collected.is_empty(), "has collected");
        assert_eq!(grace.is_aggregated(), model.aggregated, "is aggregated");
        assert_eq!(machine.reports, model.reports, "reports");
        assert_eq!(grace.held_alerts().count(), model.held.len(), "held alerts");
        assert_eq!(machine.accepted, model.accepted, "accepted");
        assert_eq!(machine.accepted, machine.settled + model.open(), "conservation");
        assert_eq!(machine.open.values().sum::<u64>(), model.open(), "open entries");
    }

    fn teardown(mut machine: Self, mut model: Model) {
        // In the end everything is told: a day later nothing is open but what the host went down with.
        machine.takes = true;
        let end = Uptime::from_nanos(model.now + 86_400 * super::reference::SECOND);
        machine.run(end);
        model.stops = 0;
        assert_eq!(machine.open, BTreeMap::new(), "liveness");
        assert_eq!(machine.grace.usage().outbox, 0, "everything was taken");
        assert_eq!(machine.grace.poll_timeout(), None, "nothing is left to do");
    }
}

fn subject(event: &Event) -> grace_core::Subject<'_> {
    use grace_core::Subject;
    match event {
        Event::GuestStarted { .. } => Subject::GuestStarted,
        Event::GuestStopped { .. } => Subject::GuestStopped,
        Event::Alert(alert) | Event::Resolved(alert) => {
            Subject::Alert { category: &alert.category, severity: alert.severity }
        }
        Event::Shutdown(_) | Event::ShutdownCancelled => Subject::HostShutdown,
        _ => Subject::GuestFailed,
    }
}

fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered(_) => "=> delivered",
        Outcome::Digest(_) => "=> digest",
        Outcome::Report(_) => "=> report",
        Outcome::Taken => "=> taken",
        Outcome::ExpectedStop => "=> expected stop",
        Outcome::Recovered => "=> recovered",
    }
}
