//! Boot or restart, and where the windows are counted from.

use grace_core::{
    Anchor, BootKind, Decision, GapKind, Message, Policy, RestartPolicy, Severity, Start, Status,
    Subject, Uptime,
};

use crate::common::{Host, alert, at, checked, facts, identity, policy, secs, started};

#[track_caller]
fn check(uptime: Option<f64>, kind: BootKind) {
    let host = Host::start(Policy::default(), Start::new(uptime.map(at), identity("b1")));
    assert_eq!(host.grace.kind(), kind, "{uptime:?}");
    assert_eq!(host.grace.view().kind(), kind);
}

#[test]
fn a_start_below_ten_minutes_of_uptime_is_a_boot() {
    check(Some(0.0), BootKind::Boot);
    check(Some(599.999_999_999), BootKind::Boot);
    check(Some(600.0), BootKind::Restart);
    check(Some(600.000_000_001), BootKind::Restart);
    check(Some(1e9), BootKind::Restart);
    check(None, BootKind::Boot);
    assert_eq!([BootKind::Boot, BootKind::Restart].map(BootKind::as_str), ["boot", "restart"]);
}

#[test]
fn the_limit_is_the_policys() {
    let short = policy(|p| p.boot_uptime = secs(60));
    assert_eq!(Host::started_at(59.9, short.clone()).grace.kind(), BootKind::Boot);
    assert_eq!(Host::started_at(60.0, short).grace.kind(), BootKind::Restart);
}

#[test]
fn an_unknown_uptime_is_a_boot_and_the_report_says_so() {
    let mut host = Host::start(Policy::default(), Start::new(None, identity("?")));
    assert_eq!(host.grace.started_at(), Uptime::ZERO);
    host.until(300.0);
    let report = host.report();
    assert_eq!(report.boot.service_started, None);
    assert_eq!(report.boot.kind, BootKind::Boot);
    let gaps: Vec<GapKind> = report.gaps.iter().map(|gap| gap.kind).collect();
    assert_eq!(gaps, [GapKind::UptimeUnknown, GapKind::BootIdentityUnknown]);
    let summary = report.summary();
    assert!(summary.contains("Not known: uptime unknown: the host's uptime could not be read"));
    assert!(summary.starts_with("System startup completed\nNot everything could be checked."));
}

#[test]
fn a_boot_sends_one_report_when_the_health_window_ends() {
    let mut host = Host::started_at(20.0, Policy::default());
    host.until(319.999_999_999);
    host.check(&[]);
    host.until(5_000.0);
    host.check(&["320.000s report", "320.000s closed: acknowledged"]);
    assert_eq!(host.messages().map(Message::kind).collect::<Vec<_>>(), ["startup-report"]);
}

#[test]
fn a_restart_says_at_once_that_there_is_no_report_and_opens_the_windows() {
    let mut host = Host::started_at(1_000.0, Policy::default());
    host.check(&["1000.000s closed: restart"]);
    let until = at(1_180.0);
    assert_eq!(host.event(1_000.0, started("100")), Decision::Aggregate { until });
    host.until(5_000.0);
    host.check(&[
        "1000.000s closed: restart",
        "1180.000s digest guests-started; started g100 (100)",
    ]);
    host.event(5_001.0, started("100"));
    assert_eq!(host.messages().map(Message::kind).collect::<Vec<_>>(), ["digest", "notice"]);
    host.check_all_settled();
}

#[test]
fn what_a_restart_holds_is_told_in_a_digest_if_it_still_fails() {
    let mut host = Host::started_at(1_000.0, Policy::default());
    host.event(1_010.0, alert("storage", "nas", Severity::Warning));
    host.event(1_020.0, alert("network", "eth0", Severity::Critical));
    host.event(1_030.0, alert("vms", "100", Severity::Critical));
    host.event(1_040.0, crate::common::resolved("vms", "100"));
    let mut known = facts();
    known.health =
        Ok(checked(&[("storage", "nas", Status::Critical), ("network", "eth0", Status::Ok)]));
    host.facts = Some(known);
    host.until(5_000.0);
    host.check(&[
        "1000.000s closed: restart",
        "1300.000s digest grace-ended; storage/nas warning failing x1 since 1010.000s; 2 recovered",
    ]);
    host.check_all_settled();
}

#[test]
fn where_all_that_was_held_is_over_a_restart_tells_nothing() {
    let mut host = Host::started_at(1_000.0, Policy::default());
    host.event(1_010.0, alert("storage", "nas", Severity::Warning));
    let mut known = facts();
    known.health = Ok(checked(&[("storage", "nas", Status::Ok)]));
    host.facts = Some(known);
    host.until(5_000.0);
    host.check(&["1000.000s closed: restart"]);
    host.check_all_settled();
    assert_eq!(host.books.ended("recovered"), 1);
}

#[test]
fn without_grace_a_restart_opens_no_window() {
    let none = policy(|p| p.restart = RestartPolicy::None);
    let mut host = Host::started_at(1_000.0, none.clone());
    assert_eq!(host.event(1_000.0, started("100")), Decision::Deliver);
    let storage = alert("storage", "nas", Severity::Info);
    assert_eq!(host.event(1_000.0, storage), Decision::Deliver);
    assert_eq!(host.grace.view().category_window("storage"), None);
    assert!(!host.grace.view().guest_window().is_open(Uptime::ZERO));
    host.until(5_000.0);
    host.check(&[
        "1000.000s closed: restart",
        "1000.000s notice guest-started g100 (100)",
        "1000.000s notice alert storage/nas info",
    ]);
    host.check_all_settled();

    let boot = Host::started_at(10.0, none).grace.view();
    assert!(boot.guest_window().is_open(at(189.0)), "a boot has its windows all the same");
}

#[test]
fn windows_counted_from_boot_leave_a_late_start_the_rest() {
    let from_boot = policy(|p| p.anchor = Anchor::Boot);
    let mut host = Host::started_at(100.0, from_boot.clone());
    let view = host.grace.view();
    assert_eq!(view.anchor(), Uptime::ZERO);
    assert_eq!(view.guest_window().closes(), at(180.0));
    let storage = Subject::Alert { category: "storage", severity: Severity::Info };
    assert_ne!(view.decide(at(299.9), storage), Decision::Deliver);
    assert_eq!(view.decide(at(300.0), storage), Decision::Deliver);
    host.until(5_000.0);
    host.check(&["300.000s report", "300.000s closed: acknowledged"]);
    assert_eq!(host.report().boot.service_age, secs(200));

    let mut late = Host::started_at(400.0, from_boot);
    assert_eq!(late.event(400.0, started("100")), Decision::Deliver);
    late.check(&[
        "400.000s report",
        "400.000s closed: acknowledged",
        "400.000s notice guest-started g100 (100)",
    ]);
}

#[test]
fn the_policy_in_force_is_the_one_given() {
    let own = policy(|p| p.guest = secs(7));
    assert_eq!(Host::with(own.clone()).grace.policy(), &own);
}
