//! Messages on their way to people.
//!
//! [`render`] makes a [`Message`](grace_core::Message) into a title and a body in plain text, the same words
//! for every service; [`Terminal`] is the notifier that writes them to standard output or to any other
//! writer.

mod author;
mod clock;
mod config;
mod error;
mod filter;
mod http;
mod json;
mod render;
mod secret;
mod service;
mod template;
mod terminal;

pub use self::clock::{Clock, Now};
pub use self::config::{ConfigError, NotifierForm, NotifierType, Route, Surroundings};
pub use self::error::NotifyError;
pub use self::filter::{Filter, Minute, NotAMinute, QuietHours, Verdict};
pub use self::http::HttpFault;
pub use self::json::MessageDocument;
pub use self::render::{Document, Limit, Line, Markup, Rendered, Section, page, render};
pub use self::secret::{Secret, SecretError, SecretSource, SecretStore};
pub use self::template::TemplateError;
pub use self::terminal::Terminal;
