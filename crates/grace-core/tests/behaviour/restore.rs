//! Save and restore: in the same boot at each phase, in another boot, without an identity, without a past.

use grace_core::{
    Adaptive, BootKind, Decision, Delivery, Event, GapKind, Limits, Severity, ShutdownKind, Signal,
    Start,
};

use crate::common::{
    Host, alert, at, failed, guest, identity, policy, resolved, secs, started, stopped,
};

use Severity::Warning;

#[test]
fn a_crash_in_the_windows_changes_nothing_about_them() {
    let mut host = Host::started_at(10.0, policy(|_| {}));
    host.event(20.0, started("100"));
    host.event(30.0, alert("storage", "nas", Warning));
    host.restart(60.0, "b1");
    assert_eq!(host.grace.kind(), BootKind::Boot);
    assert_eq!(host.grace.started_at(), at(60.0));
    assert_eq!(host.grace.view().guest_window().closes(), at(190.0));
    assert_eq!(host.grace.view().health_window().closes(), at(310.0));
    host.event(70.0, started("101"));
    host.event(80.0, alert("storage", "nas", Warning));
    host.until(1_000.0);
    host.check(&["310.000s report", "310.000s closed: acknowledged"]);
    let report = host.report();
    assert_eq!(report.guests.started, [guest("100"), guest("101")]);
    assert_eq!(report.alerts.failing[0].count, 2);
    assert_eq!(report.boot.service_started, Some(at(60.0)));
    assert_eq!(report.boot.service_age, secs(250));
    host.check_all_settled();
}

#[test]
fn a_report_that_is_due_is_made_however_late_the_program_comes_back() {
    let mut host = Host::boot();
    host.event(20.0, started("100"));
    host.restart(4_000.0, "b1");
    assert_eq!(host.grace.kind(), BootKind::Boot);
    host.until(4_000.0);
    host.check(&["4000.000s report", "4000.000s closed: acknowledged"]);
    host.check_all_settled();
}

#[test]
fn a_crash_while_facts_are_collected_asks_again() {
    let mut host = Host::boot();
    host.facts = None;
    host.until(310.0);
    host.restart(320.0, "b1");
    host.until(1_000.0);
    assert_eq!(
        host.printed(),
        [
            "300.000s collect facts until 330.000s",
            "320.000s collect facts until 350.000s",
            "350.000s report",
            "350.000s closed: acknowledged",
        ]
    );
}

#[test]
fn a_crash_before_the_acknowledgement_sends_the_same_report_again() {
    let mut host = Host::boot();
    host.delivery = None;
    host.until(310.0);
    host.restart(320.0, "b1");
    assert_eq!(host.grace.kind(), BootKind::Restart);
    host.delivery = Some(Delivery::Taken);
    host.until(440.0);
    host.check(&[
        "300.000s report",
        "320.000s report, attempt 1",
        "320.000s closed: already-reported",
        "440.000s report, attempt 2",
        "440.000s closed: acknowledged",
    ]);
}

#[test]
fn after_its_report_a_boot_knows_restarts_alone() {
    let mut host = Host::boot();
    host.until(310.0);
    host.restart(320.0, "b1");
    host.event(330.0, started("100"));
    host.restart(340.0, "b1");
    assert_eq!(host.grace.view().guest_window().closes(), at(500.0), "the windows go on");
    host.until(1_000.0);
    host.restart(1_100.0, "b1");
    assert_eq!(host.grace.view().guest_window().closes(), at(1_280.0), "they open again");
    host.until(2_000.0);
    host.check(&[
        "300.000s report",
        "300.000s closed: acknowledged",
        "320.000s closed: already-reported",
        "500.000s digest guests-started; started g100 (100)",
        "1100.000s closed: restart",
    ]);
    host.check_all_settled();
}

#[test]
fn windows_of_a_restart_go_on_until_their_last_instant() {
    let restarted = |secs: f64| {
        let mut host = Host::started_at(1_000.0, policy(|_| {}));
        host.restart(secs, "b1");
        host.grace.view().health_window().closes()
    };
    assert_eq!(restarted(1_299.9), at(1_300.0));
    assert_eq!(restarted(1_300.0), at(1_600.0));
}

