//! Short words for what tests say often.

use std::time::Duration;

use grace_core::{
    Alert, BootId, BootIdentity, CategoryHealth, Check, Event, Facts, Guest, GuestAction,
    GuestKind, HealthSnapshot, JournalExcerpt, Policy, Severity, Status, Text, Uptime,
};

/// `secs` seconds after boot, to the nanosecond.
pub(crate) fn at(secs: f64) -> Uptime {
    Uptime::from(Duration::from_secs_f64(secs))
}

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// The default policy with a change.
pub(crate) fn policy(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy::default();
    change(&mut policy);
    policy
}

/// The boot of this name; `?` is one that cannot be read.
pub(crate) fn identity(boot: &str) -> BootIdentity {
    if boot == "?" { BootIdentity::UNKNOWN } else { BootIdentity::new(BootId::new(boot)) }
}

/// The virtual machine `g<id>`, or the container where the id begins with `2`.
pub(crate) fn guest(id: &str) -> Guest {
    let kind = if id.starts_with('2') { GuestKind::Ct } else { GuestKind::Vm };
    Guest::new(id, format!("g{id}"), kind)
}

pub(crate) fn started(id: &str) -> Event {
    Event::GuestStarted { guest: guest(id), at: None }
}

pub(crate) fn stopped(id: &str) -> Event {
    Event::GuestStopped { guest: guest(id), at: None }
}

pub(crate) fn failed(id: &str, reason: &str) -> Event {
    let action = GuestAction::Start;
    Event::GuestFailed { guest: guest(id), action, reason: Text::new(reason), at: None }
}

pub(crate) fn warned(id: &str, reason: &str) -> Event {
    let action = GuestAction::Start;
    Event::GuestWarned { guest: guest(id), action, reason: Text::new(reason), at: None }
}

/// The same event, seen now and happened at `secs`.
pub(crate) fn happened(mut event: Event, secs: f64) -> Event {
    match &mut event {
        Event::GuestStarted { at, .. }
        | Event::GuestStopped { at, .. }
        | Event::GuestFailed { at, .. }
        | Event::GuestWarned { at, .. } => *at = Some(self::at(secs)),
        other => panic!("{} has no instant of its own", other.name()),
    }
    event
}

pub(crate) fn alert(category: &str, key: &str, severity: Severity) -> Event {
    Event::Alert(Alert::new(category, key, severity, format!("{key} is bad")))
}

pub(crate) fn resolved(category: &str, key: &str) -> Event {
    Event::Resolved(Alert::new(category, key, Severity::Info, format!("{key} is well")))
}

pub(crate) fn health(categories: &[(&str, Status, &str)]) -> HealthSnapshot {
    let categories =
        categories.iter().map(|(name, status, why)| CategoryHealth::new(name, *status, why));
    HealthSnapshot::from_categories(categories.collect())
}

/// A reading of one check of each category.
pub(crate) fn checked(checks: &[(&str, &str, Status)]) -> HealthSnapshot {
    let categories = checks.iter().map(|(category, name, status)| {
        CategoryHealth::from_checks(category, vec![Check::new(name, *status, "")])
    });
    HealthSnapshot::from_categories(categories.collect())
}

/// The facts of a host that is well.
pub(crate) fn facts() -> Facts {
    let mut facts = Facts::default();
    facts.health = Ok(HealthSnapshot::new(Status::Ok));
    facts.journal = Ok(JournalExcerpt::default());
    facts.expected_guests = Ok(Vec::new());
    facts
}
