//! The laws of grace, over random timelines with all that can go wrong, through the driver itself.
//!
//! `PROPTEST_CASES` is how many timelines are drawn, `LAWS_SEED` the seed they are drawn from; both are
//! printed with what the timelines were made of (`--nocapture`).
#![cfg(feature = "sim")]

mod laws {
    pub(crate) mod replay;
}

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::time::Duration;

use grace::simulate::{Log, Swarm, What, run, witness};
use grace_core::{DigestCause, Event, GuestId, Limits, Message, Uptime};
use grace_sim::strategy::{Distribution, timelines};
use grace_sim::timeline::{Action, ClockStep, Step, Timeline};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use self::laws::replay::Replay;

/// Draws timelines and asks `holds` of each; what fails is shown as the file that shows it again.
fn for_all<T>(
    cases: u32,
    strategy: impl Strategy<Value = T>,
    timeline_of: impl Fn(&T) -> &Timeline,
    holds: impl Fn(&T) -> Result<(), String>,
) where
    T: std::fmt::Debug,
{
    let number = |name: &str| env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("LAWS_SEED").unwrap_or_else(|| RandomState::new().hash_one(()));
    let cases = number("PROPTEST_CASES").and_then(|cases| cases.try_into().ok()).unwrap_or(cases);
    println!("LAWS_SEED={seed} PROPTEST_CASES={cases}");
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let test = |case: T| {
        holds(&case).map_err(|why| {
            // The last one printed is the smallest.
            println!("{}\n{why}", timeline_of(&case).to_toml());
            TestCaseError::fail(why)
        })
    };
    match TestRunner::new_with_rng(config, rng).run(&strategy, test) {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("LAWS_SEED={seed}: {why}"),
        Err(error) => panic!("LAWS_SEED={seed}: {error}"),
    }
}

/// Laws 1 to 5 and 7.
#[test]
fn every_run_keeps_the_laws() {
    let seen = RefCell::new(Distribution::default());
    for_all(
        200,
        timelines(),
        |timeline| timeline,
        |timeline| {
            let witness = witness(timeline).expect("a runtime");
            let mut seen = seen.borrow_mut();
            seen.count(timeline);
            seen.count_outcomes(witness.tally());
            match witness.violations() {
                [] => Ok(()),
                violations => {
                    let words: Vec<_> = violations.iter().map(ToString::to_string).collect();
                    Err(words.join("\n"))
                }
            }
        },
    );
    let seen = seen.into_inner();
    println!("{seen}");
    if seen.timelines() < 150 {
        return;
    }
    let common = [
        "decided deliver",
        "decided hold",
        "decided aggregate",
        "settled in the report",
        "settled in a digest",
        "settled as recovered",
        "messages sent again",
        "digest, shutdown overdue",
        "digest, guests started",
        "report",
    ];
    for name in common {
        assert!(seen.outcomes().get(name) > 0, "{name} was never seen: the timelines are vacuous");
    }
}

#[test]
fn every_scenario_keeps_the_laws() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    for entry in fs::read_dir(folder).expect("the scenarios") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a scenario");
        let timeline = Timeline::parse("scenario", &text).unwrap_or_else(|error| panic!("{error}"));
        let witness = witness(&timeline).expect("a runtime");
        assert_eq!(witness.violations(), [], "{}", path.display());
    }
}

#[test]
fn a_swarm_runs_the_seeds_it_is_given() {
    let report = Swarm { runs: 20, seed: 7, keep_going: false }.run(|_| {}).expect("a runtime");
    assert_eq!(report.runs, 20);
    assert_eq!(report.distribution.timelines(), 20);
    assert!(report.events > 0);
    let again = Swarm { runs: 20, seed: 7, keep_going: false }.run(|_| {}).expect("a runtime");
    assert_eq!(again.distribution, report.distribution);
}

/// Law 6: a wall clock that steps changes labels alone.
#[test]
fn clock_steps_change_no_message() {
    let by = prop_oneof![1_u64..100, 1_u64..10 * 86_400].prop_map(Duration::from_secs);
    let step = (any::<prop::sample::Index>(), any::<bool>(), by).prop_map(|(at, forward, by)| {
        (at, if forward { ClockStep::Forward(by) } else { ClockStep::Back(by) })
    });
    let cases = (timelines(), prop::collection::vec(step, 1..6));
    for_all(
        60,
        cases,
        |(timeline, _)| timeline,
        |(timeline, steps)| {
            let mut stepped = timeline.clone();
            for (place, by) in steps {
                let at = place.index(stepped.events.len() + 1);
                let instant = at.checked_sub(1).map_or(Duration::ZERO, |at| stepped.events[at].at);
                stepped.events.insert(at, Step { at: instant, action: Action::ClockStep(*by) });
            }
            same(&contents(&run_one(timeline)), &contents(&run_one(&stepped)))
        },
    );
}

