//! Journal files that are damaged: what is missing is said, whatever the damage.
#![cfg(feature = "native")]

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use grace_core::{Journal as _, JournalQuery};
use grace_journal::{Archive, NativeJournal};
use grace_sim::pve::{PveFormat, PveJournal};

use super::support::Files;
use super::{printed, whole};

const JOURNAL: PveJournal = PveJournal::new(13).with_entries(400).with_boots(2);

/// How many entries of an archive can be read, and whether something is said to be missing.
async fn readable(archive: &Archive) -> (u64, bool) {
    let Ok(boots) = archive.boots().await else { return (0, true) };
    let (mut records, mut is_said) = (0, false);
    for boot in boots {
        match archive.read(grace_journal::BootChoice::Id(boot.id), |_| {}).await {
            Ok(read) => {
                records += read.records;
                is_said |= !read.gaps.is_empty();
            }
            Err(_) => is_said = true,
        }
    }
    (records, is_said)
}

/// Numbers that look random, and are the same each time.
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    })
}

/// Where the objects of a journal file end.
fn used(file: &Path) -> u64 {
    let bytes = fs::read(file).expect("ours");
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    let tail = number(136);
    tail + number(usize::try_from(tail).expect("small") + 8)
}

#[tokio::test]
async fn a_file_with_a_bit_turned_over_never_loses_an_entry_in_silence() {
    let Some(files) = Files::new() else { return };
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    let path = files.make(&export).join("system.journal");
    let entries: u64 = truth.iter().map(|boot| boot.entries).sum();
    let archive = Archive::file(&path);
    assert_eq!(readable(&archive).await, (entries, false));
    let used = used(&path);
    let file = fs::OpenOptions::new().read(true).write(true).open(&path).expect("ours");
    let mut random = numbers(1);
    let (mut losses, mut turned) = (0, 0);
    while turned < 250 {
        let at = random.next().unwrap_or_default() % used;
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).expect("within the file");
        // Most of a file is hash tables with nothing in them.
        if byte == [0] && at > 300 {
            continue;
        }
        turned += 1;
        let bit = 1 << (random.next().unwrap_or_default() % 8);
        file.write_all_at(&[byte[0] ^ bit], at).expect("ours");
        let (records, is_said) = readable(&archive).await;
        assert!(records == entries || is_said, "bit {bit} of byte {at}: {records} of {entries}");
        losses += u64::from(records != entries);
        file.write_all_at(&byte, at).expect("ours");
    }
    assert!(losses > 10, "the damage hit nothing: {losses}");
    assert_eq!(readable(&archive).await, (entries, false));
}

#[tokio::test]
async fn a_file_that_is_cut_short_is_refused_by_name() {
    let Some(files) = Files::new() else { return };
    let (export, _) = printed(JOURNAL, PveFormat::Export);
    let path = files.make(&export).join("system.journal");
    let length = fs::metadata(&path).expect("ours").len();
    for length in [length - 1, length / 2, 300, 208, 207, 8, 0] {
        let file = fs::OpenOptions::new().write(true).open(&path).expect("ours");
        file.set_len(length).expect("it can be cut");
        let error = Archive::file(&path).boots().await.expect_err("cut short");
        assert!(error.to_string().contains("system.journal: "), "{length}: {error}");
        let journal = NativeJournal::new().with_file(&path);
        journal.excerpt(JournalQuery::default()).await.expect_err("cut short");
    }
}

#[tokio::test]
async fn a_value_compressed_in_a_way_that_is_not_read_is_a_gap() {
    let Some(files) = Files::new() else { return };
    let path = uncompressed(&files, &long_message());
    let at = message_at(&path);
    let file = fs::OpenOptions::new().write(true).open(&path).expect("ours");
    file.write_all_at(&[XZ], at + 1).expect("ours");
    let flags = fs::read(&path).expect("ours")[12];
    file.write_all_at(&[flags | XZ], 12).expect("ours");
    let archive = Archive::file(&path);
    assert_eq!(readable(&archive).await, (1, true));
    let id = archive.boots().await.expect("readable")[0].id;
    let read = archive.read(grace_journal::BootChoice::Id(id), |_| {}).await.expect("one of two");
    assert!(read.gaps[0].detail.contains("is compressed with XZ"), "{:?}", read.gaps);
}

#[tokio::test]
async fn a_value_compressed_with_lz4_is_read_as_journalctl_reads_it() {
    let Some(files) = Files::new() else { return };
    let path = uncompressed(&files, &long_message());
    let at = message_at(&path);
    let plain = [b"MESSAGE=".as_slice(), &[b'x'; 700]].concat();
    let file = fs::OpenOptions::new().write(true).open(&path).expect("ours");
    let head = head_of_data(&path);
    let packed = lz4(plain.len(), b"MESSAGE=x", 700 - 1 - 5, b"xxxxx");
    file.write_all_at(&packed, at + head).expect("ours");
    file.write_all_at(&(head + packed.len() as u64).to_le_bytes(), at + 8).expect("ours");
    file.write_all_at(&[LZ4], at + 1).expect("ours");
    let flags = fs::read(&path).expect("ours")[12];
    file.write_all_at(&[flags | LZ4], 12).expect("ours");
    let ours = whole(&Archive::file(&path)).await;
    assert_eq!(ours[0].1[0].message.as_str(), "x".repeat(700));
    let by_journalctl = whole(&Archive::file(&path).with_program("journalctl")).await;
    assert_eq!(ours[0].1, by_journalctl[0].1);
}

/// The flags of compressed values.
const XZ: u8 = 1;
const LZ4: u8 = 2;

/// A journal of two entries, the first with a message of 700 times `x`, not compressed.
fn long_message() -> Vec<u8> {
    let entry = |number: u64, message: &str| {
        format!(
            "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={number}\n\
             _BOOT_ID=0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b\nMESSAGE={message}\n\n",
            1_790_000_000_000_000 + number
        )
    };
    (entry(1, &"x".repeat(700)) + &entry(2, "short")).into_bytes()
}

/// Where the object with the long message is.
fn message_at(file: &Path) -> u64 {
    let bytes = fs::read(file).expect("ours");
    let at = bytes.windows(9).position(|bytes| bytes == b"MESSAGE=x").expect("not compressed");
    at as u64 - head_of_data(file)
}

/// How long a value's object is before the value: more in the compact layout.
fn head_of_data(file: &Path) -> u64 {
    if fs::read(file).expect("ours")[12] & 0b1_0000 != 0 { 72 } else { 64 }
}

/// A block of LZ4 as the journal has it: the plain length, then `start`, then so many times its last byte, then
/// `end`.
fn lz4(length: usize, start: &[u8], repeats: usize, end: &[u8]) -> Vec<u8> {
    let mut block = (length as u64).to_le_bytes().to_vec();
    let (literals, more) = (u8::try_from(start.len()).expect("short"), repeats - 4 - 15);
    block.push((literals << 4) | 0xf);
    block.extend_from_slice(start);
    block.extend(1_u16.to_le_bytes());
    block.extend(std::iter::repeat_n(255, more / 255));
    block.push(u8::try_from(more % 255).expect("less than 255"));
    block.push(u8::try_from(end.len() << 4).expect("short"));
    block.extend_from_slice(end);
    block
}

fn uncompressed(files: &Files, export: &[u8]) -> PathBuf {
    let path = files.directory().join("system.journal");
    files.write(&path, &["--compress=no"], export);
    path
}
