//! The errors of one boot, found by the files' own indexes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use grace_core::{BootId, JournalEntry, JournalExcerpt, JournalQuery, Priority};

use super::boots::{Boot, VALUE_BOUND, survey};
use super::entries::EntryList;
use super::layout::Head;
use super::merge::{Merge, Source};
use super::records::Records;
use super::set::Files;
use crate::error::JournalError;
use crate::gaps;
use crate::journalctl::Location;

/// A sign that what is being read is not wanted any more, or not for longer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(crate) fn give(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_given(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What to read.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) location: Location,
    /// The boot; without one, the last.
    pub(crate) boot: Option<BootId>,
    pub(crate) query: JournalQuery,
    /// The longest field to read, in bytes.
    pub(crate) bound: usize,
}

/// Entries, and which files they are in.
type Found = Vec<(usize, Head)>;

impl Request {
    /// Reads what is asked for, until told to stop. Blocks.
    pub(crate) fn read(&self, stop: &Stop) -> Result<JournalExcerpt, JournalError> {
        let mut files = Files::open(&self.location)?;
        let boots = survey(&mut files);
        let count = boots.len();
        let found = match &self.boot {
            Some(id) => boots.into_iter().find(|boot| boot.boot_id() == *id),
            None => boots.into_iter().next_back(),
        };
        let boot = found.ok_or_else(|| {
            files.trouble().unwrap_or_else(|| JournalError::NoSuchBoot {
                boot: self.boot.map_or_else(|| "0".into(), |id| id.as_str().into()),
                boots: count,
                journal: self.location.name(),
            })
        })?;
        let sources = self.sources(&boot, &mut files);
        let (found, total) =
            self.matching(Merge::new(boot.id, sources, &mut files), &mut files, stop);
        let mut excerpt = JournalExcerpt::default();
        excerpt.total = total;
        excerpt.entries = self.entries(&found, &mut files);
        excerpt.gaps = files.gaps();
        if stop.is_given() {
            let journal = self.location.name();
            excerpt.gaps.push(gaps::incomplete(format_args!(
                "{journal}: what follows its first {total} entries was not read in time"
            )));
        }
        Ok(excerpt)
    }

    /// The entries that are bad enough, as each file lists them.
    fn sources(&self, boot: &Boot, files: &mut Files) -> Vec<Source> {
        let mut sources = Vec::new();
        for part in &boot.parts {
            let (values, fault) = files.open[part.file].values("PRIORITY", VALUE_BOUND);
            if let Some(fault) = fault {
                files.note(part.file, fault);
            }
            let is_wanted =
                |value: &[u8]| priority(value).is_some_and(|level| level <= self.query.priority);
            let wanted = values.iter().filter(|(_, value)| is_wanted(value));
            sources
                .push(Source::among(part, wanted.map(|(data, _)| EntryList::new(data)).collect()));
        }
        sources
    }

    /// The first and the last entries, and how many there are.
    fn matching(&self, mut merge: Merge, files: &mut Files, stop: &Stop) -> (Found, u64) {
        let (mut first, mut last) = (Vec::new(), VecDeque::new());
        let mut total = 0;
        while let Some(found) = merge.next(files) {
            total += 1;
            if first.len() < self.query.first {
                first.push(found);
            } else {
                last.push_back(found);
                if last.len() > self.query.last {
                    last.pop_front();
                }
            }
            if stop.is_given() {
                break;
            }
        }
        first.extend(last);
        (first, total)
    }

    /// Reads the entries that are to be shown. One that cannot be read is a gap.
    fn entries(&self, found: &Found, files: &mut Files) -> Vec<JournalEntry> {
        let mut entries = Vec::with_capacity(found.len());
        for (file, head) in found {
            // A reader for each: they are few, and keep nothing that would be met again.
            match Records::new(self.bound).read(&mut files.open[*file], head) {
                // A damaged file lists entries under what they do not have.
                Ok(record) if record.entry().priority > self.query.priority => files.note(
                    *file,
                    format_args!("the entry at byte {}: not as bad as it is listed", head.offset),
                ),
                Ok(record) => entries.push(record.entry()),
                Err(fault) => {
                    files.note(*file, format_args!("the entry at byte {}: {fault}", head.offset));
                }
            }
        }
        entries
    }
}

fn priority(value: &[u8]) -> Option<Priority> {
    match value {
        [digit @ b'0'..=b'7'] => Priority::new(digit - b'0'),
        _ => None,
    }
}
