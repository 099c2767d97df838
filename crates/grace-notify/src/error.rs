//! Why a message was not taken.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use grace_core::{PortError, PortErrorKind, Text};

use crate::http::HttpFault;

/// Why a message was not taken. No secret is in its words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// It could not be written.
    #[error("{notifier}: {source}")]
    Write {
        /// The notifier's name.
        notifier: String,
        /// Why not.
        source: io::Error,
    },
    /// A file or socket did not take it.
    #[error("{}: {error}", path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A server did not take it.
    #[error("{server}: {fault}")]
    Http {
        /// Its scheme, name and port. The rest of an address may be secret.
        server: Text,
        /// What went wrong.
        fault: HttpFault,
    },
    /// A mail server did not take it.
    #[error("{server}: {words}")]
    Mail {
        /// Its name and port.
        server: Text,
        /// What went wrong, or what it said.
        words: Text,
        /// What kind of error it is.
        kind: PortErrorKind,
    },
    /// A program could not be run.
    #[error("{program}: {error}")]
    Run {
        /// The program.
        program: Text,
        /// Why not.
        error: io::Error,
    },
    /// A program took it and ended with a failure.
    #[error("{program}: {status}{}{said}", if said.is_empty() { "" } else { ": " })]
    Exit {
        /// The program.
        program: Text,
        /// How it ended.
        status: ExitStatus,
        /// What it said, bounded.
        said: Text,
    },
    /// It was not taken in time.
    #[error("{place}: not taken within {deadline:?}")]
    Late {
        /// The program, file or server.
        place: Text,
        /// The time it had.
        deadline: Duration,
    },
}

/// The exit code by which a program says that another try may succeed: `EX_TEMPFAIL` of `sysexits.h`.
const TRY_AGAIN: i32 = 75;

impl NotifyError {
    fn kind(&self) -> PortErrorKind {
        match self {
            Self::Write { source: error, .. }
            | Self::Path { error, .. }
            | Self::Run { error, .. } => of_io(error),
            Self::Http { fault, .. } => fault.kind(),
            Self::Mail { kind, .. } => *kind,
            Self::Exit { status, .. } => match status.code() {
                Some(TRY_AGAIN) | None => PortErrorKind::Other,
                Some(_) => PortErrorKind::Refused,
            },
            Self::Late { .. } => PortErrorKind::TimedOut,
        }
    }

    const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Http { fault, .. } => fault.retry_after(),
            _ => None,
        }
    }
}

fn of_io(error: &io::Error) -> PortErrorKind {
    match error.kind() {
        // Whoever read it has gone, or was never there.
        io::ErrorKind::BrokenPipe | io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
            PortErrorKind::Missing
        }
        io::ErrorKind::PermissionDenied => PortErrorKind::PermissionDenied,
        io::ErrorKind::TimedOut => PortErrorKind::TimedOut,
        _ => PortErrorKind::Other,
    }
}

impl From<NotifyError> for PortError {
    fn from(error: NotifyError) -> Self {
        let (kind, wait) = (error.kind(), error.retry_after());
        let error = Self::from_source(kind, error);
        match wait {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        }
    }
}
