//! Why the journal, or an entry of it, could not be read.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use grace_core::{PortError, PortErrorKind, Text};

/// Why the journal could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// journalctl could not be started.
    #[error("{}: {source}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// journalctl's output could not be read.
    #[error("the output could not be read: {source} ({command})")]
    Output {
        /// The command line.
        command: String,
        /// Why not.
        source: io::Error,
    },
    /// journalctl gave no entry within its deadline.
    #[error("no answer within {after:?} ({command})")]
    TimedOut {
        /// The command line.
        command: String,
        /// The deadline.
        after: Duration,
    },
    /// journalctl failed before it gave an entry.
    #[error("{}{status} ({command})", words(stderr))]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said on standard error.
        stderr: Text,
    },
    /// journalctl said that what it shows is not all, or nothing.
    #[error("{words} ({command})")]
    Complained {
        /// The command line.
        command: String,
        /// What it said on standard error.
        words: Text,
    },
    /// journalctl ended well and holds no entry of this boot, of whatever priority.
    #[error("{}no entry of this boot ({command})", words(stderr))]
    NothingOfThisBoot {
        /// The command line.
        command: String,
        /// What it said on standard error.
        stderr: Text,
    },
    /// A file could not be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file, or the directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A recorded journal has no such boot.
    #[error("no boot {boot} among the {boots} of {journal}")]
    NoSuchBoot {
        /// The boot, as it was asked for.
        boot: Text,
        /// How many there are.
        boots: usize,
        /// Where the journal lies.
        journal: Text,
    },
    /// A recorded journal gave nothing for too long.
    #[error("{journal} has given nothing for {after:?}")]
    Stalled {
        /// Where the journal lies.
        journal: Text,
        /// For how long.
        after: Duration,
    },
    /// The thread that read the journal has died of a fault in this program.
    #[error("the reader of {journal} broke off")]
    BrokeOff {
        /// Where the journal lies.
        journal: Text,
    },
}

/// What the program said, before what is said of it.
fn words(stderr: &Text) -> String {
    if stderr.is_empty() { String::new() } else { format!("{stderr}: ") }
}

impl JournalError {
    /// Whether the journal may not be read.
    pub(crate) fn is_denial(&self) -> bool {
        self.kind() == PortErrorKind::PermissionDenied
    }

    fn kind(&self) -> PortErrorKind {
        match self {
            Self::Start { source, .. } | Self::File { source, .. } => kind_of(source),
            Self::Output { .. } | Self::BrokeOff { .. } => PortErrorKind::Other,
            Self::TimedOut { .. } | Self::Stalled { .. } => PortErrorKind::TimedOut,
            Self::NoSuchBoot { .. } => PortErrorKind::Missing,
            Self::Failed { stderr, .. } => complaint(stderr).unwrap_or(PortErrorKind::Other),
            Self::Complained { words, .. } => complaint(words).unwrap_or(PortErrorKind::Other),
            Self::NothingOfThisBoot { stderr, .. } => {
                complaint(stderr).unwrap_or(PortErrorKind::Missing)
            }
        }
    }
}

/// The kind that an error of a file or a program has at the port.
pub(crate) fn kind_of(error: &io::Error) -> PortErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => PortErrorKind::Missing,
        io::ErrorKind::PermissionDenied => PortErrorKind::PermissionDenied,
        _ => PortErrorKind::Other,
    }
}

/// What journalctl complains about, in the words of systemd 252 to 257.
///
/// A user outside of the groups that may read the system's journal gets a hint and only what is left, which
/// may be nothing.
pub(crate) fn complaint(stderr: &str) -> Option<PortErrorKind> {
    const DENIED: [&str; 3] = [
        "insufficient permissions",
        "Permission denied",
        "not seeing messages from other users and the system",
    ];
    const MISSING: [&str; 4] = [
        "No journal files were found",
        "No journal files were opened",
        "No such file or directory",
        "No such boot ID in journal",
    ];
    let says = |words: &&str| stderr.contains(words);
    if DENIED.iter().any(says) {
        return Some(PortErrorKind::PermissionDenied);
    }
    MISSING.iter().any(says).then_some(PortErrorKind::Missing)
}

impl From<JournalError> for PortError {
    fn from(error: JournalError) -> Self {
        Self::from_source(error.kind(), error)
    }
}

/// Why a line of journalctl's output is not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAnEntry {
    /// It is not JSON, or not of an entry's shape.
    #[error("not an entry in JSON: {0}")]
    Json(String),
    /// It has no priority, so that it cannot be told whether it was asked for.
    #[error("no priority")]
    NoPriority,
    /// It is longer than the bound of one line.
    #[error("{bytes} bytes long, more than the bound of {bound}")]
    TooLong {
        /// How long it is, in bytes.
        bytes: u64,
        /// The bound, in bytes.
        bound: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journalctl_complains_in_known_words() {
        fn check(stderr: &str, kind: Option<PortErrorKind>) {
            assert_eq!(complaint(stderr), kind, "{stderr}");
        }
        let denied = Some(PortErrorKind::PermissionDenied);
        let missing = Some(PortErrorKind::Missing);
        check("No journal files were opened due to insufficient permissions.", denied);
        check("Failed to open /var/log/journal: Permission denied", denied);
        check(
            "Hint: You are currently not seeing messages from other users and the system. Users in \
             groups 'adm', 'systemd-journal' can see all messages. Pass -q to turn off this notice.",
            denied,
        );
        check("No journal files were found.", missing);
        check("Failed to open files: No such file or directory", missing);
        check(
            "Data from the specified boot (bb) is not available: No such boot ID in journal",
            missing,
        );
        check("Journal file x.journal is truncated, ignoring file.", None);
        check("Failed to add filter for boot: Cannot allocate memory", None);
        check("", None);
    }
}
