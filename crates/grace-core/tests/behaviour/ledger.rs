//! The ledger: one guest, one entry, with its last outcome, in whatever order news of it comes.

use grace_core::{
    Event, FailedGuest, Guest, GuestAction, GuestReport, Limits, Policy, StartupReport, Text,
};

use crate::common::{Host, at, facts, failed, guest, happened, policy, started, stopped, warned};

fn limits(guests: usize) -> Policy {
    policy(|p| {
        let mut limits = Limits::default();
        limits.guests = guests;
        p.limits = limits;
    })
}

fn print(guests: &GuestReport) -> Vec<String> {
    let names = |what: &str, guests: &[Guest]| -> Vec<String> {
        guests.iter().map(|guest| format!("{what} {}", guest.id)).collect()
    };
    let reasons = |what: &str, guests: &[FailedGuest]| -> Vec<String> {
        let id = |guest: &FailedGuest| guest.id.as_ref().map_or("?".into(), ToString::to_string);
        guests.iter().map(|guest| format!("{what} {}: {}", id(guest), guest.reason)).collect()
    };
    let mut lines = names("started", &guests.started);
    lines.extend(reasons("failed", &guests.failed));
    lines.extend(reasons("warned", &guests.warned));
    lines.extend(names("late", &guests.late));
    lines.extend(names("missing", guests.missing.as_deref().unwrap_or_default()));
    lines.extend(names("stopped", &guests.stopped));
    lines.extend((guests.beyond > 0).then(|| format!("{} beyond", guests.beyond)));
    lines
}

/// The host after its report, with these events before it.
fn run(policy: Policy, expected: &[&str], events: &[(f64, Event)]) -> Host {
    let mut host = Host::with(policy);
    let mut known = facts();
    known.expected_guests = Ok(expected.iter().map(|id| guest(id)).collect());
    host.facts = Some(known);
    for (secs, event) in events {
        host.event(*secs, event.clone());
    }
    host.until(300.0);
    host.check_all_settled();
    host
}

#[track_caller]
fn check(expected: &[&str], events: &[(f64, Event)], expect: &[&str]) -> Host {
    let host = run(Policy::default(), expected, events);
    let report: &StartupReport = host.report();
    assert_eq!(print(&report.guests), expect, "{}", host.printed().join("\n"));
    host
}

fn stop_failed(id: &str) -> Event {
    let reason = Text::new("stuck");
    Event::GuestFailed { guest: guest(id), action: GuestAction::Stop, reason, at: None }
}

fn stop_warned(id: &str) -> Event {
    let reason = Text::new("disk is full");
    Event::GuestWarned { guest: guest(id), action: GuestAction::Stop, reason, at: None }
}

#[test]
fn one_guest_told_of_twice_is_one_guest() {
    let events = [(10.0, started("100")), (10.0, started("100")), (90.0, started("100"))];
    let host = check(&[], &events, &["started 100"]);
    assert_eq!(host.books.ended("report"), 3, "every event is accounted for");
}

#[test]
fn the_last_outcome_counts() {
    check(&[], &[(10.0, failed("100", "no")), (20.0, started("100"))], &["started 100"]);
    check(&[], &[(10.0, started("100")), (20.0, failed("100", "no"))], &["failed 100: no"]);
    check(&[], &[(10.0, started("100")), (20.0, stopped("100"))], &["stopped 100"]);
    check(&[], &[(10.0, started("100")), (20.0, stop_failed("100"))], &["failed 100: stuck"]);
    check(&[], &[(10.0, started("100")), (20.0, stop_warned("100"))], &["stopped 100"]);
    check(
        &[],
        &[(10.0, started("100")), (20.0, stopped("100")), (30.0, started("100"))],
        &["started 100"],
    );
    check(&[], &[(10.0, stopped("100"))], &[]);
}

#[test]
fn news_in_the_wrong_order_is_put_right_by_its_own_instant() {
    check(
        &[],
        &[(50.0, happened(failed("100", "no"), 20.0)), (51.0, happened(started("100"), 10.0))],
        &["failed 100: no"],
    );
    check(
        &[],
        &[(50.0, happened(started("100"), 20.0)), (51.0, happened(failed("100", "no"), 10.0))],
        &["started 100"],
    );
    check(
        &[],
        &[(50.0, happened(started("100"), 20.0)), (51.0, happened(stopped("100"), 10.0))],
        &["started 100"],
    );
    check(
        &[],
        &[(50.0, happened(started("100"), 20.0)), (51.0, happened(stopped("100"), 20.0))],
        &["stopped 100"],
    );
}

#[test]
fn an_instant_to_come_is_taken_for_now() {
    let events = [(10.0, happened(started("100"), 9_999.0)), (20.0, failed("100", "no"))];
    check(&[], &events, &["failed 100: no"]);
}

