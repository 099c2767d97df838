//! The forms at the edges: health documents and policies in, reports out.
//!
//! Domain types are not (de)serializable themselves: a form belongs to whoever defined it, and this
//! module is where a form of today meets the words of this crate.
//!
//! - [`parse_health`] reads a health document in either shape that exists. What cannot be read in it
//!   becomes a [`Gap`](crate::Gap) of the snapshot; only what is no document at all is an error.
//! - [`HealthMapping`] reads one of any other shape, by JSON pointers to what it says.
//! - [`PolicyDocument`] is the `[policy]` table of a configuration, in TOML, JSON or any other format
//!   serde knows; a [`Policy`](crate::Policy) is made of it with `try_from`.
//! - [`ReportDocument`] is a report as JSON, the original's fields first.
//! - [`duration`] reads one span as configuration writes it: `5m`, `10m 30s`.

mod health;
mod json;
mod mapping;
mod pointer;
mod policy;
mod report;

pub use self::health::{HealthError, parse_health};
pub use self::mapping::{CategoryMapping, ChecksMapping, HealthMapping};
pub use self::pointer::{JsonPointer, NotAPointer};
pub use self::policy::{DurationError, PolicyDocument, duration};
pub use self::report::ReportDocument;
