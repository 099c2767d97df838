//! Messages as people read them: plain text, no markup.
//!
//! Text from outside is safe to print already; it has no line breaks, so one line here is one line there.

mod digest;
mod notice;

use grace_core::Message;

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rendered {
    /// What happened, in one line.
    pub title: String,
    /// The rest, in lines; the last one has no line end.
    pub body: String,
}

/// The words of a message.
#[must_use]
pub fn render(message: &Message) -> Rendered {
    match message {
        Message::StartupReport(report) => first_line_as_title(&report.summary()),
        Message::Notice(notice) => notice::render(notice),
        Message::Digest(digest) => digest::render(digest),
        Message::Undelivered(undelivered) => first_line_as_title(&undelivered.to_string()),
        other => Rendered { title: format!("grace: {}", other.kind()), body: String::new() },
    }
}

fn first_line_as_title(text: &str) -> Rendered {
    let (title, body) = text.split_once('\n').unwrap_or((text, ""));
    Rendered { title: title.to_owned(), body: body.to_owned() }
}

/// `1 guest`, `3 guests`: every noun here takes an s.
fn count(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// `, seen 3 times`; nothing for what was seen once.
fn seen(times: u64) -> String {
    match times {
        0 | 1 => String::new(),
        _ => format!(", seen {times} times"),
    }
}
