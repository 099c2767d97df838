//! How a journal file is laid out. Pure: bytes in, values out.
//!
//! The layout is that of systemd's "Journal File Format": a header, then objects, each at a multiple of eight
//! bytes and with a kind, flags and its size at its head. Numbers are little endian.

use super::fault::Fault;

/// How much of a file has to be read for its header, in bytes.
pub(crate) const HEADER: usize = 208;
/// The head of an object, in bytes.
pub(crate) const OBJECT: usize = 16;
/// An entry before its list of data, in bytes.
pub(crate) const ENTRY: usize = 64;
/// A list of entries before its items, in bytes.
pub(crate) const ENTRY_ARRAY: usize = 24;
/// A field before its name, in bytes.
pub(crate) const FIELD: usize = 40;
/// One slot of a hash table, in bytes.
pub(crate) const HASH_ITEM: u64 = 16;

const SIGNATURE: [u8; 8] = *b"LPKSHHRH";
/// What a file may have that this reader knows: XZ, LZ4, keyed hashes, Zstandard, the compact layout.
const KNOWN: u32 = 0b1_1111;
const COMPACT: u32 = 0b1_0000;
const ONLINE: u8 = 1;

/// An id of 128 bits, as the file has it.
pub(crate) type Id = [u8; 16];

/// A file's header, as far as it is needed to read the file.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) is_compact: bool,
    /// Whether journald has it open, or had when the host went down.
    pub(crate) is_online: bool,
    pub(crate) file_id: Id,
    /// The numbering that the entries' sequence numbers are of.
    pub(crate) seqnum_id: Id,
    /// How long the file says it is.
    pub(crate) length: u64,
    pub(crate) field_table: u64,
    pub(crate) field_table_length: u64,
    pub(crate) entries: u64,
}

impl Header {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.first_chunk() != Some(&SIGNATURE) {
            return Err(Fault::NoJournal);
        }
        let bytes: &[u8; HEADER] = bytes.first_chunk().ok_or(Fault::NoJournal)?;
        let flags = u32_at(bytes, 12);
        if flags & !KNOWN != 0 {
            return Err(Fault::UnknownFlags(flags & !KNOWN));
        }
        Ok(Self {
            is_compact: flags & COMPACT != 0,
            is_online: bytes[16] == ONLINE,
            file_id: id_at(bytes, 24),
            seqnum_id: id_at(bytes, 72),
            length: u64_at(bytes, 88).saturating_add(u64_at(bytes, 96)),
            field_table: u64_at(bytes, 120),
            field_table_length: u64_at(bytes, 128),
            entries: u64_at(bytes, 152),
        })
    }
}

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Data = 1,
    Field = 2,
    Entry = 3,
    EntryArray = 6,
}

impl Kind {
    /// The least size of such an object, in bytes.
    pub(crate) const fn head(self, is_compact: bool) -> usize {
        match self {
            Self::Data if is_compact => 72,
            Self::Data | Self::Entry => ENTRY,
            Self::Field => FIELD,
            Self::EntryArray => ENTRY_ARRAY,
        }
    }
}

/// An object that has been found to be of the kind that was looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object {
    pub(crate) offset: u64,
    pub(crate) size: u64,
    pub(crate) flags: u8,
}

impl Object {
    /// The object at `offset`, which is to be of this kind.
    pub(crate) fn parse(
        head: &[u8; OBJECT],
        offset: u64,
        kind: Kind,
        least: usize,
    ) -> Result<Self, Fault> {
        let size = u64_at(head, 8);
        if head[0] != kind as u8 || size < least as u64 || !offset.is_multiple_of(8) {
            return Err(Fault::damaged(offset, "not the object that is pointed to"));
        }
        Ok(Self { offset, size, flags: head[1] })
    }
}

/// How a value is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Xz,
    Lz4,
    Zstd,
}

impl Compression {
    pub(crate) fn of(object: &Object) -> Result<Self, Fault> {
        match object.flags & 0b111 {
            0b000 => Ok(Self::None),
            0b001 => Ok(Self::Xz),
            0b010 => Ok(Self::Lz4),
            0b100 => Ok(Self::Zstd),
            _ => Err(Fault::damaged(object.offset, "compressed in two ways")),
        }
    }
}

/// What an entry says of itself, before its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) offset: u64,
    pub(crate) size: u64,
    pub(crate) seqnum: u64,
    pub(crate) realtime: u64,
    pub(crate) monotonic: u64,
    pub(crate) boot: Id,
    pub(crate) xor_hash: u64,
}

impl Head {
    pub(crate) fn parse(bytes: &[u8; ENTRY], object: &Object) -> Self {
        Self {
            offset: object.offset,
            size: object.size,
            seqnum: u64_at(bytes, 16),
            realtime: u64_at(bytes, 24),
            monotonic: u64_at(bytes, 32),
            boot: id_at(bytes, 40),
            xor_hash: u64_at(bytes, 56),
        }
    }
}

/// The entries that have one value in one field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Data {
    pub(crate) object: Object,
    /// The next value of the same field; 0 at the last.
    pub(crate) next_of_field: u64,
    /// The first entry; 0 if there is none.
    pub(crate) first_entry: u64,
    /// The list of the others; 0 if there are none.
    pub(crate) entry_array: u64,
    pub(crate) entries: u64,
}

impl Data {
    pub(crate) fn parse(bytes: &[u8; ENTRY], object: Object) -> Self {
        Self {
            object,
            next_of_field: u64_at(bytes, 32),
            first_entry: u64_at(bytes, 40),
            entry_array: u64_at(bytes, 48),
            entries: u64_at(bytes, 56),
        }
    }
}

/// The number at a place that is inside of the bytes; 0 where it is not.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(chunk_at(bytes, at))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(chunk_at(bytes, at))
}

fn id_at(bytes: &[u8], at: usize) -> Id {
    chunk_at(bytes, at)
}

fn chunk_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}
