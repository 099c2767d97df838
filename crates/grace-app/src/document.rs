//! Events as JSON, the same in every command.

use grace_core::{Alert, Event, Guest, Happening, Note, Occurrence, Uptime};
use serde::Serialize;

/// What a source saw, when and where.
#[derive(Serialize)]
pub(crate) struct OccurrenceDocument<'a> {
    /// Seconds since boot.
    at: Option<f64>,
    origin: &'static str,
    #[serde(flatten)]
    what: EventDocument<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'a str,
}

/// What happened, by the event's own name.
#[derive(Serialize)]
pub(crate) struct EventDocument<'a> {
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    guest: Option<GuestDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<AlertDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shutdown: Option<&'static str>,
}

/// A guest.
#[derive(Serialize)]
pub(crate) struct GuestDocument<'a> {
    id: &'a str,
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    autostart: Option<bool>,
}

/// A problem.
#[derive(Serialize)]
pub(crate) struct AlertDocument<'a> {
    category: &'a str,
    key: &'a str,
    severity: &'static str,
    text: &'a str,
}

impl<'a> From<&'a Occurrence> for OccurrenceDocument<'a> {
    fn from(occurrence: &'a Occurrence) -> Self {
        let Occurrence { at, origin, what, text, .. } = occurrence;
        let gap = match what {
            Happening::Gap(gap) => Some(gap.to_string()),
            _ => None,
        };
        Self {
            at: at.map(Uptime::as_secs_f64),
            origin: origin.as_str(),
            what: what.into(),
            gap,
            text,
        }
    }
}

impl<'a> From<&'a Happening> for EventDocument<'a> {
    fn from(what: &'a Happening) -> Self {
        let shutdown = match what {
            Happening::Event(event) => return event.into(),
            Happening::Note(Note::ShutdownScheduled(kind)) => Some(kind.as_str()),
            _ => None,
        };
        let guest = what.guest().map(GuestDocument::from);
        Self { event: what.name(), guest, reason: None, alert: None, shutdown }
    }
}

impl<'a> From<&'a Event> for EventDocument<'a> {
    fn from(event: &'a Event) -> Self {
        let guest = event.guest().map(GuestDocument::from);
        let reason = match event {
            Event::GuestWarned { reason, .. } | Event::GuestFailed { reason, .. } => {
                Some(&**reason)
            }
            _ => None,
        };
        let alert = match event {
            Event::Alert(alert) | Event::Resolved(alert) => Some(alert.into()),
            _ => None,
        };
        let shutdown = match event {
            Event::Shutdown(kind) => Some(kind.as_str()),
            _ => None,
        };
        Self { event: event.name(), guest, reason, alert, shutdown }
    }
}

impl<'a> From<&'a Alert> for AlertDocument<'a> {
    fn from(alert: &'a Alert) -> Self {
        Self {
            category: &alert.category,
            key: &alert.key,
            severity: alert.severity.as_str(),
            text: &alert.text,
        }
    }
}

impl<'a> From<&'a Guest> for GuestDocument<'a> {
    fn from(guest: &'a Guest) -> Self {
        Self {
            id: guest.id.as_str(),
            name: &guest.name,
            kind: guest.kind.as_str(),
            autostart: guest.autostart,
        }
    }
}
