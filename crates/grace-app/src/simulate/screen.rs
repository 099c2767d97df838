//! A log as a screen: what a person received, beside what the raw events would have sent.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use grace_core::{Envelope, Event, Message, Notice, Uptime};
use grace_notify::render;
use owo_colors::{OwoColorize, Style};

use super::text::instant;
use super::{Log, What};
use crate::words::count;

/// The width of the column of times, of the messages, and of the raw events.
const WIDTHS: (usize, usize, usize) = (10, 62, 46);

/// The colours of a screen.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Colors {
    /// The title and the columns' heads.
    pub head: Style,
    /// A startup report's or a message's first line.
    pub message: Style,
    /// What the raw events would have sent.
    pub raw: Style,
}

impl Log {
    /// Writes the screen.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_screen(&self, out: &mut impl Write, colors: Colors) -> io::Result<()> {
        let (time, with, _) = WIDTHS;
        writeln!(out, "{}\n", self.title().style(colors.head))?;
        let head = format!("{:>time$}  {:<with$}  {}", "time", "with grace", "without");
        writeln!(out, "{}", head.style(colors.head))?;
        for entry in self.entries() {
            match &entry.what {
                What::Received(envelope) => write_message(out, entry.t, envelope, colors)?,
                What::Event { event, .. } | What::Unseen(event) => {
                    write_row(out, Some(entry.t), ("", Style::new()), (&raw(event), colors.raw))?;
                }
                What::Host { mark: Some(_), words } => {
                    let words = format!("- {words}");
                    write_row(out, Some(entry.t), (&words, colors.raw), ("", colors.raw))?;
                }
                _ => {}
            }
        }
        writeln!(out, "\n{}", self.totals())
    }

    /// How many messages there were with and without grace, and where every event ended.
    #[must_use]
    pub fn totals(&self) -> String {
        let entries = self.entries();
        let events =
            entries.iter().filter(|entry| matches!(entry.what, What::Event { .. })).count();
        let received = self.received();
        let reports = received.iter().filter(|(_, envelope)| is_report(envelope)).count();
        let report = match reports {
            0 => "none of them a startup report".to_string(),
            reports => format!("{} among them", count(reports as u64, "startup report")),
        };
        let mut ends: BTreeMap<&str, u64> = BTreeMap::new();
        for entry in &entries {
            if let What::Settled { events, outcome, .. } = &entry.what {
                *ends.entry(outcome.as_str()).or_default() += events;
            }
        }
        let ends: Vec<String> =
            ends.iter().map(|(end, events)| format!("{events} {end}")).collect();
        let ends = if ends.is_empty() { "none".to_string() } else { ends.join(", ") };
        format!(
            "Without grace: {}. With grace: {}, {report}.\nWhere the events ended: {ends}.",
            count(events as u64, "message"),
            received.len(),
        )
    }
}

fn is_report(envelope: &Envelope) -> bool {
    matches!(*envelope.message, Message::StartupReport(_))
}

fn write_message(
    out: &mut impl Write,
    t: Duration,
    envelope: &Envelope,
    colors: Colors,
) -> io::Result<()> {
    let message = render(&envelope.message);
    write_row(out, Some(t), (&message.title, colors.message), ("", colors.raw))?;
    for line in message.body.lines() {
        write_row(out, None, (line, Style::new()), ("", colors.raw))?;
    }
    Ok(())
}

/// One row; what is too long for its column goes on below.
fn write_row(
    out: &mut impl Write,
    t: Option<Duration>,
    (left, left_style): (&str, Style),
    (right, right_style): (&str, Style),
) -> io::Result<()> {
    let (time, with, without) = WIDTHS;
    let left = textwrap::wrap(left, with);
    let right = textwrap::wrap(right, without);
    for row in 0..left.len().max(right.len()).max(1) {
        let t = t.filter(|_| row == 0).map(instant).unwrap_or_default();
        let left = left.get(row).map(AsRef::as_ref).unwrap_or_default();
        let right = right.get(row).map(AsRef::as_ref).unwrap_or_default();
        if right.is_empty() {
            writeln!(out, "{t:>time$}  {}", left.style(left_style))?;
        } else {
            let left = format!("{left:<with$}");
            writeln!(out, "{t:>time$}  {}  {}", left.style(left_style), right.style(right_style))?;
        }
    }
    Ok(())
}

/// What a monitor without grace would have sent for an event.
fn raw(event: &Event) -> String {
    render(&Message::Notice(Notice::single(event.clone(), Uptime::ZERO))).title
}
