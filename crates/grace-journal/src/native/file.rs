//! One journal file: its objects, and which entries have which value in a field.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::blocks::Blocks;
use super::fault::Fault;
use super::layout::{
    Data, ENTRY, ENTRY_ARRAY, FIELD, HASH_ITEM, HEADER, Head, Header, Kind, OBJECT, Object, u32_at,
    u64_at,
};
use super::value;

/// How many objects of a chain are followed. More are a circle, not a chain.
const LONGEST_CHAIN: usize = 1 << 16;

/// One journal file.
#[derive(Debug)]
pub(crate) struct JournalFile {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    blocks: Blocks,
    length: u64,
}

impl JournalFile {
    /// Opens the file, and looks whether it is a journal and all there.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(Fault::NoJournal);
        }
        let length = metadata.len();
        let mut blocks = Blocks::new(file);
        let head = usize::try_from(length).unwrap_or(HEADER).min(HEADER);
        let header = Header::parse(blocks.read(0, head)?)?;
        if header.length > length {
            return Err(Fault::Truncated { length, says: header.length });
        }
        Ok(Self { path: path.to_owned(), header, blocks, length })
    }

    /// The values of a field, each with the entries that have it, as far as they can be read, and why not further.
    ///
    /// They are found by a look at every field that the file has, of which there are few, so that no hash has to be
    /// computed.
    pub(crate) fn values(
        &mut self,
        name: &str,
        bound: usize,
    ) -> (Vec<(Data, Vec<u8>)>, Option<Fault>) {
        let mut values = Vec::new();
        let fault = self.list_values(name, bound, &mut values).err();
        (values, fault)
    }

    fn list_values(
        &mut self,
        name: &str,
        bound: usize,
        values: &mut Vec<(Data, Vec<u8>)>,
    ) -> Result<(), Fault> {
        let mut next = self.field(name)?.unwrap_or(0);
        while next != 0 {
            let data = self.data(next)?;
            let value = value::read(self, &data.object, bound, |found| found == name.as_bytes())?;
            let value = value.ok_or(Fault::damaged(next, "a value of another field"))?;
            values.push((data, value));
            if values.len() > LONGEST_CHAIN {
                return Err(Fault::damaged(next, "values without end"));
            }
            next = data.next_of_field;
        }
        Ok(())
    }

    /// The first value of a field, in the order of the file; `None` if no entry has the field.
    fn field(&mut self, name: &str) -> Result<Option<u64>, Fault> {
        let mut left = LONGEST_CHAIN;
        for slot in 0..self.header.field_table_length / HASH_ITEM {
            let at = self.header.field_table.saturating_add(slot * HASH_ITEM);
            let mut next = u64_at(self.bytes(at, 8)?, 0);
            while next != 0 {
                let field = self.object(next, Kind::Field)?;
                let length =
                    usize::try_from(field.size).unwrap_or(usize::MAX).min(FIELD + name.len() + 1);
                let bytes = self.bytes(next, length)?;
                if &bytes[FIELD..] == name.as_bytes() {
                    return Ok(Some(u64_at(bytes, 32)).filter(|head| *head != 0));
                }
                next = u64_at(bytes, 24);
                left = left.checked_sub(1).ok_or(Fault::damaged(at, "fields without end"))?;
            }
        }
        Ok(None)
    }

    /// The value at `offset`, without its bytes.
    pub(crate) fn data(&mut self, offset: u64) -> Result<Data, Fault> {
        let object = self.object(offset, Kind::Data)?;
        let bytes = self.bytes(offset, ENTRY)?;
        Ok(Data::parse(bytes.first_chunk().unwrap_or(&[0; ENTRY]), object))
    }

    /// The entry at `offset`, without its fields.
    pub(crate) fn head(&mut self, offset: u64) -> Result<Head, Fault> {
        let object = self.object(offset, Kind::Entry)?;
        let bytes = self.bytes(offset, ENTRY)?;
        Ok(Head::parse(bytes.first_chunk().unwrap_or(&[0; ENTRY]), &object))
    }

    /// The object at `offset`, if it is of this kind and lies within the file.
    ///
    /// journald may write while this reads: what is wrong in a block that has been kept is read anew.
    pub(crate) fn object(&mut self, offset: u64, kind: Kind) -> Result<Object, Fault> {
        match self.object_as_read(offset, kind) {
            Err(Fault::Damaged { .. }) => {
                self.blocks.forget(offset);
                self.object_as_read(offset, kind)
            }
            found => found,
        }
    }

    fn object_as_read(&mut self, offset: u64, kind: Kind) -> Result<Object, Fault> {
        let least = kind.head(self.header.is_compact);
        let head = self.bytes(offset, OBJECT)?.first_chunk().unwrap_or(&[0; OBJECT]);
        let object = Object::parse(head, offset, kind, least)?;
        if offset.saturating_add(object.size) > self.length {
            return Err(Fault::damaged(offset, "an object that ends after the file"));
        }
        Ok(object)
    }

    /// The array that follows on an array of entries; 0 after the last.
    pub(crate) fn next_array(&mut self, array: u64) -> Result<u64, Fault> {
        self.object(array, Kind::EntryArray)?;
        Ok(u64_at(self.bytes(array, ENTRY_ARRAY)?, 16))
    }

    /// One number of a list whose numbers are as wide as the file's layout has them.
    pub(crate) fn item(&mut self, list: u64, index: u64) -> Result<u64, Fault> {
        let width = self.item_width();
        let bytes = self.bytes(list.saturating_add(index.saturating_mul(width)), width as usize)?;
        Ok(if width == 4 { u64::from(u32_at(bytes, 0)) } else { u64_at(bytes, 0) })
    }

    /// The same, with no regard to what has been kept. There is no entry at 0.
    pub(crate) fn item_anew(&mut self, list: u64, index: u64) -> Result<u64, Fault> {
        self.blocks.forget(list.saturating_add(index.saturating_mul(self.item_width())));
        match self.item(list, index)? {
            0 => Err(Fault::damaged(list, "an empty place in a list of entries")),
            item => Ok(item),
        }
    }

    /// How wide the numbers of a list are, in bytes.
    pub(crate) const fn item_width(&self) -> u64 {
        if self.header.is_compact { 4 } else { 8 }
    }

    /// Drops what has been kept of it in memory.
    pub(crate) fn rest(&mut self) {
        self.blocks.forget_all();
    }

    /// These bytes of the file, which are there if the file is whole.
    pub(crate) fn bytes(&mut self, offset: u64, length: usize) -> Result<&[u8], Fault> {
        self.blocks.read(offset, length).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::damaged(offset, "it points past its end"),
            _ => Fault::Io(error),
        })
    }
}
