//! The journal contract over real journal files, read without journalctl.
#![cfg(feature = "native")]

#[path = "support/entries.rs"]
mod entries;
mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use grace_core::{
    BootId, Journal as _, JournalEntry, JournalExcerpt, JournalQuery, PortErrorKind, Uptime,
};
use grace_journal::NativeJournal;
use grace_sim::contract::journal::{History, JournalSubject};
use grace_sim::fakes::Record;

use self::entries::{Export, LINE_BOUND, THIS_BOOT, cut, is_root, set_mode};
use self::support::Files;

impl JournalSubject for Files {
    type Port = NativeJournal;

    fn journal(&self, history: &History) -> NativeJournal {
        reader(self.make(&Export::of(&history.earlier, &history.this_boot).bytes))
    }

    fn unreadable(&self) -> Vec<NativeJournal> {
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

fn reader(directory: PathBuf) -> NativeJournal {
    NativeJournal::new()
        .with_directory(directory)
        .with_boot(BootId::new(THIS_BOOT))
        .with_field_bound(LINE_BOUND - 1)
}

mod contract {
    grace_sim::contract!(journal, super::Files::new());
}

fn messages(excerpt: &JournalExcerpt) -> Vec<&str> {
    excerpt.entries.iter().map(|entry| entry.message.as_str()).collect()
}

fn an_error(message: &str) -> Record {
    Record::Entry(JournalEntry::new(message).written("kernel", Uptime::from_micros(1_234_567)))
}

#[tokio::test]
async fn without_a_boot_a_directory_is_read_for_its_last() {
    let Some(files) = Files::new() else { return };
    let export = Export::of(&[an_error("before")], &[an_error("after")]);
    let journal = NativeJournal::new().with_directory(files.make(&export.bytes));
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("readable");
    assert_eq!(messages(&excerpt), ["after"]);
}

#[tokio::test]
async fn a_single_file_can_be_read_with_all_that_an_entry_says() {
    let Some(files) = Files::new() else { return };
    let entry = JournalEntry::new("an error")
        .written("kernel", Uptime::from_micros(1_234_567))
        .with_unit("a.service");
    let export = Export::of(&[], &[Record::Entry(entry.clone())]);
    let file = files.make(&export.bytes).join("system.journal");
    let journal = NativeJournal::new().with_file(file);
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("readable");
    assert_eq!(excerpt.entries, [entry]);
}

#[tokio::test]
async fn the_files_of_a_machine_in_a_directory_of_many_are_found() {
    let Some(files) = Files::new() else { return };
    let made = files.make(&Export::of(&[], &[an_error("there")]).bytes);
    let root = files.directory();
    let machine = root.join("5161b31d1dc2434d8ad14c7ccbcaf588");
    fs::create_dir(&machine).expect("a directory");
    fs::rename(made.join("system.journal"), machine.join("system@1.journal~")).expect("ours");
    let excerpt = reader(root).excerpt(JournalQuery::default()).await.expect("readable");
    assert_eq!(messages(&excerpt), ["there"]);
    assert_eq!(excerpt.gaps, []);
}

#[tokio::test]
async fn a_damaged_file_beside_a_whole_one_is_a_gap() {
    let Some(files) = Files::new() else { return };
    let directory = files.make(&Export::of(&[], &[an_error("whole")]).bytes);
    fs::write(directory.join("damaged.journal"), "no journal at all").expect("written");
    let excerpt = reader(directory).excerpt(JournalQuery::default()).await.expect("readable");
    assert_eq!(messages(&excerpt), ["whole"]);
    let gaps: Vec<_> = excerpt.gaps.iter().map(|gap| gap.detail.as_str()).collect();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].ends_with("damaged.journal: not a journal file"), "{gaps:?}");
}

#[tokio::test]
async fn a_boot_that_may_be_in_a_file_that_cannot_be_read_is_not_called_missing() {
    let Some(files) = Files::new() else { return };
    let directory = files.make(&Export::of(&[an_error("before")], &[]).bytes);
    fs::write(directory.join("damaged.journal"), "no journal at all").expect("written");
    let error = reader(directory).excerpt(JournalQuery::default()).await.expect_err("not there");
    assert!(error.to_string().ends_with("damaged.journal: not a journal file"), "{error}");
}

#[tokio::test]
async fn a_boot_that_is_not_in_the_journal_is_missing() {
    let Some(files) = Files::new() else { return };
    let journal = reader(files.make(&Export::of(&[an_error("before")], &[]).bytes));
    let error = journal.excerpt(JournalQuery::default()).await.expect_err("not there");
    assert_eq!(error.kind(), PortErrorKind::Missing, "{error}");
}

#[tokio::test]
async fn a_reading_that_may_take_no_time_ends_with_what_it_has() {
    let Some(files) = Files::new() else { return };
    let errors: Vec<_> = (0..5000).map(|number| an_error(&number.to_string())).collect();
    let journal = reader(files.make(&Export::of(&[], &errors).bytes)).with_deadline(Duration::ZERO);
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("the beginning");
    assert!(excerpt.total < 5000, "{}", excerpt.total);
    assert!(excerpt.gaps[0].detail.ends_with("entries was not read in time"), "{:?}", excerpt.gaps);
}

#[tokio::test]
async fn a_file_that_its_reader_may_not_read_is_permission_denied() {
    if is_root() {
        return as_nobody("a_file_that_its_reader_may_not_read_is_permission_denied");
    }
    let Some(files) = Files::new() else { return };
    let directory = files.make(&Export::of(&[], &[an_error("for root")]).bytes);
    set_mode(&directory.join("system.journal"), 0o000);
    let journal = reader(directory.clone());
    let error = journal.excerpt(JournalQuery::default()).await.expect_err("not for us");
    assert_eq!(error.kind(), PortErrorKind::PermissionDenied, "{error}");

    let whole = files.make(&Export::of(&[], &[an_error("for all")]).bytes);
    fs::rename(whole.join("system.journal"), directory.join("user-1000.journal")).expect("ours");
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("one of two");
    assert_eq!(messages(&excerpt), ["for all"]);
    assert!(
        excerpt.gaps[0].detail.contains("system.journal: Permission denied"),
        "{:?}",
        excerpt.gaps
    );
}

/// Runs a test of this binary once more as a user from whom files can be kept.
fn as_nobody(test: &str) {
    let setpriv = Path::new("/usr/bin/setpriv");
    let binary = env::current_exe().expect("it runs");
    if !setpriv.exists() {
        println!("skipped: setpriv is not installed");
        return;
    }
    #[expect(clippy::disallowed_methods, reason = "the tests' own child, waited for")]
    let ran = Command::new(setpriv)
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(binary)
        .args(["--exact", test])
        // Where anyone may write.
        .env_remove("TMPDIR")
        .output()
        .expect("setpriv starts");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}{:?}", ran.stderr);
}
