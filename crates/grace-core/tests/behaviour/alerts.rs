//! Held alerts: repeated, made worse, recovered, and read again when their window ends.

use grace_core::{
    Alert, CategoryHealth, CategoryRule, Check, Decision, Event, Facts, HealthSnapshot, HeldState,
    HoldReason, Limits, Policy, Severity, SeveritySet, Status,
};

use crate::common::{Host, alert, at, checked, facts, health, policy, resolved, secs};

use Severity::{Critical, Info, Warning};

fn with_health(health: HealthSnapshot) -> Facts {
    let mut known = facts();
    known.health = Ok(health);
    known
}

/// Each alert of the report: failing ones first.
fn alerts(host: &Host) -> Vec<String> {
    let held = |held: &grace_core::HeldAlert| {
        format!(
            "{}/{} {} {} x{} {} to {}",
            held.alert.category,
            held.alert.key,
            held.alert.severity,
            held.state.as_str(),
            held.count,
            held.first_seen,
            held.last_seen
        )
    };
    let alerts = &host.report().alerts;
    alerts.failing.iter().chain(&alerts.recovered).map(held).collect()
}

#[test]
fn what_still_fails_at_the_windows_end_is_told_in_the_report() {
    let mut host = Host::boot();
    let decision = host.event(10.0, alert("storage", "nas", Warning));
    assert_eq!(decision, Decision::Hold { until: at(300.0), reason: HoldReason::Startup });
    assert_eq!(host.grace.held_alerts().count(), 1);
    host.facts = Some(with_health(checked(&[("storage", "nas", Status::Critical)])));
    host.until(300.0);
    host.check(&["300.000s report", "300.000s closed: acknowledged"]);
    assert_eq!(alerts(&host), ["storage/nas warning failing x1 10.000s to 10.000s"]);
    assert_eq!(host.books.ended("report"), 1);
    assert_eq!(host.grace.held_alerts().count(), 0);
    host.check_all_settled();
}

#[test]
fn a_repeated_alert_is_one_with_its_worst_severity_and_its_last_words() {
    let mut host = Host::boot();
    host.event(10.0, alert("Storage", "nas", Warning));
    host.event(20.0, alert("storage", "nas", Critical));
    let last = Alert::new("STORAGE", "nas", Info, "nas is slow");
    host.event(30.0, Event::Alert(last));
    host.event(40.0, alert("storage", "nfs", Info));
    host.event(50.0, alert("network", "nas", Info));
    assert_eq!(host.grace.usage().held_alerts, 3);
    host.facts = Some(Facts::default());
    host.until(300.0);
    assert_eq!(
        alerts(&host),
        [
            "STORAGE/nas critical unverified x3 10.000s to 30.000s",
            "storage/nfs info unverified x1 40.000s to 40.000s",
            "network/nas info unverified x1 50.000s to 50.000s",
        ]
    );
    assert_eq!(host.report().alerts.failing[0].alert.text, "nas is slow");
    assert_eq!(host.books.ended("report"), 5);
}

#[test]
fn a_bypassed_severity_tells_what_was_held_of_it_before() {
    let mut host = Host::with(policy(|p| p.bypass = SeveritySet::EMPTY.with(Critical)));
    host.event(10.0, alert("storage", "nas", Warning));
    host.event(20.0, alert("storage", "nas", Warning));
    assert_eq!(host.event(30.0, alert("storage", "nas", Critical)), Decision::Deliver);
    host.event(40.0, alert("storage", "nas", Warning));
    host.event(50.0, resolved("storage", "nas"));
    host.until(300.0);
    host.check(&[
        "30.000s notice alert storage/nas critical x3 since 10.000s",
        "50.000s notice resolved storage/nas info",
        "300.000s report",
        "300.000s closed: acknowledged",
    ]);
    assert_eq!(alerts(&host), [""; 0]);
    assert_eq!(host.books.ended("delivered"), 5);
    host.check_all_settled();
}

#[test]
fn an_alert_that_comes_again_after_the_window_is_told_with_what_was_held() {
    let mut host = Host::boot();
    host.facts = None;
    host.event(10.0, alert("storage", "nas", Warning));
    host.event(310.0, alert("storage", "nas", Warning));
    host.until(400.0);
    host.check(&[
        "310.000s notice alert storage/nas warning x2 since 10.000s",
        "330.000s report",
        "330.000s closed: acknowledged",
    ]);
    assert_eq!(alerts(&host), [""; 0]);
    host.check_all_settled();
}

