//! The report's text: the original's lines first, then what was added.

use grace_core::{
    Alert, CategoryHealth, Check, Event, Facts, Gap, GapKind, HealthSnapshot, JournalEntry,
    JournalExcerpt, Severity, Signal, StartupReport, Status,
};

use crate::common::{Host, alert, at, facts, failed, guest, resolved, started, stopped, warned};

#[track_caller]
fn check(events: &[(f64, Event)], facts: Facts, issues: usize, expect: &[&str]) -> StartupReport {
    let mut host = Host::boot();
    host.facts = Some(facts);
    for (secs, event) in events {
        host.event(*secs, event.clone());
    }
    host.until(300.0);
    let report = host.report();
    assert_eq!(report.summary().lines().collect::<Vec<_>>(), expect);
    assert_eq!(report.issues(), issues);
    report.clone()
}

fn with_health(categories: Vec<CategoryHealth>) -> Facts {
    let mut known = facts();
    known.health = Ok(HealthSnapshot::from_categories(categories));
    known
}

fn area(name: &str, problems: usize) -> CategoryHealth {
    let failed = |n| Check::new(format!("{name}{n}"), Status::Warning, "why");
    let mut category = CategoryHealth::from_checks(name, (1..=problems).map(failed).collect());
    category.status = Status::Warning;
    category.reason = "not well".into();
    category
}

const WELL: [&str; 2] = ["System startup completed", "All systems operational."];

fn starts(ids: &[&str]) -> Vec<(f64, Event)> {
    ids.iter().map(|id| (10.0, started(id))).collect()
}

/// A host that is well, with one more line.
#[track_caller]
fn check_started(ids: &[&str], line: &str) {
    check(&starts(ids), facts(), 0, &[WELL[0], WELL[1], line]);
}

#[test]
fn a_host_that_is_well_says_so_in_two_lines() {
    check(&[], facts(), 0, &WELL);
}

#[test]
fn guests_started_are_counted_by_kind_and_up_to_five_are_named() {
    check_started(&["100"], "1 VM started: g100 (100)");
    check_started(&["200"], "1 CT started: g200 (200)");
    check_started(&["100", "101"], "2 VMs started: g100 (100), g101 (101)");
    check_started(&["201", "200"], "2 CTs started: g201 (201), g200 (200)");
    check_started(&["200", "100"], "1 VM and 1 CT started: g100 (100), g200 (200)");
    check_started(
        &["100", "200", "101", "201", "102"],
        "3 VMs and 2 CTs started: g100 (100), g101 (101), g102 (102), g200 (200), g201 (201)",
    );
    check_started(
        &["100", "200", "101", "201", "202", "203"],
        "2 VMs and 4 CTs started: g100 (100), g101 (101), g200 (200)... (+3 more)",
    );
}

#[test]
fn failed_guests_have_a_line_each_virtual_machines_first() {
    let events = [
        (10.0, failed("200", "no space")),
        (11.0, failed("100", "")),
        (12.0, failed("101", "locked")),
    ];
    check(
        &events,
        facts(),
        3,
        &[
            "System startup - 3 issue(s) detected",
            "VM failed: g100 (100) - unknown error",
            "VM failed: g101 (101) - locked",
            "CT failed: g200 (200) - no space",
        ],
    );
    let by_words = Check::new("CT 201", Status::Critical, "failed to start");
    let vms = CategoryHealth::from_checks("vms", vec![by_words]);
    check(
        &[],
        with_health(vec![vms]),
        1,
        &["System startup - 1 issue(s) detected", "CT failed: CT 201 - failed to start"],
    );
}

#[test]
fn storage_and_services_name_three_of_their_problems() {
    check(
        &[],
        with_health(vec![area("services", 1), area("storage", 4)]),
        5,
        &[
            "System startup - 5 issue(s) detected",
            "Storage: 4 unavailable (storage1, storage2, storage3)",
            "Services: 1 failed (services1)",
        ],
    );
}

#[test]
fn a_degraded_category_that_no_other_line_tells_of_has_its_own() {
    check(
        &[],
        with_health(vec![area("cpu", 2)]),
        1,
        &["System startup - 1 issue(s) detected", "Cpu: WARNING - not well"],
    );
    let mut silent = area("éclairage", 0);
    silent.reason = "".into();
    check(
        &[],
        with_health(vec![area("storage", 0), area("services", 0), silent]),
        3,
        &[
            "System startup - 3 issue(s) detected",
            "Storage: WARNING - not well",
            "Services: WARNING - not well",
            "Éclairage: WARNING",
        ],
    );
    check(
        &[],
        with_health(vec![area("VMs", 1)]),
        1,
        &["System startup - 1 issue(s) detected", "VMs: WARNING - not well"],
    );
    check(
        &[(10.0, failed("100", "no"))],
        with_health(vec![area("VMs", 1)]),
        1,
        &["System startup - 1 issue(s) detected", "VM failed: g100 (100) - no"],
    );
}

