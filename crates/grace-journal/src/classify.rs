//! What an entry of the journal means. Pure: record in, occurrence out.

mod rules;

use grace_core::Occurrence;

pub use self::rules::{BadPattern, GuestUnit, Rules};
use crate::record::Record;

/// Reads what happens on the host out of the journal's entries, one after another.
///
/// Give it every entry of one boot in the journal's order: some mean something only after others.
#[derive(Debug, Clone)]
pub struct Classifier {
    rules: Rules,
}

impl Classifier {
    /// One that has seen nothing yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules }
    }

    /// What the entry tells of, if it tells of anything. Most do not, and cost next to nothing.
    pub fn classify(&mut self, record: &Record) -> Option<Occurrence> {
        let unit = &record.about_unit;
        self.rules.guest_units.iter().find(|guests| guests.pattern.matches(unit))?;
        None
    }
}
