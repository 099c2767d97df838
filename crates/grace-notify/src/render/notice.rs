//! One event in words.

use grace_core::{Alert, Event, Guest, GuestAction, Notice, ShutdownKind};

use super::document::{Document, Section};
use super::seen;

/// The event, and below it when it happened and how often.
pub(super) fn document(notice: &Notice) -> Document {
    Document::new(title(&notice.event)).with_section(Section::lines([circumstances(notice)]))
}

/// Event and circumstances in one line, for a list.
pub(super) fn line(notice: &Notice) -> String {
    format!("{}, {}", title(&notice.event), circumstances(notice))
}

/// `VM web (100)`
pub(super) fn guest(guest: &Guest) -> String {
    format!("{} {guest}", guest.kind.label())
}

/// `storage/nas: NFS server not responding (critical)`
pub(super) fn alert(alert: &Alert) -> String {
    let Alert { severity, .. } = alert;
    format!("{} ({severity})", subject(alert))
}

/// `storage/nas: NFS server not responding`, without what the alert does not say.
pub(super) fn subject(alert: &Alert) -> String {
    let Alert { category, key, text, .. } = alert;
    let mut subject = category.to_string();
    if !key.is_empty() {
        subject.push('/');
        subject.push_str(key);
    }
    if !text.is_empty() {
        subject.push_str(": ");
        subject.push_str(text);
    }
    subject
}

fn title(event: &Event) -> String {
    match event {
        Event::GuestStarted { guest: who, .. } => format!("{} started", guest(who)),
        Event::GuestStopped { guest: who, .. } => format!("{} stopped", guest(who)),
        Event::GuestWarned { guest: who, action, reason, .. } => {
            let done = match action {
                GuestAction::Start => "started",
                GuestAction::Stop => "stopped",
                _ => action.as_str(),
            };
            because(format!("{} {done} with warnings", guest(who)), reason)
        }
        Event::GuestFailed { guest: who, action, reason, .. } => {
            because(format!("{} failed to {}", guest(who), action.as_str()), reason)
        }
        Event::Alert(what) => alert(what),
        Event::Resolved(what) => format!("Recovered: {}", subject(what)),
        Event::Shutdown(kind) => match way(*kind) {
            Some(way) => format!("Host is going down: {way}"),
            None => "Host is going down".to_owned(),
        },
        Event::ShutdownCancelled => "Shutdown cancelled".to_owned(),
        other => other.name().to_owned(),
    }
}

fn because(what: String, reason: &str) -> String {
    if reason.is_empty() {
        return what;
    }
    format!("{what}: {reason}")
}

/// How a host goes down, as people say it.
fn way(kind: ShutdownKind) -> Option<&'static str> {
    match kind {
        ShutdownKind::PowerOff => Some("power off"),
        ShutdownKind::Reboot => Some("reboot"),
        ShutdownKind::Halt => Some("halt"),
        ShutdownKind::Kexec => Some("reboot into a loaded kernel"),
        ShutdownKind::SoftReboot => Some("restart of user space"),
        ShutdownKind::Unknown => None,
        other => Some(other.as_str()),
    }
}

/// `at 300.000s, held since 12.000s, seen 3 times`
fn circumstances(notice: &Notice) -> String {
    let held = match notice.first_seen {
        Some(first) => format!(", held since {first}"),
        None => String::new(),
    };
    format!("at {} after boot{held}{}", notice.at, seen(notice.count))
}
