//! The ports: what the machine's owner reads from the host and sends to people.
//!
//! Each trait lists its contract. `grace-sim` has one test function for each bullet and runs it over its
//! own fake and over every real adapter.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::time::Duration;

use async_trait::async_trait;

use crate::{
    BootIdentity, Envelope, Guest, HealthSnapshot, JournalExcerpt, JournalQuery, Message,
    Occurrence, Origin, Text, Uptime,
};

/// The host's boot timeline and identity.
///
/// Contract:
/// - Uptime never goes back between two readings of one boot.
/// - Uptime advances with time, suspend included.
/// - The identity is the same at every reading of one boot.
/// - What cannot be read is an error, never zero and never an empty identity.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UptimeSource: Send + Sync {
    /// Time since boot.
    async fn uptime(&self) -> Result<Uptime, PortError>;

    /// Which boot this is.
    async fn boot(&self) -> Result<BootIdentity, PortError>;
}

/// The host's journal.
///
/// Contract:
/// - Only entries of this boot are returned.
/// - Entries come oldest first, and none comes twice.
/// - No entry is less bad than the query asks for.
/// - At most `first + last` entries come, and `total` counts all that match.
/// - No entries is an empty excerpt, not an error and not a line that says so.
/// - An entry that cannot be read spoils only itself and is named among the gaps.
/// - A journal that cannot be read is an error, never an empty excerpt.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Journal: Send + Sync {
    /// The entries of this boot that match `query`.
    async fn excerpt(&self, query: JournalQuery) -> Result<JournalExcerpt, PortError>;
}

/// A stream of what happens on the host.
///
/// Contract:
/// - What had happened in this boot before the source was opened comes first, oldest first, then one
///   [`CaughtUp`](crate::Happening::CaughtUp).
/// - What happens afterwards comes in its order, and none of it twice.
/// - What happened in another boot does not come.
/// - What cannot be read spoils only itself and comes as a gap.
/// - A call of `next` that is given up loses nothing.
/// - Where the source is interrupted and comes back, nothing is lost and nothing comes twice.
/// - A source that cannot be read is an error, never a stream in which nothing happens.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait HostEvents: Send {
    /// The source's name in logs and gaps: `journal`, `tasks`, `logind`, …
    fn name(&self) -> &str;

    /// Where it reads.
    fn origin(&self) -> Origin;

    /// What happened next. Waits until something does; after an error, nothing more will.
    async fn next(&mut self) -> Result<Occurrence, PortError>;
}

/// A source of the host's health.
///
/// Contract:
/// - A reading names each category once.
/// - What was looked at and is well is `OK`; what could not be looked at is `UNKNOWN` or a gap, never `OK`.
/// - A check that cannot be read spoils only itself and is named among the gaps.
/// - A source that cannot be read is an error, never an empty reading.
/// - A second reading sees the host as it is then; nothing is kept from the first.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait HealthSource: Send + Sync {
    /// The source's name in reports and gaps: `systemd`, `mounts`, `network`, …
    fn name(&self) -> &str;

    /// The host's health now.
    async fn check(&self) -> Result<HealthSnapshot, PortError>;

    /// The guests the host starts at boot; `None` if this source cannot tell.
    async fn expected_guests(&self) -> Result<Option<Vec<Guest>>, PortError> {
        Ok(None)
    }
}

/// A way to reach people.
///
/// Contract:
/// - `Ok` means that the service has taken the message; whatever else happened is an error.
/// - The same envelope may come again, and is then sent again under the same id.
/// - A message is never changed but to fit the service's limits, and what was cut is said.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Notifier: Send + Sync {
    /// The notifier's name in configuration and audit.
    fn name(&self) -> &str;

    /// Whether the notifier is for such messages. One that it is not for is not handed to it.
    fn wants(&self, message: &Message) -> bool {
        let _ = message;
        true
    }

    /// Hands one message to the service.
    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError>;
}

/// Whoever shares a notifier has one.
#[async_trait]
impl<N: Notifier + ?Sized> Notifier for Arc<N> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn wants(&self, message: &Message) -> bool {
        (**self).wants(message)
    }

    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError> {
        (**self).notify(envelope).await
    }
}

/// Why a port could not do what it was asked.
///
/// Adapters have their own error types; this is what is left of them at the port: a kind to act on, and
/// words and a source for people.
#[derive(Debug)]
pub struct PortError {
    kind: PortErrorKind,
    detail: Text,
    retry_after: Option<Duration>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl PortError {
    /// An error of this kind, in words.
    #[must_use]
    pub fn new(kind: PortErrorKind, detail: impl AsRef<str>) -> Self {
        Self { kind, detail: Text::new(detail), retry_after: None, source: None }
    }

    /// An adapter's own error, whose words become this error's.
    #[must_use]
    pub fn from_source(kind: PortErrorKind, source: impl Error + Send + Sync + 'static) -> Self {
        let detail = Text::new(source.to_string());
        Self { kind, detail, retry_after: None, source: Some(Box::new(source)) }
    }

    /// The same error of a service that asked not to be tried again before `wait` is over.
    #[must_use]
    pub const fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub const fn kind(&self) -> PortErrorKind {
        self.kind
    }

    /// The least wait before another try that the service asked for, if it asked for one.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The error in words, without its kind.
    #[must_use]
    pub fn detail(&self) -> &Text {
        &self.detail
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.detail.fmt(f)
    }
}

impl Error for PortError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // The source's words are this error's own; what follows is what lies beneath it.
        self.source.as_deref().and_then(Error::source)
    }
}

/// What kind of port error it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PortErrorKind {
    /// It is not there: no such file, no such program, no such service on this host.
    Missing,
    /// It is there and may not be read.
    PermissionDenied,
    /// It did not answer in time.
    TimedOut,
    /// It answered, and the answer cannot be understood.
    Malformed,
    /// It understood and said no.
    Refused,
    /// Anything else.
    Other,
}

impl PortErrorKind {
    /// The kind as people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::PermissionDenied => "permission denied",
            Self::TimedOut => "timed out",
            Self::Malformed => "malformed",
            Self::Refused => "refused",
            Self::Other => "failed",
        }
    }
}
