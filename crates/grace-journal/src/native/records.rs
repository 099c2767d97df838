//! From an entry of a journal file to a record.

use grace_core::Text;

use super::fault::Fault;
use super::file::JournalFile;
use super::layout::{ENTRY, Head, Id, u32_at, u64_at};
use super::value;
use crate::fields::{Draft, Field};
use crate::record::Record;

/// How many values are kept: most entries of a host share theirs with the ones before.
const KEPT: usize = 32 * 1024;
/// The longest value that is kept, in bytes.
const KEPT_BYTES: usize = 256;
/// The most fields that an entry has, as systemd has it.
const FIELDS: u64 = 1024;

/// A reader of one file's records, which keeps the values that it has met.
#[derive(Debug)]
pub(crate) struct Records {
    bound: usize,
    kept: Vec<Kept>,
    data: Vec<u64>,
}

/// What is at an offset of the file. Each offset has one place where it may be kept.
#[derive(Debug, Clone, Default)]
struct Kept {
    offset: u64,
    /// The field and its value, if a record is made of it.
    value: Option<(Field, Box<[u8]>)>,
}

impl Records {
    /// Reads no field of more than `bound` bytes.
    pub(crate) const fn new(bound: usize) -> Self {
        Self { bound, kept: Vec::new(), data: Vec::new() }
    }

    /// The record of an entry.
    pub(crate) fn read(&mut self, file: &mut JournalFile, head: &Head) -> Result<Record, Fault> {
        let mut draft = Draft::at(head.monotonic, head.realtime);
        draft.take(Field::Boot, hex(&head.boot).as_bytes());
        self.list_data(file, head)?;
        for at in 0..self.data.len() {
            self.field(file, self.data[at], &mut draft)?;
        }
        let mut record = draft.finish();
        record.cursor = cursor(&file.header.seqnum_id, head);
        Ok(record)
    }

    /// Lists where the entry's values are.
    fn list_data(&mut self, file: &mut JournalFile, head: &Head) -> Result<(), Fault> {
        let width = if file.header.is_compact { 4 } else { 16 };
        let length = head.size - ENTRY as u64;
        let count = length / width;
        if count > FIELDS {
            return Err(Fault::damaged(head.offset, "an entry with more fields than there can be"));
        }
        let bytes = file.bytes(head.offset + ENTRY as u64, length as usize)?;
        self.data.clear();
        self.data.extend(
            bytes
                .chunks_exact(width as usize)
                .map(|item| if width == 4 { u64::from(u32_at(item, 0)) } else { u64_at(item, 0) }),
        );
        Ok(())
    }

    /// Takes in the value at `offset`.
    fn field(
        &mut self,
        file: &mut JournalFile,
        offset: u64,
        draft: &mut Draft,
    ) -> Result<(), Fault> {
        if self.kept.is_empty() {
            self.kept.resize(KEPT, Kept::default());
        }
        // Objects lie at multiples of eight.
        let kept = &mut self.kept[(offset / 8) as usize % KEPT];
        if kept.offset != offset {
            let data = file.data(offset)?;
            let mut field = None;
            let value = value::read(file, &data.object, self.bound, |name| {
                field = Field::named(name);
                field.is_some()
            })?;
            let value = field.zip(value.map(Vec::into_boxed_slice));
            let is_short = value.as_ref().is_none_or(|(_, value)| value.len() <= KEPT_BYTES);
            // A value that only this entry has would be kept in place of one that others have too.
            if data.entries < 2 || !is_short {
                if let Some((field, value)) = value {
                    draft.take(field, &value);
                }
                return Ok(());
            }
            *kept = Kept { offset, value };
        }
        if let Some((field, value)) = &kept.value {
            draft.take(*field, value);
        }
        Ok(())
    }
}

/// The place of an entry as systemd writes it (sd_journal_get_cursor).
fn cursor(seqnum_id: &Id, head: &Head) -> Text {
    let Head { seqnum, boot, monotonic, realtime, xor_hash, .. } = head;
    let mut text = String::with_capacity(160);
    for (name, number) in [
        ("s=", Number::Id(seqnum_id)),
        (";i=", Number::Short(*seqnum)),
        (";b=", Number::Id(boot)),
        (";m=", Number::Short(*monotonic)),
        (";t=", Number::Short(*realtime)),
        (";x=", Number::Short(*xor_hash)),
    ] {
        text.push_str(name);
        number.push_to(&mut text);
    }
    Text::new(text)
}

/// An id in 32 hexadecimal digits.
pub(crate) fn hex(id: &Id) -> String {
    let mut text = String::with_capacity(32);
    Number::Id(id).push_to(&mut text);
    text
}

/// A number in hexadecimal digits. There are many of them in a journal, and the standard library's formatting is made
/// for more than speed.
enum Number<'a> {
    Id(&'a Id),
    /// Without zeros before it.
    Short(u64),
}

impl Number<'_> {
    fn push_to(&self, text: &mut String) {
        match self {
            Self::Id(id) => id.iter().for_each(|byte| {
                push_digit(text, byte >> 4);
                push_digit(text, *byte);
            }),
            Self::Short(number) => {
                let digits = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
                (0..digits).rev().for_each(|at| push_digit(text, (number >> (4 * at)) as u8));
            }
        }
    }
}

/// The last digit of a number.
fn push_digit(text: &mut String, number: u8) {
    text.push(char::from(b"0123456789abcdef"[usize::from(number & 0xf)]));
}
