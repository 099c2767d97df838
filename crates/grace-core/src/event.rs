//! What happens on the host.

use core::fmt;

use crate::{Guest, HealthSnapshot, Text, Uptime};

/// Something that happened, for the machine to decide on. Every one is accounted for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A guest started. `at` is when, if it is known to be earlier than now.
    GuestStarted {
        /// The guest.
        guest: Guest,
        /// When it started; `None` is now.
        at: Option<Uptime>,
    },
    /// A guest started or stopped, with warnings.
    GuestWarned {
        /// The guest.
        guest: Guest,
        /// What it was doing.
        action: GuestAction,
        /// The warnings, in words.
        reason: Text,
        /// When; `None` is now.
        at: Option<Uptime>,
    },
    /// A guest failed to start or to stop.
    GuestFailed {
        /// The guest.
        guest: Guest,
        /// What it was doing.
        action: GuestAction,
        /// Why, in words.
        reason: Text,
        /// When; `None` is now.
        at: Option<Uptime>,
    },
    /// A guest stopped.
    GuestStopped {
        /// The guest.
        guest: Guest,
        /// When it stopped; `None` is now.
        at: Option<Uptime>,
    },
    /// Something is wrong.
    Alert(Alert),
    /// What an alert told is over. Category and key are the alert's; its severity does not matter.
    Resolved(Alert),
    /// The host will go down, or has begun to.
    Shutdown(ShutdownKind),
    /// The host will not go down after all.
    ShutdownCancelled,
}

impl Event {
    /// The event's name in timelines, logs and JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::GuestStarted { .. } => "guest-started",
            Self::GuestWarned { .. } => "guest-warned",
            Self::GuestFailed { .. } => "guest-failed",
            Self::GuestStopped { .. } => "guest-stopped",
            Self::Alert(_) => "alert",
            Self::Resolved(_) => "resolved",
            Self::Shutdown(_) => "shutdown",
            Self::ShutdownCancelled => "shutdown-cancelled",
        }
    }

    /// The guest the event is about, if it is about one.
    #[must_use]
    pub const fn guest(&self) -> Option<&Guest> {
        match self {
            Self::GuestStarted { guest, .. }
            | Self::GuestWarned { guest, .. }
            | Self::GuestFailed { guest, .. }
            | Self::GuestStopped { guest, .. } => Some(guest),
            Self::Alert(_) | Self::Resolved(_) | Self::Shutdown(_) | Self::ShutdownCancelled => {
                None
            }
        }
    }

    /// The same event, happened at `when`. Only a guest's events can be told later than they happened: of the
    /// others, the machine notes when it was told.
    #[must_use]
    pub fn happened(mut self, when: Uptime) -> Self {
        match &mut self {
            Self::GuestStarted { at, .. }
            | Self::GuestWarned { at, .. }
            | Self::GuestFailed { at, .. }
            | Self::GuestStopped { at, .. } => {
                at.get_or_insert(when);
            }
            Self::Alert(_) | Self::Resolved(_) | Self::Shutdown(_) | Self::ShutdownCancelled => {}
        }
        self
    }
}

/// What is true of the host now. Signals move windows and are not told to anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signal {
    /// The host has begun to start its guests.
    SweepStarted,
    /// The host has finished starting its guests.
    SweepFinished,
    /// A reading of the host's health.
    Health(HealthSnapshot),
    /// The network is there again: what waits to be sent once more need not wait.
    NetworkUp,
}

/// What a guest was doing when it failed or warned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GuestAction {
    /// It was starting.
    Start,
    /// It was stopping.
    Stop,
}

impl GuestAction {
    /// `start` or `stop`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }
}

/// One problem, as a monitor tells it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Alert {
    /// The health area it belongs to: `storage`, `vms`, `network`, `services`, `cpu`, … in any case.
    pub category: Text,
    /// What it is about within the category, the same for alert and recovery.
    pub key: Text,
    /// How bad.
    pub severity: Severity,
    /// The alert in words.
    pub text: Text,
}

impl Alert {
    /// An alert about `key` in `category`.
    #[must_use]
    pub fn new(
        category: impl AsRef<str>,
        key: impl AsRef<str>,
        severity: Severity,
        text: impl AsRef<str>,
    ) -> Self {
        Self {
            category: Text::name(category),
            key: Text::name(key),
            severity,
            text: Text::new(text),
        }
    }
}

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a set of severities is a set of these three")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Degraded.
    Warning,
    /// Badly degraded.
    Critical,
}

impl Severity {
    /// All severities, the least bad first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// `info`, `warning` or `critical`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The severity a word names, in any case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How the host goes down, as logind names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ShutdownKind {
    /// Power off.
    PowerOff,
    /// Restart.
    Reboot,
    /// Halt.
    Halt,
    /// Restart into a kernel already loaded.
    Kexec,
    /// Restart of user space alone.
    SoftReboot,
    /// It goes down, and how is not known.
    #[default]
    Unknown,
}

impl ShutdownKind {
    const ALL: [Self; 6] =
        [Self::PowerOff, Self::Reboot, Self::Halt, Self::Kexec, Self::SoftReboot, Self::Unknown];

    /// logind's word: `power-off`, `reboot`, `halt`, `kexec`, `soft-reboot`; `unknown` if it is not known.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PowerOff => "power-off",
            Self::Reboot => "reboot",
            Self::Halt => "halt",
            Self::Kexec => "kexec",
            Self::SoftReboot => "soft-reboot",
            Self::Unknown => "unknown",
        }
    }

    /// The kind a word of logind's names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
