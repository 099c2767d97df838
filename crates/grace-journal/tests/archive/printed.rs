//! What journalctl printed, in a file or a pipe.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use grace_core::BootId;
use grace_journal::{Archive, BootChoice, JournalError, Progress};
use grace_sim::pve::{PveFormat, PveJournal};
use tempfile::TempDir;

use super::{check, printed, records, whole};

const JOURNAL: PveJournal = PveJournal::new(11).with_entries(3_000).with_boots(3);

fn file(text: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("printed");
    fs::write(&path, text).expect("written");
    (directory, path)
}

#[tokio::test]
async fn both_ways_to_print_a_journal_give_the_same_records_of_each_boot() {
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    let (json, _) = printed(JOURNAL, PveFormat::Json);
    let (_kept, export) = file(export);
    let (_kept_too, json) = file(json);
    let export = whole(&Archive::export(export)).await;
    check(&export, &truth);
    assert_eq!(export, whole(&Archive::export(json)).await);
}

#[tokio::test]
async fn a_boot_is_chosen_as_journalctl_has_it() {
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    let (_kept, path) = file(export);
    let archive = Archive::export(path);
    for (choice, boot) in [
        (BootChoice::Latest, &truth[2]),
        (BootChoice::Back(0), &truth[2]),
        (BootChoice::Back(2), &truth[0]),
        (BootChoice::Id(truth[1].id), &truth[1]),
    ] {
        let read = archive.read(choice, |_| {}).await.expect("a boot");
        assert_eq!((read.boot, read.records), (boot.id, boot.entries), "{choice}");
    }
    for choice in [BootChoice::Back(3), BootChoice::Id(BootId::new("0c"))] {
        let error = archive.read(choice, |_| {}).await.expect_err("not there");
        assert!(matches!(error, JournalError::NoSuchBoot { boots: 3, .. }), "{choice}: {error}");
    }
}

#[tokio::test]
async fn what_comes_from_a_pipe_can_be_read_more_than_once() {
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    let (_kept, path) = file("");
    let pipe = path.with_file_name("pipe");
    #[expect(clippy::disallowed_methods, reason = "the tests' own child, waited for")]
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there");
    assert!(made.success());
    let to = pipe.clone();
    let writing = tokio::task::spawn_blocking(move || {
        fs::OpenOptions::new().write(true).open(to).expect("a pipe").write_all(&export)
    });
    check(&whole(&Archive::export(pipe)).await, &truth);
    writing.await.expect("it ends").expect("it was read");
}

#[tokio::test]
async fn a_reading_tells_how_far_it_is() {
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    let (_kept, path) = file(export);
    let progress = Progress::default();
    assert_eq!((progress.records(), progress.fraction()), (0, None));
    let archive = Archive::export(path).with_progress(progress.clone());
    let mut fractions = Vec::new();
    let read = archive.read(BootChoice::Latest, |_| fractions.extend(progress.fraction())).await;
    read.expect("a boot");
    assert!(fractions.iter().all(|fraction| (0.0..=1.0).contains(fraction)));
    assert_eq!(progress.records(), truth[2].entries);
    assert_eq!(progress.fraction(), Some(1.0));
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_spoils_only_itself() {
    let good = |number: u32| {
        format!(
            "__REALTIME_TIMESTAMP={number}\n__MONOTONIC_TIMESTAMP={number}\n_BOOT_ID=0b\nMESSAGE={number}\n\n"
        )
    };
    let json = |number: u32| {
        format!(
            "{{\"__REALTIME_TIMESTAMP\":\"{number}\",\"_BOOT_ID\":\"0b\",\"MESSAGE\":\"{number}\"}}\n"
        )
    };
    for (text, words) in [
        (
            good(1) + "no field\nMESSAGE=lost\n\n" + &good(2),
            "a line that is no field: \"no field\"",
        ),
        (
            good(1) + "MESSAGE\n\u{1}\0\0\0\0\0\0\0ab\n\n" + &good(2),
            "MESSAGE does not end where it says",
        ),
        (
            good(1) + "MESSAGE=of no boot\n\n" + &good(2),
            "does not say of which boot it is, or when",
        ),
        (
            good(1) + &good(2) + "MESSAGE\n\u{9}\0\0\0\0\0\0\0abc",
            "it ends in the middle of a field",
        ),
        ("MESS\u{e4}GE=x\n\n".to_owned() + &good(1) + &good(2), "a line that is no field"),
        (json(1) + "{\"MESSAGE\":\n" + &json(2), "not an entry in JSON"),
        (json(1) + &json(2) + "{\"MESSA", "not an entry in JSON"),
    ] {
        let (_kept, path) = file(&text);
        let (records, gaps) = records(&Archive::export(path), BootChoice::Latest).await;
        let messages: Vec<_> = records.iter().map(|record| record.message.as_str()).collect();
        assert_eq!(messages, ["1", "2"], "{text:?}");
        assert_eq!(gaps.len(), 1, "{text:?}: {gaps:?}");
        assert!(gaps[0].detail.contains(words), "{text:?}: {gaps:?}");
    }
}

#[tokio::test]
async fn what_is_no_journal_is_an_error_and_nothing_is_no_boot() {
    let (_kept, path) = file("-----BEGIN CERTIFICATE-----\nMIIB\n");
    let error = Archive::export(path).boots().await.expect_err("no journal");
    assert!(error.to_string().contains("a line that is no field"), "{error}");
    let (_kept, path) = file("");
    assert_eq!(Archive::export(&path).boots().await.expect("no boots"), []);
    let missing = path.with_file_name("missing");
    let error = Archive::export(missing).boots().await.expect_err("not there");
    assert!(error.to_string().contains("missing: No such file"), "{error}");
}
