//! The startup and shutdown grace engine for host monitors.
//!
//! When a host boots or shuts down, most of what its monitor sees is noise, and some is not. This crate
//! decides for each event whether it is told now, held until its window ends, or gathered with others; it
//! tells a boot from a restart of the program; and it makes one report when the boot is over.
//!
//! It is *sans-IO*: no clock, no thread, no runtime, no `std`. [`Grace`] is a state machine. Time goes in as
//! an argument ([`Uptime`], time since boot), effects come out ([`Effect`]), and whoever owns the machine does
//! what they ask for.
//!
//! # The loop
//! 1. After [`Grace::new`] and after every `handle_*`, drain [`Grace::poll_effect`] until it returns `None`.
//! 2. Sleep until [`Grace::poll_timeout`] or until something happens, whichever is first.
//! 3. Hand it in: [`handle_event`](Grace::handle_event), [`handle_signal`](Grace::handle_signal),
//!    [`handle_facts`](Grace::handle_facts), [`handle_delivery`](Grace::handle_delivery), or
//!    [`handle_timeout`](Grace::handle_timeout) if it was the sleep that ended.
//! 4. Keep [`Grace::save`] where a crash does not reach it, and give it to [`Start`] the next time.
//!
//! ```
//! use grace_core::{BootIdentity, Decision, Event, Grace, Guest, GuestKind, Policy, Start, Uptime};
//!
//! let start = Start::new(Some(Uptime::from_secs(20)), BootIdentity::UNKNOWN);
//! let mut grace = Grace::new(Policy::default(), start);
//!
//! let web = Guest::new("100", "web", GuestKind::Vm);
//! let event = Event::GuestStarted { guest: web, at: None };
//! let decision = grace.handle_event(Uptime::from_secs(32), event);
//! assert_eq!(decision, Decision::Aggregate { until: Uptime::from_secs(200) });
//!
//! // The report is due when the health window ends.
//! assert_eq!(grace.poll_timeout(), Some(Uptime::from_secs(320)));
//! ```
//!
//! # Decisions without the machine
//! [`Grace::view`] gives a [`GraceView`], a `Copy` snapshot of instants. [`GraceView::decide`] answers by
//! arithmetic alone, so a decision is right however late a timer fires, and any thread may ask.
//!
//! # Ports
//! [`UptimeSource`], [`HostEvents`], [`Journal`], [`HealthSource`] and [`Notifier`] are the traits adapters
//! implement. The machine itself calls none of them.
//!
//! # Features
//! - `wire`: health documents and policies in, reports out, in the `wire` module. Still without `std`.
//! - `mock`: `mockall` mocks of the ports. Needs `std`; for tests.
#![no_std]
#![warn(clippy::arithmetic_side_effects)]

extern crate alloc;
#[cfg(feature = "mock")]
extern crate std;

mod boot;
mod destination;
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
mod occurrence;
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
pub use self::destination::Destination;
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
    Undelivered,
};
pub use self::occurrence::{Happening, Note, Occurrence, Origin};
pub use self::outbox::Delivery;
pub use self::policy::{
    Adaptive, Anchor, CategoryRule, Limits, Policy, PolicyError, RestartPolicy, Retry, SeveritySet,
};
pub use self::ports::{
    HealthSource, HostEvents, Journal, Notifier, PortError, PortErrorKind, UptimeSource,
};
#[cfg(feature = "mock")]
pub use self::ports::{
    MockHealthSource, MockHostEvents, MockJournal, MockNotifier, MockUptimeSource,
};
pub use self::report::{
    AlertReport, AreaReport, BootReport, FailedGuest, GuestReport, HealthIssue, PreviousBoot,
    Problem, StartupReport,
};
pub use self::text::Text;
pub use self::uptime::Uptime;
pub use self::view::{Decision, GraceView, HoldReason, Subject, Window};
