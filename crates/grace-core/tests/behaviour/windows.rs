//! The windows' edges: the first instant is inside, the last is not.

use grace_core::{Decision, HoldReason, Severity, Subject, Uptime};

use crate::common::{Host, at, policy, secs, started};

const STORAGE: Subject<'static> =
    Subject::Alert { category: "storage", severity: Severity::Critical };

#[test]
fn each_window_ends_before_its_last_instant() {
    let host = Host::started_at(7.0, policy(|_| {}));
    let view = host.grace.view();
    let aggregate = Decision::Aggregate { until: at(187.0) };
    let hold = Decision::Hold { until: at(307.0), reason: HoldReason::Startup };
    let cases = [
        (at(7.0), aggregate, hold),
        (at(186.999_999_999), aggregate, hold),
        (at(187.0), Decision::Deliver, hold),
        (at(187.000_000_001), Decision::Deliver, hold),
        (at(306.999_999_999), Decision::Deliver, hold),
        (at(307.0), Decision::Deliver, Decision::Deliver),
        (Uptime::MAX, Decision::Deliver, Decision::Deliver),
    ];
    for (now, guest, storage) in cases {
        assert_eq!(view.decide(now, Subject::GuestStarted), guest, "{now}");
        assert_eq!(view.decide(now, STORAGE), storage, "{now}");
    }
}

#[test]
fn an_instant_before_the_window_was_read_late_and_is_inside() {
    let view = Host::started_at(100.0, policy(|_| {})).grace.view();
    assert_eq!(
        view.decide(at(30.0), Subject::GuestStarted),
        Decision::Aggregate { until: at(280.0) }
    );
    assert!(view.guest_window().is_open(Uptime::ZERO));
}

#[test]
fn a_window_says_where_it_lies_and_what_is_left() {
    let view = Host::started_at(10.0, policy(|_| {})).grace.view();
    let guest = view.guest_window();
    assert_eq!((guest.opens(), guest.closes()), (at(10.0), at(190.0)));
    assert_eq!(guest.remaining(at(10.0)), secs(180));
    assert_eq!(guest.remaining(at(189.0)), secs(1));
    assert_eq!(guest.remaining(at(190.0)), secs(0));
    assert_eq!(guest.remaining(at(500.0)), secs(0));
    let health = view.health_window();
    assert_eq!((health.opens(), health.closes()), (at(10.0), at(310.0)));
    assert!(!view.shutdown_window().is_open(Uptime::ZERO), "no shutdown was announced");
}

#[test]
fn a_late_time_out_makes_no_decision_wrong() {
    let mut host = Host::boot();
    host.now = at(180.0);
    assert_eq!(host.event_now(started("100")), Decision::Deliver, "no time-out was handled");
}

#[test]
fn a_window_of_no_length_is_never_open() {
    let mut host = Host::with(policy(|p| {
        p.guest = secs(0);
        p.health = secs(0);
        p.shutdown = secs(0);
    }));
    assert_eq!(host.event(0.0, started("100")), Decision::Deliver);
    assert_eq!(host.grace.view().decide(Uptime::ZERO, STORAGE), Decision::Deliver);
    host.event(1.0, grace_core::Event::Shutdown(grace_core::ShutdownKind::Reboot));
    assert_eq!(host.event(1.0, crate::common::stopped("100")), Decision::Deliver);
    host.check(&[
        "0.000s report",
        "0.000s closed: acknowledged",
        "0.000s notice guest-started g100 (100)",
        "1.000s notice shutdown reboot",
        "1.000s notice guest-stopped g100 (100)",
    ]);
    host.check_all_settled();
}

#[test]
fn at_the_end_of_time_windows_are_cut_and_nothing_hangs() {
    let mut host = Host::start(
        policy(|_| {}),
        grace_core::Start::new(Some(Uptime::MAX), crate::common::identity("b1")),
    );
    assert_eq!(host.event_now(started("100")), Decision::Deliver);
    host.check_all_settled();
}