#[test]
fn what_a_restart_had_collected_is_not_held_back_again_by_the_next() {
    let mut host = Host::started_at(1_000.0, policy(|_| {}));
    host.event(1_010.0, started("100"));
    host.event(1_020.0, alert("storage", "nas", Warning));
    host.facts = Some(grace_core::Facts::default());
    host.restart(1_310.0, "b1");
    host.until(1_310.0);
    host.check(&[
        "1000.000s closed: restart",
        "1310.000s closed: restart",
        "1310.000s digest guests-started; started g100 (100)",
        "1310.000s digest grace-ended; storage/nas warning unverified x1 since 1020.000s",
    ]);
    host.check_all_settled();
}

#[test]
fn past_the_limit_too_nothing_is_held_back_again() {
    let mut host = Host::started_at(
        1_000.0,
        policy(|p| {
            let mut limits = Limits::default();
            limits.alerts = 1;
            p.limits = limits;
        }),
    );
    host.event(1_010.0, alert("storage", "nas", Warning));
    host.event(1_020.0, alert("storage", "nfs", Warning));
    host.facts = Some(grace_core::Facts::default());
    host.restart(1_310.0, "b1");
    host.until(1_310.0);
    assert_eq!(
        host.told().last().unwrap(),
        "1310.000s digest grace-ended; storage/nas warning unverified x1 since 1010.000s; 1 beyond"
    );
    host.check_all_settled();
}

#[test]
fn an_adaptive_window_that_still_runs_goes_on_after_a_restart() {
    let adaptive = policy(|p| p.adaptive = Some(Adaptive::default()));
    let mut host = Host::started_at(1_000.0, adaptive);
    host.facts = Some(grace_core::Facts::default());
    host.signal(1_010.0, Signal::SweepStarted).until(1_400.0);
    host.restart(1_410.0, "b1");
    assert_eq!(host.grace.view().guest_window().closes(), at(1_900.0));
}

#[test]
fn marked_done_stays_done() {
    let mut host = Host::boot();
    host.grace.mark_reported(at(5.0));
    host.drain();
    host.restart(10.0, "b1");
    assert!(host.grace.is_aggregated());
    host.until(1_000.0);
    assert!(host.reports().is_empty());
}

#[test]
fn an_announced_shutdown_outlives_a_restart_of_the_program() {
    let mut host = Host::boot();
    host.event(1_000.0, Event::Shutdown(ShutdownKind::Reboot));
    host.event(1_001.0, stopped("100"));
    host.restart(1_010.0, "b1");
    assert_ne!(host.event(1_011.0, stopped("101")), Decision::Deliver);
    host.until(1_120.0);
    assert_eq!(
        host.told().last().unwrap(),
        "1120.000s digest shutdown-overdue; stopped g100 (100), g101 (101)"
    );
    host.check_all_settled();
}

#[test]
fn stops_of_a_host_that_did_go_down_were_expected() {
    let mut host = Host::boot();
    host.event(1_000.0, Event::Shutdown(ShutdownKind::Reboot));
    for id in ["100", "101", "100"] {
        host.event(1_001.0, stopped(id));
    }
    host.log.clear();
    host.restart(15.0, "b2");
    assert_eq!(host.books.ended("expected-stop"), 3);
    host.until(1_000.0);
    host.check(&["315.000s report", "315.000s closed: acknowledged"]);
    assert_eq!(host.report().previous, None, "the boot before had its report");
    host.check_all_settled();
}

#[test]
fn what_a_boot_left_untold_is_in_the_next_boots_report() {
    let mut host = Host::boot();
    host.event(10.0, started("100"));
    host.event(20.0, alert("storage", "nas", Warning));
    host.event(30.0, failed("101", "no"));
    host.event(40.0, Event::Shutdown(ShutdownKind::PowerOff));
    host.log.clear();
    host.restart(5.0, "b2");
    assert_eq!(host.grace.kind(), BootKind::Boot);
    host.until(400.0);
    host.check(&["305.000s report", "305.000s closed: acknowledged"]);
    let report = host.report();
    assert_eq!(report.boot.identity, identity("b2"));
    assert_eq!(report.guests.started, []);
    let previous = report.previous.as_ref().unwrap();
    assert_eq!(previous.identity, identity("b1"));
    assert_eq!(previous.started, [guest("100")]);
    assert_eq!(previous.alerts.len(), 1);
    assert_eq!((previous.boots, previous.beyond), (1, 0));
    assert_eq!(previous.shutdown, Some(ShutdownKind::PowerOff));
    let summary = report.summary();
    assert!(
        summary.contains(
            "The boot before this one ended before its report, with an announced power-off: \
             1 guest had started, 1 alert held"
        ),
        "{summary}"
    );
    host.check_all_settled();
}