#[test]
fn a_recovery_in_the_window_is_counted_and_not_told() {
    let mut host = Host::boot();
    host.event(10.0, alert("storage", "nas", Warning));
    host.event(15.0, alert("storage", "nas", Warning));
    let decision = host.event(20.0, resolved("STORAGE", "nas"));
    assert_eq!(decision, Decision::Hold { until: at(300.0), reason: HoldReason::Startup });
    host.until(300.0);
    host.check(&["300.000s report", "300.000s closed: acknowledged"]);
    assert_eq!(alerts(&host), ["storage/nas warning recovered x2 10.000s to 15.000s"]);
    assert_eq!(host.report().alerts.recovered_count, 1);
    assert_eq!(host.books.ended("recovered"), 3);
    host.check_all_settled();
}

#[test]
fn an_alert_that_recovers_and_comes_back_is_held_anew() {
    let mut host = Host::boot();
    host.event(10.0, alert("storage", "nas", Warning));
    host.event(20.0, resolved("storage", "nas"));
    host.event(30.0, alert("storage", "nas", Warning));
    host.facts = Some(Facts::default());
    host.until(300.0);
    assert_eq!(
        alerts(&host),
        [
            "storage/nas warning unverified x1 30.000s to 30.000s",
            "storage/nas warning recovered x1 10.000s to 10.000s",
        ]
    );
}

#[test]
fn there_is_no_recovery_for_an_alert_nobody_saw() {
    let mut host = Host::boot();
    host.until(400.0);
    host.log.clear();
    host.event(400.0, resolved("storage", "nas"));
    host.event(401.0, resolved("cpu", "load"));
    host.check(&[]);
    assert_eq!(host.books.ended("recovered"), 2);
    host.check_all_settled();
}

#[test]
fn a_recovery_is_told_once_to_those_who_were_told_of_the_alert() {
    let mut host = Host::boot();
    host.event(10.0, alert("CPU", "load", Warning));
    host.event(11.0, resolved("cpu", "temperature"));
    host.event(20.0, resolved("cpu", "load"));
    host.event(30.0, resolved("cpu", "load"));
    host.check(&["10.000s notice alert CPU/load warning", "20.000s notice resolved cpu/load info"]);
    host.check_all_settled();
}

#[test]
fn what_the_report_told_has_its_recovery_told() {
    let mut host = Host::boot();
    host.event(10.0, alert("storage", "nas", Warning));
    host.event(11.0, alert("storage", "nfs", Warning));
    let storage = CategoryHealth::from_checks(
        "storage",
        vec![Check::new("nas", Status::Warning, "away"), Check::new("nfs", Status::Ok, "")],
    );
    host.facts = Some(with_health(HealthSnapshot::from_categories(vec![storage])));
    host.event(400.0, resolved("storage", "nas"));
    host.event(401.0, resolved("storage", "nfs"));
    host.check(&[
        "300.000s report",
        "300.000s closed: acknowledged",
        "400.000s notice resolved storage/nas info",
    ]);
    host.check_all_settled();
}

#[test]
fn an_alert_and_its_recovery_meet_under_any_name_of_their_category() {
    let aliased = policy(|p| {
        p.categories = vec![CategoryRule::new("services").with_alias("PVE_Services")];
    });
    let mut host = Host::with(aliased);
    host.event(10.0, alert("pve_services", "pveproxy", Warning));
    host.event(20.0, alert("services", "pveproxy", Warning));
    assert_eq!(host.grace.usage().held_alerts, 1);
    host.event(30.0, resolved("PVE_SERVICES", "pveproxy"));
    assert_eq!(host.grace.usage().held_alerts, 0);
    host.event(40.0, alert("pve_\u{17f}ervices", "x", Warning));
    host.check_all_settled();
}

/// What the alert `storage/nas` is by this reading.
#[track_caller]
fn check_reread(facts: Facts, expect: HeldState) {
    check_reread_of("nas", facts, expect);
}

#[track_caller]
fn check_reread_of(key: &str, facts: Facts, expect: HeldState) {
    let mut host = Host::boot();
    host.event(10.0, alert("STORAGE", key, Warning));
    host.facts = Some(facts);
    host.until(300.0);
    let alerts = &host.report().alerts;
    let found: Vec<HeldState> =
        alerts.failing.iter().chain(&alerts.recovered).map(|held| held.state).collect();
    assert_eq!(found, [expect]);
    let is_recovered = expect == HeldState::Recovered;
    assert_eq!(alerts.recovered.len(), usize::from(is_recovered));
    assert_eq!(alerts.recovered_count, u64::from(is_recovered));
    assert_eq!(host.books.ended("recovered"), u64::from(is_recovered));
    assert_eq!(host.books.ended("report"), u64::from(!is_recovered));
    host.check_all_settled();
}

