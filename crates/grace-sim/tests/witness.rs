//! The witness of the laws is not blind: of a run that is told falsely it finds what is false.

mod witness {
    pub(crate) mod run;
}

use std::time::Duration;

use grace_core::{
    Decision, Delivery, Digest, DigestCause, Effect, Envelope, Event, HoldReason, Message,
    MessageId, Notice, Outcome, Policy, Sequence, StartupReport, Uptime,
};
use grace_sim::laws::Law;

use self::witness::run::{Told, witness_of, witness_of_destinations};

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
        Told::Delivery(envelope, _) => {
            vec![Told::Delivery(envelope, Delivery::NotTaken { retry_after: None })]
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

/// What is told of a copy that is given up.
fn gave_up(envelope: &Envelope, lost: bool) -> Told {
    let (message, to) = (envelope.id, envelope.to.clone());
    Told::Effect(Effect::GaveUp { message, to, attempts: 1, lost })
}

#[test]
fn law_8_a_destination_that_gets_nothing() {
    let names = ["mail".into(), "chat".into()];
    let witness = witness_of_destinations(&names, |told| vec![told]);
    let words: Vec<_> = witness.violations().iter().map(|found| &*found.words).collect();
    assert!(words.iter().any(|words| words.contains("which no one named")), "{words:#?}");
    let missed = "was not sent to Text(\"chat\")";
    assert!(words.iter().any(|words| words.contains(missed)), "{words:#?}");
}

#[test]
fn law_8_a_destination_that_does_not_take_its_message() {
    check(Law::EveryDestination, "which was not given up", |told| match told {
        Told::Delivery(envelope, _) => {
            vec![Told::Delivery(envelope, Delivery::NotTaken { retry_after: None })]
        }
        told => vec![told],
    });
}

#[test]
fn law_8_a_message_that_is_sent_again_to_one_that_has_it() {
    check(Law::EveryDestination, "which is done with it", |told| match told {
        Told::Delivery(envelope, delivery) => {
            let mut again = envelope.clone();
            again.attempt += 1;
            let again = Told::Effect(Effect::Deliver(again));
            vec![Told::Delivery(envelope, delivery), again]
        }
        told => vec![told],
    });
}

#[test]
fn law_8_a_message_that_is_given_up_though_it_was_taken() {
    check(Law::EveryDestination, "was given up for", |told| match told {
        Told::Delivery(envelope, delivery) => {
            let late = gave_up(&envelope, false);
            vec![Told::Delivery(envelope, delivery), late]
        }
        told => vec![told],
    });
}

#[test]
fn law_8_a_message_that_is_lost_and_not_said_to_be() {
    check(Law::EveryDestination, "was said to be lost: false", |told| match told {
        Told::Delivery(envelope, _) => vec![gave_up(&envelope, false)],
        told => vec![told],
    });
}

#[test]
fn a_message_that_is_said_to_be_given_up_breaks_no_law() {
    let witness = witness_of(Policy::default(), |told| match told {
        Told::Delivery(envelope, _) => vec![gave_up(&envelope, true)],
        told => vec![told],
    });
    assert_eq!(witness.violations(), []);
}
