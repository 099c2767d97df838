//! From lines to an excerpt: the first and the last entries, and a count of all. Pure.

use std::collections::VecDeque;

use grace_core::{BootId, JournalEntry, JournalExcerpt, JournalQuery};

use crate::error::NotAnEntry;
use crate::gaps::{self, Gaps};
use crate::lines::Line;
use crate::parse;

/// An excerpt in the making.
#[derive(Debug)]
pub(crate) struct Collector {
    query: JournalQuery,
    boot: Option<BootId>,
    line_bound: usize,
    first: Vec<JournalEntry>,
    last: VecDeque<JournalEntry>,
    total: u64,
    gaps: Gaps,
}

impl Collector {
    /// Of the entries of `boot`, those that match `query`. Without `boot`, whoever chose the lines has also
    /// chosen the boot.
    pub(crate) fn new(query: JournalQuery, boot: Option<BootId>, line_bound: usize) -> Self {
        Self {
            query,
            boot,
            line_bound,
            first: Vec::new(),
            last: VecDeque::new(),
            total: 0,
            gaps: Gaps::default(),
        }
    }

    /// Takes one line of journalctl's output.
    pub(crate) fn line(&mut self, line: &Line<'_>) {
        let entry = match *line {
            Line::Whole(line) if parse::is_remark(line) => return,
            Line::Whole(line) => self.asked_for(line),
            Line::TooLong(bytes) => Err(NotAnEntry::TooLong { bytes, bound: self.line_bound }),
        };
        match entry {
            Ok(Some(entry)) => self.entry(entry),
            Ok(None) => {}
            Err(error) => self.unreadable(&error),
        }
    }

    /// Whether nothing has been found, readable or not.
    pub(crate) const fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many entries have been found.
    pub(crate) const fn total(&self) -> u64 {
        self.total
    }

    /// Whether both ends are full. What the journal ends with is then not among its first entries.
    pub(crate) fn is_full(&self) -> bool {
        self.last.len() == self.query.last
    }

    /// Puts the journal's last entries, oldest first, in place of the last that came by.
    pub(crate) fn replace_last(&mut self, last: Vec<JournalEntry>) {
        self.last = last.into();
    }

    /// The excerpt, with one more gap for each trouble of the whole.
    pub(crate) fn finish(self, troubles: impl IntoIterator<Item = String>) -> JournalExcerpt {
        let mut excerpt = JournalExcerpt::default();
        excerpt.entries = self.first;
        excerpt.entries.extend(self.last);
        excerpt.total = self.total;
        excerpt.gaps = self.gaps.finish();
        excerpt.gaps.extend(troubles.into_iter().map(gaps::incomplete));
        excerpt
    }

    /// The entry in a line, if it is one of those asked for.
    fn asked_for(&self, line: &[u8]) -> Result<Option<JournalEntry>, NotAnEntry> {
        let parsed = parse::record(line)?;
        if !self.boot.is_none_or(|boot| parsed.may_be_of(&boot)) {
            return Ok(None);
        }
        let entry = parsed.entry()?;
        Ok((entry.priority <= self.query.priority).then_some(entry))
    }

    fn entry(&mut self, entry: JournalEntry) {
        self.total += 1;
        if self.first.len() < self.query.first {
            self.first.push(entry);
            return;
        }
        self.last.push_back(entry);
        if self.last.len() > self.query.last {
            self.last.pop_front();
        }
    }

    fn unreadable(&mut self, error: &NotAnEntry) {
        self.total += 1;
        self.gaps.add(format_args!("journalctl: entry {}: {error}", self.total));
    }
}

#[cfg(test)]
mod tests {
    use grace_core::Priority;

    use super::*;

    fn excerpt(lines: &[&str], first: usize, last: usize) -> JournalExcerpt {
        let query = JournalQuery::new(Priority::ERR, first, last);
        let mut collector = Collector::new(query, Some(BootId::new("bb")), 100);
        for line in lines {
            collector.line(&Line::Whole(line.as_bytes()));
        }
        collector.finish([])
    }

    fn messages(excerpt: &JournalExcerpt) -> Vec<&str> {
        excerpt.entries.iter().map(|entry| entry.message.as_str()).collect()
    }

    #[test]
    fn remarks_are_not_entries() {
        let found = excerpt(&["-- No entries --", "", "  ", "-- Boot bb --"], 5, 5);
        assert_eq!(found, JournalExcerpt::default());
    }

    #[test]
    fn another_boot_and_what_is_less_bad_are_left_out_and_not_counted() {
        let lines = [
            r#"{"PRIORITY":"3","_BOOT_ID":"aa","MESSAGE":"another boot"}"#,
            r#"{"PRIORITY":"4","_BOOT_ID":"bb","MESSAGE":"a warning"}"#,
            r#"{"PRIORITY":"3","_BOOT_ID":"bb","MESSAGE":"this boot"}"#,
            r#"{"PRIORITY":"3","MESSAGE":"does not say"}"#,
            r#"{"PRIORITY":"3","_BOOT_ID":["aa","bb"],"MESSAGE":"says both"}"#,
        ];
        let found = excerpt(&lines, 5, 5);
        assert_eq!(messages(&found), ["this boot", "does not say", "says both"]);
        assert_eq!(found.total, 3);
    }

    #[test]
    fn unreadable_entries_are_named_up_to_a_bound_and_counted_past_it() {
        let mut lines = vec!["{"; 15];
        lines.insert(7, r#"{"PRIORITY":"0","MESSAGE":"panic"}"#);
        let found = excerpt(&lines, 5, 5);
        assert_eq!(messages(&found), ["panic"]);
        assert_eq!(found.total, 16);
        let gaps: Vec<_> = found.gaps.iter().map(|gap| gap.detail.as_str()).collect();
        assert_eq!(gaps.len(), 11);
        assert!(gaps[0].starts_with("journalctl: entry 1: not an entry in JSON: EOF"), "{gaps:?}");
        assert_eq!(gaps[10], "5 more parts of the journal cannot be read");
    }
}
