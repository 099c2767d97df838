//! The value of a field, as it was before it was compressed.

use lz4_flex::block::decompress_into;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::io::Read as _;

use super::fault::Fault;
use super::file::JournalFile;
use super::layout::{Compression, Kind, Object, u64_at};

/// The longest name of a field, as systemd has it, and the sign after it.
const NAME: usize = 64 + 1;

/// The value in an object of data, if its field is wanted. One of more than `bound` bytes is not read.
pub(crate) fn read(
    file: &mut JournalFile,
    object: &Object,
    bound: usize,
    is_wanted: impl FnOnce(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, Fault> {
    let head = Kind::Data.head(file.header.is_compact);
    let length = usize::try_from(object.size).unwrap_or(usize::MAX).saturating_sub(head);
    let start = object.offset.saturating_add(head as u64);
    let compression = Compression::of(object)?;
    if compression == Compression::None {
        let name = file.bytes(start, length.min(NAME))?;
        let equals = equals(name, object)?;
        if !is_wanted(&name[..equals]) {
            return Ok(None);
        }
        let length = length - equals - 1;
        if length > bound {
            return Err(Fault::TooLong { offset: object.offset, bound });
        }
        return Ok(Some(file.bytes(start + equals as u64 + 1, length)?.to_vec()));
    }
    // Of a value that is too long, a memory dump, enough is read to see that nobody asks for it.
    let most = bound.saturating_add(NAME);
    let (mut bytes, is_whole) =
        decompressed(file.bytes(start, length.min(most))?, compression, object, most)?;
    let equals = equals(&bytes, object)?;
    if !is_wanted(&bytes[..equals]) {
        return Ok(None);
    }
    let value = bytes.split_off(equals + 1);
    if value.len() > bound || length > most {
        return Err(Fault::TooLong { offset: object.offset, bound });
    }
    if is_whole { Ok(Some(value)) } else { Err(Fault::damaged(object.offset, "badly compressed")) }
}

/// Where the name ends.
fn equals(bytes: &[u8], object: &Object) -> Result<usize, Fault> {
    let equals = bytes.iter().take(NAME).position(|&byte| byte == b'=');
    equals.ok_or(Fault::damaged(object.offset, "a value without a name"))
}

/// As much as can be decompressed, a little more than `most` bytes at most, and whether it came to its end well.
fn decompressed(
    bytes: &[u8],
    compression: Compression,
    object: &Object,
    most: usize,
) -> Result<(Vec<u8>, bool), Fault> {
    match compression {
        Compression::None => Ok((bytes.to_vec(), true)),
        Compression::Xz => Err(Fault::Xz(object.offset)),
        Compression::Zstd => Ok(zstd(bytes, most)),
        Compression::Lz4 => Ok(lz4(bytes, most)),
    }
}

fn zstd(mut bytes: &[u8], most: usize) -> (Vec<u8>, bool) {
    let mut plain = Vec::new();
    let Ok(mut decoder) = StreamingDecoder::new(&mut bytes) else { return (plain, false) };
    let mut chunk = [0; 4096];
    while plain.len() <= most {
        match decoder.read(&mut chunk) {
            Ok(0) => return (plain, true),
            Ok(read) => plain.extend_from_slice(&chunk[..read]),
            Err(_) => return (plain, false),
        }
    }
    (plain, true)
}

/// A block whose plain length stands before it.
fn lz4(bytes: &[u8], most: usize) -> (Vec<u8>, bool) {
    let Some((_, block)) = bytes.split_at_checked(8) else { return (Vec::new(), false) };
    let says = usize::try_from(u64_at(bytes, 0)).unwrap_or(usize::MAX);
    let mut plain = vec![0; says.min(most + 1)];
    let is_whole = decompress_into(block, &mut plain).is_ok_and(|length| length == says);
    (plain, is_whole)
}
