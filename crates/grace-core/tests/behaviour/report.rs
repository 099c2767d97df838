//! What the report says, field by field.

use grace_core::{
    CategoryHealth, Check, Event, Facts, FailedGuest, Gap, GapKind, GuestKind, HealthSnapshot,
    JournalEntry, JournalExcerpt, Severity, ShutdownKind, Signal, StartupReport, Status,
};

use crate::common::{
    Host, alert, at, facts, failed, guest, identity, policy, resolved, secs, started,
};

fn with_health(categories: Vec<CategoryHealth>) -> Facts {
    let mut known = facts();
    known.health = Ok(HealthSnapshot::from_categories(categories));
    known
}

fn report(facts: Facts) -> StartupReport {
    let mut host = Host::boot();
    host.facts = Some(facts);
    host.until(300.0);
    host.report().clone()
}

#[test]
fn the_boot_is_told_with_its_instants() {
    let mut host = Host::started_at(7.0, policy(|_| {}));
    let mut known = facts();
    known.timestamp = Some(1_790_000_000);
    host.facts = Some(known);
    host.signal(10.0, Signal::SweepStarted).signal(40.0, Signal::SweepFinished);
    host.signal(50.0, Signal::Health(HealthSnapshot::new(Status::Ok)));
    host.event(300.0, Event::Shutdown(ShutdownKind::Kexec));
    host.until(307.0);
    let boot = &host.report().boot;
    assert_eq!(boot.identity, identity("b1"));
    assert_eq!(boot.service_started, Some(at(7.0)));
    assert_eq!(boot.service_age, secs(300));
    assert_eq!(boot.reported_at, at(307.0));
    assert_eq!(boot.settled_at, Some(at(50.0)));
    assert_eq!(boot.sweep_finished_at, Some(at(40.0)));
    assert_eq!(boot.shutting_down, Some(ShutdownKind::Kexec));
    assert_eq!(boot.timestamp, Some(1_790_000_000));
    assert_eq!(host.report().gaps, []);
}

#[test]
fn areas_tell_their_failed_checks_while_they_are_degraded() {
    let checks = |area: &str| {
        vec![
            Check::new(format!("{area}1"), Status::Warning, "slow"),
            Check::new(format!("{area}2"), Status::Error, ""),
            Check::new(format!("{area}3"), Status::Critical, "gone"),
            Check::new(format!("{area}4"), Status::Unknown, "?"),
            Check::new(format!("{area}5"), Status::Ok, "fine"),
        ]
    };
    let mut well = CategoryHealth::from_checks("storage", checks("disk"));
    well.status = Status::Unknown;
    let services = CategoryHealth::from_checks("Services", checks("unit"));
    let report = report(with_health(vec![well, services]));
    assert!(!report.storage.degraded, "its category is not");
    assert_eq!(report.storage.problems, []);
    assert!(report.services.degraded);
    let problems: Vec<String> = report
        .services
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.name, problem.reason))
        .collect();
    assert_eq!(problems, ["unit1: slow", "unit2: ", "unit3: gone"]);
}

#[test]
fn every_degraded_category_is_an_issue() {
    let statuses = [
        ("a", Status::Ok),
        ("b", Status::Warning),
        ("c", Status::Unknown),
        ("d", Status::Critical),
        ("e", Status::Error),
        ("f", Status::Info),
    ];
    let categories = statuses.map(|(name, status)| CategoryHealth::new(name, status, "why"));
    let report = report(with_health(categories.into()));
    let issues: Vec<String> = report
        .health_issues
        .iter()
        .map(|issue| format!("{} {} {}", issue.category, issue.status.as_str(), issue.reason))
        .collect();
    assert_eq!(issues, ["b WARNING why", "d CRITICAL why"]);
    assert_eq!(report.health_status, Status::Critical);
}

#[test]
fn a_guest_that_failed_by_the_words_of_a_check_is_a_failed_guest() {
    let check = |name: &str, reason: &str| Check::new(name, Status::Critical, reason);
    let checks = vec![
        check("VM 100", "Failed to start: no disk"),
        check("CT 201", "ERROR AL INICIAR"),
        check("Container x", "failed to start"),
        check("CTX 5", "failed to start"),
        check("Connect 6", "failed to start"),
        check("VM 7", "is slow"),
        Check::new("VM 8", Status::Ok, "failed to start"),
        Check::new("VM 9", Status::Unknown, "failed to start"),
        check("", "failed to start"),
    ];
    let report = report(with_health(vec![CategoryHealth::from_checks("vms", checks)]));
    let found: Vec<String> = report
        .guests
        .failed
        .iter()
        .map(|guest: &FailedGuest| format!("{} {}", guest.kind.as_str(), guest.name))
        .collect();
    assert_eq!(
        found,
        ["vm VM 100", "ct CT 201", "ct Container x", "vm CTX 5", "vm Connect 6", "vm "]
    );
    assert!(report.guests.failed.iter().all(|guest| guest.id.is_none()));
}

#[test]
fn a_guest_whose_own_task_told_of_its_failure_is_not_named_twice() {
    let check = |name: &str| Check::new(name, Status::Critical, "failed to start");
    let checks = vec![check("VM 100"), check("VM 101"), check("VM 102"), check("VM 100x")];
    let mut host = Host::boot();
    host.facts = Some(with_health(vec![CategoryHealth::from_checks("vms", checks)]));
    host.event(10.0, failed("100", "no disk"));
    host.event(11.0, started("101"));
    host.until(300.0);
    let failed = &host.report().guests.failed;
    let names: Vec<&str> = failed.iter().map(|guest| guest.name.as_str()).collect();
    assert_eq!(names, ["g100", "VM 101", "VM 102", "VM 100x"]);
    assert_eq!(failed[0].reason, "no disk");
}

