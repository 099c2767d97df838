//! A boot's journal, entry by entry, into a recording.

use std::time::Duration;

use grace::replay::{Limits, Reader, Recording};
use grace_core::{Policy, Uptime};
use grace_journal::{Classifier, Record, Rules};
use grace_sim::timeline::{Action, ClockStep};

const SLEEP_START: &str = "6bbd95ee977941e497c48be27c254128";
const SLEEP_STOP: &str = "8811e6df2a8e40f58a94cea26f8ebf14";
const TIME_CHANGE: &str = "c7a787079b354eaaa9e77b371893cd27";
const EPOCH: u64 = 1_774_736_340;

/// An entry of this identifier, `at` seconds after boot by the clock that stands still while the host sleeps.
fn entry(at: u64, unix: u64, identifier: &str, more: &[(&str, &str)]) -> Record {
    let mut fields = serde_json::json!({
        "__MONOTONIC_TIMESTAMP": (at * 1_000_000).to_string(),
        "__REALTIME_TIMESTAMP": (unix * 1_000_000).to_string(),
        "_BOOT_ID": "7b5f6e9c3f8d4e0a9d3c1b2a4e5f6a7b",
        "SYSLOG_IDENTIFIER": identifier,
        "PRIORITY": "6",
        "_UID": "0",
        "_PID": "1",
        "MESSAGE": "",
    });
    for (name, value) in more {
        fields[*name] = (*value).into();
    }
    Record::from_json(fields.to_string().as_bytes()).expect("a record")
}

fn read(records: &[Record]) -> Recording {
    let mut reader = Reader::new(Classifier::new(Rules::default()), Limits::default());
    records.iter().for_each(|record| reader.read(record));
    reader.finish()
}

#[test]
fn the_program_starts_with_the_first_entry_of_systemd() {
    let recording = read(&[
        entry(1, EPOCH + 1, "kernel", &[]),
        entry(4, EPOCH + 4, "systemd", &[]),
        entry(9, EPOCH + 9, "systemd", &[]),
    ]);
    assert_eq!(recording.userspace(), Uptime::from_secs(4));
    assert_eq!(recording.end(), Uptime::from_secs(9));
    assert_eq!(recording.entries(), 3);
    let start = recording.timeline(Policy::default(), None).start;
    assert_eq!(start.uptime, Some(Uptime::from_secs(4)));
    assert_eq!(start.unix_time, Some((EPOCH + 4) as i64));
}

#[test]
fn a_journal_whose_beginning_is_gone_says_so() {
    let recording = read(&[entry(90_000, EPOCH + 90_000, "sshd", &[])]);
    assert_eq!(recording.userspace(), Uptime::from_secs(90_000));
    let notes = recording.footnotes(None).join("\n");
    assert!(notes.contains("how the host booted is not in it"), "{notes}");
}

#[test]
fn a_host_that_slept_sleeps_in_the_run() {
    let night = 8 * 3_600;
    let recording = read(&[
        entry(4, EPOCH + 4, "systemd", &[]),
        entry(100, EPOCH + 100, "systemd-sleep", &[("MESSAGE_ID", SLEEP_START)]),
        entry(101, EPOCH + 101 + night, "systemd-sleep", &[("MESSAGE_ID", SLEEP_STOP)]),
        entry(110, EPOCH + 110 + night, "kernel", &[("PRIORITY", "3"), ("_TRANSPORT", "kernel")]),
    ]);
    assert_eq!(recording.end(), Uptime::from_secs(110 + night));
    let timeline = recording.timeline(Policy::default(), None);
    let slept: Vec<_> = timeline
        .events
        .iter()
        .filter_map(|step| match step.action {
            Action::Suspend(span) => Some((step.at, span)),
            _ => None,
        })
        .collect();
    assert_eq!(slept, [(Duration::from_secs(97), Duration::from_secs(night))]);
    let error = timeline.events.iter().find(|step| matches!(step.action, Action::Journal(_)));
    assert_eq!(error.expect("the error").at, Duration::from_secs(106 + night));
}

#[test]
fn a_wall_clock_that_was_set_is_set_in_the_run() {
    let entries = [
        entry(4, EPOCH + 4, "systemd", &[]),
        entry(50, EPOCH + 3_650, "systemd", &[("MESSAGE_ID", TIME_CHANGE)]),
        entry(60, EPOCH + 3_660, "systemd", &[]),
    ];
    let timeline = read(&entries).timeline(Policy::default(), None);
    let steps: Vec<_> = timeline
        .events
        .iter()
        .filter_map(|step| match step.action {
            Action::ClockStep(by) => Some((step.at, by)),
            _ => None,
        })
        .collect();
    assert_eq!(steps, [(Duration::from_secs(46), ClockStep::Forward(Duration::from_secs(3_600)))]);
    // A program that starts later finds the clock as it was set.
    let late = read(&entries).timeline(Policy::default(), Some(Uptime::from_secs(55)));
    assert_eq!(late.start.unix_time, Some((EPOCH + 3_655) as i64));
    assert!(!late.events.iter().any(|step| matches!(step.action, Action::ClockStep(_))));
}

#[test]
fn an_entry_without_a_time_comes_with_the_one_before_it() {
    let mut timeless = entry(0, EPOCH, "kernel", &[("PRIORITY", "3")]);
    timeless.monotonic = None;
    let recording = read(&[entry(4, EPOCH + 4, "systemd", &[]), timeless]);
    assert_eq!(recording.end(), Uptime::from_secs(4));
    assert_eq!(recording.entries(), 2);
}
