//! Journal files of every kind, read by journalctl and, with feature `native`, without it: the records are equal.

use std::fs;
use std::path::{Path, PathBuf};

use grace_core::BootId;
use grace_journal::{Archive, BootChoice, Record};
use grace_sim::pve::{PveFormat, PveJournal};

use super::support::Files;
use super::{check, printed, whole};

const JOURNAL: PveJournal = PveJournal::new(5).with_entries(2_500).with_boots(3);

fn with_journalctl(archive: Archive) -> Archive {
    archive.with_program("journalctl")
}

/// Reads a directory in all ways, which are to agree, and returns the boots.
async fn agree(directory: &Path) -> Vec<(BootId, Vec<Record>)> {
    let by_journalctl = whole(&with_journalctl(Archive::directory(directory))).await;
    let by_default = whole(&Archive::directory(directory)).await;
    assert_eq!(by_default.len(), by_journalctl.len());
    for ((one, records), (other, others)) in by_default.iter().zip(&by_journalctl) {
        assert_eq!(one.id, other.id);
        assert_eq!(one.first_unix_micros, other.first_unix_micros);
        assert_eq!(one.last_unix_micros, other.last_unix_micros);
        for (record, other) in records.iter().zip(others) {
            assert_eq!(record, other);
        }
        assert_eq!(records.len(), others.len());
    }
    by_default.into_iter().map(|(boot, records)| (boot.id, records)).collect()
}

#[tokio::test]
async fn files_in_every_format_give_the_records_that_journalctl_gives() {
    let Some(files) = Files::new() else { return };
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    for settings in [
        &[] as &[&str],
        &["SYSTEMD_JOURNAL_COMPACT=0"],
        &["SYSTEMD_JOURNAL_COMPACT=1"],
        &["SYSTEMD_JOURNAL_KEYED_HASH=0"],
        &["SYSTEMD_JOURNAL_COMPACT=0", "SYSTEMD_JOURNAL_KEYED_HASH=0"],
        &["--compress=no"],
        &["--compress=no", "SYSTEMD_JOURNAL_COMPACT=0"],
    ] {
        let directory = files.directory();
        files.write(&directory.join("system.journal"), settings, &export);
        check(&whole(&Archive::directory(&directory)).await, &truth);
        agree(&directory).await;
    }
}

#[tokio::test]
async fn a_single_file_is_read_as_its_directory_is() {
    let Some(files) = Files::new() else { return };
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    let file = files.make(&export).join("system.journal");
    check(&whole(&Archive::file(&file)).await, &truth);
    check(&whole(&with_journalctl(Archive::file(&file))).await, &truth);
}

#[tokio::test]
async fn a_rotated_set_of_files_is_one_journal() {
    let Some(files) = Files::new() else { return };
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    let directory = files.directory();
    // The last was not closed when its host went down.
    for (number, part) in parts(&export, 4, |entry, of| entry * 4 / of).iter().enumerate() {
        let name = if number == 3 {
            "system@0.journal~".to_owned()
        } else {
            format!("system@{number}.journal")
        };
        let made = directory.join(format!("made-{number}.journal"));
        files.write(&made, &[], part);
        fs::rename(made, directory.join(name)).expect("ours");
    }
    check(&whole(&Archive::directory(&directory)).await, &truth);
    agree(&directory).await;
}

#[tokio::test]
async fn files_whose_entries_lie_between_each_other_are_one_journal() {
    let Some(files) = Files::new() else { return };
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    let directory = files.directory();
    for (number, part) in parts(&export, 3, |entry, _| entry % 3).iter().enumerate() {
        files.write(&directory.join(format!("user-{number}.journal")), &[], part);
    }
    check(&whole(&Archive::directory(&directory)).await, &truth);
    agree(&directory).await;
}

#[tokio::test]
async fn a_file_that_is_there_twice_is_read_once() {
    let Some(files) = Files::new() else { return };
    let (export, truth) = printed(JOURNAL, PveFormat::Export);
    let directory = files.make(&export);
    fs::copy(directory.join("system.journal"), directory.join("copy.journal")).expect("room");
    check(&whole(&Archive::directory(&directory)).await, &truth);
    agree(&directory).await;
}

#[tokio::test]
async fn values_of_every_shape_are_read_alike() {
    let Some(files) = Files::new() else { return };
    let mut export = Vec::new();
    let long = "long, ".repeat(2_000);
    let messages: [&[u8]; 9] = [
        b"plain",
        b"",
        b"two\nlines",
        b"tab\tand \x1b[31mred",
        b"not UTF-8: \xff\xfe",
        "\u{fc}ber \u{202e}back".as_bytes(),
        b"=starts with a sign",
        long.as_bytes(),
        &[b'x'; 600],
    ];
    for (number, message) in messages.iter().enumerate() {
        let head = format!(
            "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={}\n\
             _BOOT_ID=0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b\n",
            1_790_000_000_000_000 + number,
            1_000 + number
        );
        export.extend(head.into_bytes());
        export.extend(field("MESSAGE", message));
        if number == 0 {
            export.extend(field("MESSAGE", b"again"));
        }
        export.extend(field("PRIORITY", if number % 2 == 0 { b"4" } else { b"nine" }));
        export.extend(field("COREDUMP", long.as_bytes()));
        export.extend(field("_UID", b"1000"));
        export.push(b'\n');
    }
    let directory = files.make(&export);
    let boots = agree(&directory).await;
    assert_eq!(boots[0].1.len(), messages.len());
    assert_eq!(boots[0].1[0].message, "plain; again");

    let path = directory.join("printed");
    fs::write(&path, &export).expect("written");
    let printed = whole(&Archive::export(path)).await;
    for (record, other) in boots[0].1.iter().zip(&printed[0].1) {
        // What has no cursor in the export gets one in the file.
        let mut record = record.clone();
        record.cursor = other.cursor.clone();
        assert_eq!(&record, other);
    }
}

#[tokio::test]
async fn journalctl_that_gives_nothing_for_too_long_is_ended() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("scenario"), "exec sleep 1000").expect("written");
    let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/journalctl");
    let archive = Archive::directory(directory.path())
        .with_program(fake)
        .with_stall_deadline(std::time::Duration::from_millis(200));
    let error = archive.read(BootChoice::Latest, |_| {}).await.expect_err("it hangs");
    assert!(error.to_string().ends_with("has given nothing for 200ms"), "{error}");
    let pid = fs::read_to_string(directory.path().join("pid")).expect("it ran");
    assert!(!PathBuf::from("/proc").join(pid.trim()).exists());
}

/// One field in the export format, as bytes of a length.
fn field(name: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{name}\n").into_bytes();
    bytes.extend((value.len() as u64).to_le_bytes());
    bytes.extend_from_slice(value);
    bytes.push(b'\n');
    bytes
}

/// The entries of an export, dealt out to so many parts: `deal` says to which, by the entry's number and how many
/// there are.
fn parts(export: &[u8], count: usize, deal: impl Fn(usize, usize) -> usize) -> Vec<Vec<u8>> {
    let text = String::from_utf8(export.to_vec()).expect("text, with lengths of less than 128");
    // An empty line may be the end of a value.
    let entries: Vec<_> = text.split("__CURSOR=").skip(1).collect();
    let mut parts = vec![Vec::new(); count];
    for (number, entry) in entries.iter().enumerate() {
        let part: &mut Vec<u8> = &mut parts[deal(number, entries.len())];
        part.extend_from_slice(b"__CURSOR=");
        part.extend_from_slice(entry.as_bytes());
    }
    parts
}
