//! Entries for the contract's tests, in the journal's export format, and files that may not be read.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use grace_core::{JournalEntry, Uptime};
use grace_sim::fakes::Record;

pub(crate) const EARLIER: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
pub(crate) const THIS_BOOT: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

/// No entry of the tests comes near this, but for the one that is to be too long.
pub(crate) const LINE_BOUND: usize = 16 * 1024;

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
