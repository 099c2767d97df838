//! What can be wrong with the kernel's word.

use std::io;
use std::path::PathBuf;

use grace_core::{PortError, PortErrorKind, Text};

use crate::parse::{NotABootId, NotAnUptime};

/// Why uptime or boot identity could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcError {
    /// A file could not be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file was read and does not hold an uptime.
    #[error("{}: {reason}: \"{content}\"", path.display())]
    Uptime {
        /// The file.
        path: PathBuf,
        /// What it begins with.
        content: Text,
        /// What is wrong with it.
        reason: NotAnUptime,
    },
    /// A file was read and does not hold a boot id.
    #[error("{}: {reason}: \"{content}\"", path.display())]
    BootId {
        /// The file.
        path: PathBuf,
        /// What it begins with.
        content: Text,
        /// What is wrong with it.
        reason: NotABootId,
    },
    /// The kernel's boot clock was before its own boot.
    #[error("CLOCK_BOOTTIME is negative: {seconds} s")]
    ClockBeforeBoot {
        /// What the clock read, in whole seconds.
        seconds: i64,
    },
}

impl ProcError {
    fn kind(&self) -> PortErrorKind {
        match self {
            Self::Read { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => PortErrorKind::Missing,
                io::ErrorKind::PermissionDenied => PortErrorKind::PermissionDenied,
                _ => PortErrorKind::Other,
            },
            Self::Uptime { .. } | Self::BootId { .. } | Self::ClockBeforeBoot { .. } => {
                PortErrorKind::Malformed
            }
        }
    }
}

impl From<ProcError> for PortError {
    fn from(error: ProcError) -> Self {
        Self::from_source(error.kind(), error)
    }
}
