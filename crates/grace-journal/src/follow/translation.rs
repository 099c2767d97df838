//! From lines to what happened. Pure: lines in, occurrences out.

use std::collections::VecDeque;

use grace_core::{BootId, Gap, GapKind, Happening, Occurrence, Origin, Text};

use super::position::{Novelty, Position, Repetition};
use super::tally::{Tally, Telling};
use crate::classify::Classifier;
use crate::error::NotAnEntry;
use crate::lines::Line;
use crate::parse::{self, Parsed};
use crate::suspensions::Suspensions;

/// The stream in the making, over all the children that it takes.
///
/// Give it lines, and take what they tell with [`pop`](Self::pop) until there is no more.
#[derive(Debug)]
pub(super) struct Translation {
    boot: Option<BootId>,
    line_bound: usize,
    classifier: Classifier,
    suspensions: Suspensions,
    position: Position,
    repetition: Repetition,
    heard: Heard,
    has_read: bool,
    unreadable: Tally,
    complaints: Tally,
    complained: Vec<Text>,
    told: VecDeque<Occurrence>,
}

/// What has come from one child.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heard {
    /// Whether it has printed anything of the journal.
    pub(super) line: bool,
    /// Whether any of that was new.
    pub(super) news: bool,
}

impl Translation {
    /// Of the entries of `boot`; without it, of the boot that the first entry is of.
    pub(super) fn new(classifier: Classifier, boot: Option<BootId>, line_bound: usize) -> Self {
        Self {
            boot,
            line_bound,
            classifier,
            suspensions: Suspensions::default(),
            position: Position::default(),
            repetition: Repetition::default(),
            heard: Heard::default(),
            has_read: false,
            unreadable: Tally::default(),
            complaints: Tally::default(),
            complained: Vec::new(),
            told: VecDeque::new(),
        }
    }

    /// A child begins, which goes on at the position.
    pub(super) fn begin(&mut self) {
        self.repetition = self.position.repetition();
        self.heard = Heard::default();
    }

    /// The boot whose entries are read, once it is known.
    pub(super) const fn boot(&self) -> Option<&BootId> {
        self.boot.as_ref()
    }

    /// Where to go on.
    pub(super) const fn position(&self) -> &Position {
        &self.position
    }

    /// What the child has given so far.
    pub(super) const fn heard(&self) -> Heard {
        self.heard
    }

    /// Whether any entry of the boot has been read, from whatever child.
    pub(super) const fn has_read(&self) -> bool {
        self.has_read
    }

    /// The journal holds entries of the boot, and none that tells of anything.
    pub(super) const fn believe_empty(&mut self) {
        self.has_read = true;
    }

    /// The next thing to tell.
    pub(super) fn pop(&mut self) -> Option<Occurrence> {
        self.told.pop_front()
    }

    /// Takes one line of journalctl's output.
    pub(super) fn line(&mut self, line: &Line<'_>) {
        let parsed = match *line {
            Line::Whole(line) if parse::is_remark(line) => return,
            Line::Whole(line) => parse::record(line),
            Line::TooLong(bytes) => Err(NotAnEntry::TooLong { bytes, bound: self.line_bound }),
        };
        self.heard.line = true;
        let cursor = parsed.as_ref().ok().and_then(Parsed::cursor);
        match self.repetition.novelty(cursor) {
            Novelty::Old => return,
            Novelty::New => {}
            Novelty::AfterLoss => self.lost(),
        }
        self.heard.news = true;
        match parsed {
            Ok(parsed) => self.record(&parsed),
            Err(error) => self.unreadable(&error),
        }
    }

    /// Takes what journalctl said on standard error. What it says again, as each child may, is told once.
    pub(super) fn complaint(&mut self, words: &Text) {
        if self.complained.contains(words) {
            return;
        }
        match self.complaints.add() {
            Telling::Name => {
                self.complained.push(words.clone());
                self.gap(format!("journalctl: {words}"));
            }
            Telling::Count(all) => self.gap(format!("journalctl has complained {all} times")),
            Telling::Nothing => {}
        }
    }

    /// Tells of something that cannot be read, or may be missing.
    pub(super) fn gap(&mut self, detail: String) {
        let gap = Gap::new(GapKind::EventsIncomplete, detail);
        self.told.push_back(Occurrence::new(Origin::Journal, gap));
    }

    /// All that the journal held has been told.
    pub(super) fn caught_up(&mut self) {
        let rest = self.unreadable.rest();
        self.tell_unreadable(rest, None);
        self.told.push_back(Occurrence::new(Origin::Journal, Happening::CaughtUp));
    }

    fn record(&mut self, parsed: &Parsed) {
        let record = &parsed.record;
        self.boot = self.boot.or(record.boot);
        if self.boot.is_some_and(|boot| !parsed.may_be_of(&boot)) {
            self.position.passed(None);
            return;
        }
        self.has_read = true;
        self.position.passed(parsed.cursor().map(|_| record.cursor.clone()));
        let at = self.suspensions.place(record);
        if let Some(mut occurrence) = self.classifier.classify(record) {
            // The name of a task says better when it started. Other than that, only the record's clock is known,
            // which does not count sleep.
            occurrence.at = occurrence.at.filter(|at| Some(*at) != record.monotonic).or(at);
            self.told.push_back(occurrence);
        }
    }

    fn unreadable(&mut self, error: &NotAnEntry) {
        self.position.passed(None);
        let telling = self.unreadable.add();
        self.tell_unreadable(telling, Some(error));
    }

    fn tell_unreadable(&mut self, telling: Telling, error: Option<&NotAnEntry>) {
        match (telling, error) {
            (Telling::Name, Some(error)) => {
                self.gap(format!("journalctl: an entry cannot be read: {error}"));
            }
            (Telling::Count(all), _) => {
                self.gap(format!("journalctl: {all} entries cannot be read by now"));
            }
            (Telling::Name | Telling::Nothing, _) => {}
        }
    }

    fn lost(&mut self) {
        let lost = "journalctl: the entry that was read last is gone from the journal, and what followed it \
                    may be too";
        self.gap(lost.to_owned());
    }
}
