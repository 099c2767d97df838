//! What the classifier is told about the host.

use glob::Pattern;
use grace_core::GuestKind;

/// What a host's entries are read by, besides what is the same on every host.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(crate) guest_units: Vec<GuestUnit>,
}

impl Rules {
    /// Units of systemd that are guests, in place of those that are known to be. The first that matches counts.
    #[must_use]
    pub fn with_guest_units(mut self, units: impl IntoIterator<Item = GuestUnit>) -> Self {
        self.guest_units = units.into_iter().collect();
        self
    }
}

/// Units of systemd that are guests.
#[derive(Debug, Clone)]
pub struct GuestUnit {
    pub(crate) pattern: Pattern,
    kind: GuestKind,
}

impl GuestUnit {
    /// What the guests are.
    #[must_use]
    pub const fn kind(&self) -> GuestKind {
        self.kind
    }

    /// The units whose names match a glob, such as `container-*.service`. The guest's name is what stands
    /// where the glob's wild cards are.
    ///
    /// # Errors
    /// The pattern is no glob.
    pub fn new(pattern: &str, kind: GuestKind) -> Result<Self, BadPattern> {
        let bad = |source| BadPattern { pattern: pattern.to_owned(), source };
        Ok(Self { pattern: Pattern::new(pattern).map_err(bad)?, kind })
    }
}

/// Why a text is not a pattern of units' names.
#[derive(Debug, thiserror::Error)]
#[error("{pattern}: {source}")]
#[non_exhaustive]
pub struct BadPattern {
    /// The text.
    pub pattern: String,
    source: glob::PatternError,
}