#[test]
fn a_category_speaks_for_an_alert_about_itself_and_for_no_other() {
    let by =
        |status| with_health(health(&[("Storage", status, ""), ("cpu", Status::Critical, "")]));
    for key in ["storage", "STORAGE", ""] {
        check_reread_of(key, by(Status::Ok), HeldState::Recovered);
        check_reread_of(key, by(Status::Info), HeldState::Recovered);
        check_reread_of(key, by(Status::Excluded), HeldState::Recovered);
        check_reread_of(key, by(Status::Unknown), HeldState::Unverified);
        check_reread_of(key, by(Status::Warning), HeldState::Failing);
        check_reread_of(key, by(Status::Error), HeldState::Failing);
        check_reread_of(key, by(Status::Critical), HeldState::Failing);
    }
    check_reread(by(Status::Ok), HeldState::Unverified);
    check_reread(by(Status::Critical), HeldState::Unverified);
}

#[test]
fn a_check_of_the_alerts_own_name_speaks_for_it_and_no_other_does() {
    let by = |checks: &[(&str, Status)]| {
        let checks = checks.iter().map(|(name, status)| Check::new(name, *status, "")).collect();
        let category = CategoryHealth::from_checks("storage", checks);
        with_health(HealthSnapshot::from_categories(vec![category]))
    };
    check_reread(by(&[("nas", Status::Ok)]), HeldState::Recovered);
    check_reread(by(&[("nfs", Status::Critical), ("nas", Status::Ok)]), HeldState::Recovered);
    check_reread(by(&[("nfs", Status::Ok), ("nas", Status::Error)]), HeldState::Failing);
    check_reread(by(&[("nas", Status::Unknown)]), HeldState::Unverified);
    check_reread(by(&[("nfs", Status::Ok)]), HeldState::Unverified);
    check_reread(by(&[("nfs", Status::Critical)]), HeldState::Unverified);
}

#[test]
fn without_a_reading_nothing_is_known_and_it_is_told_as_if_it_still_held() {
    check_reread(Facts::default(), HeldState::Unverified);
    check_reread(with_health(health(&[("cpu", Status::Ok, "")])), HeldState::Unverified);
    let mut host = Host::boot();
    host.facts = None;
    host.event(10.0, alert("storage", "nas", Warning));
    host.until(400.0);
    assert_eq!(alerts(&host), ["storage/nas warning unverified x1 10.000s to 10.000s"]);
}

#[test]
fn a_reading_under_the_categorys_own_name_speaks_for_its_aliases() {
    let mut host = Host::with(policy(|p| {
        p.categories = vec![CategoryRule::new("vms").with_alias("vmct")];
    }));
    host.event(10.0, alert("vmct", "100", Warning));
    host.facts = Some(with_health(checked(&[("vms", "100", Status::Ok)])));
    host.until(300.0);
    assert_eq!(host.report().alerts.recovered.len(), 1);
}

#[test]
fn a_window_of_its_own_is_told_in_a_digest_when_it_ends_without_the_report() {
    let own = |window| {
        policy(|p| {
            p.categories = vec![
                CategoryRule::new("network").with_window(secs(window)),
                CategoryRule::new("vms"),
            ];
        })
    };
    let mut host = Host::with(own(60));
    host.event(10.0, alert("network", "eth0", Warning));
    host.event(11.0, alert("vms", "100", Warning));
    host.facts = Some(Facts::default());
    host.until(300.0);
    host.check(&[
        "60.000s digest grace-ended; network/eth0 warning unverified x1 since 10.000s",
        "300.000s report",
        "300.000s closed: acknowledged",
    ]);
    assert_eq!(alerts(&host), ["vms/100 warning unverified x1 11.000s to 11.000s"]);
    host.check_all_settled();

    let mut host = Host::with(own(600));
    host.event(10.0, alert("network", "eth0", Warning));
    host.event(350.0, alert("network", "eth1", Warning));
    host.facts = Some(Facts::default());
    host.until(1_000.0);
    host.check(&[
        "300.000s report",
        "300.000s closed: acknowledged",
        "600.000s digest grace-ended; network/eth0 warning unverified x1 since 10.000s; \
         network/eth1 warning unverified x1 since 350.000s",
    ]);
    host.check_all_settled();
}

