//! Windows that follow what the host does.

use grace_core::{
    Adaptive, BootKind, Decision, HealthSnapshot, HoldReason, RestartPolicy, Severity, Signal,
    Status, Subject,
};

use crate::common::{Host, alert, at, facts, policy, secs, started, stopped};

/// A boot with adaptive windows: quiet 60 s, cap 900 s. Health is read, and says nothing, unless a test sets it.
fn host() -> Host {
    let mut host = Host::with(policy(|p| p.adaptive = Some(Adaptive::default())));
    host.facts = Some(grace_core::Facts::default());
    host
}

fn reading(overall: Status) -> Signal {
    Signal::Health(HealthSnapshot::new(overall))
}

#[track_caller]
fn check(host: &Host, guest: f64, health: f64) {
    let view = host.grace.view();
    assert_eq!(view.guest_window().closes(), at(guest), "guest window");
    assert_eq!(view.health_window().closes(), at(health), "health window");
}

#[test]
fn where_nothing_is_known_the_windows_are_the_fixed_ones() {
    let mut host = host();
    check(&host, 180.0, 300.0);
    host.until(1_000.0);
    check(&host, 180.0, 300.0);
    assert_eq!(host.report().boot.reported_at, at(300.0));
    assert_eq!(host.report().boot.settled_at, None);
}

#[test]
fn the_guest_window_lasts_while_the_sweep_runs() {
    let mut host = host();
    host.signal(170.0, Signal::SweepStarted);
    check(&host, 900.0, 900.0);
    assert_eq!(host.event(400.0, started("100")), Decision::Aggregate { until: at(900.0) });
    host.signal(410.0, Signal::SweepFinished);
    check(&host, 410.0, 300.0);
    host.until(2_000.0);
    host.check_all_settled();
    assert_eq!(host.report().guests.started.len(), 1);
    assert_eq!(host.report().boot.sweep_finished_at, Some(at(410.0)));
}

#[test]
fn a_sweep_that_ends_early_ends_the_guest_window() {
    let mut host = host();
    host.signal(5.0, Signal::SweepStarted).signal(50.0, Signal::SweepFinished);
    check(&host, 50.0, 300.0);
    assert_eq!(host.event(50.0, started("100")), Decision::Deliver);
}

#[test]
fn a_sweep_without_an_end_is_capped() {
    let mut host = host();
    host.signal(5.0, Signal::SweepStarted).until(5_000.0);
    check(&host, 900.0, 900.0);
    assert_eq!(host.report().boot.reported_at, at(900.0));
    assert_eq!(host.report().boot.sweep_finished_at, None);
}

#[test]
fn a_sweep_that_starts_again_or_too_late_moves_nothing() {
    let mut host = host();
    host.signal(180.0, Signal::SweepStarted);
    check(&host, 180.0, 300.0);

    let mut host = self::host();
    host.signal(10.0, Signal::SweepFinished);
    check(&host, 180.0, 300.0);
    host.signal(20.0, Signal::SweepStarted).signal(30.0, Signal::SweepFinished);
    host.signal(31.0, Signal::SweepStarted).signal(40.0, Signal::SweepFinished);
    check(&host, 30.0, 300.0);
    host.until(400.0);
    assert_eq!(host.report().boot.sweep_finished_at, Some(at(30.0)));
}

#[test]
fn a_sweeps_end_after_the_windows_is_not_looked_at() {
    let mut host = Host::boot();
    host.signal(10.0, Signal::SweepStarted);
    host.facts = None;
    host.signal(300.0, Signal::SweepFinished).until(400.0);
    assert_eq!(host.report().boot.sweep_finished_at, None);
}

#[test]
fn health_well_for_the_quiet_time_ends_the_health_window() {
    let mut host = host();
    host.signal(20.0, reading(Status::Ok));
    check(&host, 180.0, 80.0);
    host.signal(50.0, reading(Status::Info)).signal(70.0, reading(Status::Excluded));
    check(&host, 180.0, 80.0);
    host.until(79.999_999_999);
    assert!(host.reports().is_empty());
    host.until(80.0);
    assert_eq!(host.report().boot.settled_at, Some(at(20.0)));
    assert_eq!(host.report().boot.reported_at, at(80.0));
    assert!(host.report().summary().contains("Settled 20 s after boot"));
}

