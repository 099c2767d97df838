//! A recording as a timeline, from occurrences made by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use expect_test::{Expect, expect, expect_file};
use grace::replay::{Comparison, Contender, Limits, Recording};
use grace::simulate::{Colors, run_witnessed};
use grace_core::{
    Adaptive, Alert, Event, Gap, GapKind, Guest, GuestAction, GuestId, GuestKind, Happening,
    JournalEntry, Note, Occurrence, Origin, Policy, Severity, ShutdownKind, Signal, Text, Uptime,
};
use grace_sim::timeline::{Action, HealthChange, JournalChange, Timeline};

fn secs(secs: u64) -> Uptime {
    Uptime::from_secs(secs)
}

fn happened(recording: &mut Recording, at: u64, what: impl Into<Happening>) {
    recording.happened(secs(at), Occurrence::new(Origin::Journal, what).at(secs(at)));
}

fn guest(id: &str) -> Guest {
    Guest::new(id, id, GuestKind::Vm)
}

fn started(id: &str) -> Event {
    Event::GuestStarted { guest: guest(id), at: None }
}

fn failed(id: &str, reason: &str) -> Event {
    let reason = Text::new(reason);
    Event::GuestFailed { guest: guest(id), action: GuestAction::Start, reason, at: None }
}

/// A boot whose storage comes late: 100 and 101 start, 102 fails, one unit fails and recovers.
fn boot() -> Recording {
    let mut recording = Recording::new(Limits::default());
    let nas = || Alert::new("services", "mnt-nas.mount", Severity::Warning, "failed");
    happened(&mut recording, 14, Event::Alert(nas()));
    recording
        .error(secs(14), JournalEntry::new("mnt-nas.mount: failed").written("systemd", secs(14)));
    happened(&mut recording, 20, Signal::SweepStarted);
    happened(&mut recording, 24, started("100"));
    happened(&mut recording, 31, started("101"));
    happened(&mut recording, 40, failed("102", "start failed: no such volume"));
    happened(&mut recording, 44, Event::Resolved(nas()));
    happened(&mut recording, 45, Signal::SweepFinished);
    happened(&mut recording, 46, Note::StartupFinished);
    recording
}

fn policy(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy::default();
    change(&mut policy);
    policy
}

fn adaptive() -> Policy {
    policy(|policy| policy.adaptive = Some(Adaptive::default()))
}

fn check_log(timeline: &Timeline, expect: &Expect) {
    let (log, witness) = run_witnessed(timeline).expect("a runtime");
    assert_eq!(witness.violations(), []);
    expect.assert_eq(&log.to_text());
}

