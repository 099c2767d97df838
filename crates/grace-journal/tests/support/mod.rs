//! Journal files for the tests, made from the journal's export format by systemd's own program.

use std::cell::Cell;
use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use grace_core::{JournalEntry, Uptime};
use grace_sim::fakes::Record;
use tempfile::TempDir;

pub(crate) const EARLIER: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
pub(crate) const THIS_BOOT: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

/// No entry of the tests comes near this, but for the one that is to be too long.
pub(crate) const LINE_BOUND: usize = 16 * 1024;

/// A maker of journal files.
pub(crate) struct Files {
    maker: PathBuf,
    pub(crate) directory: TempDir,
    made: Cell<u32>,
}

impl Files {
    /// `None`, and a line that says why, where journals can be neither made nor read.
    pub(crate) fn new() -> Option<Self> {
        let maker = ["/usr/lib/systemd", "/lib/systemd"]
            .map(|directory| Path::new(directory).join("systemd-journal-remote"))
            .into_iter()
            .find(|maker| maker.exists());
        let Some(maker) = maker else {
            println!("skipped: systemd-journal-remote is not installed");
            return None;
        };
        if !Path::new("/usr/bin/journalctl").exists() && !Path::new("/bin/journalctl").exists() {
            println!("skipped: journalctl is not installed");
            return None;
        }
        Some(Self {
            maker,
            directory: tempfile::tempdir().expect("a temporary directory"),
            made: Cell::new(0),
        })
    }

    /// A directory of its own for each journal.
    pub(crate) fn directory(&self) -> PathBuf {
        self.made.set(self.made.get() + 1);
        let directory = self.directory.path().join(self.made.get().to_string());
        fs::create_dir(&directory).expect("a directory");
        directory
    }

    pub(crate) fn make(&self, export: &[u8]) -> PathBuf {
        let directory = self.directory();
        let file = directory.join("system.journal");
        #[expect(clippy::disallowed_methods, reason = "the tests' own child, waited for")]
        let mut maker = Command::new(&self.maker)
            .args(["--split-mode=none", "-o"])
            .args([&file, Path::new("-")])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("systemd-journal-remote starts");
        let mut stdin = maker.stdin.take().expect("piped");
        stdin.write_all(export).expect("it reads its input");
        drop(stdin);
        assert!(maker.wait().expect("it ends").success());
        directory
    }
}

/// The journal's export format (systemd, `JOURNAL_EXPORT_FORMATS`), one second between two entries.
#[derive(Default)]
pub(crate) struct Export {
    pub(crate) bytes: Vec<u8>,
    seconds: u64,
}

impl Export {
    /// The records of two boots.
    pub(crate) fn of(earlier: &[Record], this_boot: &[Record]) -> Self {
        let mut export = Self::default();
        earlier.iter().for_each(|record| export.record(EARLIER, record));
        this_boot.iter().for_each(|record| export.record(THIS_BOOT, record));
        export
    }

    pub(crate) fn record(&mut self, boot: &str, record: &Record) {
        match record {
            Record::Entry(entry) => self.entry(boot, entry, &[entry.message.as_bytes()]),
            Record::Unreadable => {
                let long = "x".repeat(LINE_BOUND);
                self.entry(boot, &JournalEntry::new(""), &[long.as_bytes()]);
            }
        }
    }

    /// An entry with these messages instead of its own.
    pub(crate) fn entry(&mut self, boot: &str, entry: &JournalEntry, messages: &[&[u8]]) {
        self.seconds += 1;
        let realtime = (1_790_000_000 + self.seconds) * 1_000_000;
        let monotonic = entry.at.unwrap_or(Uptime::from_secs(1)).as_nanos() / 1_000;
        let mut text = format!(
            "__REALTIME_TIMESTAMP={realtime}\n__MONOTONIC_TIMESTAMP={monotonic}\n_BOOT_ID={boot}\n\
             _MACHINE_ID=5161b31d1dc2434d8ad14c7ccbcaf588\nPRIORITY={}\n",
            entry.priority.level()
        );
        for (field, value) in
            [("SYSLOG_IDENTIFIER", &entry.identifier), ("_SYSTEMD_UNIT", &entry.unit)]
        {
            if !value.is_empty() {
                writeln!(text, "{field}={value}").expect("memory");
            }
        }
        self.bytes.extend_from_slice(text.as_bytes());
        for message in messages {
            self.bytes.extend_from_slice(b"MESSAGE\n");
            self.bytes.extend_from_slice(&(message.len() as u64).to_le_bytes());
            self.bytes.extend_from_slice(message);
            self.bytes.push(b'\n');
        }
        self.bytes.push(b'\n');
    }
}

/// Cuts a file to a length.
pub(crate) fn cut(path: &Path, length: u64) {
    let file = fs::OpenOptions::new().write(true).open(path).expect("the file is there");
    file.set_len(length).expect("it can be cut");
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("ours");
}
