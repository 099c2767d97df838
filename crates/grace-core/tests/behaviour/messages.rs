//! How bad a message is, and what a test of the way to people and a wish to be left alone are.

use std::time::Duration;

use grace_core::{
    Digest, DigestCause, Event, Gap, GapKind, HeldAlert, HeldState, Message, Notice, PortError,
    PortErrorKind, Severity, ShutdownKind, Status,
};

use crate::common::{Host, alert, at, failed, health, resolved, started, warned};

fn event(event: Event) -> Severity {
    Message::Notice(Notice::single(event, at(12.0))).severity()
}

/// The severity of the report of a host on which this happened.
fn report(change: impl FnOnce(&mut Host)) -> Severity {
    let mut host = Host::boot();
    change(&mut host);
    host.until(400.0);
    let report = host.messages().find(|message| matches!(message, Message::StartupReport(_)));
    report.expect("a report").severity()
}

fn facts(host: &mut Host) -> &mut grace_core::Facts {
    host.facts.as_mut().expect("facts")
}

#[test]
fn an_event_is_as_bad_as_what_it_tells() {
    assert_eq!(event(started("100")), Severity::Info);
    assert_eq!(event(warned("100", "WARNINGS: 1")), Severity::Warning);
    assert_eq!(event(failed("100", "timeout")), Severity::Critical);
    for severity in Severity::ALL {
        assert_eq!(event(alert("cpu", "load", severity)), severity);
    }
    assert_eq!(event(resolved("cpu", "load")), Severity::Info);
    assert_eq!(event(Event::Shutdown(ShutdownKind::Reboot)), Severity::Warning);
    assert_eq!(event(Event::ShutdownCancelled), Severity::Info);
    assert_eq!(Message::Test.severity(), Severity::Info);
}

#[test]
fn a_report_is_as_bad_as_the_worst_it_tells() {
    assert_eq!(report(|_| {}), Severity::Info);
    for (event, severity) in [
        (started("100"), Severity::Info),
        (warned("100", "WARNINGS: 1"), Severity::Warning),
        (failed("100", "timeout"), Severity::Critical),
    ] {
        let happens = |host: &mut Host| {
            host.event(30.0, event);
        };
        assert_eq!(report(happens), severity);
    }
    for (status, severity) in
        [(Status::Warning, Severity::Warning), (Status::Critical, Severity::Critical)]
    {
        let degraded = |host: &mut Host| {
            facts(host).health = Ok(health(&[("network", status, "link down")]));
        };
        assert_eq!(report(degraded), severity);
    }
}

#[test]
fn what_is_not_known_is_not_well() {
    let gap = |host: &mut Host| {
        facts(host).journal = Err(Gap::new(GapKind::JournalUnreadable, "permission denied"));
    };
    assert_eq!(report(gap), Severity::Warning);
}

#[test]
fn a_digest_is_as_bad_as_the_worst_it_tells() {
    let mut digest = Digest::new(DigestCause::GraceEnded, at(300.0));
    let severity = |digest: &Digest| Message::Digest(digest.clone()).severity();
    assert_eq!(severity(&digest), Severity::Info);
    let Event::Alert(critical) = alert("cpu", "load", Severity::Critical) else { unreachable!() };
    digest.alerts = vec![HeldAlert::new(critical, at(12.0))];
    assert_eq!(severity(&digest), Severity::Critical);
    digest.alerts[0].state = HeldState::Recovered;
    assert_eq!(severity(&digest), Severity::Info);
    digest.beyond = 1;
    assert_eq!(severity(&digest), Severity::Warning, "it may have been anything");
    digest.notices = vec![Notice::single(failed("100", "timeout"), at(12.0))];
    assert_eq!(severity(&digest), Severity::Critical);
    let overdue = Digest::new(DigestCause::ShutdownOverdue, at(300.0));
    assert_eq!(severity(&overdue), Severity::Warning);
}

#[test]
fn a_service_can_ask_to_be_left_alone() {
    let error = PortError::new(PortErrorKind::Other, "too many");
    assert_eq!(error.retry_after(), None);
    let error = error.with_retry_after(Duration::from_secs(5));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
    assert_eq!(error.to_string(), "too many");
}
