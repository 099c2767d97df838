//! Messages on their way to people.
//!
//! # In words
//! A [`Message`](grace_core::Message) becomes a [`Document`]: title, sections of lines, and details. A document
//! becomes text in a [`Markup`], cut to a [`Limit`] between lines; a [`page`] of HTML; or, as a
//! [`MessageDocument`], JSON. [`render`] is the short way to plain text.
//!
//! # To a service
//! A [`NotifierForm`] is one `[[notifier]]` table of a configuration. [`NotifierForm::build`] makes a [`Route`]
//! of it: a [`Notifier`](grace_core::Notifier), and the [`Filter`] of messages it is for. The README has a table
//! of each type. [`Terminal`] can be had without a table.
//!
//! - `Ok` is the service's own word that it took the message, where it has one.
//! - An error of kind [`Refused`](grace_core::PortErrorKind::Refused) will not change by another try; a service
//!   that wants to be left alone for a while says so in
//!   [`retry_after`](grace_core::PortError::retry_after).
//! - A filter is no part of its notifier: a message that nobody was handed is not taken by anyone.
//!
//! # What is not here
//! No clock, no environment and no process-wide TLS: a [`Clock`] and a [`SecretStore`] come in by
//! [`Surroundings`]. No retries: those are the outbox's. No resending of alerts: each has an end of its own.

mod author;
mod clock;
mod config;
mod error;
mod filter;
mod http;
mod json;
#[cfg(doctest)]
mod readme;
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
