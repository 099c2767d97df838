//! Messages on their way to people.
//!
//! [`render`] makes a [`Message`](grace_core::Message) into a title and a body in plain text, the same words
//! for every service; [`Terminal`] is the notifier that writes them to standard output or to any other
//! writer.

mod error;
mod render;
mod terminal;

pub use self::error::NotifyError;
pub use self::render::{Rendered, render};
pub use self::terminal::Terminal;
