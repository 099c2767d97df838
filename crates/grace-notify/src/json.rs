//! A message as JSON: for programs, files and webhooks, and what a template sees.

use grace_core::wire::ReportDocument;
use grace_core::{
    Alert, Digest, Envelope, Event, Guest, HeldAlert, Message, Notice, ShutdownKind, Uptime,
};
use serde::Serialize;

use crate::clock::{Clock, rfc3339};
use crate::render::{Document, Limit, Line, Markup, Section};

/// A message as a JSON document, whole and without markup.
///
/// `id` is the same each time it is sent, `attempt` is 0 the first time. One of `event`, `digest` and `report`
/// holds the message's data; instants that end in `_seconds` are seconds since boot.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct MessageDocument<'a> {
    id: String,
    attempt: u32,
    kind: &'static str,
    severity: &'static str,
    host: &'a str,
    title: &'a str,
    body: String,
    time: Option<String>,
    at_seconds: Option<f64>,
    sections: Vec<SectionDocument<'a>>,
    details: Vec<SectionDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<EventDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<DigestDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<ReportDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct SectionDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    heading: Option<&'a str>,
    lines: Vec<LineDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct LineDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct EventDocument<'a> {
    event: &'static str,
    at_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen_seconds: Option<f64>,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    guest: Option<GuestDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<AlertDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shutdown: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct DigestDocument<'a> {
    cause: &'static str,
    started: Vec<GuestDocument<'a>>,
    stopped: Vec<GuestDocument<'a>>,
    alerts: Vec<HeldDocument<'a>>,
    recovered_alerts_total: u64,
    events: Vec<EventDocument<'a>>,
    events_not_listed: u64,
}

#[derive(Debug, Serialize)]
struct GuestDocument<'a> {
    vmid: &'a str,
    name: &'a str,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct AlertDocument<'a> {
    category: &'a str,
    key: &'a str,
    severity: &'static str,
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct HeldDocument<'a> {
    #[serde(flatten)]
    alert: AlertDocument<'a>,
    state: &'static str,
    first_seen_seconds: f64,
    last_seen_seconds: f64,
    count: u64,
}

impl<'a> MessageDocument<'a> {
    /// A message of this host, and the words it was made into.
    #[must_use]
    pub fn new(
        envelope: &'a Envelope,
        host: &'a str,
        clock: &Clock,
        document: &'a Document,
    ) -> Self {
        let message = &*envelope.message;
        let at = when(message);
        let (mut event, mut digest, mut report) = (None, None, None);
        match message {
            Message::Notice(notice) => event = Some(notice.into()),
            Message::Digest(what) => digest = Some(what.into()),
            Message::StartupReport(what) => report = Some(ReportDocument::from(&**what)),
            _ => {}
        }
        Self {
            id: envelope.id.to_string(),
            attempt: envelope.attempt,
            kind: message.kind(),
            severity: message.severity().as_str(),
            host,
            title: &document.title,
            body: document.body(Markup::Plain, Limit::NONE),
            time: at.and_then(|at| clock.wall_at(at)).and_then(rfc3339),
            at_seconds: at.map(Uptime::as_secs_f64),
            sections: document.sections.iter().map(Into::into).collect(),
            details: document.details.iter().map(Into::into).collect(),
            event,
            digest,
            report,
        }
    }
}

/// When what a message tells of happened, or was put together.
pub(crate) fn when(message: &Message) -> Option<Uptime> {
    match message {
        Message::StartupReport(report) => Some(report.boot.reported_at),
        Message::Notice(notice) => Some(notice.at),
        Message::Digest(digest) => Some(digest.at),
        _ => None,
    }
}

impl<'a> From<&'a Section> for SectionDocument<'a> {
    fn from(section: &'a Section) -> Self {
        Self { heading: section.heading, lines: section.lines.iter().map(Into::into).collect() }
    }
}

impl<'a> From<&'a Line> for LineDocument<'a> {
    fn from(line: &'a Line) -> Self {
        Self { label: line.label.as_deref(), text: &line.text }
    }
}

impl<'a> From<&'a Notice> for EventDocument<'a> {
    fn from(notice: &'a Notice) -> Self {
        let mut document = Self {
            event: notice.event.name(),
            at_seconds: notice.at.as_secs_f64(),
            first_seen_seconds: notice.first_seen.map(Uptime::as_secs_f64),
            count: notice.count,
            guest: notice.event.guest().map(Into::into),
            action: None,
            reason: None,
            alert: None,
            shutdown: None,
        };
        match &notice.event {
            Event::GuestWarned { action, reason, .. }
            | Event::GuestFailed { action, reason, .. } => {
                document.action = Some(action.as_str());
                document.reason = Some(reason);
            }
            Event::Alert(alert) | Event::Resolved(alert) => document.alert = Some(alert.into()),
            Event::Shutdown(kind) => document.shutdown = Some(ShutdownKind::as_str(*kind)),
            _ => {}
        }
        document
    }
}

impl<'a> From<&'a Digest> for DigestDocument<'a> {
    fn from(digest: &'a Digest) -> Self {
        Self {
            cause: digest.cause.as_str(),
            started: digest.started.iter().map(Into::into).collect(),
            stopped: digest.stopped.iter().map(Into::into).collect(),
            alerts: digest.alerts.iter().map(Into::into).collect(),
            recovered_alerts_total: digest.recovered,
            events: digest.notices.iter().map(Into::into).collect(),
            events_not_listed: digest.beyond,
        }
    }
}

impl<'a> From<&'a Guest> for GuestDocument<'a> {
    fn from(guest: &'a Guest) -> Self {
        Self { vmid: guest.id.as_str(), name: &guest.name, kind: guest.kind.as_str() }
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

impl<'a> From<&'a HeldAlert> for HeldDocument<'a> {
    fn from(held: &'a HeldAlert) -> Self {
        Self {
            alert: (&held.alert).into(),
            state: held.state.as_str(),
            first_seen_seconds: held.first_seen.as_secs_f64(),
            last_seen_seconds: held.last_seen.as_secs_f64(),
            count: held.count,
        }
    }
}