#[test]
fn a_failure_is_told_at_once_and_is_in_the_report_too() {
    let host = check(&[], &[(10.0, failed("100", "no disk"))], &["failed 100: no disk"]);
    assert_eq!(host.told()[0], "10.000s notice guest-failed g100 (100)");
    let host = check(&[], &[(10.0, stop_failed("100"))], &["failed 100: stuck"]);
    assert_eq!(host.told()[0], "10.000s notice guest-failed g100 (100)");
    let expect = ["started 100", "warned 100: slow"];
    let host = check(&[], &[(10.0, warned("100", "slow"))], &expect);
    assert_eq!(host.told()[0], "10.000s notice guest-warned g100 (100)");
}

#[test]
fn the_same_failure_is_told_once_and_the_next_one_again() {
    let once = happened(failed("100", "no"), 10.0);
    let host = check(&[], &[(10.0, once.clone()), (20.0, once)], &["failed 100: no"]);
    assert_eq!(host.notices().len(), 1);
    assert_eq!(host.books.ended("delivered"), 2);

    let events = [(10.0, failed("100", "no")), (20.0, failed("100", "no"))];
    assert_eq!(check(&[], &events, &["failed 100: no"]).notices().len(), 2);
    let events = [(10.0, failed("100", "no")), (10.0, failed("100", "never"))];
    assert_eq!(check(&[], &events, &["failed 100: never"]).notices().len(), 2);
    let events = [(10.0, failed("100", "no")), (10.0, stop_failed("100"))];
    assert_eq!(check(&[], &events, &["failed 100: stuck"]).notices().len(), 2);
}

#[test]
fn the_same_warning_is_told_once_and_stays_with_its_start() {
    let once = happened(warned("100", "slow"), 10.0);
    let events = [(10.0, once.clone()), (20.0, once), (30.0, started("100"))];
    let host = check(&[], &events, &["started 100", "warned 100: slow"]);
    assert_eq!(host.notices().len(), 1);

    let events = [(10.0, warned("100", "slow")), (20.0, warned("100", "very slow"))];
    let host = check(&[], &events, &["started 100", "warned 100: very slow"]);
    assert_eq!(host.notices().len(), 2);

    let events = [(10.0, warned("100", "slow")), (20.0, stopped("100")), (30.0, started("100"))];
    check(&[], &events, &["started 100"]);
}

#[test]
fn a_late_start_is_told_once_until_the_guest_stops() {
    let events = [(200.0, started("100")), (210.0, started("100"))];
    let host = check(&["100"], &events, &["started 100", "late 100"]);
    assert_eq!(host.notices().len(), 1);

    let events = [(200.0, started("100")), (210.0, stopped("100")), (220.0, started("100"))];
    let host = check(&["100"], &events, &["started 100", "late 100"]);
    assert_eq!(host.notices().len(), 3);
}

#[test]
fn a_failure_is_never_taken_for_the_start_or_stop_before_it() {
    // The stop is told, and so are its warnings, though they are of the same instant.
    let events = [
        (200.0, started("100")),
        (210.0, happened(stopped("100"), 210.0)),
        (211.0, happened(stop_warned("100"), 210.0)),
    ];
    assert_eq!(check(&[], &events, &["stopped 100"]).notices().len(), 3);
}

#[test]
fn a_start_is_not_taken_for_the_failure_before_it() {
    let events = [(10.0, failed("100", "no")), (20.0, started("100")), (200.0, started("100"))];
    let host = check(&["100"], &events, &["started 100"]);
    assert_eq!(host.books.ended("report"), 1, "the first start");
    assert_eq!(host.notices().len(), 2, "the failure, and the start after the window");
}

#[test]
fn late_is_what_the_host_should_have_started_in_the_window() {
    check(&[], &[(200.0, started("100"))], &["started 100"]);
    check(&["100"], &[(179.9, started("100"))], &["started 100"]);
    check(&["100"], &[(180.0, started("100"))], &["started 100", "late 100"]);
    let own = Event::GuestStarted { guest: guest("100").with_autostart(true), at: None };
    check(&[], &[(200.0, own)], &["started 100", "late 100"]);
    let by_hand = Event::GuestStarted { guest: guest("100").with_autostart(false), at: None };
    check(&[], &[(200.0, by_hand)], &["started 100"]);
    check(&["100"], &[(100.0, started("100")), (200.0, started("100"))], &["started 100"]);
    let events = [(100.0, failed("100", "no")), (200.0, started("100"))];
    check(&["100"], &events, &["started 100", "late 100"]);
    check(
        &["100"],
        &[(200.0, warned("100", "slow"))],
        &["started 100", "warned 100: slow", "late 100"],
    );
}