#[test]
fn a_health_status_that_nothing_explains_is_an_issue_of_its_own() {
    let mut known = facts();
    known.health = Ok(HealthSnapshot::new(Status::Critical));
    check(
        &[],
        known.clone(),
        1,
        &["System startup - 1 issue(s) detected", "Health: CRITICAL, without a reason"],
    );
    check(
        &[(10.0, failed("100", "no"))],
        known.clone(),
        1,
        &["System startup - 1 issue(s) detected", "VM failed: g100 (100) - no"],
    );
    known.expected_guests = Ok(vec![guest("100")]);
    check(&[], known.clone(), 1, &["System startup - 1 issue(s) detected", "Missing: g100 (100)"]);
    known.expected_guests = Ok(Vec::new());
    check(
        &[(10.0, alert("storage", "nas", Severity::Warning))],
        known.clone(),
        1,
        &[
            "System startup - 1 issue(s) detected",
            "Held: storage/nas: nas is bad (warning, since 10.000s after boot, not checked again)",
        ],
    );
    known.health = Ok(HealthSnapshot::new(Status::Warning));
    check(
        &[],
        known.clone(),
        1,
        &["System startup - 1 issue(s) detected", "Health: WARNING, without a reason"],
    );
    known.health = Ok(HealthSnapshot::new(Status::Error));
    check(&[], known, 0, &WELL);
}

#[test]
fn an_unknown_health_status_is_told() {
    let mut known = facts();
    known.health = Ok(HealthSnapshot::new(Status::Unknown));
    check(&[], known.clone(), 0, &[WELL[0], WELL[1], "Health: UNKNOWN by its source's own word"]);
    known.health = Err(Gap::new(GapKind::HealthUnknown, "no answer"));
    check(
        &[],
        known,
        0,
        &[WELL[0], "Not everything could be checked.", "Not known: health unknown: no answer"],
    );
}

#[test]
fn warned_late_stopped_and_missing_guests_have_their_lines() {
    let mut known = facts();
    known.expected_guests =
        Ok(["100", "101", "102", "103", "104", "105", "106"].map(guest).to_vec());
    let events = [
        (10.0, warned("200", "slow disk")),
        (11.0, warned("201", "")),
        (12.0, started("202")),
        (13.0, stopped("202")),
        (200.0, started("100")),
    ];
    check(
        &events,
        known,
        6,
        &[
            "System startup - 6 issue(s) detected",
            "1 VM and 2 CTs started: g100 (100), g200 (200), g201 (201)",
            "Missing: g101 (101), g102 (102), g103 (103)... (+3 more)",
            "CT started with warnings: g200 (200) - slow disk",
            "CT started with warnings: g201 (201) - unknown error",
            "Started late: g100 (100)",
            "Stopped again: g202 (202)",
        ],
    );
}

