//! The entries of one boot in several files, put into one order.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use super::boots::{OTHER_BOOT, Part};
use super::entries::EntryList;
use super::fault::Fault;
use super::layout::{Head, Id};
use super::set::Files;

/// The entries of one boot, oldest first and none twice.
#[derive(Debug)]
pub(crate) struct Merge {
    boot: Id,
    sources: Vec<Source>,
}

/// Entries of one file.
#[derive(Debug)]
pub(crate) struct Source {
    file: usize,
    lists: Vec<List>,
    /// Where in the file the boot lies.
    span: RangeInclusive<u64>,
    /// Whether the lists are of the boot alone.
    is_of_boot: bool,
    /// The next entry.
    head: Option<Head>,
}

/// One list, and the entry that it is at.
#[derive(Debug)]
struct List {
    entries: EntryList,
    at: Option<u64>,
}

impl Source {
    /// All entries of a part.
    pub(crate) fn all(part: &Part) -> Self {
        Self { is_of_boot: true, ..Self::among(part, vec![part.entries.clone()]) }
    }

    /// The entries of a part that are in any of these lists, whatever else is in them.
    pub(crate) fn among(part: &Part, lists: Vec<EntryList>) -> Self {
        let lists = lists.into_iter().map(|entries| List { entries, at: None }).collect();
        Self { file: part.file, lists, span: part.span.clone(), is_of_boot: false, head: None }
    }
}

impl Merge {
    pub(crate) fn new(boot: Id, sources: Vec<Source>, files: &mut Files) -> Self {
        let mut merge = Self { boot, sources };
        for source in &mut merge.sources {
            for at in 0..source.lists.len() {
                source.step(at, files);
            }
            source.advance(boot, files);
        }
        merge
    }

    /// The next entry, and which file it is in. What cannot be read is left out and noted as a gap of its file.
    pub(crate) fn next(&mut self, files: &mut Files) -> Option<(usize, Head)> {
        let numbering = |source: &Source| files.open[source.file].header.seqnum_id;
        let heads = self
            .sources
            .iter()
            .filter_map(|source| Some((source.head?, numbering(source), source.file)));
        let (next, of, file) = heads.reduce(|least, other| {
            if order((&other.0, &other.1), (&least.0, &least.1)) == Ordering::Less {
                other
            } else {
                least
            }
        })?;
        for source in &mut self.sources {
            let Some(head) = source.head else { continue };
            let numbering = files.open[source.file].header.seqnum_id;
            // An entry that two files have is one.
            if order((&head, &numbering), (&next, &of)) == Ordering::Equal {
                source.advance(self.boot, files);
            }
        }
        Some((file, next))
    }
}

impl Source {
    /// Goes on to the next entry of this boot.
    fn advance(&mut self, boot: Id, files: &mut Files) {
        self.head = None;
        while let Some(next) = self.lists.iter().filter_map(|list| list.at).min() {
            for at in 0..self.lists.len() {
                if self.lists[at].at == Some(next) {
                    self.step(at, files);
                }
            }
            if !self.span.contains(&next) {
                if self.is_of_boot {
                    files.note(self.file, Fault::damaged(next, "an entry listed out of its order"));
                }
                continue;
            }
            match files.open[self.file].head(next) {
                Ok(head) if head.boot == boot => {
                    self.head = Some(head);
                    return;
                }
                Ok(_) if self.is_of_boot => files.note(self.file, Fault::damaged(next, OTHER_BOOT)),
                Ok(_) => {}
                Err(fault) => files.note(self.file, fault),
            }
        }
    }

    /// Takes a list on to its next entry.
    fn step(&mut self, at: usize, files: &mut Files) {
        let list = &mut self.lists[at];
        loop {
            match list.entries.next(&mut files.open[self.file]) {
                Ok(next) => {
                    list.at = next;
                    return;
                }
                Err(fault) => files.note(self.file, fault),
            }
        }
    }
}

/// Which of two entries of one boot came first: by their numbers if these are of one numbering, and else by the
/// time since boot, as journalctl has it.
fn order(one: (&Head, &Id), other: (&Head, &Id)) -> Ordering {
    let by_number =
        if one.1 == other.1 { one.0.seqnum.cmp(&other.0.seqnum) } else { Ordering::Equal };
    let key = |head: &Head| (head.monotonic, head.realtime, head.xor_hash);
    by_number.then_with(|| key(one.0).cmp(&key(other.0)))
}
