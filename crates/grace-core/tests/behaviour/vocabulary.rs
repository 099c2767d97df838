//! The words of values in JSON, logs and messages.

use grace_core::{
    Alert, CategoryHealth, Check, Closing, DigestCause, Event, Gap, GapKind, Guest, GuestAction,
    GuestKind, HealthSnapshot, HeldState, JournalEntry, JournalExcerpt, JournalQuery, Outcome,
    Priority, Severity, ShutdownKind, Status,
};

use crate::common::{alert, at, failed, guest, resolved, started, stopped, warned};

#[test]
fn statuses_are_read_in_any_case() {
    let words = ["OK", "EXCLUDED", "INFO", "UNKNOWN", "WARNING", "error", "CRITICAL"];
    for word in words {
        let status = Status::parse(word).expect(word);
        assert_eq!(status.as_str(), word);
        assert_eq!(Status::parse(&format!(" {} ", word.to_lowercase())), Some(status));
    }
    assert_eq!(Status::parse("fine"), None);
    let degraded = words.map(|word| Status::parse(word).expect(word).is_degraded());
    assert_eq!(degraded, [false, false, false, false, true, false, true]);
    let failed = words.map(|word| Status::parse(word).expect(word).is_failed());
    assert_eq!(failed, [false, false, false, false, true, true, true]);
}

#[test]
fn severities_are_read_in_any_case_and_ordered() {
    for severity in Severity::ALL {
        assert_eq!(Severity::parse(&severity.as_str().to_uppercase()), Some(severity));
        assert_eq!(severity.to_string(), severity.as_str());
    }
    assert_eq!(format!("{:>8}", Severity::Info), "    info");
    assert_eq!(Severity::parse("bad"), None);
    assert!(Severity::Info < Severity::Warning && Severity::Warning < Severity::Critical);
}

#[test]
fn kinds_of_shutdown_are_logind_s() {
    for word in ["power-off", "reboot", "halt", "kexec", "soft-reboot", "unknown"] {
        assert_eq!(ShutdownKind::parse(word).map(ShutdownKind::as_str), Some(word));
    }
    assert_eq!(ShutdownKind::parse("Reboot"), None);
    assert_eq!(ShutdownKind::default(), ShutdownKind::Unknown);
}

#[test]
fn events_have_names_and_guests() {
    let events = [
        (started("100"), "guest-started", true),
        (warned("100", ""), "guest-warned", true),
        (failed("100", ""), "guest-failed", true),
        (stopped("100"), "guest-stopped", true),
        (alert("a", "b", Severity::Info), "alert", false),
        (resolved("a", "b"), "resolved", false),
        (Event::Shutdown(ShutdownKind::Halt), "shutdown", false),
        (Event::ShutdownCancelled, "shutdown-cancelled", false),
    ];
    for (event, name, has_guest) in events {
        assert_eq!(event.name(), name);
        assert_eq!(event.guest(), has_guest.then(|| guest("100")).as_ref());
    }
    assert_eq!([GuestAction::Start, GuestAction::Stop].map(GuestAction::as_str), ["start", "stop"]);
}

#[test]
fn guests_are_named_with_their_ids() {
    let guest = Guest::new("100", "web", GuestKind::Vm).with_autostart(true);
    assert_eq!(guest.to_string(), "web (100)");
    assert_eq!((guest.id.to_string().as_str(), guest.autostart), ("100", Some(true)));
    assert_eq!([GuestKind::Vm, GuestKind::Ct].map(GuestKind::as_str), ["vm", "ct"]);
    assert_eq!([GuestKind::Vm, GuestKind::Ct].map(GuestKind::label), ["VM", "CT"]);
}

#[test]
fn ends_and_causes_have_their_words() {
    assert_eq!(
        [Outcome::Taken, Outcome::ExpectedStop, Outcome::Recovered].map(|end| end.as_str()),
        ["taken", "expected-stop", "recovered"]
    );
    assert_eq!(
        [Closing::Restart, Closing::MarkedDone, Closing::AlreadyReported].map(|end| end.as_str()),
        ["restart", "marked-done", "already-reported"]
    );
    assert_eq!(
        [HeldState::Failing, HeldState::Unverified, HeldState::Recovered].map(HeldState::as_str),
        ["failing", "unverified", "recovered"]
    );
    assert_eq!(
        [DigestCause::GuestsStarted, DigestCause::PreviousBoot].map(DigestCause::as_str),
        ["guests-started", "previous-boot"]
    );
}

