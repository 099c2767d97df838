//! What the machine asked to know for its report.

use alloc::vec::Vec;

use crate::{Gap, GapKind, Guest, HealthSnapshot, JournalExcerpt, Text};

/// The answer to [`Effect::CollectFacts`](crate::Effect::CollectFacts). What could not be read is a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The host's health.
    pub health: Result<HealthSnapshot, Gap>,
    /// The journal's errors of this boot.
    pub journal: Result<JournalExcerpt, Gap>,
    /// The guests that the host starts at boot.
    pub expected_guests: Result<Vec<Guest>, Gap>,
    /// What else could not be read, such as a part of what happened on the host.
    pub gaps: Vec<Gap>,
    /// The wall clock, in whole seconds of Unix time; a label for people.
    pub timestamp: Option<i64>,
}

impl Facts {
    /// Nothing is known, for this one reason.
    #[must_use]
    pub fn unknown(kind: GapKind, reason: &str) -> Self {
        let gap = || Gap::new(kind, reason);
        Self {
            health: Err(gap()),
            journal: Err(gap()),
            expected_guests: Err(gap()),
            gaps: Vec::new(),
            timestamp: None,
        }
    }
}

/// Nothing was asked of anyone.
impl Default for Facts {
    fn default() -> Self {
        let unasked = |kind, why| Gap { kind, detail: Text::literal(why) };
        Self {
            health: Err(unasked(GapKind::HealthUnknown, "no health source is set up")),
            journal: Err(unasked(GapKind::JournalUnreadable, "no journal is set up")),
            expected_guests: Err(unasked(
                GapKind::ExpectedGuestsUnknown,
                "no source tells which guests the host starts at boot",
            )),
            gaps: Vec::new(),
            timestamp: None,
        }
    }
}
