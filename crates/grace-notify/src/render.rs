//! Messages as people read them.
//!
//! A message becomes a [`Document`]: a title and sections of lines, without any markup. A document becomes
//! text in the markup of a service, cut to what the service takes. Text from outside has no line breaks, so
//! one line here is one line there.

mod cut;
mod digest;
mod document;
mod html;
mod markup;
mod notice;
mod report;

pub use self::cut::Limit;
pub use self::document::{Document, Line, Section};
pub use self::html::page;
pub use self::markup::Markup;

pub(crate) use self::cut::{cut, fit};

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

/// The words of a message, as plain text of any length.
#[must_use]
pub fn render(message: &Message) -> Rendered {
    let document = Document::from(message);
    let body = document.body(Markup::Plain, Limit::NONE);
    Rendered { title: document.title, body }
}

impl From<&Message> for Document {
    fn from(message: &Message) -> Self {
        match message {
            Message::StartupReport(report) => report::document(report),
            Message::Notice(notice) => notice::document(notice),
            Message::Digest(digest) => digest::document(digest),
            Message::Test => Self::new("Test message").with_section(Section::lines([
                "Whoever reads this is told when something happens.",
            ])),
            Message::Undelivered(undelivered) => Self::new(undelivered.to_string()),
            other => Self::new(format!("grace: {}", other.kind())),
        }
    }
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