#[test]
fn windows_that_are_open_when_the_recording_ends_run_out() {
    check_log(
        &boot().timeline(Policy::default(), Some(secs(10))),
        &expect![[r#"
            # A boot, recorded until 46 s after boot
                  0.000s  host      health cannot be read: health is not recorded in a journal
                  0.000s  start     boot, host up 10.000s
                  0.000s  windows   guest until 180.000s, health until 300.000s
                  4.000s  event     alert services/mnt-nas.mount warning: failed -> hold until 300.000s
                  4.000s  host      journal: [14.000s] systemd: mnt-nas.mount: failed
                 10.000s  host      the host begins to start its guests
                 14.000s  event     guest-started vm 100 -> aggregate until 180.000s
                 21.000s  event     guest-started vm 101 -> aggregate until 180.000s
                 30.000s  event     guest-failed vm 102 (start): start failed: no such volume -> deliver
                 30.000s  send      notice
                 30.000s  settled   1 event -> delivered
                 30.000s  receive   VM 102 failed to start: start failed: no such volume
                                    | at 40.000s after boot
                 34.000s  event     resolved services/mnt-nas.mount -> hold until 300.000s
                 34.000s  settled   2 events -> recovered
                 35.000s  host      the host has started its guests
                 36.000s  host      systemd has started all that it was to start
                 36.000s  host      the recording ends
                300.000s  facts     asked for
                300.000s  send      startup-report
                300.000s  settled   2 events -> report
                300.000s  receive   System startup - 1 issue(s) detected
                                    | 2 VMs started: 100, 101
                                    | VM failed: 102 - start failed: no such volume
                                    | Recovered during startup: 1 alert
                                    | Journal: 1 error in this boot, the first: [14.000s] systemd: mnt-nas.mount: failed
                                    | Not known: health unknown: health failed: health is not recorded in a journal
                                    | Not known: expected guests unknown: no source tells which guests the host starts at boot
                300.000s  closed    acknowledged
                300.001s  end       nothing is due
        "#]],
    );
}

#[test]
fn a_program_that_goes_down_with_its_host_tells_nothing_more() {
    let mut recording = boot();
    happened(&mut recording, 100, Event::Shutdown(ShutdownKind::Reboot));
    happened(&mut recording, 103, Event::GuestStopped { guest: guest("100"), at: None });
    assert!(recording.goes_down());
    check_log(
        &recording.timeline(Policy::default(), Some(secs(10))),
        &expect![[r#"
            # A boot, recorded until 103 s after boot
                  0.000s  host      health cannot be read: health is not recorded in a journal
                  0.000s  start     boot, host up 10.000s
                  0.000s  windows   guest until 180.000s, health until 300.000s
                  4.000s  event     alert services/mnt-nas.mount warning: failed -> hold until 300.000s
                  4.000s  host      journal: [14.000s] systemd: mnt-nas.mount: failed
                 10.000s  host      the host begins to start its guests
                 14.000s  event     guest-started vm 100 -> aggregate until 180.000s
                 21.000s  event     guest-started vm 101 -> aggregate until 180.000s
                 30.000s  event     guest-failed vm 102 (start): start failed: no such volume -> deliver
                 30.000s  send      notice
                 30.000s  settled   1 event -> delivered
                 30.000s  receive   VM 102 failed to start: start failed: no such volume
                                    | at 40.000s after boot
                 34.000s  event     resolved services/mnt-nas.mount -> hold until 300.000s
                 34.000s  settled   2 events -> recovered
                 35.000s  host      the host has started its guests
                 36.000s  host      systemd has started all that it was to start
                 90.000s  event     shutdown reboot -> deliver
                 90.000s  send      notice
                 90.000s  settled   1 event -> delivered
                 90.000s  windows   guest until 180.000s, health until 300.000s, shutdown until 210.000s
                 90.000s  receive   Host is going down: reboot
                                    | at 100.000s after boot
                 93.000s  event     guest-stopped vm 100 -> hold until 210.000s
                 93.000s  host      the recording ends
                 93.000s  host      the program stops
                 93.000s  end       nothing is due
        "#]],
    );
}

#[test]
fn a_shutdown_that_was_cancelled_is_none() {
    let mut recording = boot();
    happened(&mut recording, 100, Event::Shutdown(ShutdownKind::Reboot));
    happened(&mut recording, 103, Event::ShutdownCancelled);
    assert!(!recording.goes_down());
    let timeline = recording.timeline(Policy::default(), None);
    assert!(timeline.events.iter().all(|step| step.action != Action::Stop));
}

#[test]
fn what_came_before_the_start_comes_at_it_with_its_own_time() {
    let timeline = boot().timeline(Policy::default(), Some(secs(30)));
    let first: Vec<_> = timeline.events.iter().filter(|step| step.at.is_zero()).collect();
    let start_of_100 = Event::GuestStarted { guest: guest("100"), at: Some(secs(24)) };
    assert!(
        first.iter().any(|step| step.action == Action::Event(start_of_100.clone())),
        "{first:?}"
    );
    let written = first.iter().find_map(|step| match &step.action {
        Action::Journal(JournalChange::Entry(entry)) => entry.at,
        _ => None,
    });
    assert_eq!(written, Some(secs(14)));
    let later = timeline.events.iter().find(|step| !step.at.is_zero()).expect("more");
    assert_eq!(later.at, Duration::from_secs(1));
}

#[test]
fn a_program_that_starts_on_a_host_that_runs_already_sends_no_report() {
    let recording = boot();
    let comparison = compare(&recording, Some(secs(3_000)), vec![("default", Policy::default())]);
    assert_eq!(comparison.trials[0].totals.reports, 0);
}

#[test]
fn health_is_not_made_up() {
    let timeline = boot().timeline(adaptive(), None);
    let first = timeline.events.first().map(|step| (step.at, &step.action));
    let Some((Duration::ZERO, Action::Health(HealthChange::Unavailable(words)))) = first else {
        panic!("{first:?}")
    };
    assert_eq!(words, "health is not recorded in a journal");
    let (log, _) = run_witnessed(&timeline).expect("a runtime");
    assert!(!log.to_text().contains("All systems operational"), "{}", log.to_text());
}

#[test]
fn the_timeline_can_be_kept_as_a_file() {
    let mut recording = boot();
    happened(&mut recording, 60, Gap::new(GapKind::EventsIncomplete, "an entry is too long"));
    let timeline = recording.timeline(adaptive(), Some(secs(30)));
    assert_eq!(Timeline::parse("boot.toml", &timeline.to_toml()), Ok(timeline));
}

#[test]
fn guests_get_the_names_that_the_caller_knows() {
    let mut recording = boot();
    happened(
        &mut recording,
        50,
        Event::GuestStopped { guest: Guest::new("103", "db", GuestKind::Ct), at: None },
    );
    let names = [("100", "web"), ("103", "other")];
    let names = names.map(|(id, name)| (GuestId::new(id), Text::name(name)));
    recording.name_guests(&BTreeMap::from(names));
    let text = recording.timeline(Policy::default(), None).to_toml();
    assert!(text.contains("id = \"100\"\nname = \"web\""), "{text}");
    assert!(text.contains("id = \"103\"\nname = \"db\""), "one that has a name keeps it: {text}");
}

#[test]
fn past_the_limits_it_counts_and_goes_on() {
    let mut recording = Recording::new(Limits { occurrences: 2, errors: 1 });
    for at in 1..=5 {
        happened(&mut recording, at, started("100"));
        recording.error(secs(at), JournalEntry::new("no"));
    }
    let left_out = recording.occurrences_left_out().expect("some");
    assert_eq!((left_out.count, left_out.from), (3, secs(3)));
    let left_out = recording.errors_left_out().expect("some");
    assert_eq!((left_out.count, left_out.from), (4, secs(2)));
    let notes = recording.footnotes(None).join("\n");
    assert!(notes.contains("3 events from 3.000s on were left out"), "{notes}");
    assert_eq!(recording.end(), secs(5));
    let kept = recording.timeline(Policy::default(), None).events;
    let events = kept.iter().filter(|step| matches!(step.action, Action::Event(_))).count();
    assert_eq!(events, 2);
}

#[test]
fn what_comes_out_of_order_comes_after_what_was_there() {
    let mut recording = Recording::new(Limits::default());
    happened(&mut recording, 20, started("100"));
    happened(&mut recording, 19, started("101"));
    let timeline = recording.timeline(Policy::default(), Some(secs(0)));
    assert!(timeline.events.is_sorted_by_key(|step| step.at), "{timeline:?}");
    assert_eq!(Timeline::parse("boot.toml", &timeline.to_toml()), Ok(timeline));
}

fn compare(
    recording: &Recording,
    start: Option<Uptime>,
    policies: Vec<(&str, Policy)>,
) -> Comparison {
    let contenders = policies.into_iter();
    let contenders = contenders.map(|(name, policy)| Contender { name: Text::name(name), policy });
    let comparison = Comparison::run(recording, start, contenders.collect()).expect("a runtime");
    for trial in &comparison.trials {
        assert_eq!(trial.violations, [], "{}", trial.name);
    }
    comparison
}

#[test]
fn policies_stand_side_by_side() {
    let short = policy(|policy| policy.health = Duration::from_secs(20));
    let policies =
        vec![("default", Policy::default()), ("adaptive", adaptive()), ("short.toml", short)];
    let comparison = compare(&boot(), Some(secs(10)), policies);
    let mut table = Vec::new();
    comparison.write_table(&mut table, Colors::default()).expect("a vector takes all");
    expect_file!["by-hand.table"].assert_eq(&String::from_utf8_lossy(&table));

    let mut json = Vec::new();
    comparison.write_json(&mut json).expect("a vector takes all");
    expect![[r#"
        {"type":"message","t":20.0,"kind":"startup-report","title":"System startup - 1 issue(s) detected","told":{"adaptive":null,"default":null,"short.toml":2}}
        {"type":"message","t":30.0,"kind":"notice","title":"VM 102 failed to start: start failed: no such volume","told":{"adaptive":1,"default":1,"short.toml":1}}
        {"type":"message","t":34.0,"kind":"notice","title":"Recovered: services/mnt-nas.mount: failed","told":{"adaptive":null,"default":null,"short.toml":1}}
        {"type":"host","t":36.0,"words":"systemd has started all that it was to start"}
        {"type":"host","t":36.0,"words":"the recording ends"}
        {"type":"message","t":180.0,"kind":"digest","title":"1 guest started","told":{"adaptive":null,"default":null,"short.toml":1}}
        {"type":"message","t":300.0,"kind":"startup-report","title":"System startup - 1 issue(s) detected","told":{"adaptive":2,"default":2,"short.toml":null}}
        {"type":"totals","policy":"default","messages":2,"startup_reports":1,"events_at_once":1,"events_held":2,"events_gathered":2,"ends":{"delivered":1,"recovered":2,"report":2},"events_left":0,"violations":[]}
        {"type":"totals","policy":"adaptive","messages":2,"startup_reports":1,"events_at_once":1,"events_held":2,"events_gathered":2,"ends":{"delivered":1,"recovered":2,"report":2},"events_left":0,"violations":[]}
        {"type":"totals","policy":"short.toml","messages":4,"startup_reports":1,"events_at_once":2,"events_held":1,"events_gathered":2,"ends":{"delivered":2,"digest":1,"report":2},"events_left":0,"violations":[]}
    "#]].assert_eq(&String::from_utf8_lossy(&json));
}
