//! The witness of the laws is not blind: of a run that is told falsely it finds what is false.

use std::time::Duration;

use grace_core::{
    Alert, BootId, BootIdentity, CategoryHealth, Check, Decision, Delivery, Digest, DigestCause,
    Effect, Envelope, Event, Facts, Gap, GapKind, Grace, Guest, GuestAction, GuestKind,
    HealthSnapshot, HoldReason, Message, MessageId, Notice, Outcome, Policy, Sequence, Severity,
    ShutdownKind, Start, StartupReport, Status, Uptime, Usage,
};
use grace_sim::laws::{Law, Life, Witness};

/// Something that the witness is told.
#[derive(Debug, Clone)]
enum Told {
    Event(Event, Decision),
    Effect(Effect),
    Delivery(MessageId, Delivery),
    Handled(Usage, Option<Uptime>),
    Timeout,
    Ended,
}

/// A short boot, told to a witness through `tell`, which may leave out, change or add what it likes.
///
/// At 20 s the program starts, at 30 s a guest, at 40 s storage fails for good, at 50 s the network, for ten
/// seconds; at 70 s a guest fails, at 80 s the disks, for ten seconds; at 100 s one more guest starts with
/// warnings. At 320 s the report is due. At 400 s a shutdown is announced, and a guest stops for it.
fn witness_of(policy: Policy, mut tell: impl FnMut(Told) -> Vec<Told>) -> Witness {
    let mut run = Run {
        witness: Witness::new(&policy),
        grace: Grace::new(Policy::default(), start()),
        tell: &mut tell,
    };
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
                Effect::Deliver(Envelope { id, .. }) => {
                    self.hear(now, Told::Delivery(id, Delivery::Taken));
                    self.grace.handle_delivery(now, &id, Delivery::Taken);
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
                Told::Delivery(id, delivery) => self.witness.delivery(now, &id, delivery),
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

fn alert(category: &str, key: &str) -> Alert {
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

/// A run told by `tell` breaks the law, in words that contain these.
#[track_caller]
fn check(law: Law, words: &str, tell: impl FnMut(Told) -> Vec<Told>) {
    check_under(Policy::default(), law, words, tell);
}

#[track_caller]
fn check_under(policy: Policy, law: Law, words: &str, tell: impl FnMut(Told) -> Vec<Told>) {
    let witness = witness_of(policy, tell);
    let found = witness.violations();
    let named = found.iter().any(|found| found.law == law && found.words.contains(words));
    assert!(named, "no {law:?} with {words:?} in {found:#?}");
}

/// Tells everything, with the effects that `change` gives in the place of each.
fn effects(mut change: impl FnMut(Effect) -> Vec<Effect>) -> impl FnMut(Told) -> Vec<Told> {
    move |told| match told {
        Told::Effect(effect) => change(effect).into_iter().map(Told::Effect).collect(),
        told => vec![told],
    }
}

/// Tells everything, with each startup report as `change` makes it.
fn reports(mut change: impl FnMut(&mut StartupReport)) -> impl FnMut(Told) -> Vec<Told> {
    effects(move |effect| match effect {
        Effect::Deliver(envelope) => {
            let mut message = (*envelope.message).clone();
            if let Message::StartupReport(report) = &mut message {
                change(report);
            }
            vec![Effect::Deliver(Envelope::new(envelope.id, message))]
        }
        effect => vec![effect],
    })
}

const fn is_report(effect: &Effect) -> bool {
    matches!(effect, Effect::Settled { outcome: Outcome::Report(_), .. })
}

#[test]
fn a_run_that_is_told_truly_breaks_no_law() {
    let witness = witness_of(Policy::default(), |told| vec![told]);
    assert_eq!(witness.violations(), []);
    assert_eq!(witness.tally().get("events"), 10);
    assert_eq!(witness.tally().get("report"), 1);
}

#[test]
fn law_1_an_event_that_is_not_accepted() {
    let mut left_out = false;
    check(
        Law::Conservation,
        "was not accepted",
        effects(move |effect| match effect {
            Effect::Accepted { .. } if !std::mem::replace(&mut left_out, true) => vec![],
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_1_an_event_whose_sender_was_told_another_decision() {
    check(
        Law::Conservation,
        "its sender was told",
        effects(|effect| match effect {
            Effect::Accepted { event, entry, decision: Decision::Aggregate { .. } } => {
                let decision = Decision::Aggregate { until: Uptime::MAX };
                vec![Effect::Accepted { event, entry, decision }]
            }
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_1_an_entry_that_never_settles() {
    check(
        Law::Conservation,
        "is still open",
        effects(|effect| if is_report(&effect) { vec![] } else { vec![effect] }),
    );
}

#[test]
fn law_1_an_entry_that_settles_twice() {
    check(
        Law::Conservation,
        "is not open",
        effects(|effect| match effect {
            Effect::Settled { .. } => vec![effect.clone(), effect],
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_1_an_entry_that_settles_with_one_event_too_many() {
    check(
        Law::Conservation,
        "settled with 2 events, and has 1",
        effects(|effect| match effect {
            Effect::Settled { entry, outcome, .. } => {
                vec![Effect::Settled { entry, events: 2, outcome }]
            }
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_1_a_message_that_does_not_tell_of_its_event() {
    let words = "ended in a startup-report without a word";
    check(Law::Conservation, words, reports(|report| report.guests.started.clear()));
}

#[test]
fn law_1_a_failure_that_is_called_recovered() {
    check(
        Law::Conservation,
        "cannot recover",
        effects(|effect| match effect {
            Effect::Settled { entry, events, outcome: Outcome::Delivered(_) } => {
                vec![Effect::Settled { entry, events, outcome: Outcome::Recovered }]
            }
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_1_a_stop_that_is_called_expected_on_a_host_that_runs() {
    check(
        Law::Conservation,
        "no stop of a host that went down",
        effects(|effect| match effect {
            Effect::Settled { entry, events, outcome: Outcome::Digest(_) } => {
                vec![Effect::Settled { entry, events, outcome: Outcome::ExpectedStop }]
            }
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_1_a_message_that_no_one_took() {
    check(Law::Conservation, "was taken by no one", |told| match told {
        Told::Delivery(id, _) => {
            vec![Told::Delivery(id, Delivery::NotTaken { retry_after: None })]
        }
        told => vec![told],
    });
}

#[test]
fn law_1_another_message_under_the_same_id() {
    check(
        Law::Conservation,
        "is not what it was",
        effects(|effect| match effect {
            Effect::Deliver(envelope) => {
                let digest = Message::Digest(Digest::new(DigestCause::GraceEnded, Uptime::ZERO));
                let mut other = Envelope::new(envelope.id, digest);
                other.attempt = 1;
                vec![Effect::Deliver(envelope), Effect::Deliver(other)]
            }
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_2_a_second_report() {
    let mut sequence = 1_000_000_000;
    check(
        Law::OneReport,
        "report 2 in a boot that may have 1",
        effects(move |effect| match effect {
            Effect::Deliver(envelope) => {
                sequence += 1;
                let id = MessageId::new(None, Sequence::new(sequence));
                let again = Envelope::new(id, (*envelope.message).clone());
                vec![Effect::Deliver(envelope), Effect::Deliver(again)]
            }
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_2_a_report_after_a_mere_restart() {
    let mut policy = Policy::default();
    policy.boot_uptime = Duration::from_secs(10);
    check_under(policy, Law::OneReport, "report 1 in a boot that may have 0", |told| vec![told]);
}

#[test]
fn law_3_a_report_before_its_time() {
    let mut policy = Policy::default();
    policy.health = Duration::from_secs(301);
    let words = "before the health window's end";
    check_under(policy, Law::NeverEarlyNeverSilent, words, |told| vec![told]);
}

#[test]
fn law_3_a_machine_that_sleeps_too_long() {
    let mut policy = Policy::default();
    policy.health = Duration::from_secs(299);
    let words = "a report is owed by 319.000s";
    check_under(policy, Law::NeverEarlyNeverSilent, words, |told| vec![told]);
}

#[test]
fn law_3_a_report_that_never_comes() {
    check(
        Law::NeverEarlyNeverSilent,
        "a report is still owed",
        effects(|effect| match effect {
            Effect::Deliver(envelope) if matches!(*envelope.message, Message::StartupReport(_)) => {
                vec![]
            }
            Effect::Closed(_) => vec![],
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_4_a_recovery_of_an_alert_nobody_saw() {
    check(
        Law::Recoveries,
        "never told of, was told",
        effects(|effect| match effect {
            Effect::Deliver(envelope) => {
                let mut message = (*envelope.message).clone();
                if let Message::Notice(Notice { event: Event::Resolved(over), .. }) = &mut message {
                    over.key = "sdb".into();
                }
                vec![Effect::Deliver(Envelope::new(envelope.id, message))]
            }
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_4_a_recovery_that_is_kept_from_those_who_saw_the_alert() {
    check(Law::Recoveries, "and not of its recovery", |told| match told {
        Told::Event(event @ Event::Resolved(_), _) => {
            let decision = Decision::Hold { until: Uptime::MAX, reason: HoldReason::Startup };
            vec![Told::Event(event, decision)]
        }
        Told::Effect(Effect::Deliver(envelope)) => match &*envelope.message {
            Message::Notice(Notice { event: Event::Resolved(_), .. }) => vec![],
            _ => vec![Told::Effect(Effect::Deliver(envelope))],
        },
        told => vec![told],
    });
}

#[test]
fn law_4_a_held_alert_with_another_first_seen_time() {
    check(
        Law::Recoveries,
        "is not told so",
        reports(|report| {
            report.alerts.failing.iter_mut().for_each(|held| held.first_seen = Uptime::ZERO);
        }),
    );
}

#[test]
fn law_4_a_held_alert_with_another_count() {
    check(
        Law::Recoveries,
        "is not told so",
        reports(|report| {
            report.alerts.failing.iter_mut().for_each(|held| held.count += 1);
        }),
    );
}

#[test]
fn law_4_a_recovered_alert_that_is_not_counted() {
    let words = "1 held alerts recovered, and 0 are counted";
    check(Law::Recoveries, words, reports(|report| report.alerts.recovered_count = 0));
}

#[test]
fn law_4_an_alert_that_recovers_though_nothing_says_so() {
    check(
        Law::Recoveries,
        "nothing said that it was well",
        effects(|effect| match effect {
            Effect::Settled { entry, events, outcome: Outcome::Report(_) } => {
                vec![Effect::Settled { entry, events, outcome: Outcome::Recovered }]
            }
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_5_a_failure_that_is_held() {
    check(Law::Failures, "guest-failed of 101 was not delivered", |told| match told {
        Told::Event(event @ Event::GuestFailed { .. }, _) => {
            let decision = Decision::Hold { until: Uptime::MAX, reason: HoldReason::Startup };
            vec![Told::Event(event, decision)]
        }
        told => vec![told],
    });
}

#[test]
fn law_5_a_failure_that_is_not_told_at_once() {
    check(
        Law::Failures,
        "guest-failed of 101 was not told at once",
        effects(|effect| match effect {
            Effect::Settled { outcome: Outcome::Delivered(_), .. } => vec![],
            effect => vec![effect],
        }),
    );
}

#[test]
fn law_5_a_report_without_the_failure() {
    check(Law::Failures, "failed are []", reports(|report| report.guests.failed.clear()));
}

#[test]
fn law_5_a_report_without_the_warning() {
    check(Law::Failures, "warned are []", reports(|report| report.guests.warned.clear()));
}

#[test]
fn law_7_more_than_the_limits() {
    check(Law::Bounds, "10001 guests are kept", |told| match told {
        Told::Handled(mut usage, due) => {
            usage.guests = 10_001;
            vec![Told::Handled(usage, due)]
        }
        told => vec![told],
    });
}

#[test]
fn law_7_a_timeout_that_is_due_again_at_once() {
    check(Law::Bounds, "is due again", |told| match told {
        Told::Handled(usage, _) => vec![Told::Handled(usage, Some(Uptime::ZERO))],
        told => vec![told],
    });
}
