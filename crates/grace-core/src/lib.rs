//! The startup and shutdown grace engine for host monitors.
#![no_std]
#![warn(clippy::arithmetic_side_effects)]

extern crate alloc;
#[cfg(feature = "mock")]
extern crate std;

mod boot;
mod effect;
mod entry;
mod event;
mod facts;
mod gap;
mod grace;
mod guest;
mod health;
mod held;
mod journal;
mod ledger;
mod message;
mod outbox;
mod policy;
mod ports;
mod report;
mod text;
mod uptime;
mod view;
#[cfg(feature = "wire")]
pub mod wire;

pub use self::boot::{BootId, BootIdentity, BootKind};
pub use self::effect::{Closing, Effect, Outcome, Request};
pub use self::event::{Alert, Event, GuestAction, Severity, ShutdownKind, Signal};
pub use self::facts::Facts;
pub use self::gap::{Gap, GapKind};
pub use self::grace::{Grace, SavedState, Start, Usage};
pub use self::guest::{Guest, GuestId, GuestKind};
pub use self::health::{CategoryHealth, Check, HealthSnapshot, Status};
pub use self::journal::{JournalEntry, JournalExcerpt, JournalQuery, Priority};
pub use self::message::{
    Digest, DigestCause, Envelope, HeldAlert, HeldState, Message, MessageId, Notice, Sequence,
};
pub use self::outbox::Delivery;
pub use self::policy::{
    Adaptive, Anchor, CategoryRule, Limits, Policy, PolicyError, RestartPolicy, Retry, SeveritySet,
};
pub use self::ports::{HealthSource, Journal, Notifier, PortError, PortErrorKind, UptimeSource};
pub use self::report::{
    AlertReport, AreaReport, BootReport, FailedGuest, GuestReport, HealthIssue, PreviousBoot,
    Problem, StartupReport,
};
pub use self::text::Text;
pub use self::uptime::Uptime;
pub use self::view::{Decision, GraceView, HoldReason, Subject, Window};
