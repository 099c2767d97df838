//! Lines that are not understood.

/// The lines of a file that are not understood: the first, and how many there are.
///
/// A file of rubbish is one fault and a number, however long it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    first: Option<(usize, &'static str)>,
    more: usize,
}

impl Faults {
    /// Line `number`, from 1, is not understood.
    pub(super) fn note(&mut self, number: usize, words: &'static str) {
        match self.first {
            None => self.first = Some((number, words)),
            Some(_) => self.more += 1,
        }
    }

    /// How many lines there are.
    #[cfg(fuzzing)]
    pub(super) fn count(&self) -> usize {
        usize::from(self.first.is_some()) + self.more
    }

    /// `line 3: it is no key and value, and 2 more`, if there is any.
    pub(super) fn words(&self) -> Option<String> {
        let (line, words) = self.first?;
        Some(match self.more {
            0 => format!("line {line}: {words}"),
            more => format!("line {line}: {words}, and {more} more"),
        })
    }
}
