//! What can be wrong with the kernel's word.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use grace_core::{PortError, PortErrorKind, Text};

use crate::parse::{NotABootId, NotAnOffset, NotAnUptime};

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
    /// What should be a file is a pipe, a device or a directory.
    #[error("{}: not a regular file", path.display())]
    NotAFile {
        /// What stands there.
        path: PathBuf,
    },
    /// A file is longer than anything it may sensibly hold.
    #[error("{}: longer than {limit} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// How much is read at most.
        limit: u64,
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
    /// A file was read and does not hold the offsets of a time namespace.
    #[error("{}: {reason}: \"{content}\"", path.display())]
    Offsets {
        /// The file.
        path: PathBuf,
        /// What it begins with.
        content: Text,
        /// What is wrong with it.
        reason: NotAnOffset,
    },
    /// The clock that counts suspended time was behind the one that does not.
    #[error("CLOCK_BOOTTIME is {behind:?} behind CLOCK_MONOTONIC")]
    ClocksCrossed {
        /// By how much.
        behind: Duration,
    },
    /// systemd did not tell how often it has rebooted softly.
    #[cfg(feature = "soft-reboot")]
    #[error("SoftRebootsCount of systemd: {words}")]
    SoftReboots {
        /// Its kind at the port.
        kind: PortErrorKind,
        /// Why not.
        words: Text,
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
            #[cfg(feature = "soft-reboot")]
            Self::SoftReboots { kind, .. } => *kind,
            Self::NotAFile { .. }
            | Self::TooLong { .. }
            | Self::Uptime { .. }
            | Self::BootId { .. }
            | Self::Offsets { .. }
            | Self::ClocksCrossed { .. }
            | Self::ClockBeforeBoot { .. } => PortErrorKind::Malformed,
        }
    }
}

impl From<ProcError> for PortError {
    fn from(error: ProcError) -> Self {
        Self::from_source(error.kind(), error)
    }
}
