//! Shutdown: stops are held while it lasts, and told if the host does not go down.

use grace_core::{Decision, Event, HoldReason, Limits, ShutdownKind, Subject, Uptime};

use crate::common::{Host, at, failed, guest, happened, policy, secs, started, stopped};

fn shutdown(kind: ShutdownKind) -> Event {
    Event::Shutdown(kind)
}

/// A host long after its boot, whose shutdown was announced at 1000 s.
fn going_down() -> Host {
    let mut host = Host::boot();
    host.until(999.0);
    host.log.clear();
    host.event(1_000.0, shutdown(ShutdownKind::Reboot));
    host
}

fn held_until(secs: f64) -> Decision {
    Decision::Hold { until: at(secs), reason: HoldReason::Shutdown }
}

#[test]
fn stops_are_held_for_two_minutes_after_the_announcement() {
    let mut host = going_down();
    let view = host.grace.view();
    assert_eq!(view.shutdown_window().opens(), at(1_000.0));
    assert_eq!(view.decide(at(1_119.999_999_999), Subject::GuestStopped), held_until(1_120.0));
    assert_eq!(view.decide(at(1_120.0), Subject::GuestStopped), Decision::Deliver);
    assert_eq!(view.decide(at(1_050.0), Subject::GuestStarted), Decision::Deliver);
    assert_eq!(host.event(1_010.0, stopped("100")), held_until(1_120.0));
    assert_eq!(host.grace.usage().held_stops, 1);
    host.check(&["1000.000s notice shutdown reboot"]);
}

#[test]
fn before_an_announcement_every_stop_is_told() {
    let mut host = Host::boot();
    assert_eq!(host.event(400.0, stopped("100")), Decision::Deliver);
    assert_eq!(host.event(401.0, stopped("100")), Decision::Deliver);
    assert_eq!(host.notices().len(), 2);
}

#[test]
fn a_host_that_does_not_go_down_has_its_stops_told() {
    let mut host = going_down();
    host.event(1_010.0, stopped("200"));
    host.event(1_011.0, stopped("100"));
    host.event(1_012.0, stopped("200"));
    assert_eq!(host.grace.usage().held_stops, 2);
    host.until(2_000.0);
    assert_eq!(host.grace.usage().held_stops, 0);
    host.check(&[
        "1000.000s notice shutdown reboot",
        "1120.000s digest shutdown-overdue; stopped g200 (200), g100 (100)",
    ]);
    assert_eq!(host.books.ended("digest"), 3);
    host.check_all_settled();
}

#[test]
fn once_overdue_every_stop_is_told_until_the_next_announcement() {
    let mut host = going_down();
    assert_eq!(host.event(1_200.0, stopped("100")), Decision::Deliver);
    let late = happened(stopped("101"), 1_050.0);
    host.event(1_201.0, late);
    host.event(1_300.0, shutdown(ShutdownKind::PowerOff));
    assert_eq!(host.event(1_301.0, stopped("102")), held_until(1_420.0));
    host.until(2_000.0);
    host.check(&[
        "1000.000s notice shutdown reboot",
        "1200.000s notice guest-stopped g100 (100)",
        "1201.000s notice guest-stopped g101 (101)",
        "1300.000s notice shutdown power-off",
        "1420.000s digest shutdown-overdue; stopped g102 (102)",
    ]);
    host.check_all_settled();
}

#[test]
fn a_stop_read_late_is_held_with_the_others_until_they_are_told() {
    let mut host = going_down();
    host.now = at(1_130.0);
    host.event_now(happened(stopped("100"), 1_119.0));
    assert_eq!(host.event_now(happened(stopped("101"), 1_120.0)), Decision::Deliver);
    host.until(1_130.0);
    host.check(&[
        "1000.000s notice shutdown reboot",
        "1130.000s notice guest-stopped g101 (101)",
        "1130.000s digest shutdown-overdue; stopped g100 (100)",
    ]);
}

#[test]
fn a_second_announcement_moves_the_window_and_is_not_told_again() {
    let mut host = going_down();
    host.event(1_100.0, shutdown(ShutdownKind::Unknown));
    assert_eq!(host.event(1_200.0, stopped("100")), held_until(1_220.0));
    host.until(2_000.0);
    host.check(&[
        "1000.000s notice shutdown reboot",
        "1220.000s digest shutdown-overdue; stopped g100 (100)",
    ]);
    host.check_all_settled();
}