#[test]
fn the_host_has_not_settled_before_its_sweep_is_over() {
    let mut host = host();
    host.signal(5.0, Signal::SweepStarted).signal(20.0, reading(Status::Ok));
    check(&host, 900.0, 900.0);
    host.signal(200.0, Signal::SweepFinished);
    check(&host, 200.0, 260.0);
    host.until(1_000.0);
    assert_eq!(host.report().boot.settled_at, Some(at(200.0)));
}

#[test]
fn health_that_comes_after_the_sweep_counts_from_its_own_beginning() {
    let mut host = host();
    host.signal(5.0, Signal::SweepStarted).signal(100.0, Signal::SweepFinished);
    host.signal(150.0, reading(Status::Ok));
    check(&host, 100.0, 210.0);
}

#[test]
fn health_that_is_not_well_extends_the_window_to_the_cap() {
    for status in [Status::Warning, Status::Error, Status::Critical] {
        let mut host = host();
        host.signal(10.0, reading(status));
        check(&host, 180.0, 900.0);
        let decision = host.event(899.9, alert("storage", "nas", Severity::Critical));
        let hold = Decision::Hold { until: at(900.0), reason: HoldReason::Startup };
        assert_eq!(decision, hold);
        host.until(2_000.0);
        assert_eq!(host.report().boot.reported_at, at(900.0));
        assert_eq!(host.report().boot.settled_at, None);
    }
}

#[test]
fn a_host_that_says_it_still_starts_has_not_settled() {
    let mut host = host();
    let mut starting = HealthSnapshot::new(Status::Ok);
    starting.starting = Some(true);
    host.signal(10.0, Signal::Health(starting.clone()));
    check(&host, 180.0, 900.0);
    starting.starting = Some(false);
    host.signal(20.0, Signal::Health(starting));
    check(&host, 180.0, 80.0);
}

#[test]
fn a_relapse_starts_the_quiet_time_again() {
    let mut host = host();
    host.signal(20.0, reading(Status::Ok)).signal(79.0, reading(Status::Critical));
    check(&host, 180.0, 900.0);
    host.signal(85.0, reading(Status::Ok));
    check(&host, 180.0, 145.0);
    host.until(1_000.0);
    assert_eq!(host.report().boot.settled_at, Some(at(85.0)));
}

#[test]
fn a_reading_that_cannot_tell_changes_nothing() {
    let mut host = host();
    host.signal(10.0, reading(Status::Unknown));
    check(&host, 180.0, 300.0);
    host.signal(20.0, reading(Status::Ok)).signal(30.0, reading(Status::Unknown));
    check(&host, 180.0, 80.0);
}

#[test]
fn the_quiet_time_ends_at_the_cap_at_the_latest() {
    let mut host = host();
    host.signal(10.0, reading(Status::Critical)).signal(880.0, reading(Status::Ok));
    check(&host, 180.0, 900.0);
}

#[test]
fn a_reading_after_the_window_does_not_open_it_again() {
    let mut host = host();
    host.facts = None;
    host.signal(300.0, reading(Status::Critical));
    check(&host, 180.0, 300.0);
}

#[test]
fn health_is_asked_for_while_a_window_waits_on_it() {
    let mut host = host();
    host.until(61.0);
    let asked: Vec<String> =
        host.printed().into_iter().filter(|line| line.contains("collect")).collect();
    let expect =
        [0, 15, 30, 45, 60].map(|t| format!("{t}.000s collect facts until {}.000s", t + 30));
    assert_eq!(asked, expect);

    let mut host = self::host();
    let mut known = facts();
    known.health = Ok(HealthSnapshot::new(Status::Ok));
    host.facts = Some(known);
    host.until(1_000.0);
    assert_eq!(host.report().boot.reported_at, at(60.0), "well since the reading at 0 s");
}