#[test]
fn several_boots_without_a_report_are_told_together() {
    let mut host = Host::boot();
    host.event(10.0, started("100"));
    host.restart(1.0, "b2");
    host.event(10.0, started("101"));
    host.event(11.0, alert("vms", "101", Warning));
    host.restart(2.0, "b3");
    host.restart(3.0, "b4");
    host.until(400.0);
    let previous = host.report().previous.clone().unwrap();
    assert_eq!(previous.boots, 3);
    assert_eq!(previous.identity, identity("b3"));
    assert_eq!(previous.started, [guest("100"), guest("101")]);
    let summary = host.report().summary();
    assert!(
        summary.contains(
            "The 3 boots before this one ended before their reports, the last without an announced \
             shutdown: 2 guests had started, 1 alert held"
        ),
        "{summary}"
    );
    host.check_all_settled();
}

#[test]
fn past_the_limits_what_a_boot_left_is_counted() {
    let mut host = Host::with(policy(|p| {
        let mut limits = Limits::default();
        (limits.guests, limits.alerts) = (1, 1);
        p.limits = limits;
    }));
    for id in ["100", "101"] {
        host.event(10.0, started(id));
        host.event(10.0, alert("vms", id, Warning));
    }
    host.restart(1.0, "b2");
    host.event(10.0, started("102"));
    host.event(10.0, alert("vms", "102", Warning));
    host.restart(1.0, "b3");
    host.until(400.0);
    let previous = host.report().previous.clone().unwrap();
    assert_eq!((previous.started.len(), previous.alerts.len()), (1, 1));
    assert_eq!(previous.beyond, 4);
    host.check_all_settled();
}

#[test]
fn after_many_boots_without_a_report_their_leavings_are_told_at_once() {
    let mut host = Host::boot();
    for boot in 0..10 {
        host.event(10.0, started("100"));
        host.restart(1.0, &format!("c{boot}"));
        host.until(2.0);
        assert!(host.digests().is_empty(), "after boot {boot} they wait for a report");
    }
    host.event(10.0, started("100"));
    host.restart(1.0, "d0");
    host.until(2.0);
    assert_eq!(host.digests().len(), 1);
    host.until(400.0);
    assert_eq!(host.report().previous, None);
    host.check_all_settled();
}

#[test]
fn where_the_next_start_makes_no_report_the_leavings_are_a_digest() {
    let mut host = Host::boot();
    host.event(10.0, started("100"));
    host.event(20.0, alert("storage", "nas", Warning));
    host.log.clear();
    host.restart(5_000.0, "b2");
    host.until(5_000.0);
    host.check(&[
        "5000.000s closed: restart",
        "5000.000s digest previous-boot; started g100 (100); \
         storage/nas warning unverified x1 since 20.000s",
    ]);
    host.check_all_settled();

    let mut host = Host::boot();
    host.event(10.0, started("100"));
    host.restart(5.0, "b2");
    host.grace.mark_reported(at(6.0));
    host.until(7.0);
    assert_eq!(host.digests().len(), 1);
    host.check_all_settled();
}

#[test]
fn what_a_mere_restart_left_is_told_too() {
    let mut host = Host::started_at(1_000.0, policy(|_| {}));
    host.event(1_010.0, started("100"));
    host.restart(5.0, "b2");
    host.until(400.0);
    assert_eq!(host.report().previous.as_ref().unwrap().started, [guest("100")]);
    host.check_all_settled();
}

#[test]
fn an_alert_told_in_one_boot_has_its_recovery_told_in_the_next() {
    let mut host = Host::boot();
    host.event(1_000.0, alert("storage", "nas", Warning));
    host.restart(5.0, "b2");
    assert_eq!(host.event(10.0, resolved("storage", "nas")), Decision::Deliver);
}

