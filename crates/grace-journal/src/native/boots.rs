//! The boots in a set of journal files, found without reading their entries.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use grace_core::BootId;

use super::entries::EntryList;
use super::fault::Fault;
use super::layout::{Data, Head, Id};
use super::records::hex;
use super::set::Files;

/// How long the value of a field can be that is looked up, in bytes.
pub(crate) const VALUE_BOUND: usize = 256;

/// What is wrong with an entry that its file lists for one boot and that says that it is of another.
pub(crate) const OTHER_BOOT: &str = "an entry of another boot than it is listed for";

/// One boot, in all the files.
#[derive(Debug)]
pub(crate) struct Boot {
    pub(crate) id: Id,
    pub(crate) entries: u64,
    /// Its first and its last entry, in microseconds of Unix time.
    pub(crate) unix_micros: RangeInclusive<u64>,
    /// Where it begins: the number of its first entry, and the numbering that this is of.
    begins: (Id, u64),
    pub(crate) parts: Vec<Part>,
}

/// What one file has of a boot.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Which of the files.
    pub(crate) file: usize,
    pub(crate) entries: EntryList,
    /// Where in the file they lie.
    pub(crate) span: RangeInclusive<u64>,
}

impl Boot {
    pub(crate) fn boot_id(&self) -> BootId {
        BootId::new(&hex(&self.id))
    }
}

/// The boots in the files, oldest first. What cannot be read is noted as gaps of the files.
pub(crate) fn survey(files: &mut Files) -> Vec<Boot> {
    let mut boots: BTreeMap<Id, Boot> = BTreeMap::new();
    for index in 0..files.open.len() {
        let found = in_file(files, index);
        let header = &files.open[index].header;
        let listed: u64 = found.iter().map(|boot| boot.entries).fold(0, u64::saturating_add);
        let missing = header.entries.saturating_sub(listed);
        // An entry that is being written is counted before it is listed.
        if missing > u64::from(header.is_online) {
            let entries = header.entries;
            files.note(
                index,
                format_args!("{missing} of its {entries} entries are of no boot that it names"),
            );
        }
        for boot in found {
            match boots.get_mut(&boot.id) {
                Some(known) => known.join(boot),
                None => drop(boots.insert(boot.id, boot)),
            }
        }
        files.open[index].rest();
    }
    in_order(boots.into_values().collect())
}

fn in_file(files: &mut Files, index: usize) -> Vec<Boot> {
    let (values, fault) = files.open[index].values("_BOOT_ID", VALUE_BOUND);
    if let Some(fault) = fault {
        files.note(index, fault);
    }
    let mut boots = Vec::new();
    for (data, value) in values {
        match boot(files, index, &data, &value) {
            Ok(found) => boots.extend(found),
            Err(fault) => files.note(index, fault),
        }
    }
    boots
}

/// The boot with this value of `_BOOT_ID`; `None` if it has no entry.
fn boot(files: &mut Files, index: usize, data: &Data, value: &[u8]) -> Result<Option<Boot>, Fault> {
    let file = &mut files.open[index];
    let entries = EntryList::new(data);
    let Some(first) = entries.clone().next(file)? else { return Ok(None) };
    let first = file.head(first)?;
    if hex(&first.boot).as_bytes() != value {
        return Err(Fault::damaged(first.offset, OTHER_BOOT));
    }
    let seqnum_id = file.header.seqnum_id;
    let last = match entries
        .clone()
        .last(file)
        .and_then(|last| last.map(|last| file.head(last)).transpose())
    {
        Ok(last) => last.unwrap_or(first),
        Err(fault) => {
            files.note(index, fault);
            Head { offset: u64::MAX, ..first }
        }
    };
    Ok(Some(Boot {
        id: first.boot,
        entries: data.entries,
        unix_micros: first.realtime..=last.realtime,
        begins: (seqnum_id, first.seqnum),
        parts: vec![Part { file: index, entries, span: first.offset..=last.offset }],
    }))
}

impl Boot {
    /// Takes in what another file has of the same boot.
    fn join(&mut self, other: Self) {
        let (first, last) = (self.unix_micros.start(), self.unix_micros.end());
        if other.begins.0 == self.begins.0 {
            self.begins.1 = self.begins.1.min(other.begins.1);
        } else if other.unix_micros.start() < first {
            self.begins = other.begins;
        }
        self.unix_micros =
            *first.min(other.unix_micros.start())..=*last.max(other.unix_micros.end());
        self.entries = self.entries.saturating_add(other.entries);
        self.parts.extend(other.parts);
    }
}

/// The boots, oldest first. Those of one numbering in its order, whatever their clocks said; and the numberings
/// into each other by their clocks, since there is nothing else.
fn in_order(boots: Vec<Boot>) -> Vec<Boot> {
    let mut numberings: BTreeMap<Id, Vec<Boot>> = BTreeMap::new();
    let count = boots.len();
    for boot in boots {
        numberings.entry(boot.begins.0).or_default().push(boot);
    }
    for boots in numberings.values_mut() {
        boots.sort_by_key(|boot| std::cmp::Reverse(boot.begins.1));
    }
    let mut ordered = Vec::with_capacity(count);
    loop {
        let earliest = numberings
            .values_mut()
            .filter(|boots| !boots.is_empty())
            .min_by_key(|boots| boots.last().map(|boot| *boot.unix_micros.start()));
        let Some(boot) = earliest.and_then(Vec::pop) else { return ordered };
        ordered.push(boot);
    }
}