/// Law 6: a time-out that is not due changes nothing at all.
#[test]
fn spurious_timeouts_change_no_effect() {
    for_all(
        60,
        timelines(),
        |timeline| timeline,
        |timeline| {
            let replay = Replay::record(timeline);
            same(&replay.effects(false), replay.seen())?;
            same(&replay.effects(true), replay.seen())
        },
    );
}

/// Law 6: a start that is told again, of the same instant, is the same start.
///
/// What must change: the machine keeps no ledger after the report, and tells each start as it comes; so the
/// second sight of one may be told on its own where the first was gathered, or was known. And what does not fit into an outbox counts what it was given.
#[test]
fn a_start_told_twice_changes_no_message() {
    for_all(
        60,
        timelines(),
        |timeline| timeline,
        |timeline| {
            let mut once = timeline.clone();
            once.policy.limits = Limits::default();
            // It is drawn by the ids of messages.
            once.policy.retry.jitter = 0;
            let mut twice = once.clone();
            twice.events = once
                .events
                .iter()
                .flat_map(|step| {
                    let is_start = matches!(step.action, Action::Event(Event::GuestStarted { .. }));
                    std::iter::repeat_n(step.clone(), if is_start { 2 } else { 1 })
                })
                .collect();
            let log = run_one(&once);
            if a_start_meets_a_message_of_many(&log) {
                return Ok(());
            }
            let (once, twice) = (contents(&log), contents(&run_one(&twice)));
            if once.iter().chain(&twice).any(|(_, message)| did_not_fit(message)) {
                return Ok(());
            }
            let (starts, others) = starts_and_others(once);
            let (starts_twice, others_twice) = starts_and_others(twice);
            same(&others, &others_twice)?;
            let missing: Vec<_> = starts.difference(&starts_twice).collect();
            same(&missing, &[])
        },
    );
}

/// The comparison itself sees a difference.
#[test]
fn another_alert_gives_other_messages() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/nfs-never.toml");
    let text = fs::read_to_string(path).expect("the scenario");
    let one = Timeline::parse("one.toml", &text).expect("a timeline");
    let mut other = one.clone();
    let alert = |step: &&mut Step| matches!(step.action, Action::Event(Event::Alert(_)));
    let step = other.events.iter_mut().find(alert).expect("an alert");
    if let Action::Event(Event::Alert(alert)) = &mut step.action {
        alert.text = "another".into();
    }
    assert!(same(&contents(&run_one(&one)), &contents(&run_one(&other))).is_err());
}

fn run_one(timeline: &Timeline) -> Log {
    run(timeline).expect("a runtime")
}

/// Messages and when they came.
type Contents = Vec<(Duration, Message)>;

/// What people received and when, without ids and without the wall clock's label.
fn contents(log: &Log) -> Contents {
    let received = log.received().into_iter();
    let content = received.map(|(t, envelope)| {
        let mut message = (*envelope.message).clone();
        if let Message::StartupReport(report) = &mut message {
            report.boot.timestamp = None;
        }
        (t, message)
    });
    content.collect()
}

fn did_not_fit(message: &Message) -> bool {
    match message {
        Message::Digest(digest) => digest.cause == DigestCause::OutboxFull,
        // It counts what it was given too.
        Message::Undelivered(_) => true,
        _ => false,
    }
}

/// Whether a guest started in the instant of a report or a digest, which may come between its two sights.
fn a_start_meets_a_message_of_many(log: &Log) -> bool {
    let (mut starts, mut of_many) = (BTreeSet::new(), BTreeSet::new());
    for entry in log.entries() {
        match &entry.what {
            What::Event { event: Event::GuestStarted { .. }, .. } => starts.insert(entry.t),
            What::Sent(envelope) if !matches!(*envelope.message, Message::Notice(_)) => {
                of_many.insert(entry.t)
            }
            _ => continue,
        };
    }
    !starts.is_disjoint(&of_many)
}

/// The guest and the instant of each start that was told on its own, and all other messages.
fn starts_and_others(messages: Contents) -> (BTreeSet<(GuestId, Uptime)>, Contents) {
    let mut starts = BTreeSet::new();
    let mut is_other = |message: &Message| match message {
        Message::Notice(notice) => match &notice.event {
            Event::GuestStarted { guest, .. } => {
                starts.insert((guest.id.clone(), notice.at));
                false
            }
            _ => true,
        },
        _ => true,
    };
    let others = messages.into_iter().filter(|(_, message)| is_other(message)).collect();
    (starts, others)
}

fn same<T: PartialEq + std::fmt::Debug>(one: &[T], other: &[T]) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    let at = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    Err(format!("{at}th:\n  {:?}\nand\n  {:?}", one.get(at), other.get(at)))
}
