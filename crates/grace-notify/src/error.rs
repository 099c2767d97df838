//! Why a message was not taken.

use std::io;

use grace_core::{PortError, PortErrorKind};

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// It could not be written.
    #[error("{notifier}: {source}")]
    Write {
        /// The notifier's name.
        notifier: &'static str,
        /// Why not.
        source: io::Error,
    },
}

impl NotifyError {
    fn kind(&self) -> PortErrorKind {
        match self {
            Self::Write { source, .. } => match source.kind() {
                // Whoever read it has gone.
                io::ErrorKind::BrokenPipe => PortErrorKind::Missing,
                io::ErrorKind::PermissionDenied => PortErrorKind::PermissionDenied,
                io::ErrorKind::TimedOut => PortErrorKind::TimedOut,
                _ => PortErrorKind::Other,
            },
        }
    }
}

impl From<NotifyError> for PortError {
    fn from(error: NotifyError) -> Self {
        Self::from_source(error.kind(), error)
    }
}
