//! The journal contract over real journal files, read by the real journalctl.
//!
//! `systemd-journal-remote` makes the files from the journal's export format. Where it or journalctl is not
//! installed, the tests say so and are skipped.

#[path = "support/entries.rs"]
mod entries;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use grace_core::{
    BootId, Journal as _, JournalEntry, JournalQuery, PortErrorKind, Priority, Uptime,
};
use grace_journal::JournalctlJournal;
use grace_sim::contract::journal::{History, JournalSubject};
use grace_sim::fakes::Record;

use self::entries::{EARLIER, Export, LINE_BOUND, THIS_BOOT, cut, is_root, set_mode};
use self::support::Files;

impl JournalSubject for Files {
    type Port = JournalctlJournal;

    fn journal(&self, history: &History) -> JournalctlJournal {
        reader(self.make(&Export::of(&history.earlier, &history.this_boot).bytes))
    }

    fn unreadable(&self) -> Vec<JournalctlJournal> {
        let export = Export::of(&[], &[Record::Entry(JournalEntry::new("an error"))]);
        let damaged = self.make(&export.bytes);
        cut(&damaged.join("system.journal"), 1000);
        let whole = self.make(&export.bytes);
        vec![
            reader(self.directory()),
            reader(self.directory.path().join("missing")),
            reader(damaged),
            reader(whole).with_boot(BootId::new("0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c")),
        ]
    }
}

fn reader(directory: PathBuf) -> JournalctlJournal {
    JournalctlJournal::new()
        .with_directory(directory)
        .with_boot(BootId::new(THIS_BOOT))
        .with_line_bound(LINE_BOUND)
}

mod journalctl {
    grace_sim::contract!(journal, super::Files::new());
}

#[tokio::test]
async fn messages_of_every_shape_are_read() {
    let Some(files) = Files::new() else { return };
    let long = "x".repeat(5000);
    let shapes: [(&[&[u8]], &str); 6] = [
        (&[b"plain"], "plain"),
        (&[b"\xc3\xbcber"], "über"),
        (&[b"two\nlines"], "two lines"),
        (&[b"not UTF-8: \xff\xfe"], "not UTF-8: \u{fffd}\u{fffd}"),
        (&[b"\x1b[31mred"], "\u{fffd}[31mred"),
        (&[b"first", b"again"], "first; again"),
    ];
    let mut export = Export::default();
    for (messages, _) in shapes {
        export.entry(THIS_BOOT, &JournalEntry::new(""), messages);
    }
    export.entry(THIS_BOOT, &JournalEntry::new(""), &[long.as_bytes()]);
    let journal = reader(files.make(&export.bytes));
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("readable");

    let found: Vec<_> = excerpt.entries.iter().map(|entry| entry.message.as_str()).collect();
    assert_eq!(found[..6], shapes.map(|(_, expected)| expected));
    assert!(found[6].ends_with("… [3976 bytes cut]"), "{}", found[6]);
    assert_eq!(excerpt.gaps, []);
}

#[tokio::test]
async fn without_a_boot_a_directory_is_read_for_its_last() {
    let Some(files) = Files::new() else { return };
    let mut export = Export::default();
    export.record(EARLIER, &Record::Entry(JournalEntry::new("before")));
    export.record(THIS_BOOT, &Record::Entry(JournalEntry::new("after")));
    let journal = JournalctlJournal::new().with_directory(files.make(&export.bytes));
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("readable");
    let found: Vec<_> = excerpt.entries.iter().map(|entry| entry.message.as_str()).collect();
    assert_eq!(found, ["after"]);
}

#[tokio::test]
async fn a_journal_longer_than_the_bound_is_read_at_both_ends() {
    let Some(files) = Files::new() else { return };
    let mut export = Export::default();
    for number in 0..200 {
        export.record(THIS_BOOT, &Record::Entry(JournalEntry::new(number.to_string())));
    }
    let journal = reader(files.make(&export.bytes)).with_output_bound(8 * 1024);
    let query = JournalQuery::new(Priority::ERR, 2, 3);
    let excerpt = journal.excerpt(query).await.expect("readable");
    let found: Vec<_> = excerpt.entries.iter().map(|entry| entry.message.as_str()).collect();
    assert_eq!(found, ["0", "1", "197", "198", "199"]);
    assert!((5..200).contains(&excerpt.total), "{}", excerpt.total);
    assert!(!excerpt.gaps.is_empty());
}

#[tokio::test]
async fn a_single_file_can_be_read() {
    let Some(files) = Files::new() else { return };
    let mut export = Export::default();
    let entry = JournalEntry::new("an error").written("kernel", Uptime::from_micros(1_234_567));
    export.record(THIS_BOOT, &Record::Entry(entry.clone()));
    let file = files.make(&export.bytes).join("system.journal");
    let journal = reader(PathBuf::new()).with_file(file);
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("readable");
    assert_eq!(excerpt.entries, [entry]);
}

#[tokio::test]
async fn a_damaged_file_beside_a_whole_one_is_a_gap() {
    let Some(files) = Files::new() else { return };
    let mut export = Export::default();
    let info = Priority::new(6).expect("info");
    let well = JournalEntry::new("all is well").with_priority(info);
    export.record(THIS_BOOT, &Record::Entry(well));
    let directory = files.make(&export.bytes);
    fs::write(directory.join("damaged.journal"), "no journal at all").expect("written");
    let excerpt = reader(directory).excerpt(JournalQuery::default()).await.expect("readable");
    assert_eq!((excerpt.entries.len(), excerpt.total), (0, 0));
    assert_eq!(excerpt.gaps.len(), 1, "{:?}", excerpt.gaps);
    assert!(excerpt.gaps[0].detail.contains("damaged.journal"), "{:?}", excerpt.gaps);
}

#[tokio::test]
async fn a_boot_that_is_not_in_the_journal_is_missing() {
    let Some(files) = Files::new() else { return };
    let mut export = Export::default();
    export.record(EARLIER, &Record::Entry(JournalEntry::new("before")));
    let journal = reader(files.make(&export.bytes));
    let error = journal.excerpt(JournalQuery::default()).await.expect_err("not there");
    assert_eq!(error.kind(), PortErrorKind::Missing, "{error}");
}

#[tokio::test]
async fn a_journal_that_only_root_may_read_is_permission_denied() {
    let Some(files) = Files::new() else { return };
    if !Path::new("/usr/bin/setpriv").exists() || !is_root() {
        println!("skipped: only root can become a user who may not read the journal");
        return;
    }
    let mut export = Export::default();
    export.record(THIS_BOOT, &Record::Entry(JournalEntry::new("an error")));
    let directory = files.make(&export.bytes);
    set_mode(files.directory.path(), 0o755);
    set_mode(&directory, 0o755);
    set_mode(&directory.join("system.journal"), 0o600);

    let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/journalctl-as-nobody");
    let journal = reader(directory.clone()).with_program(fake);
    let error = journal.excerpt(JournalQuery::default()).await.expect_err("not for nobody");
    assert_eq!(error.kind(), PortErrorKind::PermissionDenied, "{error}");

    set_mode(&directory.join("system.journal"), 0o644);
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("readable for all");
    assert_eq!(excerpt.total, 1);
}