#[test]
fn the_kind_is_the_last_that_was_known() {
    let check = |announced: &[ShutdownKind], expect: ShutdownKind| {
        let mut host = Host::boot();
        for (n, &kind) in announced.iter().enumerate() {
            host.event(290.0 + n as f64, shutdown(kind));
        }
        host.until(300.0);
        assert_eq!(host.report().boot.shutting_down, Some(expect), "{announced:?}");
        let line = format!("The host is going down again: {}", expect.as_str());
        assert!(host.report().summary().contains(&line));
    };
    check(&[ShutdownKind::Reboot], ShutdownKind::Reboot);
    check(&[ShutdownKind::Unknown, ShutdownKind::Halt], ShutdownKind::Halt);
    check(&[ShutdownKind::Reboot, ShutdownKind::Unknown], ShutdownKind::Reboot);
    check(&[ShutdownKind::Reboot, ShutdownKind::PowerOff], ShutdownKind::PowerOff);
}

#[test]
fn a_shutdown_that_is_over_is_not_in_the_report() {
    let mut host = Host::boot();
    host.event(10.0, shutdown(ShutdownKind::Reboot));
    host.until(300.0);
    assert_eq!(host.report().boot.shutting_down, None, "it was overdue at 130 s");
}

#[test]
fn an_announcement_at_the_windows_end_is_a_new_one() {
    let mut host = going_down();
    host.event(1_120.0, shutdown(ShutdownKind::Reboot));
    assert_eq!(host.notices().len(), 2, "both were told");
    assert_eq!(host.event(1_230.0, stopped("100")), held_until(1_240.0));
}

#[test]
fn a_cancelled_shutdown_is_taken_back_and_its_stops_are_told() {
    let mut host = going_down();
    host.event(1_010.0, stopped("100"));
    host.event(1_020.0, Event::ShutdownCancelled);
    assert_eq!(host.event(1_021.0, stopped("101")), Decision::Deliver);
    host.until(2_000.0);
    host.check(&[
        "1000.000s notice shutdown reboot",
        "1020.000s notice shutdown-cancelled",
        "1020.000s digest shutdown-cancelled; stopped g100 (100)",
        "1021.000s notice guest-stopped g101 (101)",
    ]);
    host.check_all_settled();
}

#[test]
fn cancelling_an_overdue_shutdown_is_told_and_there_are_no_stops_left() {
    let mut host = going_down();
    host.event(1_010.0, stopped("100"));
    host.event(1_500.0, Event::ShutdownCancelled);
    host.event(1_501.0, Event::ShutdownCancelled);
    host.check(&[
        "1000.000s notice shutdown reboot",
        "1120.000s digest shutdown-overdue; stopped g100 (100)",
        "1500.000s notice shutdown-cancelled",
    ]);
    assert_eq!(host.books.ended("recovered"), 1, "nothing was taken back the second time");
    host.check_all_settled();
}

#[test]
fn failures_are_told_at_once_while_the_host_goes_down() {
    let mut host = going_down();
    host.event(1_010.0, failed("100", "no"));
    host.event(1_011.0, started("101"));
    host.check(&[
        "1000.000s notice shutdown reboot",
        "1010.000s notice guest-failed g100 (100)",
        "1011.000s notice guest-started g101 (101)",
    ]);
}

#[test]
fn past_the_limit_stops_are_counted() {
    let mut host = Host::with(policy(|p| {
        let mut limits = Limits::default();
        limits.alerts = 1;
        p.limits = limits;
    }));
    host.event(1_000.0, shutdown(ShutdownKind::Halt));
    for id in ["100", "101", "102", "100"] {
        host.event(1_001.0, stopped(id));
    }
    assert_eq!(host.grace.usage().held_stops, 1);
    host.until(2_000.0);
    assert_eq!(
        host.told().last().unwrap(),
        "1120.000s digest shutdown-overdue; stopped g100 (100); 2 beyond"
    );
    host.check_all_settled();
}

#[test]
fn a_stop_in_the_startup_windows_is_noted_in_the_ledger_while_it_is_held() {
    let mut host = Host::boot();
    host.event(10.0, started("100"));
    host.event(250.0, shutdown(ShutdownKind::Reboot));
    host.event(251.0, stopped("100"));
    host.until(300.0);
    let report = host.report();
    assert_eq!(report.guests.started, []);
    assert_eq!(report.guests.stopped, [guest("100")]);
}

#[test]
fn the_window_is_as_long_as_the_policy_says() {
    let mut host = Host::with(policy(|p| p.shutdown = secs(5)));
    host.event(1_000.0, shutdown(ShutdownKind::Reboot));
    assert_eq!(host.event(1_004.0, stopped("100")), held_until(1_005.0));
}

#[test]
fn at_the_end_of_time_a_shutdown_window_is_cut() {
    let mut host = Host::boot();
    host.now = Uptime::MAX;
    host.event_now(shutdown(ShutdownKind::Reboot));
    assert_eq!(host.event_now(stopped("100")), Decision::Deliver);
    host.until_uptime(Uptime::MAX);
    host.check_all_settled();
}
