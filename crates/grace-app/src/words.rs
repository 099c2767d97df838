//! Spans, counts and events as people read them.

use std::time::Duration;

use grace_core::{Alert, Event, Happening, Note};

/// `95 s`, `5 min 25 s`, `2 h 3 min`, `12 d 2 h`.
#[must_use]
pub fn span(span: Duration) -> String {
    let secs = span.as_secs();
    let (days, hours, minutes) = (secs / 86_400, secs / 3_600 % 24, secs / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0 | 1) => format!("{secs} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", secs % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// `1 guest`, `3 guests`, for nouns that take an s.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// An event in one line: `guest-started vm web (100)`.
#[must_use]
pub fn event(event: &Event) -> String {
    let name = event.name();
    match event {
        Event::Alert(Alert { category, key, severity, text, .. }) => {
            format!("{name} {category}/{key} {severity}: {text}")
        }
        Event::Resolved(Alert { category, key, .. }) => format!("{name} {category}/{key}"),
        Event::Shutdown(kind) => format!("{name} {}", kind.as_str()),
        _ => match event.guest() {
            Some(guest) => {
                format!("{name} {} {guest}{}", guest.kind.as_str(), outcome(event))
            }
            None => name.to_string(),
        },
    }
}

/// How a guest failed, or of what it warned.
fn outcome(event: &Event) -> String {
    match event {
        Event::GuestWarned { action, reason, .. } | Event::GuestFailed { action, reason, .. } => {
            format!(" ({}): {reason}", action.as_str())
        }
        _ => String::new(),
    }
}

/// What a source saw, in one line, as [`event`] writes an event, and who started or stopped its guest:
/// `guest-started vm web (100) by the host`.
#[must_use]
pub fn happening(what: &Happening) -> String {
    let name = what.name();
    if let Some(guest) = what.guest() {
        let by = match guest.autostart {
            Some(true) => " by the host",
            Some(false) => " by hand",
            None => "",
        };
        let outcome = match what {
            Happening::Event(event) => outcome(event),
            _ => String::new(),
        };
        return format!("{name} {} {guest}{by}{outcome}", guest.kind.as_str());
    }
    match what {
        Happening::Event(seen) => event(seen),
        Happening::Note(Note::ShutdownScheduled(kind)) => format!("{name} {}", kind.as_str()),
        Happening::Gap(gap) => format!("not known: {gap}"),
        _ => name.to_string(),
    }
}
