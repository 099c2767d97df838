//! The clock that is given to the machine: backwards, to its end, and asked about too often.

use grace_core::{
    Adaptive, Decision, Delivery, Event, GapKind, Severity, ShutdownKind, Signal, Uptime,
};

use crate::common::{Host, alert, at, failed, policy, resolved, started, stopped};

#[test]
fn a_clock_that_goes_back_is_held_counted_and_told() {
    let mut host = Host::boot();
    host.event(200.0, failed("100", "no"));
    host.now = at(10.0);
    assert_eq!(host.event_now(started("101")), Decision::Deliver, "the window stays over");
    host.now = at(199.0);
    host.grace.handle_timeout(host.now);
    host.until(400.0);
    let gap = &host.report().gaps[0];
    assert_eq!(gap.kind, GapKind::ClockWentBack);
    assert_eq!(
        gap.to_string(),
        "clock went back: 3 time(s), and was held",
        "event, answer, time-out"
    );
    assert_eq!(host.report().boot.reported_at, at(300.0));
}

#[test]
fn the_same_instant_again_is_no_step_back() {
    let mut host = Host::boot();
    host.event(200.0, started("100"));
    host.event_now(started("100"));
    host.until(400.0);
    assert_eq!(host.report().gaps, []);
}

/// A host in the middle of everything: collecting, holding, shutting down, refused.
fn busy(policy: grace_core::Policy) -> Host {
    let mut host = Host::with(policy);
    host.delivery = Some(Delivery::NotTaken { retry_after: None });
    host.event(10.0, started("100"));
    host.event(11.0, failed("101", "no"));
    host.event(12.0, alert("storage", "nas", Severity::Warning));
    host.event(13.0, alert("cpu", "load", Severity::Warning));
    host.event(14.0, Event::Shutdown(ShutdownKind::Reboot));
    host.event(15.0, stopped("100"));
    host
}

#[test]
fn a_time_out_that_is_not_due_changes_nothing() {
    for adaptive in [None, Some(Adaptive::default())] {
        let mut host = busy(policy(|p| p.adaptive = adaptive));
        let mut looked = 0;
        for _ in 0..60 {
            host.jump();
            let due = host.grace.poll_timeout().expect("a message is refused for ever");
            assert!(host.now < due);
            let before = (format!("{:?}", host.grace.save()), host.grace.view());
            for now in [host.now, Uptime::from_nanos(due.as_nanos() - 1)] {
                let mut spurious = host.grace.clone();
                spurious.handle_timeout(now);
                assert_eq!(spurious.poll_effect(), None, "at {now}, due at {due}");
                assert_eq!(spurious.view(), before.1);
                assert_eq!(spurious.poll_timeout(), Some(due));
                if now == host.now {
                    assert_eq!(format!("{:?}", spurious.save()), before.0);
                }
                looked += 1;
            }
        }
        assert_eq!(looked, 120);
        assert!(host.now > at(300.0), "{}: the report is among it", host.now);
    }
}

#[test]
fn one_late_time_out_does_all_that_was_due() {
    let mut host = busy(policy(|_| {}));
    host.delivery = Some(Delivery::Taken);
    host.now = at(100_000.0);
    host.until(100_000.0);
    assert_eq!(host.reports().len(), 1);
    assert_eq!(host.grace.poll_timeout(), None);
    host.check_all_settled();
}

#[test]
fn at_the_end_of_time_everything_is_told_and_nothing_hangs() {
    for adaptive in [None, Some(Adaptive::default())] {
        let mut host = busy(policy(|p| p.adaptive = adaptive));
        host.delivery = Some(Delivery::Taken);
        host.now = Uptime::MAX;
        host.until_uptime(Uptime::MAX);
        for event in [
            started("200"),
            stopped("200"),
            failed("200", "no"),
            alert("storage", "nfs", Severity::Info),
            resolved("storage", "nfs"),
            Event::Shutdown(ShutdownKind::Unknown),
            Event::ShutdownCancelled,
        ] {
            host.event_now(event);
        }
        host.grace.handle_signal(Uptime::MAX, Signal::SweepStarted);
        host.until_uptime(Uptime::MAX);
        assert_eq!(host.reports().len(), 1);
        host.check_all_settled();
    }
}