#[test]
fn gaps_have_a_name_for_programs_and_one_for_people() {
    let all = [
        (GapKind::UptimeUnknown, "uptime_unknown"),
        (GapKind::BootIdentityUnknown, "boot_identity_unknown"),
        (GapKind::HealthUnknown, "health_unknown"),
        (GapKind::HealthIncomplete, "health_incomplete"),
        (GapKind::JournalUnreadable, "journal_unreadable"),
        (GapKind::JournalIncomplete, "journal_incomplete"),
        (GapKind::ExpectedGuestsUnknown, "expected_guests_unknown"),
        (GapKind::FactsLate, "facts_late"),
        (GapKind::LimitReached, "limit_reached"),
        (GapKind::EventsUnreadable, "events_unreadable"),
        (GapKind::EventsIncomplete, "events_incomplete"),
        (GapKind::ClockWentBack, "clock_went_back"),
    ];
    for (kind, name) in all {
        assert_eq!(kind.as_str(), name);
        assert_eq!(kind.label(), name.replace('_', " "));
        assert_eq!(Gap::new(kind, "why").to_string(), format!("{}: why", kind.label()));
    }
}

#[test]
fn the_whole_is_as_bad_as_its_worst_category() {
    let whole = |statuses: &[Status]| {
        let categories = statuses.iter().map(|status| CategoryHealth::new("a", *status, ""));
        HealthSnapshot::from_categories(categories.collect()).overall
    };
    assert_eq!(whole(&[]), Status::Unknown);
    assert_eq!(whole(&[Status::Ok, Status::Info, Status::Excluded]), Status::Ok);
    assert_eq!(whole(&[Status::Ok, Status::Unknown]), Status::Unknown);
    assert_eq!(whole(&[Status::Error, Status::Unknown]), Status::Warning);
    assert_eq!(whole(&[Status::Critical, Status::Warning]), Status::Critical);
}

#[test]
fn a_category_is_as_bad_as_its_worst_check_and_says_why() {
    let of = |checks: &[(&str, Status)]| {
        let checks = checks.iter().map(|(name, status)| Check::new(name, *status, "why"));
        let category = CategoryHealth::from_checks("a", checks.collect());
        (category.status, category.reason.to_string())
    };
    assert_eq!(of(&[]), (Status::Ok, String::new()));
    assert_eq!(of(&[("x", Status::Excluded)]), (Status::Ok, String::new()));
    assert_eq!(of(&[("x", Status::Info)]), (Status::Info, String::new()));
    assert_eq!(of(&[("x", Status::Error), ("y", Status::Ok)]), (Status::Warning, "x: why".into()));
    assert_eq!(
        of(&[("x", Status::Warning), ("y", Status::Critical)]),
        (Status::Critical, "x: why; y: why".into())
    );
}

#[test]
fn journal_priorities_are_syslog_s() {
    let names = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
    for (level, name) in (0..).zip(names) {
        let priority = Priority::new(level).expect(name);
        assert_eq!((priority.level(), priority.as_str()), (level, name));
    }
    assert_eq!(Priority::new(8), None);
    assert_eq!(JournalQuery::default(), JournalQuery::new(Priority::ERR, 25, 25));
}

#[test]
fn a_journal_entry_is_a_line_without_what_is_not_known() {
    let entry = JournalEntry::new("no space");
    assert_eq!(entry.to_string(), "no space");
    assert_eq!(entry.clone().written("dd", at(1.5)).to_string(), "[1.500s] dd: no space");
    assert_eq!(entry.clone().written("", at(1.5)).to_string(), "[1.500s] no space");
    let entry = entry.with_unit("a.service").with_priority(Priority::ERR);
    assert_eq!((entry.unit.as_str(), entry.priority), ("a.service", Priority::ERR));
    let excerpt = JournalExcerpt::complete(vec![entry]);
    assert_eq!((excerpt.total, excerpt.skipped()), (1, 0));
}

#[test]
fn an_alert_s_parts_are_bounded() {
    let long = "x".repeat(5_000);
    let alert = Alert::new(&long, &long, Severity::Info, &long);
    assert!(alert.category.ends_with("[4872 bytes cut]"));
    assert!(alert.key.ends_with("[4872 bytes cut]"));
    assert!(alert.text.ends_with("[3976 bytes cut]"));
}
