//! Messages on their way to people.
//!
//! [`render`] makes a [`Message`](grace_core::Message) into a title and a body in plain text, the same words
//! for every service; [`Terminal`] is the notifier that writes them to standard output or to any other
//! writer.

mod clock;
mod error;
mod json;
mod render;
mod terminal;

pub use self::clock::{Clock, Now};
pub use self::error::NotifyError;
pub use self::json::MessageDocument;
pub use self::render::{Document, Limit, Line, Markup, Rendered, Section, page, render};
pub use self::terminal::Terminal;
