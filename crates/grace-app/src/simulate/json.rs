//! A log as JSON: one object a line.

use std::io::{self, Write};

use grace_core::wire::ReportDocument;
use grace_core::{Decision, Envelope, Message};
use grace_notify::render;
use serde::Serialize;

use super::{Log, What};
use crate::document::EventDocument;

/// One line: `t` in seconds since the timeline began, `type`, and what belongs to the type.
#[derive(Serialize)]
struct Line<'a> {
    t: f64,
    #[serde(flatten)]
    what: Document<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Document<'a> {
    Start {
        kind: &'static str,
        uptime: f64,
    },
    Host {
        words: &'a str,
    },
    Windows {
        guest: Option<[f64; 2]>,
        health: Option<[f64; 2]>,
        shutdown: Option<[f64; 2]>,
    },
    Event {
        #[serde(flatten)]
        event: EventDocument<'a>,
        decision: &'static str,
        until: Option<f64>,
    },
    Unseen(EventDocument<'a>),
    Facts,
    Send {
        id: String,
        kind: &'static str,
        attempt: u32,
        #[serde(skip_serializing_if = "str::is_empty")]
        to: &'a str,
    },
    Message(Box<MessageDocument<'a>>),
    Taken {
        id: String,
        to: &'a str,
    },
    Refused {
        id: String,
        #[serde(skip_serializing_if = "str::is_empty")]
        to: &'a str,
    },
    GivenUp {
        id: String,
        #[serde(skip_serializing_if = "str::is_empty")]
        to: &'a str,
        attempts: u32,
        lost: bool,
    },
    Settled {
        entry: u64,
        events: u64,
        outcome: &'static str,
    },
    Closed {
        closing: &'static str,
    },
    End,
}

#[derive(Serialize)]
struct MessageDocument<'a> {
    id: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    to: &'a str,
    kind: &'static str,
    title: String,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<ReportDocument<'a>>,
}

impl Log {
    /// Writes the log, one JSON object a line.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        for entry in self.entries() {
            let line = Line { t: entry.t.as_secs_f64(), what: Document::from(&entry.what) };
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)?;
        }
        Ok(())
    }
}

impl<'a> From<&'a What> for Document<'a> {
    fn from(what: &'a What) -> Self {
        match what {
            What::Started { kind, uptime } => {
                Self::Start { kind: kind.as_str(), uptime: uptime.as_secs_f64() }
            }
            What::Host { words, .. } => Self::Host { words },
            What::Windows(windows) => {
                let [guest, health, shutdown] = [windows.guest, windows.health, windows.shutdown]
                    .map(|span| span.map(|(from, to)| [from.as_secs_f64(), to.as_secs_f64()]));
                Self::Windows { guest, health, shutdown }
            }
            What::Event { event, decision, until } => Self::Event {
                event: event.into(),
                decision: Decision::as_str(*decision),
                until: until.map(|until| until.as_secs_f64()),
            },
            What::Unseen(event) => Self::Unseen(event.into()),
            What::FactsAsked => Self::Facts,
            What::Sent(envelope) => Self::Send {
                id: envelope.id.to_string(),
                kind: envelope.message.kind(),
                attempt: envelope.attempt,
                to: envelope.to.name(),
            },
            What::Received(envelope) => Self::Message(Box::new(envelope.into())),
            What::TakenToo(envelope) => {
                Self::Taken { id: envelope.id.to_string(), to: envelope.to.name() }
            }
            What::NotTaken(envelope) => {
                Self::Refused { id: envelope.id.to_string(), to: envelope.to.name() }
            }
            What::GivenUp { message, to, attempts, lost } => Self::GivenUp {
                id: message.to_string(),
                to: to.name(),
                attempts: *attempts,
                lost: *lost,
            },
            What::Settled { entry, events, outcome } => {
                Self::Settled { entry: entry.get(), events: *events, outcome: outcome.as_str() }
            }
            What::Closed(closing) => Self::Closed { closing: closing.as_str() },
            What::Ended => Self::End,
        }
    }
}

impl<'a> From<&'a Envelope> for MessageDocument<'a> {
    fn from(envelope: &'a Envelope) -> Self {
        let rendered = render(&envelope.message);
        let report = match &*envelope.message {
            Message::StartupReport(report) => Some(ReportDocument::from(&**report)),
            _ => None,
        };
        Self {
            id: envelope.id.to_string(),
            to: envelope.to.name(),
            kind: envelope.message.kind(),
            title: rendered.title,
            body: rendered.body,
            report,
        }
    }
}
