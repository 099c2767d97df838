//! A short boot that is told to a witness, truly or not.

use grace_core::{
    Alert, BootId, BootIdentity, CategoryHealth, Check, Decision, Delivery, Effect, Envelope,
    Event, Facts, Gap, GapKind, Grace, Guest, GuestAction, GuestKind, HealthSnapshot, Policy,
    Severity, ShutdownKind, Start, Status, Text, Uptime, Usage,
};
use grace_sim::laws::{Life, Witness};

/// Something that the witness is told.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    Event(Event, Decision),
    Effect(Effect),
    Delivery(Envelope, Delivery),
    Handled(Usage, Option<Uptime>),
    Timeout,
    Ended,
}

/// A short boot, told to a witness through `tell`, which may leave out, change or add what it likes.
///
/// At 20 s the program starts, at 30 s a guest, at 40 s storage fails for good, at 50 s the network, for ten
/// seconds; at 70 s a guest fails, at 80 s the disks, for ten seconds; at 100 s one more guest starts with
/// warnings. At 320 s the report is due. At 400 s a shutdown is announced, and a guest stops for it.
pub(crate) fn witness_of(policy: Policy, tell: impl FnMut(Told) -> Vec<Told>) -> Witness {
    tell_all(Witness::new(&policy), tell)
}

/// The same, told to a witness of destinations of these names, though the run has one without a name.
pub(crate) fn witness_of_destinations(
    names: &[Text],
    tell: impl FnMut(Told) -> Vec<Told>,
) -> Witness {
    tell_all(Witness::new(&Policy::default()).with_destinations(names), tell)
}

fn tell_all(witness: Witness, mut tell: impl FnMut(Told) -> Vec<Told>) -> Witness {
    let mut run = Run { witness, grace: Grace::new(Policy::default(), start()), tell: &mut tell };
    run.witness.started(secs(20), Life::FIRST);
    run.act(secs(20));
    for (at, event) in events() {
        run.time_out_until(at);
        let decision = run.grace.handle_event(at, event.clone());
        run.hear(at, Told::Event(event, decision));
        run.act(at);
    }
    run.time_out_until(secs(4_000));
    run.hear(secs(4_000), Told::Ended);
    run.witness
}

struct Run<'a> {
    witness: Witness,
    grace: Grace,
    tell: &'a mut dyn FnMut(Told) -> Vec<Told>,
}

impl Run<'_> {
    fn time_out_until(&mut self, end: Uptime) {
        while let Some(due) = self.grace.poll_timeout().filter(|due| *due <= end) {
            self.hear(due, Told::Timeout);
            self.grace.handle_timeout(due);
            self.act(due);
        }
    }

    /// Tells what the machine wants, and answers it at once.
    fn act(&mut self, now: Uptime) {
        let mut answers = Vec::new();
        while let Some(effect) = self.grace.poll_effect() {
            answers.push(effect.clone());
            self.hear(now, Told::Effect(effect));
        }
        let (usage, due) = (self.grace.usage(), self.grace.poll_timeout());
        self.hear(now, Told::Handled(usage, due));
        for effect in answers {
            match effect {
                Effect::Deliver(envelope) => {
                    self.hear(now, Told::Delivery(envelope.clone(), Delivery::Taken));
                    self.grace.handle_delivery(now, &envelope, Delivery::Taken);
                }
                Effect::CollectFacts { request, .. } => {
                    self.witness.facts(now, request, &facts());
                    self.grace.handle_facts(now, request, facts());
                }
                _ => continue,
            }
            self.act(now);
        }
    }

    fn hear(&mut self, now: Uptime, told: Told) {
        for told in (self.tell)(told) {
            match told {
                Told::Event(event, decision) => self.witness.event(now, &event, decision),
                Told::Effect(effect) => self.witness.effect(now, &effect),
                Told::Delivery(envelope, delivery) => {
                    self.witness.delivery(now, &envelope, delivery);
                }
                Told::Handled(usage, due) => self.witness.handled(now, usage, due),
                Told::Timeout => self.witness.timeout(now),
                Told::Ended => self.witness.ended(true),
            }
        }
    }
}

fn secs(secs: u64) -> Uptime {
    Uptime::from_secs(secs)
}

fn start() -> Start {
    Start::new(Some(secs(20)), BootIdentity::new(BootId::new("1")))
}

fn facts() -> Facts {
    let mut facts = Facts::unknown(GapKind::JournalUnreadable, "there is none");
    let check = Check::new("nas-nfs", Status::Critical, "not mounted");
    let storage = CategoryHealth::from_checks("storage", vec![check]);
    facts.health = Ok(HealthSnapshot::from_categories(vec![storage]));
    facts.expected_guests = Err(Gap::new(GapKind::ExpectedGuestsUnknown, "none are known"));
    facts
}

fn guest(id: &str) -> Guest {
    Guest::new(id, id, GuestKind::Vm)
}

pub(crate) fn alert(category: &str, key: &str) -> Alert {
    Alert::new(category, key, Severity::Warning, "not well")
}

fn events() -> Vec<(Uptime, Event)> {
    let (action, at) = (GuestAction::Start, None);
    vec![
        (secs(30), Event::GuestStarted { guest: guest("100"), at }),
        (secs(40), Event::Alert(alert("storage", "nas-nfs"))),
        (secs(50), Event::Alert(alert("network", "vmbr0"))),
        (secs(60), Event::Resolved(alert("network", "vmbr0"))),
        (secs(70), Event::GuestFailed { guest: guest("101"), action, reason: "no".into(), at }),
        (secs(80), Event::Alert(alert("disks", "sda"))),
        (secs(90), Event::Resolved(alert("disks", "sda"))),
        (secs(100), Event::GuestWarned { guest: guest("102"), action, reason: "slow".into(), at }),
        (secs(400), Event::Shutdown(ShutdownKind::Reboot)),
        (secs(410), Event::GuestStopped { guest: guest("100"), at }),
    ]
}