#[test]
fn what_could_not_be_read_is_a_gap() {
    let kinds =
        |facts: Facts| -> Vec<GapKind> { report(facts).gaps.iter().map(|gap| gap.kind).collect() };
    assert_eq!(kinds(facts()), []);
    assert_eq!(
        kinds(Facts::default()),
        [GapKind::HealthUnknown, GapKind::JournalUnreadable, GapKind::ExpectedGuestsUnknown]
    );
    let mut partly = facts();
    let mut health = HealthSnapshot::new(Status::Ok);
    health.gaps = vec![Gap::new(GapKind::HealthIncomplete, "cpu")];
    partly.health = Ok(health);
    let mut journal = JournalExcerpt::default();
    journal.gaps = vec![Gap::new(GapKind::JournalIncomplete, "rotated")];
    partly.journal = Ok(journal);
    assert_eq!(kinds(partly.clone()), [GapKind::HealthIncomplete, GapKind::JournalIncomplete]);
    assert_eq!(report(partly).journal.gaps, [], "they are named once");
}

#[test]
fn without_a_reading_health_is_unknown() {
    let report = report(Facts::default());
    assert_eq!(report.health_status, Status::Unknown);
    assert_eq!(report.health_issues, []);
    assert!(!report.storage.degraded && !report.services.degraded);
    assert_eq!(report.journal, JournalExcerpt::default());
}

#[test]
fn the_journal_is_told_as_it_was_found() {
    let entries = vec![JournalEntry::new("one"), JournalEntry::new("two")];
    let mut journal = JournalExcerpt::complete(entries.clone());
    journal.total = 40;
    let mut known = facts();
    known.journal = Ok(journal);
    let report = report(known);
    assert_eq!(report.journal.entries, entries);
    assert_eq!((report.journal.total, report.journal.skipped()), (40, 38));
}

#[test]
fn a_preview_is_the_report_as_it_would_be_and_changes_nothing() {
    let mut host = Host::boot();
    host.event(10.0, started("100"));
    host.event(11.0, failed("101", "no"));
    host.event(12.0, alert("storage", "nas", Severity::Warning));
    host.event(13.0, alert("storage", "nfs", Severity::Warning));
    host.event(14.0, resolved("storage", "nfs"));
    let before = format!("{:?}", host.grace.save());
    let mut known = facts();
    known.timestamp = Some(5);
    let preview = host.grace.preview(at(20.0), known.clone());
    assert_eq!(format!("{:?}", host.grace.save()), before);
    assert_eq!(preview.guests.started, [guest("100")]);
    assert_eq!(preview.guests.failed[0].kind, GuestKind::Vm);
    assert_eq!(preview.alerts.failing.len(), 1);
    assert_eq!(preview.alerts.recovered_count, 1);
    assert_eq!(preview.boot.reported_at, at(20.0));
    assert_eq!(
        host.grace.preview(at(1.0), known.clone()).boot.reported_at,
        at(14.0),
        "no way back"
    );

    host.facts = Some(known.clone());
    let preview = host.grace.preview(at(300.0), known);
    host.until(300.0);
    assert_eq!(host.report(), &preview);
    host.check_all_settled();
}

#[test]
fn a_preview_of_a_restart_says_that_it_is_not_at_startup() {
    let host = Host::started_at(7_500.0, policy(|_| {}));
    let summary = host.grace.preview(at(7_500.0), facts()).summary();
    assert_eq!(
        summary,
        "System startup completed\nAll systems operational.\n\
         Not at startup: the host has been up for 2 h 5 min"
    );
}

#[test]
fn a_preview_counts_what_is_past_the_limits_and_what_recovered_on_reading_again() {
    let mut host = Host::with(policy(|p| {
        let mut limits = grace_core::Limits::default();
        limits.alerts = 1;
        p.limits = limits;
    }));
    host.event(10.0, alert("vms", "a", Severity::Info));
    host.event(11.0, alert("vms", "b", Severity::Info));
    let check = Check::new("a", Status::Ok, "");
    let well = with_health(vec![CategoryHealth::from_checks("vms", vec![check])]);
    let alerts = host.grace.preview(at(20.0), well).alerts;
    assert_eq!((alerts.failing.len(), alerts.recovered.len()), (0, 1));
    assert_eq!((alerts.recovered_count, alerts.beyond), (1, 1));
}

#[test]
fn an_expected_guest_that_its_check_finds_well_is_not_missing() {
    let guests = [guest("100"), guest("101"), guest("102")];
    let checks = vec![
        Check::new("VM 100", Status::Ok, "running"),
        Check::new("VM 101", Status::Warning, "not running, and starts at boot"),
    ];
    let mut known = with_health(vec![CategoryHealth::from_checks("vms", checks)]);
    known.expected_guests = Ok(guests.to_vec());
    let report = report(known);
    assert_eq!(report.guests.missing.as_deref(), Some(&guests[1..]));
    // The category is degraded by the guests that are missing: they are counted, and it is not.
    assert_eq!(report.issues(), 2);
}

#[test]
fn what_else_could_not_be_read_is_told_once() {
    let gap = || Gap::new(GapKind::EventsIncomplete, "journal: an entry cannot be read");
    let mut known = facts();
    known.gaps = vec![gap(), gap()];
    let report = report(known);
    assert_eq!(report.gaps, [gap()]);
    assert!(report.summary().contains("Not known: events incomplete: journal: an entry"));
}