#[test]
fn an_answer_that_does_not_come_delays_the_next_request_and_not_the_report() {
    // The request at 270 s is given up on when the window ends, and no better answer is waited for.
    let mut host = host();
    host.facts = None;
    host.until(1_000.0);
    let asked = host.printed().into_iter().filter(|line| line.contains("collect"));
    let asked: Vec<String> =
        asked.map(|line| line.split(' ').next().unwrap().to_string()).collect();
    // A request is given up on after 30 s, and the next is made at once.
    let expect: Vec<String> = (0..=10).map(|n| format!("{}.000s", n * 30)).collect();
    assert_eq!(asked, expect);
    assert_eq!(host.report().boot.reported_at, at(300.0));
}

#[test]
fn fixed_windows_take_no_notice_of_sweep_and_health_but_the_report_tells_of_them() {
    let mut host = Host::boot();
    host.signal(5.0, Signal::SweepStarted).signal(20.0, Signal::SweepFinished);
    check(&host, 180.0, 300.0);
    host.signal(30.0, reading(Status::Critical)).signal(40.0, reading(Status::Ok));
    check(&host, 180.0, 300.0);
    host.until(1_000.0);
    assert_eq!(host.report().boot.sweep_finished_at, Some(at(20.0)));
    assert_eq!(host.report().boot.settled_at, Some(at(40.0)));
}

#[test]
fn the_shutdown_window_lasts_until_the_cap() {
    let mut host = host();
    host.event(1_000.0, grace_core::Event::Shutdown(grace_core::ShutdownKind::PowerOff));
    let hold = Decision::Hold { until: at(1_900.0), reason: HoldReason::Shutdown };
    assert_eq!(host.event(1_899.9, stopped("100")), hold);
    host.until(1_900.0);
    assert_eq!(host.digests().last().map(|digest| digest.stopped.len()), Some(1));
}

#[test]
fn where_a_restart_opens_no_window_nothing_is_asked_for() {
    let mut host = Host::started_at(
        1_000.0,
        policy(|p| {
            p.adaptive = Some(Adaptive::default());
            p.restart = RestartPolicy::None;
        }),
    );
    host.signal(1_001.0, Signal::SweepStarted).signal(1_002.0, reading(Status::Critical));
    assert_eq!(host.grace.kind(), BootKind::Restart);
    assert_eq!(host.grace.poll_timeout(), None);
    let storage = Subject::Alert { category: "storage", severity: Severity::Info };
    assert_eq!(host.grace.view().decide(at(1_003.0), storage), Decision::Deliver);
}

#[test]
fn the_quiet_time_may_be_none() {
    let mut host = Host::with(policy(|p| {
        let mut adaptive = Adaptive::default();
        adaptive.quiet = secs(0);
        p.adaptive = Some(adaptive);
    }));
    host.until(10.0);
    assert_eq!(host.report().boot.reported_at, at(0.0), "the first reading was well");
}

#[test]
fn what_an_earlier_end_of_the_window_uncovers_is_told_in_that_report() {
    let mut host = host();
    host.event(10.0, alert("storage", "nas", Severity::Warning));
    host.signal(20.0, reading(Status::Ok)).until(80.0);
    assert_eq!(host.report().alerts.failing.len(), 1);
    host.check_all_settled();
}

#[test]
fn alerts_past_the_limit_wait_for_the_window_wherever_it_moves() {
    let limited = || {
        let mut host = Host::with(policy(|p| {
            p.adaptive = Some(Adaptive::default());
            p.limits.alerts = 1;
        }));
        host.facts = Some(grace_core::Facts::default());
        host.event(10.0, alert("storage", "nas", Severity::Warning));
        host.event(11.0, alert("storage", "nfs", Severity::Warning));
        host
    };
    let mut early = limited();
    early.signal(20.0, reading(Status::Ok)).until(2_000.0);
    assert_eq!(early.report().alerts.beyond, 1, "the window ended at 80 s");
    early.check_all_settled();

    let mut late = limited();
    late.signal(20.0, reading(Status::Critical)).until(2_000.0);
    assert_eq!(late.report().alerts.beyond, 1, "the window ended at 900 s");
    assert!(late.digests().is_empty());
    late.check_all_settled();
}
