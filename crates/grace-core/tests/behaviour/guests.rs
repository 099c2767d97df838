//! Guest starts: collected in the guest window, told in the report, taken, or told as a digest.

use grace_core::{Decision, Guest, Uptime};

use crate::common::{Host, at, guest, policy, secs, started};

fn ids(guests: &[Guest]) -> Vec<&str> {
    guests.iter().map(|guest| guest.id.as_str()).collect()
}

#[test]
fn starts_in_the_guest_window_are_collected_for_the_report() {
    let mut host = Host::boot();
    assert!(!host.grace.has_collected_guests());
    assert_eq!(host.event(10.0, started("101")), Decision::Aggregate { until: at(180.0) });
    host.event(11.0, started("200"));
    host.event(179.9, started("100"));
    assert!(host.grace.has_collected_guests() && !host.grace.is_aggregated());
    host.until(1_000.0);
    host.check(&["300.000s report", "300.000s closed: acknowledged"]);
    assert_eq!(ids(&host.report().guests.started), ["101", "200", "100"], "in order of sight");
    assert!(!host.grace.has_collected_guests() && host.grace.is_aggregated());
    assert_eq!(host.grace.usage().guests, 0, "the ledger ends with its report");
    assert_eq!(host.books.ended("report"), 3);
    host.check_all_settled();
}

#[test]
fn a_start_after_the_guest_window_is_told_alone_and_in_the_report() {
    let mut host = Host::boot();
    host.event(180.0, started("100"));
    host.until(300.0);
    host.check(&[
        "180.000s notice guest-started g100 (100)",
        "300.000s report",
        "300.000s closed: acknowledged",
    ]);
    assert_eq!(ids(&host.report().guests.started), ["100"]);
}

#[test]
fn after_the_report_each_start_is_told_alone() {
    let mut host = Host::boot();
    host.event(400.0, started("100"));
    host.event(500.0, started("100"));
    assert_eq!(host.notices().len(), 2);
    assert_eq!(host.grace.usage().guests, 0, "no ledger is kept any more");
    host.check_all_settled();
}

#[test]
fn guests_are_taken_once() {
    let mut host = Host::boot();
    host.event(10.0, started("100"));
    host.event(20.0, started("200"));
    let taken = host.grace.take_guests(at(30.0));
    assert_eq!(ids(&taken), ["100", "200"]);
    assert!(host.grace.take_guests(at(31.0)).is_empty());
    assert!(host.grace.is_aggregated() && !host.grace.has_collected_guests());
    host.drain();
    assert_eq!(host.books.ended("taken"), 2);

    host.event(40.0, started("101"));
    host.until(1_000.0);
    assert_eq!(host.books.ended("report"), 1);
    assert_eq!(ids(&host.report().guests.started), ["100", "200", "101"], "the report has all");
    host.check_all_settled();
}

#[test]
fn taking_none_is_taking_too() {
    let mut host = Host::boot();
    assert!(host.grace.take_guests(Uptime::ZERO).is_empty());
    assert!(host.grace.is_aggregated());
}

#[test]
fn a_guest_may_be_collected_whatever_the_windows_say() {
    let mut host = Host::boot();
    host.until(200.0);
    host.grace.collect_guest(at(200.0), &guest("100"));
    host.drain();
    assert!(host.grace.has_collected_guests());
    host.until(300.0);
    assert_eq!(ids(&host.report().guests.started), ["100"]);
    assert!(host.report().guests.late.is_empty(), "its owner decided, and it is no late start");

    host.grace.collect_guest(at(400.0), &guest("101"));
    host.until(400.0);
    assert_eq!(host.digests().len(), 1, "there is no report to wait for");
    host.check_all_settled();
}

#[test]
fn marked_as_done_there_is_no_report_and_what_was_collected_is_a_digest() {
    let mut host = Host::boot();
    host.event(10.0, started("100"));
    host.until(20.0).grace.mark_reported(at(20.0));
    host.drain();
    assert!(host.grace.is_aggregated() && host.grace.has_collected_guests());
    host.event(30.0, started("200"));
    host.until(1_000.0);
    host.check(&[
        "20.000s closed: marked-done",
        "180.000s digest guests-started; started g100 (100), g200 (200)",
    ]);
    assert!(host.grace.is_aggregated());
    host.check_all_settled();
}

#[test]
fn marking_twice_or_after_the_report_closes_nothing_again() {
    let mut host = Host::boot();
    host.until(400.0);
    host.grace.mark_reported(at(400.0));
    host.grace.mark_reported(at(401.0));
    host.until(500.0);
    host.check(&["300.000s report", "300.000s closed: acknowledged"]);

    let mut host = Host::started_at(1_000.0, policy(|_| {}));
    host.grace.mark_reported(at(1_000.0));
    host.until(1_000.0);
    host.check(&["1000.000s closed: restart"]);
    assert!(host.grace.is_aggregated());
}

#[test]
fn a_guest_window_longer_than_the_health_window_ends_in_a_digest_after_the_report() {
    let mut host = Host::with(policy(|p| p.guest = secs(400)));
    host.event(10.0, started("100"));
    assert_eq!(host.event(350.0, started("101")), Decision::Aggregate { until: at(400.0) });
    host.until(1_000.0);
    host.check(&[
        "300.000s report",
        "300.000s closed: acknowledged",
        "400.000s digest guests-started; started g101 (101)",
    ]);
    assert_eq!(host.grace.usage().guests, 0, "the ledger ends with its window");
    host.check_all_settled();
}

#[test]
fn a_start_read_late_belongs_to_the_window_it_happened_in_while_that_is_still_to_be_told() {
    let late = || crate::common::happened(started("100"), 100.0);
    let mut host = Host::boot();
    assert_eq!(host.event(250.0, late()), Decision::Aggregate { until: at(180.0) });
    host.until(300.0);
    assert_eq!(ids(&host.report().guests.started), ["100"]);

    let mut host = Host::boot();
    assert_eq!(host.event(400.0, late()), Decision::Deliver, "the report is made");

    let mut host = Host::started_at(1_000.0, policy(|_| {}));
    let late = crate::common::happened(started("100"), 1_100.0);
    assert_eq!(host.event(1_200.0, late), Decision::Deliver, "the window's digest is made");
    host.check_all_settled();
}