#[test]
fn whether_the_host_starts_a_guest_may_be_learned_later() {
    let own = Event::GuestStarted { guest: guest("100").with_autostart(true), at: None };
    let events = [(10.0, failed("100", "no")), (200.0, own)];
    check(&[], &events, &["started 100", "late 100"]);
    let own = Event::GuestStarted { guest: guest("100").with_autostart(true), at: None };
    let events = [(10.0, own), (20.0, stopped("100")), (200.0, started("100"))];
    check(&[], &events, &["started 100", "late 100"]);
}

#[test]
fn a_failure_read_late_does_not_stand_for_the_start_after_it() {
    let late = happened(failed("100", "no"), 10.0);
    let events = [(20.0, started("100")), (30.0, late), (200.0, started("100"))];
    assert_eq!(check(&[], &events, &["started 100"]).notices().len(), 2);
}

#[test]
fn missing_is_what_the_host_should_have_started_and_nothing_was_seen_of() {
    let events = [(10.0, started("100")), (20.0, failed("101", "no"))];
    check(
        &["100", "101", "102", "203"],
        &events,
        &["started 100", "failed 101: no", "missing 102", "missing 203"],
    );
    let mut host = Host::boot();
    host.facts = Some(grace_core::Facts::default());
    host.until(300.0);
    assert_eq!(host.report().guests.missing, None, "which guests there should be is not known");
}

#[test]
fn past_the_limit_starts_are_counted_and_the_report_says_so() {
    let events = [
        (10.0, started("100")),
        (11.0, started("101")),
        (12.0, started("102")),
        (13.0, started("102")),
        (14.0, started("100")),
    ];
    let host = run(limits(1), &[], &events);
    let report = host.report();
    assert_eq!(print(&report.guests), ["started 100", "3 beyond"]);
    assert!(
        report
            .summary()
            .contains("Not known: limit reached: 3 guest event(s) counted and not listed"),
        "{}",
        report.summary()
    );
    assert_eq!(host.books.ended("report"), 5);
}

#[test]
fn past_the_limit_a_failure_is_told_at_once_and_counted_in_the_report() {
    let host = run(limits(1), &[], &[(10.0, started("100")), (11.0, failed("101", "no"))]);
    assert_eq!(host.notices().len(), 1);
    assert_eq!(print(&host.report().guests), ["started 100", "1 beyond"]);
}

#[test]
fn past_the_limit_no_guest_is_called_missing() {
    let host = run(limits(1), &["100", "101"], &[(10.0, started("100")), (11.0, started("101"))]);
    assert_eq!(print(&host.report().guests), ["started 100", "1 beyond"]);
    assert_eq!(host.report().guests.missing, None, "101 may be the one that is not listed");
}

#[test]
fn past_the_limit_a_digest_counts_too() {
    let mut host = Host::started_at(1_000.0, limits(1));
    for id in ["100", "101", "102"] {
        host.event(1_010.0, started(id));
    }
    host.until(2_000.0);
    assert_eq!(host.told()[1], "1180.000s digest guests-started; started g100 (100); 2 beyond");
    host.check_all_settled();
}

#[test]
fn a_ledger_of_events_past_the_limit_alone_has_something_collected() {
    let mut host = Host::with(limits(0));
    host.event(10.0, started("100"));
    assert!(host.grace.has_collected_guests());
    assert_eq!(host.grace.usage().guests, 0);
    host.grace.take_guests(at(20.0));
    host.drain();
    host.check_all_settled();
}

#[test]
fn a_guests_first_name_stays() {
    let renamed = Event::GuestStarted {
        guest: Guest::new("100", "other", grace_core::GuestKind::Vm),
        at: None,
    };
    let host = check(&[], &[(10.0, started("100")), (20.0, renamed)], &["started 100"]);
    assert_eq!(host.report().guests.started[0].name, "g100");
}

#[test]
fn however_many_guests_there_are_each_is_one() {
    for count in [1, 2, 63, 64, 65, 66, 300] {
        let ids = || (0..count).map(|n| (100 + n).to_string());
        let mut host = Host::boot();
        for id in ids().chain(ids().rev()) {
            host.event(10.0, started(&id));
        }
        assert_eq!(host.grace.usage().guests, count, "{count} guests, told of twice");
        host.until(400.0);
        let report = host.report();
        let found: Vec<String> =
            report.guests.started.iter().map(|guest| guest.id.to_string()).collect();
        assert_eq!(found, ids().collect::<Vec<_>>());
        host.check_all_settled();
    }
}

#[test]
fn guests_whose_ids_are_no_numbers_are_told_apart() {
    let mut host = Host::boot();
    for id in ["web", "db", "web", "18446744073709551615", "007", "7"] {
        host.event(10.0, started(id));
    }
    host.until(400.0);
    let report = host.report();
    let found: Vec<&str> = report.guests.started.iter().map(|guest| guest.id.as_str()).collect();
    assert_eq!(found, ["web", "db", "18446744073709551615", "007", "7"]);
}
