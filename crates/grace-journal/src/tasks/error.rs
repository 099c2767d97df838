//! Why task files, or a line of them, could not be read.

use std::io;
use std::path::PathBuf;

use grace_core::{PortError, PortErrorKind};
use tokio::task::JoinError;

use crate::error::kind_of;
use crate::upid::NotAnUpid;

/// Why task files could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskFilesError {
    /// A file or directory cannot be watched: without Proxmox VE there is none.
    #[error("{}: cannot be watched: {source}", path.display())]
    Watch {
        /// The path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The directory is gone, and so is the one it was in, so that no one would tell of its return.
    #[error("{}: gone, with the directory it was in", path.display())]
    Gone {
        /// The path.
        path: PathBuf,
    },
    /// The thread that reads did not come back.
    #[error("the reading of task files ended: {0}")]
    Reading(#[source] JoinError),
}

impl TaskFilesError {
    fn kind(&self) -> PortErrorKind {
        match self {
            Self::Watch { source, .. } | Self::Read { source, .. } => kind_of(source),
            Self::Gone { .. } => PortErrorKind::Missing,
            Self::Reading(_) => PortErrorKind::Other,
        }
    }
}

impl From<TaskFilesError> for PortError {
    fn from(error: TaskFilesError) -> Self {
        Self::from_source(error.kind(), error)
    }
}

/// Why a line is not one of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotATaskLine {
    /// It does not begin with the id of a task.
    #[error("the id is {0}")]
    Upid(#[from] NotAnUpid),
    /// Whether the task has been written to the index is not said by 0 or 1.
    #[error("no 0 or 1 after the id")]
    Flag,
    /// When the task ended is not said in 8 hexadecimal digits.
    #[error("the end is not 8 hexadecimal digits")]
    End,
    /// How the task ended is not said.
    #[error("no status")]
    Status,
}
