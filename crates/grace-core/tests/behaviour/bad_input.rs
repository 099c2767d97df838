//! Input as only bad sources write it: nothing panics, nothing is lost, and what was cut is said.

use std::time::Duration;

use grace_core::{
    Alert, BootId, BootIdentity, CategoryHealth, Check, Delivery, Event, Gap, GapKind, Guest,
    GuestAction, GuestKind, HealthSnapshot, JournalEntry, JournalExcerpt, Message, Priority,
    Severity, Start, Status, Text, Uptime,
};

use crate::common::{Host, at, facts, policy};

const EVIL: [&str; 9] = [
    "",
    " ",
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "a\nSystem startup completed",
    "a\r\nb\tc\0d\u{9b}31m",
    "\u{202e}gnp.exe\u{2066}\u{2069}",
    "line\u{2028}break\u{2029}",
    "😀\u{fe0f}e\u{301}\u{10ffff}",
    "{{7*7}} %s $(reboot) <b>&amp;",
];

fn is_safe(text: &str) -> bool {
    text.chars().all(|c| {
        !c.is_control()
            && !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    })
}

/// All of the machine's events and facts, with `evil` wherever text is.
fn run(evil: &str) -> Host {
    let identity = BootIdentity::new(BootId::new(evil));
    let mut host = Host::start(policy(|_| {}), Start::new(Some(at(1.0)), identity));
    let guest = Guest::new(evil, evil, GuestKind::Vm);
    let (action, reason, at) = (GuestAction::Start, Text::new(evil), None);
    let severity = Severity::Critical;
    for event in [
        Event::GuestStarted { guest: guest.clone(), at: Some(Uptime::MAX) },
        Event::GuestWarned { guest: guest.clone(), action, reason: reason.clone(), at },
        Event::GuestFailed { guest: guest.clone(), action, reason, at },
        Event::GuestStopped { guest: guest.clone(), at },
        Event::GuestStarted { guest: guest.clone(), at },
        Event::Alert(Alert::new(evil, evil, severity, evil)),
        Event::Alert(Alert::new("storage", evil, severity, evil)),
        Event::Resolved(Alert::new(evil, evil, severity, evil)),
    ] {
        host.event(2.0, event);
    }
    let category = CategoryHealth::from_checks("vms", vec![Check::new(evil, Status::Error, evil)]);
    let other = CategoryHealth::new(evil, Status::Critical, evil);
    let mut known = facts();
    let mut health = HealthSnapshot::from_categories(vec![category, other]);
    health.gaps = vec![Gap::new(GapKind::HealthIncomplete, evil)];
    known.health = Ok(health);
    let entry = JournalEntry::new(evil).written(evil, Uptime::MAX).with_unit(evil);
    let entry = entry.with_priority(Priority::ERR);
    known.journal = Ok(JournalExcerpt::complete(vec![entry]));
    known.expected_guests = Ok(vec![guest]);
    known.timestamp = Some(i64::MIN);
    host.facts = Some(known);
    host.until(400.0);
    host
}

#[test]
fn whatever_stands_in_names_and_reasons_the_report_is_sent_and_safe_to_print() {
    for evil in EVIL {
        let host = run(evil);
        let summary = host.report().summary();
        assert!(summary.lines().all(is_safe), "{evil:?}: {summary:?}");
        assert_eq!(host.report().gaps.len(), 1);
        for line in host.printed() {
            assert!(is_safe(&line), "{evil:?}: {line:?}");
        }
        host.check_all_settled();
    }
}

#[test]
fn no_name_adds_a_line_to_the_summary() {
    let lines = |evil: &str| run(evil).report().summary().lines().count();
    assert_eq!(lines("plain"), lines("a\nSystem startup completed"));
    assert_eq!(lines("plain"), lines("a\u{2028}b\r\nc"));
}

#[test]
fn long_text_is_cut_and_says_so() {
    let long = "x".repeat(2_048);
    let host = run(&long);
    let report = host.report();
    let reason = &report.guests.warned.first().map(|guest| guest.reason.clone());
    assert_eq!(reason, &None, "it failed after that");
    assert_eq!(
        report.guests.started[0].name,
        format!("{}… [1920 bytes cut]", "x".repeat(128)).as_str()
    );
    let Some(Message::Notice(notice)) = host.messages().nth(1) else { panic!("a failure") };
    let Event::GuestFailed { reason, .. } = &notice.event else { panic!("a failure") };
    assert_eq!(reason, &format!("{}… [1024 bytes cut]", "x".repeat(1_024)).as_str());
    host.check_all_settled();
}

#[test]
fn a_megabyte_of_control_characters_costs_no_more_than_the_limit() {
    let raw = "\u{1}".repeat(1 << 20);
    let host = run(&raw);
    let name = &host.report().guests.started[0].name;
    assert!(name.len() <= Text::NAME_LIMIT + 32, "{} bytes", name.len());
    assert!(name.ends_with(" bytes cut]"), "{name}");
}

#[test]
fn huge_times_are_taken_for_now_or_for_the_last_there_is() {
    let mut host = Host::boot();
    let guest = Guest::new("1", "a", GuestKind::Ct);
    host.event(10.0, Event::GuestStarted { guest, at: Some(Uptime::from(Duration::MAX)) });
    host.delivery = Some(Delivery::NotTaken { retry_after: Some(Duration::MAX) });
    host.until(1e5);
    assert_eq!(host.reports().len(), 1);
    let given_up = at(300.0).saturating_add(host.grace.policy().retry.give_up);
    assert_eq!(host.grace.poll_timeout(), Some(given_up), "asked to wait for ever");
    host.check_all_settled();
}

#[test]
fn a_thousand_different_alerts_and_guests_are_all_accounted_for() {
    let mut host = Host::boot();
    for n in 0..1_000 {
        let id = n.to_string();
        let guest = Guest::new(&id, &id, GuestKind::Vm);
        host.event(10.0, Event::GuestStarted { guest, at: None });
        host.event(10.0, Event::Alert(Alert::new("vms", &id, Severity::Info, "")));
    }
    host.until(400.0);
    assert_eq!(host.report().guests.started.len(), 1_000);
    assert_eq!(host.report().alerts.failing.len(), 1_000);
    assert!(host.report().summary().contains("Held alerts: 990 more"));
    host.check_all_settled();
}
