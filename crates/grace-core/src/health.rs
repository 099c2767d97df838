//! The state of the host, as its health sources tell it.

use alloc::vec::Vec;

use crate::{Gap, Text};

/// The status of a check, of a category, or of the whole host.
///
/// The words are those of the health documents this crate reads; they are matched in any case. The
/// order is the order of concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Status {
    /// All well.
    Ok,
    /// Deliberately not looked at.
    Excluded,
    /// Worth knowing, not a degradation.
    Info,
    /// Could not be determined. Also what an unknown word is read as.
    Unknown,
    /// Degraded.
    Warning,
    /// A check that failed, in the words of some monitors (`error`).
    Error,
    /// Badly degraded.
    Critical,
}

impl Status {
    /// The status a word names, in any case; `None` for a word that names none.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::Ok,
            Self::Excluded,
            Self::Info,
            Self::Unknown,
            Self::Warning,
            Self::Error,
            Self::Critical,
        ];
        all.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(word.trim()))
    }

    /// The word in health documents: upper case, but for a check's `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Excluded => "EXCLUDED",
            Self::Info => "INFO",
            Self::Unknown => "UNKNOWN",
            Self::Warning => "WARNING",
            Self::Error => "error",
            Self::Critical => "CRITICAL",
        }
    }

    /// Whether a category of this status is degraded: `WARNING` or `CRITICAL`.
    #[must_use]
    pub const fn is_degraded(self) -> bool {
        matches!(self, Self::Warning | Self::Critical)
    }

    /// Whether a check of this status has failed: `WARNING`, `CRITICAL` or `error`.
    #[must_use]
    pub const fn is_failed(self) -> bool {
        matches!(self, Self::Warning | Self::Error | Self::Critical)
    }
}

/// One reading of the host's health.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HealthSnapshot {
    /// The status of the whole, as its source gives it.
    pub overall: Status,
    /// Each category once, in the source's order.
    pub categories: Vec<CategoryHealth>,
    /// Whether the host itself says that it is still starting; `None` if the source cannot tell.
    pub starting: Option<bool>,
    /// What could not be read, one entry for each part.
    pub gaps: Vec<Gap>,
}

impl HealthSnapshot {
    /// A reading without categories.
    #[must_use]
    pub fn new(overall: Status) -> Self {
        Self { overall, categories: Vec::new(), starting: None, gaps: Vec::new() }
    }

    /// A reading of these categories, its overall status the worst of theirs.
    ///
    /// `INFO` and `EXCLUDED` do not degrade the whole; one `UNKNOWN` among categories that are well makes
    /// it `UNKNOWN`.
    #[must_use]
    pub fn from_categories(categories: Vec<CategoryHealth>) -> Self {
        let worst = categories.iter().map(|category| category.status).max();
        let overall = match worst {
            None => Status::Unknown,
            Some(Status::Ok | Status::Excluded | Status::Info) => Status::Ok,
            Some(Status::Error) => Status::Warning,
            Some(worst) => worst,
        };
        Self { overall, categories, starting: None, gaps: Vec::new() }
    }

    /// The category of this name, in any case.
    #[must_use]
    pub fn category(&self, name: &str) -> Option<&CategoryHealth> {
        self.categories.iter().find(|category| category.name.eq_ignore_ascii_case(name))
    }
}

/// One area of the host's health.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CategoryHealth {
    /// `storage`, `vms`, `network`, `services`, `cpu`, …
    pub name: Text,
    /// Its status.
    pub status: Status,
    /// Why; empty if the source gives no reason.
    pub reason: Text,
    /// The single checks behind it, in the source's order.
    pub checks: Vec<Check>,
}

impl CategoryHealth {
    /// A category without checks.
    #[must_use]
    pub fn new(name: impl AsRef<str>, status: Status, reason: impl AsRef<str>) -> Self {
        Self { name: Text::name(name), status, reason: Text::new(reason), checks: Vec::new() }
    }

    /// A category with these checks, its status the worst of theirs and its reason the reasons of the
    /// failed ones.
    #[must_use]
    pub fn from_checks(name: impl AsRef<str>, checks: Vec<Check>) -> Self {
        let status = match checks.iter().map(|check| check.status).max() {
            None | Some(Status::Excluded) => Status::Ok,
            Some(Status::Error) => Status::Warning,
            Some(worst) => worst,
        };
        let failed: Vec<_> = checks
            .iter()
            .filter(|check| check.status.is_failed())
            .map(|check| alloc::format!("{}: {}", check.name, check.reason))
            .collect();
        Self { name: Text::name(name), status, reason: Text::new(failed.join("; ")), checks }
    }
}

/// One check of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// What was checked: a mount point, a unit, an interface, a guest.
    pub name: Text,
    /// What was found.
    pub status: Status,
    /// Why; empty if the source gives no reason.
    pub reason: Text,
}

impl Check {
    /// The result of one check.
    #[must_use]
    pub fn new(name: impl AsRef<str>, status: Status, reason: impl AsRef<str>) -> Self {
        Self { name: Text::name(name), status, reason: Text::new(reason) }
    }
}
