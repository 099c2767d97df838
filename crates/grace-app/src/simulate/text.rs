//! A log as lines of text: the form of the goldens.

use std::fmt::Write;
use std::time::Duration;

use grace_core::{Decision, Destination, Outcome, Text};
use grace_notify::render;

use super::{Entry, Log, What, Windows};
use crate::words::{count, event};

impl Log {
    /// The log, one line for each thing that happened, the time since the timeline began in the first column.
    ///
    /// What people received is written out below its line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let entries = self.entries();
        let mut text = format!("# {}\n", self.title());
        let mut rest = entries.as_slice();
        while let Some((first, after)) = rest.split_first() {
            let (words, used) = match &first.what {
                What::Settled { outcome, .. } => settled(outcome, rest),
                _ => (words(first), 1),
            };
            rest = if used > 1 { rest.get(used..).unwrap_or_default() } else { after };
            if let Some((label, words)) = words {
                push(&mut text, first.t, label, &words);
            }
        }
        text
    }
}

fn push(text: &mut String, t: Duration, label: &str, words: &str) {
    let mut lines = words.lines();
    let first = lines.next().unwrap_or_default();
    // Writing to a string cannot fail.
    let _infallible = writeln!(text, "{:>12}  {label:<8}  {first}", instant(t));
    for line in lines {
        let _infallible = writeln!(text, "{:>12}  {:<8}  | {line}", "", "");
    }
}

/// An entry's label and words; `None` for what its own effects tell.
fn words(entry: &Entry) -> Option<(&'static str, String)> {
    Some(match &entry.what {
        What::Started { kind, uptime } => {
            ("start", format!("{}, host up {}", kind.as_str(), instant(uptime.since_boot())))
        }
        What::Host { words, .. } => ("host", words.clone()),
        What::Windows(windows) => ("windows", windows_words(entry.t, windows)),
        What::Event { event: seen, decision, until } => {
            ("event", format!("{} -> {}", event(seen), decision_words(*decision, *until)))
        }
        What::Unseen(seen) => ("unseen", event(seen)),
        What::FactsAsked => ("facts", "asked for".to_string()),
        What::Sent(envelope) => {
            let again = match envelope.attempt {
                0 => String::new(),
                attempt => format!(", attempt {}", attempt + 1),
            };
            ("send", format!("{}{}{again}", envelope.message.kind(), to(&envelope.to)))
        }
        What::Received(envelope) => {
            let message = render(&envelope.message);
            let by = by(&envelope.to).map(|by| format!("({by}) ")).unwrap_or_default();
            ("receive", format!("{by}{}\n{}", message.title, message.body))
        }
        What::TakenToo(envelope) => {
            ("receive", format!("{}{}, too", envelope.message.kind(), to(&envelope.to)))
        }
        What::NotTaken(envelope) => {
            let words = by(&envelope.to)
                .map_or("no notifier took the message".to_string(), |name| {
                    format!("{name} did not take the message")
                });
            ("refused", words)
        }
        What::GivenUp { to, attempts, lost, .. } => {
            let times = count(u64::from(*attempts), "time");
            let lost = if *lost { "; it has reached no one" } else { "" };
            ("given up", format!("a message{}, sent {times}{lost}", self::to(to)))
        }
        What::Settled { .. } => return None,
        What::Closed(closing) => ("closed", closing.as_str().to_string()),
        What::Ended => ("end", "nothing is due".to_string()),
    })
}

/// A notifier's name, if it has one.
fn by(to: &Destination) -> Option<&Text> {
    Some(to.name()).filter(|name| !name.is_empty())
}

/// ` to mail`; nothing for a notifier without a name.
fn to(to: &Destination) -> String {
    by(to).map(|name| format!(" to {name}")).unwrap_or_default()
}

/// How the entries that settle together from here on ended, and how many log entries that is.
fn settled(outcome: &Outcome, entries: &[Entry]) -> (Option<(&'static str, String)>, usize) {
    let mut total = 0;
    let mut used = 0;
    for entry in entries {
        match &entry.what {
            What::Settled { events, outcome: same, .. } if same == outcome => total += events,
            _ => break,
        }
        used += 1;
    }
    let noun = if total == 1 { "event" } else { "events" };
    let words = format!("{total} {noun} -> {}", outcome.as_str());
    (Some(("settled", words)), used)
}

/// The windows that are open at `t`.
fn windows_words(t: Duration, windows: &Windows) -> String {
    let named =
        [("guest", windows.guest), ("health", windows.health), ("shutdown", windows.shutdown)];
    let words: Vec<String> = named
        .iter()
        .filter_map(|(name, span)| Some((name, span.filter(|(_, to)| t < *to)?)))
        .map(|(name, (_, to))| format!("{name} until {}", instant(to)))
        .collect();
    if words.is_empty() { "none".to_string() } else { words.join(", ") }
}

fn decision_words(decision: Decision, until: Option<Duration>) -> String {
    match until {
        Some(until) => format!("{} until {}", decision.as_str(), instant(until)),
        None => decision.as_str().to_string(),
    }
}

/// `12.345s`
pub(super) fn instant(t: Duration) -> String {
    format!("{}.{:03}s", t.as_secs(), t.subsec_millis())
}
