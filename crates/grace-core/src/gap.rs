//! What could not be known, by name.

use core::fmt;

use crate::Text;

/// Something a report or a decision could not take into account, and why.
///
/// A gap is data, not an error: the report is sent all the same and names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Gap {
    /// What is missing.
    pub kind: GapKind,
    /// Why, in words: the path, the command, the limit.
    pub detail: Text,
}

impl Gap {
    /// A gap of this kind, and why.
    #[must_use]
    pub fn new(kind: GapKind, detail: impl AsRef<str>) -> Self {
        Self { kind, detail: Text::new(detail) }
    }
}

/// `journal unreadable: journalctl: no such file`
impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.label(), self.detail)
    }
}

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum GapKind {
    /// The host's uptime could not be read; the start is taken for a boot.
    UptimeUnknown,
    /// The boot's identity could not be read.
    BootIdentityUnknown,
    /// No health source is set up, or none answered.
    HealthUnknown,
    /// A part of the health could not be read.
    HealthIncomplete,
    /// The journal could not be read at all.
    JournalUnreadable,
    /// A part of the journal could not be read.
    JournalIncomplete,
    /// A source of what happens on the host could not be read, so that events may be missing.
    EventsUnreadable,
    /// A part of what happened on the host could not be read.
    EventsIncomplete,
    /// Which guests the host should start is not known, so none can be called missing.
    ExpectedGuestsUnknown,
    /// The facts for the report did not come within their deadline.
    FactsLate,
    /// A limit of the policy was reached: counts stay exact, details past it are left out.
    LimitReached,
    /// The clock given to the machine went backwards and was held.
    ClockWentBack,
}

impl GapKind {
    /// The gap's name in JSON, `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UptimeUnknown => "uptime_unknown",
            Self::BootIdentityUnknown => "boot_identity_unknown",
            Self::HealthUnknown => "health_unknown",
            Self::HealthIncomplete => "health_incomplete",
            Self::JournalUnreadable => "journal_unreadable",
            Self::JournalIncomplete => "journal_incomplete",
            Self::EventsUnreadable => "events_unreadable",
            Self::EventsIncomplete => "events_incomplete",
            Self::ExpectedGuestsUnknown => "expected_guests_unknown",
            Self::FactsLate => "facts_late",
            Self::LimitReached => "limit_reached",
            Self::ClockWentBack => "clock_went_back",
        }
    }

    /// The gap as people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::UptimeUnknown => "uptime unknown",
            Self::BootIdentityUnknown => "boot identity unknown",
            Self::HealthUnknown => "health unknown",
            Self::HealthIncomplete => "health incomplete",
            Self::JournalUnreadable => "journal unreadable",
            Self::JournalIncomplete => "journal incomplete",
            Self::EventsUnreadable => "events unreadable",
            Self::EventsIncomplete => "events incomplete",
            Self::ExpectedGuestsUnknown => "expected guests unknown",
            Self::FactsLate => "facts late",
            Self::LimitReached => "limit reached",
            Self::ClockWentBack => "clock went back",
        }
    }
}