#[test]
fn a_soft_reboot_is_another_boot() {
    let mut host = Host::boot();
    host.until(400.0);
    let soft = identity("b1").with_soft_reboots(1);
    let start = Start::new(Some(at(500.0)), soft).with_saved(host.grace.save());
    let mut host = Host::start(policy(|_| {}), start);
    host.until(800.0);
    assert_eq!(host.report().boot.identity, soft);
}

#[test]
fn both_spellings_of_a_boot_id_are_one_boot() {
    let mut host = Host::start(
        policy(|_| {}),
        Start::new(Some(at(5.0)), identity("6D3B2F0A-7c5e-4e0f-9a1b-2c3d4e5f6071")),
    );
    host.event(10.0, started("100"));
    host.restart(20.0, " 6d3b2f0a7c5e4e0f9a1b2c3d4e5f6071\n");
    assert!(host.grace.has_collected_guests());
    let id = grace_core::BootId::new("6D3B-2f\n");
    assert_eq!((id.as_str(), id.to_string().as_str()), ("6d3b2f", "6d3b2f"));
}

#[test]
fn without_an_identity_a_clock_that_went_on_is_the_same_boot() {
    let same = |before: &str, uptime: Option<f64>, after: &str| {
        let mut host = Host::start(policy(|_| {}), Start::new(Some(at(5.0)), identity(before)));
        host.event(100.0, started("100"));
        let saved = host.grace.save();
        host.restart_with(uptime, after, saved);
        host.grace.has_collected_guests()
    };
    assert!(same("?", Some(100.0), "?"));
    assert!(same("?", Some(101.0), "b1"));
    assert!(same("b1", Some(101.0), "?"));
    assert!(!same("?", Some(99.9), "?"));
    assert!(!same("b1", Some(99.9), "?"));
    assert!(!same("?", None, "?"));
    assert!(same("b1", None, "b1"));
    assert!(same("b1", Some(5.0), "b1"), "an id is surer than a clock");
    assert!(!same("b1", Some(101.0), "b2"));
}

#[test]
fn a_restored_clock_does_not_go_back() {
    let mut host = Host::boot();
    host.event(100.0, started("100"));
    let saved = host.grace.save();
    host.restart_with(None, "b1", saved);
    assert_eq!(host.grace.started_at(), at(100.0));
    host.until(400.0);
    let gaps: Vec<GapKind> = host.report().gaps.iter().map(|gap| gap.kind).collect();
    assert_eq!(gaps, [GapKind::UptimeUnknown]);
}

#[test]
fn without_its_past_a_program_starts_anew_under_new_ids() {
    let ids = |uptime| {
        let mut host = Host::started_at(uptime, policy(|_| {}));
        host.event(uptime, alert("cpu", "load", Warning));
        host.log
            .iter()
            .find_map(|(_, effect)| match effect {
                grace_core::Effect::Deliver(envelope) => Some(envelope.id),
                _ => None,
            })
            .unwrap()
    };
    assert!(ids(10.0) < ids(20.0));
    assert_eq!(ids(20.0).sequence().get(), 20_000_002, "microseconds of uptime, and counting");
}

#[test]
fn what_was_learned_of_sweep_and_health_goes_on_in_the_same_boot_alone() {
    let adaptive = policy(|p| p.adaptive = Some(Adaptive::default()));
    let mut host = Host::with(adaptive);
    host.facts = Some(grace_core::Facts::default());
    host.signal(5.0, Signal::SweepStarted);
    host.restart(10.0, "b1");
    assert_eq!(host.grace.view().guest_window().closes(), at(900.0));
    host.restart(10.0, "b2");
    assert_eq!(host.grace.view().guest_window().closes(), at(190.0));

    let mut host = Host::with(policy(|p| p.adaptive = Some(Adaptive::default())));
    host.signal(5.0, Signal::SweepStarted).signal(20.0, Signal::SweepFinished).until(200.0);
    host.restart(1_000.0, "b1");
    assert_eq!(host.grace.view().guest_window().closes(), at(1_180.0), "nothing is known now");
}
