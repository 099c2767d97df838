//! What may go wrong with an answer, and what is told of it.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use grace_core::{PortErrorKind, Text};

use super::EXCERPT;
use crate::secret::Hidden;

/// Why an HTTP server did not take a message.
///
/// None of them holds a URL or a secret, and none what the server said of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpFault {
    /// No connection could be made: no such name, no such host, nobody listens, no TLS.
    #[error("no connection: {words}")]
    Connect {
        /// Why.
        words: Text,
    },
    /// The server showed a certificate that is not trusted.
    #[error("its certificate is not trusted: {words}")]
    Certificate {
        /// Why not.
        words: Text,
    },
    /// There was no whole answer in time.
    #[error("no answer within {deadline:?}")]
    Late {
        /// The time it had.
        deadline: Duration,
    },
    /// The answer has another status than 2xx.
    #[error("status {status}{}{excerpt}", if excerpt.is_empty() { "" } else { ": " })]
    Status {
        /// The status.
        status: u16,
        /// How its body begins, or where a redirect points to.
        excerpt: Text,
        /// The wait before another try that the service asks for, at most an hour.
        retry_after: Option<Duration>,
    },
    /// The connection broke, or what came is no whole HTTP answer.
    #[error("no whole answer: {words}")]
    Broken {
        /// What is wrong with it.
        words: Text,
    },
    /// The status was well, and the answer says that the message was not taken.
    #[error("not taken: {words}")]
    NotTaken {
        /// What the service says.
        words: Text,
    },
    /// The status was well, and the answer is not the service's.
    #[error("an answer of another kind: {words}")]
    Unknown {
        /// How it begins.
        words: Text,
    },
}

impl HttpFault {
    /// The kind this fault has at the port: `Refused` is what no other try will change.
    #[must_use]
    pub const fn kind(&self) -> PortErrorKind {
        match self {
            Self::Late { .. } => PortErrorKind::TimedOut,
            Self::Status { status, .. } => match status {
                408 => PortErrorKind::TimedOut,
                // Too early, too often, or, as Apprise has it, a service behind it failed.
                424 | 425 | 429 => PortErrorKind::Other,
                300..=499 => PortErrorKind::Refused,
                _ => PortErrorKind::Other,
            },
            Self::NotTaken { .. } => PortErrorKind::Refused,
            Self::Unknown { .. } => PortErrorKind::Malformed,
            Self::Connect { .. } | Self::Certificate { .. } | Self::Broken { .. } => {
                PortErrorKind::Other
            }
        }
    }

    /// The wait that the service asks for.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// An answer that is not the service's.
    pub(crate) fn unknown(body: &str) -> Self {
        Self::Unknown { words: Text::bounded(body, EXCERPT) }
    }

    /// A request without an answer, or with half of one.
    pub(super) fn transport(error: reqwest::Error, hidden: &Hidden) -> Self {
        let error = error.without_url();
        let words = hidden.clean(&words(&error), EXCERPT);
        let is_certificate = causes(&error).any(|cause| {
            matches!(cause.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
        });
        match (is_certificate, error.is_connect(), error.is_timeout()) {
            (true, ..) => Self::Certificate { words },
            (_, true, true) => Self::Connect { words: Text::literal("not accepted in time") },
            (_, true, false) => Self::Connect { words },
            _ => Self::Broken { words },
        }
    }

    /// The same fault without secrets in what the server said.
    pub(super) fn clean(mut self, hidden: &Hidden) -> Self {
        match &mut self {
            Self::NotTaken { words } | Self::Unknown { words } => {
                *words = hidden.clean(words, EXCERPT);
            }
            _ => {}
        }
        self
    }
}

/// The words of the cause at the bottom: those above it say only that something beneath them failed.
pub(crate) fn words(error: &(dyn StdError + 'static)) -> Text {
    causes(error).last().map_or_else(Text::default, |cause| Text::new(cause.to_string()))
}

/// An error and what lies beneath it. An I/O error hides the error it was made of from
/// [`source`](StdError::source), so it is looked into.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as _),
        None => error.source(),
    })
}
