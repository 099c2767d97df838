//! The entries that have one value in one field, in the order of the file.

use super::fault::Fault;
use super::file::JournalFile;
use super::layout::{Data, ENTRY_ARRAY, Kind};

/// The entries of one value.
///
/// The first stands with the value, the others in a chain of arrays, each further on in the file than the one
/// before, so that none is a circle. A file that is being written may have room at the end of the last.
#[derive(Debug, Clone)]
pub(crate) struct EntryList {
    first: u64,
    array: u64,
    index: u64,
    left: u64,
}

impl EntryList {
    pub(crate) const fn new(data: &Data) -> Self {
        Self { first: data.first_entry, array: data.entry_array, index: 0, left: data.entries }
    }

    /// Where the next entry is. After a fault the list goes on, if it can.
    pub(crate) fn next(&mut self, file: &mut JournalFile) -> Result<Option<u64>, Fault> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        match std::mem::take(&mut self.first) {
            0 => self.item(file).map(Some),
            first => Ok(Some(first)),
        }
    }

    /// Where the last entry is.
    pub(crate) fn last(mut self, file: &mut JournalFile) -> Result<Option<u64>, Fault> {
        if self.left > 1 && self.first != 0 {
            self.first = 0;
            self.left -= 1;
        }
        while self.left > 1 {
            let room = self.room(file)?;
            if self.left <= room {
                self.index = self.left - 1;
                self.left = 1;
            } else {
                self.left -= room;
                self.follow(file)?;
            }
        }
        self.next(file)
    }

    fn item(&mut self, file: &mut JournalFile) -> Result<u64, Fault> {
        while self.index >= self.room(file)? {
            self.follow(file)?;
        }
        let items = self.array.saturating_add(ENTRY_ARRAY as u64);
        let index = self.index;
        self.index += 1;
        match file.item(items, index)? {
            // It may have been written since the block was read.
            0 => file.item_anew(items, index),
            item => Ok(item),
        }
    }

    /// How many entries there is room for in the array.
    fn room(&mut self, file: &mut JournalFile) -> Result<u64, Fault> {
        match file.object(self.array, Kind::EntryArray) {
            Ok(object) => Ok((object.size - ENTRY_ARRAY as u64) / file.item_width()),
            Err(fault) => self.break_off(fault),
        }
    }

    /// Goes on to the next array.
    fn follow(&mut self, file: &mut JournalFile) -> Result<(), Fault> {
        match file.next_array(self.array) {
            Ok(next) if next > self.array => {
                self.array = next;
                self.index = 0;
                Ok(())
            }
            Ok(_) => self.break_off(Fault::damaged(self.array, "fewer entries than it says")),
            Err(fault) => self.break_off(fault),
        }
    }

    /// Ends the list, of which the rest cannot be found.
    fn break_off<T>(&mut self, fault: Fault) -> Result<T, Fault> {
        self.left = 0;
        Err(fault)
    }
}
