//! Why Proxmox VE could not be read, and what helps.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use grace_core::{PortErrorKind, Text};

/// Why Proxmox VE could not be read, and what helps.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PveError {
    /// This host is no node of Proxmox VE.
    #[error("{}: Proxmox VE is not installed here", directory.display())]
    Absent {
        /// Where its configuration would be.
        directory: PathBuf,
    },
    /// Its configuration is not mounted, as before the start of `pve-cluster.service` and after its end.
    #[error("{}: nothing is mounted there; pve-cluster.service does not run", directory.display())]
    NotMounted {
        /// Where its configuration would be.
        directory: PathBuf,
    },
    /// Its configuration may not be read by this process.
    #[error("{}: permission denied; reading it needs root or the group www-data", path.display())]
    NotReadable {
        /// Which file or directory.
        path: PathBuf,
    },
    /// Reading its configuration did not end in time: the file system hangs, as it may without its daemon.
    #[error("{}: no answer within {deadline:?}; the cluster file system hangs", directory.display())]
    Hangs {
        /// Which directory.
        directory: PathBuf,
        /// The time it had.
        deadline: Duration,
    },
    /// Reading its configuration broke down.
    #[error("{}: {error}", directory.display())]
    Broken {
        /// Which directory.
        directory: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A question was refused.
    #[error("{asked}: {words}; {remedy}")]
    NotPermitted {
        /// What was asked: a command or an address.
        asked: Text,
        /// What it said.
        words: Text,
        /// What helps.
        remedy: &'static str,
    },
    /// The daemon of the cluster file system does not answer, and with it no question about the node.
    #[error("{asked}: {words}; pve-cluster.service does not run")]
    NoCluster {
        /// What was asked: a command or an address.
        asked: Text,
        /// What it said.
        words: Text,
    },
    /// An answer is none.
    #[error("{asked}: not understood: {words}")]
    Malformed {
        /// What was asked: a command or an address.
        asked: Text,
        /// What is wrong with it.
        words: Text,
    },
    /// The program that asks is not there, though Proxmox VE is.
    #[error("{words}, though Proxmox VE is installed here")]
    NoProgram {
        /// What could not be started, and why.
        words: Text,
    },
    /// The name is no node's.
    #[error("`{name}` is not the name of a node: letters, digits and hyphens")]
    NotANode {
        /// The name.
        name: Text,
    },
}

impl PveError {
    /// The kind this error has at the port.
    #[must_use]
    pub fn kind(&self) -> PortErrorKind {
        match self {
            Self::Absent { .. } => PortErrorKind::Missing,
            Self::NotReadable { .. } | Self::NotPermitted { .. } => PortErrorKind::PermissionDenied,
            Self::Hangs { .. } => PortErrorKind::TimedOut,
            Self::Malformed { .. } => PortErrorKind::Malformed,
            Self::NotMounted { .. }
            | Self::Broken { .. }
            | Self::NoCluster { .. }
            | Self::NoProgram { .. }
            | Self::NotANode { .. } => PortErrorKind::Other,
        }
    }
}
