//! What comes out of the export format is what went in, and nothing that is put in does harm.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::*;

/// No field of the tests is longer but the ones that are to be too long.
const BOUND: usize = 100;

type Entry = Vec<(String, Vec<u8>)>;

fn export(bytes: &[u8]) -> Export<io::BufReader<&[u8]>> {
    // A small buffer, so that fields lie across its end.
    Export::new(io::BufReader::with_capacity(7, bytes), 0, BOUND)
}

/// All entries, of each field that is wanted.
fn read(bytes: &[u8], is_wanted: fn(&[u8]) -> bool) -> Vec<Result<Entry, BadEntry>> {
    let mut export = export(bytes);
    let mut entries = Vec::new();
    loop {
        let mut entry = Vec::new();
        let read = export.next(is_wanted, |name, value| {
            entry.push((String::from_utf8_lossy(name).into_owned(), value.to_vec()));
        });
        match read.expect("memory can be read") {
            Some(read) => entries.push(read.map(|()| entry)),
            None => break,
        }
    }
    assert_eq!(export.position(), bytes.len() as u64, "it has read all, and knows it");
    entries
}

fn written(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        for (name, value) in entry {
            bytes.extend_from_slice(name.as_bytes());
            if value.iter().any(|byte| *byte < b' ') {
                bytes.push(b'\n');
                bytes.extend((value.len() as u64).to_le_bytes());
            } else {
                bytes.push(b'=');
            }
            bytes.extend_from_slice(value);
            bytes.push(b'\n');
        }
        bytes.push(b'\n');
    }
    bytes
}

/// The messages of the entries, and the words for those that cannot be read.
fn told(bytes: &[u8]) -> Vec<String> {
    let message =
        |entry: Entry| entry.last().map(|(_, value)| String::from_utf8_lossy(value).into_owned());
    read(bytes, |name| name == b"MESSAGE")
        .into_iter()
        .map(|entry| {
            entry.map_or_else(|bad| bad.to_string(), |entry| message(entry).unwrap_or_default())
        })
        .collect()
}

#[test]
fn entries_end_with_an_empty_line_or_at_the_end() {
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(told(text.as_bytes()), expected, "{text:?}");
    }
    check("", &[]);
    check("\n\n", &[]);
    check("MESSAGE=a\n\nMESSAGE=b\n\n", &["a", "b"]);
    check("\n\nMESSAGE=a\n\n\n\nMESSAGE=b\n", &["a", "b"]);
    check("MESSAGE=a=b\n", &["a=b"]);
    check("MESSAGE=\n", &[""]);
}

#[test]
fn what_is_wrong_is_said_and_read_over() {
    fn check(wrong: &[u8], words: &str) {
        let bytes = [b"MESSAGE=a\n\n".as_slice(), wrong, b"\n\nMESSAGE=b\n\n"].concat();
        assert_eq!(told(&bytes), ["a", words, "b"], "{}", wrong.escape_ascii());
    }
    check(b"no field\nMESSAGE=x", "a line that is no field: \"no field\"");
    check(b"lower=x\nMESSAGE=x", "a line that is no field: \"lower=x\"");
    check(b"1ST=x", "a line that is no field: \"1ST=x\"");
    check(b"=x", "a line that is no field: \"=x\"");
    check(&[b'x'; 101], "a line of more than 100 bytes");
    check(&[b"MESSAGE=".as_slice(), &[b'x'; 300]].concat(), "a line of more than 100 bytes");
    check(b"MESSAGE\n\x02\0\0\0\0\0\0\0abc", "MESSAGE does not end where it says");
    check(b"MESSAGE\n\0\0\0\0\0\0\0\x80abc", "MESSAGE claims to have 9223372036854775808 bytes");
    let long = [b"MESSAGE\n\xc8\0\0\0\0\0\0\0".as_slice(), &[b'\n'; 200], b"\n_PID=1"].concat();
    check(&long, "MESSAGE has 200 bytes, more than the bound of 100");
}

#[test]
fn a_field_that_nobody_asks_for_may_be_as_long_as_it_likes() {
    let dump =
        [b"MESSAGE=a\nCOREDUMP\n\xc8\0\0\0\0\0\0\0".as_slice(), &[b'\n'; 200], b"\n\n"].concat();
    let entries = read(&dump, |name| name == b"MESSAGE");
    let fields = entries[0].as_ref().expect("an entry");
    assert_eq!(fields[0], ("MESSAGE".to_owned(), b"a".to_vec()));
}

#[test]
fn an_entry_that_ends_within_a_field_is_said_to_be_cut() {
    for text in
        ["MESS", "MESSAGE=x", "MESSAGE\n", "MESSAGE\n\u{3}\0\0", "MESSAGE\n\u{3}\0\0\0\0\0\0\0ab"]
    {
        assert_eq!(told(text.as_bytes()), ["it ends in the middle of a field"], "{text:?}");
    }
}

fn entry() -> impl Strategy<Value = Entry> {
    let name = prop_oneof!["[A-Z_][A-Z0-9_]{0,20}", Just("MESSAGE".to_owned())];
    vec((name, vec(any::<u8>(), 0..BOUND - 24)), 1..6)
}

proptest! {
    #[test]
    fn what_was_written_is_read(entries in vec(entry(), 0..6)) {
        let read = read(&written(&entries), |_| true);
        let read: Result<Vec<_>, _> = read.into_iter().collect();
        prop_assert_eq!(read, Ok(entries));
    }

    #[test]
    fn a_broken_entry_spoils_no_other(
        before in vec(entry(), 0..3),
        broken in "[a-z ]{1,40}",
        after in vec(entry(), 0..3),
    ) {
        let bytes = [written(&before), format!("{broken}\n\n").into_bytes(), written(&after)].concat();
        let read = read(&bytes, |_| true);
        prop_assert_eq!(read.len(), before.len() + 1 + after.len());
        let good: Vec<_> = read.into_iter().flatten().collect();
        prop_assert_eq!(good, [before, after].concat());
    }

    #[test]
    fn nothing_does_harm(bytes in vec(prop_oneof![
        Just(b'\n'), Just(b'='), Just(b'A'), Just(0), any::<u8>()
    ], 0..400)) {
        for entry in read(&bytes, |name| name == b"A").into_iter().flatten() {
            for (name, value) in entry {
                prop_assert!(is_name(name.as_bytes()) && value.len() <= BOUND);
            }
        }
    }
}
