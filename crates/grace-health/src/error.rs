//! Why a source could not be read.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use grace_core::wire::HealthError;
use grace_core::{PortError, PortErrorKind, Text};

use crate::PveError;
use crate::http::HttpFault;

/// Why a source could not be read.
///
/// An I/O error's words are part of these errors' own, because they go on as words alone (into a report's
/// gaps); it is therefore no `source()` and not printed twice.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory could not be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file is longer than anything it may sensibly hold.
    #[error("{}: longer than {limit} bytes", path.display())]
    TooLong {
        /// Which.
        path: PathBuf,
        /// How much is read at most.
        limit: usize,
    },
    /// A program could not be started, or its output not be read.
    #[error("{argv}: {error}")]
    Run {
        /// The program and its arguments.
        argv: Text,
        /// Why.
        error: io::Error,
    },
    /// A program did not end in time, and was killed.
    #[error("{argv}: no answer within {deadline:?}")]
    Late {
        /// The program and its arguments.
        argv: Text,
        /// The time it had.
        deadline: Duration,
    },
    /// A program failed.
    #[error("{argv}: {status}: {stderr}")]
    Failed {
        /// The program and its arguments.
        argv: Text,
        /// How it ended.
        status: ExitStatus,
        /// What it said, bounded.
        stderr: Text,
    },
    /// A program's output is no answer to what was asked.
    #[error("{argv}: not understood: {output}")]
    Malformed {
        /// The program and its arguments.
        argv: Text,
        /// What it wrote, or what is wrong with it, bounded.
        output: Text,
    },
    /// What should be a health document is none.
    #[error("{place}: {error}: {excerpt}")]
    Document {
        /// Where it is from: a file, a command, a URL without what may be secret in it.
        place: Text,
        /// What is wrong with it, with line and column.
        error: HealthError,
        /// How it begins.
        excerpt: Text,
    },
    /// A server did not give what it was asked for.
    #[error("{url}: {fault}")]
    Http {
        /// What was asked for, without what may be secret in it.
        url: Text,
        /// What went wrong.
        fault: HttpFault,
    },
    /// There is no system bus that this process can talk to.
    #[error("system bus at {address}: {words}")]
    NoBus {
        /// Where it was looked for.
        address: Text,
        /// What kind of error it is at the port.
        kind: PortErrorKind,
        /// Why.
        words: Text,
    },
    /// A question to the system bus was not answered in time.
    #[error("system bus: {question}: no answer within {deadline:?}")]
    BusLate {
        /// The service and what it was asked: `org.freedesktop.systemd1 ListJobs`.
        question: Text,
        /// The time it had.
        deadline: Duration,
    },
    /// A question to the system bus was not answered, or not with an answer.
    #[error("system bus: {question}: {words}")]
    BusFailed {
        /// The service and what it was asked.
        question: Text,
        /// What kind of error it is at the port.
        kind: PortErrorKind,
        /// Why, in the service's words.
        words: Text,
    },
    /// Neither the system bus nor the program that was asked in its stead gave an answer.
    #[error("{bus}; {program}")]
    BothWays {
        /// What the bus said.
        bus: Box<Self>,
        /// What came of the program.
        program: Box<Self>,
    },
    /// The host runs another init system, or is a chroot or container without one.
    #[error("systemd does not run here: {words}")]
    NoSystemd {
        /// What `systemctl` said.
        words: Text,
    },
    /// Proxmox VE could not be read.
    #[error(transparent)]
    Pve(#[from] PveError),
}

impl Error {
    /// The kind this error has at the port.
    #[must_use]
    pub fn kind(&self) -> PortErrorKind {
        match self {
            Self::Read { error, .. } | Self::Run { error, .. } => match error.kind() {
                io::ErrorKind::NotFound => PortErrorKind::Missing,
                io::ErrorKind::PermissionDenied => PortErrorKind::PermissionDenied,
                io::ErrorKind::TimedOut => PortErrorKind::TimedOut,
                _ => PortErrorKind::Other,
            },
            Self::TooLong { .. } | Self::Malformed { .. } | Self::Document { .. } => {
                PortErrorKind::Malformed
            }
            Self::NoBus { kind, .. } | Self::BusFailed { kind, .. } => *kind,
            Self::BothWays { bus, .. } => bus.kind(),
            Self::Late { .. } | Self::BusLate { .. } => PortErrorKind::TimedOut,
            Self::NoSystemd { .. } => PortErrorKind::Missing,
            Self::Pve(error) => error.kind(),
            Self::Failed { .. } => PortErrorKind::Other,
            Self::Http { fault, .. } => fault.kind(),
        }
    }
}

impl Error {
    /// Whether it is a file that is not there.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Read { error, .. } if error.kind() == io::ErrorKind::NotFound)
    }
}

impl From<Error> for PortError {
    fn from(error: Error) -> Self {
        Self::from_source(error.kind(), error)
    }
}
