//! Gaps in a long reading: the first by name, the rest by number.

use std::fmt;

use grace_core::{Gap, GapKind, Text};

/// How many are named one by one.
const NAMED: usize = 10;

/// The gaps of a reading.
#[derive(Debug)]
pub(crate) struct Gaps {
    journal: Text,
    gaps: Vec<Gap>,
    unnamed: u64,
}

impl Gaps {
    pub(crate) const fn new(journal: Text) -> Self {
        Self { journal, gaps: Vec::new(), unnamed: 0 }
    }

    /// One more thing that could not be read.
    pub(crate) fn add(&mut self, what: impl fmt::Display) {
        if self.gaps.len() < NAMED {
            self.gaps
                .push(Gap::new(GapKind::JournalIncomplete, format!("{}: {what}", self.journal)));
        } else {
            self.unnamed += 1;
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Gap> {
        if self.unnamed > 0 {
            let more = format!("{}: {} more that cannot be read", self.journal, self.unnamed);
            self.gaps.push(Gap::new(GapKind::JournalIncomplete, more));
        }
        self.gaps
    }
}
