//! What may go wrong with an answer, and what is told of it.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use grace_core::{PortErrorKind, Text};

use super::trust::Fingerprint;
use super::verify::Refusal;

/// Why an HTTP server's answer could not be had.
///
/// None of them holds a URL: [`Error::Http`](crate::Error::Http) has it, freed of its secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpFault {
    /// The address is no `http` or `https` URL.
    #[error("not an http or https URL")]
    Url,
    /// A header cannot be sent.
    #[error("header {name}: its name or value is not fit for HTTP")]
    Header {
        /// The header's name.
        name: Text,
    },
    /// It cannot be told which servers to trust.
    #[error("trust: {words}")]
    Trust {
        /// What is wrong with it.
        words: Text,
    },
    /// No connection could be made: no such name, no such host, nobody listens, no TLS.
    #[error("no connection: {words}")]
    Connect {
        /// Why.
        words: Text,
    },
    /// The server showed a certificate that is not trusted.
    #[error("its certificate is not trusted: {words}; its SHA-256 fingerprint is {seen}")]
    Certificate {
        /// The certificate it showed.
        seen: Fingerprint,
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
    },
    /// The connection broke within the answer.
    #[error("the connection broke: {words}")]
    Broken {
        /// Why.
        words: Text,
    },
    /// The answer is no HTTP, or ends too early.
    #[error("not a whole HTTP answer: {words}")]
    NotHttp {
        /// What is wrong with it.
        words: Text,
    },
    /// The answer is longer than it may be.
    #[error("longer than {limit} bytes")]
    TooLong {
        /// How many bytes it may have.
        limit: usize,
    },
}

impl HttpFault {
    /// The kind this fault has at the port.
    #[must_use]
    pub const fn kind(&self) -> PortErrorKind {
        match self {
            Self::Certificate { .. } => PortErrorKind::Refused,
            Self::Late { .. } => PortErrorKind::TimedOut,
            Self::Status { status, .. } => match status {
                401 | 403 => PortErrorKind::PermissionDenied,
                404 => PortErrorKind::Missing,
                400..=499 => PortErrorKind::Refused,
                _ => PortErrorKind::Other,
            },
            Self::NotHttp { .. } | Self::TooLong { .. } => PortErrorKind::Malformed,
            Self::Url
            | Self::Header { .. }
            | Self::Trust { .. }
            | Self::Connect { .. }
            | Self::Broken { .. } => PortErrorKind::Other,
        }
    }

    /// A trust that cannot be set up.
    pub(super) fn trust(error: &(dyn StdError + 'static)) -> Self {
        Self::Trust { words: words(error) }
    }

    /// A request without an answer.
    pub(super) fn transport(error: reqwest::Error, connect: Duration) -> Self {
        let error = error.without_url();
        if let Some(refusal) = find::<Refusal>(&error) {
            return Self::Certificate { seen: refusal.seen, words: refusal.words.clone() };
        }
        match (error.is_connect(), error.is_timeout()) {
            (true, true) => Self::Late { deadline: connect },
            (true, false) => Self::Connect { words: words(&error) },
            _ => Self::broken(error),
        }
    }

    /// An answer that broke off.
    pub(super) fn broken(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let by_the_system = find::<io::Error>(&error).is_some_and(|e| e.raw_os_error().is_some());
        let words = words(&error);
        if by_the_system { Self::Broken { words } } else { Self::NotHttp { words } }
    }
}

/// The words of the cause at the bottom: those above it say only that something beneath them failed.
fn words(error: &(dyn StdError + 'static)) -> Text {
    causes(error).last().map_or_else(Text::default, |cause| Text::new(cause.to_string()))
}

/// The first cause of this type.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// An error and what lies beneath it.
///
/// An I/O error and an error of `rustls` hide the error they were made of from
/// [`source`](StdError::source), so each is looked into.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.get_ref().map(|inner| inner as _);
        }
        match error.downcast_ref::<rustls::Error>() {
            Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Other(inner))) => {
                Some(&*inner.0 as _)
            }
            _ => error.source(),
        }
    })
}