#[test]
fn held_alerts_have_a_line_each_up_to_ten() {
    let mut events: Vec<_> = (0..12)
        .map(|n| (10.0 + f64::from(n), alert("network", &format!("eth{n}"), Severity::Info)))
        .collect();
    events.push((100.0, alert("network", "eth0", Severity::Critical)));
    let once = |n| {
        let since = 10 + n;
        format!(
            "Held: network/eth{n}: eth{n} is bad (info, since {since}.000s after boot, not checked again)"
        )
    };
    let twice = "Held: network/eth0: eth0 is bad (critical, since 10.000s after boot, 2 times, not checked again)";
    let mut lines = vec!["System startup - 12 issue(s) detected".to_string(), twice.to_string()];
    lines.extend((1..10).map(once));
    lines.push("Held alerts: 2 more".to_string());
    check(&events, facts(), 12, &lines.iter().map(String::as_str).collect::<Vec<_>>());

    let mut lines = vec!["System startup - 10 issue(s) detected".to_string()];
    lines.extend((0..10).map(once));
    check(&events[..10], facts(), 10, &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn an_alert_of_a_degraded_category_is_not_counted_twice() {
    let nas = Event::Alert(Alert::new("STORAGE", "storage1", Severity::Warning, "away"));
    check(
        &[(10.0, nas)],
        with_health(vec![area("storage", 1)]),
        1,
        &[
            "System startup - 1 issue(s) detected",
            "Storage: 1 unavailable (storage1)",
            "Held: STORAGE/storage1: away (warning, since 10.000s after boot)",
        ],
    );
    let eth = (10.0, alert("network", "eth0", Severity::Info));
    check(
        &[eth],
        with_health(vec![area("storage", 1)]),
        2,
        &[
            "System startup - 2 issue(s) detected",
            "Storage: 1 unavailable (storage1)",
            "Held: network/eth0: eth0 is bad (info, since 10.000s after boot, not checked again)",
        ],
    );
}

#[test]
fn recoveries_are_counted() {
    let one = [(10.0, alert("network", "a", Severity::Info)), (11.0, resolved("network", "a"))];
    check(&one, facts(), 0, &[WELL[0], WELL[1], "Recovered during startup: 1 alert"]);
    let two = [one.to_vec(), one.to_vec()].concat();
    check(&two, facts(), 0, &[WELL[0], WELL[1], "Recovered during startup: 2 alerts"]);
}

#[test]
fn the_journals_first_error_is_told() {
    let mut known = facts();
    let first = JournalEntry::new("nfs: not responding").written("kernel", at(12.345));
    known.journal = Ok(JournalExcerpt::complete(vec![first]));
    let line = "Journal: 1 error in this boot, the first: [12.345s] kernel: nfs: not responding";
    check(&[], known.clone(), 0, &[WELL[0], WELL[1], line]);
    let mut journal = JournalExcerpt::complete(vec![JournalEntry::new("a")]);
    journal.total = 2;
    known.journal = Ok(journal);
    let line = "Journal: 2 errors in this boot, the first: a";
    check(&[], known, 0, &[WELL[0], WELL[1], line]);
}

#[test]
fn when_the_host_settled_is_told_in_spans_people_read() {
    let settled = |secs: f64| {
        let mut host = Host::boot();
        host.signal(secs, Signal::Health(HealthSnapshot::new(Status::Ok))).until(1e6);
        host.report().summary().lines().last().map(str::to_string)
    };
    let line = |span: &str| Some(format!("Settled {span} after boot"));
    assert_eq!(settled(0.0), line("0 s"));
    assert_eq!(settled(59.9), line("59 s"));
    assert_eq!(settled(60.0), line("60 s"));
    assert_eq!(settled(119.0), line("119 s"));
    assert_eq!(settled(120.0), line("2 min 0 s"));
    assert_eq!(settled(275.0), line("4 min 35 s"));
}

#[test]
fn how_long_a_host_has_been_up_is_told_in_hours() {
    let up = |secs: f64| {
        let host = Host::started_at(secs, crate::common::policy(|_| {}));
        let summary = host.grace.preview(at(secs), facts()).summary();
        summary.lines().last().map(str::to_string)
    };
    let line = |span: &str| Some(format!("Not at startup: the host has been up for {span}"));
    assert_eq!(up(3_599.0), line("59 min 59 s"));
    assert_eq!(up(3_600.0), line("1 h 0 min"));
    assert_eq!(up(3_719.0), line("1 h 1 min"));
    assert_eq!(up(90_000.0), line("25 h 0 min"));
}

#[test]
fn the_added_lines_keep_their_order() {
    let mut known = with_health(vec![area("cpu", 1)]);
    known.journal = Ok(JournalExcerpt::complete(vec![JournalEntry::new("a")]));
    known.expected_guests = Ok(vec![guest("300")]);
    let mut host = Host::boot();
    host.event(5.0, started("9"));
    host.restart(1.0, "b2");
    host.facts = Some(known);
    host.event(10.0, alert("network", "eth0", Severity::Info));
    host.signal(20.0, Signal::Health(HealthSnapshot::new(Status::Ok)));
    host.event(250.0, Event::Shutdown(grace_core::ShutdownKind::Reboot));
    host.now = at(249.0);
    host.grace.handle_timeout(host.now);
    host.until(301.0);
    let report = host.report();
    let firsts: Vec<String> = report
        .summary()
        .lines()
        .map(|line| line.split([' ', ':', '/']).next().unwrap_or_default().to_string())
        .collect();
    assert_eq!(
        firsts,
        ["System", "Cpu", "Missing", "Held", "Journal", "The", "The", "Settled", "Not"]
    );
}
