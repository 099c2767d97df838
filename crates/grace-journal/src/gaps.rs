//! Gaps in a long reading: the first by name, the rest by number.

use std::fmt;

use grace_core::{Gap, GapKind};

/// How many are named one by one.
const NAMED: usize = 10;

/// What could not be read of a journal.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    gaps: Vec<Gap>,
    unnamed: u64,
}

impl Gaps {
    /// One more thing that could not be read.
    pub(crate) fn add(&mut self, what: impl fmt::Display) {
        if self.gaps.len() < NAMED {
            self.gaps.push(incomplete(what));
        } else {
            self.unnamed += 1;
        }
    }

    /// All of them, the last for those that are not named.
    pub(crate) fn finish(mut self) -> Vec<Gap> {
        if self.unnamed > 0 {
            let more = format_args!("{} more parts of the journal cannot be read", self.unnamed);
            self.gaps.push(incomplete(more));
        }
        self.gaps
    }
}

/// Something that is missing from a reading.
pub(crate) fn incomplete(what: impl fmt::Display) -> Gap {
    Gap::new(GapKind::JournalIncomplete, what.to_string())
}