#[test]
fn what_recovers_by_the_end_of_a_shorter_window_is_counted_in_the_report() {
    let mut host = Host::with(policy(|p| {
        p.categories = vec![CategoryRule::new("network").with_window(secs(60))];
    }));
    host.event(10.0, alert("network", "eth0", Warning));
    host.event(11.0, alert("network", "eth1", Warning));
    host.event(20.0, resolved("network", "eth1"));
    host.facts = Some(with_health(checked(&[("network", "eth0", Status::Ok)])));
    host.until(300.0);
    host.check(&["300.000s report", "300.000s closed: acknowledged"]);
    assert_eq!(host.report().alerts.recovered_count, 2);
    host.check_all_settled();

    // A digest about that window does not take them from the report either.
    let mut host = Host::with(policy(|p| {
        p.categories =
            vec![CategoryRule::new("network").with_window(secs(60)), CategoryRule::new("storage")];
    }));
    host.event(10.0, alert("storage", "nas", Warning));
    host.event(11.0, resolved("storage", "nas"));
    host.event(12.0, alert("network", "eth0", Warning));
    host.facts = Some(Facts::default());
    host.until(300.0);
    assert_eq!(host.digests().len(), 1);
    assert_eq!(host.report().alerts.recovered_count, 1);
}

fn limited(alerts: usize) -> Policy {
    policy(|p| {
        let mut limits = Limits::default();
        limits.alerts = alerts;
        p.limits = limits;
    })
}

#[test]
fn past_the_limit_alerts_are_counted_and_the_report_says_so() {
    let mut host = Host::with(limited(2));
    for key in ["a", "b", "c", "c", "d", "a"] {
        host.event(10.0, alert("storage", key, Warning));
    }
    assert_eq!(host.grace.usage().held_alerts, 2);
    host.facts = Some(Facts::default());
    host.until(300.0);
    let report = host.report();
    assert_eq!(report.alerts.failing.len(), 2);
    assert_eq!(report.alerts.beyond, 3);
    let summary = report.summary();
    assert!(summary.contains("Held alerts: 3 more"), "{summary}");
    assert!(
        summary.contains("limit reached: 3 alert event(s) counted and not listed"),
        "{summary}"
    );
    assert_eq!(host.books.ended("report"), 6);
    host.check_all_settled();
}

#[test]
fn past_the_limit_a_digest_counts_too() {
    let mut host = Host::started_at(1_000.0, limited(1));
    host.event(1_001.0, alert("storage", "a", Warning));
    host.event(1_002.0, alert("storage", "b", Warning));
    host.facts = Some(Facts::default());
    host.until(2_000.0);
    assert_eq!(
        host.told()[1],
        "1300.000s digest grace-ended; storage/a warning unverified x1 since 1001.000s; 1 beyond"
    );
    host.check_all_settled();
}

#[test]
fn past_the_limit_alone_there_is_a_digest_too() {
    let mut host = Host::started_at(1_000.0, limited(0));
    host.event(1_001.0, alert("storage", "a", Warning));
    host.until(2_000.0);
    assert_eq!(host.told()[1], "1300.000s digest grace-ended; 1 beyond");
    host.check_all_settled();
}

#[test]
fn past_the_limit_recoveries_are_counted_and_not_listed() {
    let mut host = Host::with(limited(1));
    for key in ["a", "b", "c"] {
        host.event(10.0, alert("storage", key, Warning));
        host.event(11.0, resolved("storage", key));
    }
    host.until(300.0);
    assert_eq!(host.report().alerts.recovered.len(), 1);
    assert_eq!(host.report().alerts.recovered_count, 3);
    host.check_all_settled();
}

#[test]
fn past_the_limit_of_alerts_told_a_recovery_is_told_rather_than_lost() {
    let mut host = Host::with(limited(1));
    host.event(10.0, alert("cpu", "a", Warning));
    host.event(11.0, alert("cpu", "b", Warning));
    host.event(12.0, alert("cpu", "a", Warning));
    assert_eq!(host.event(20.0, resolved("cpu", "a")), Decision::Deliver);
    assert_eq!(host.event(21.0, resolved("cpu", "b")), Decision::Deliver);
    assert_eq!(host.event(22.0, resolved("cpu", "c")), Decision::Deliver, "it may have been told");
    host.check_all_settled();

    let mut exact = Host::with(limited(1));
    exact.event(10.0, alert("cpu", "a", Warning));
    exact.event(11.0, alert("cpu", "a", Warning));
    assert_ne!(exact.event(12.0, resolved("cpu", "b")), Decision::Deliver);
}

#[test]
fn the_decision_on_a_recovery_after_the_windows_waits_for_nothing() {
    let mut host = Host::boot();
    let decision = host.event(400.0, resolved("storage", "nas"));
    assert_eq!(decision, Decision::Hold { until: at(400.0), reason: HoldReason::Startup });
}
