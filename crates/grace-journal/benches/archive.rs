//! Reads a journal of your own in three ways, each by this crate and through journalctl, and says how long it took:
//!
//! ```sh
//! cargo bench -p grace-journal --features native --bench archive -- /var/log/journal
//! ```
//!
//! With `native` or `journalctl` and `last`, `errors` or `every` after the directory it does only that, so that a
//! process's memory can be looked at: `/usr/bin/time -v target/release/deps/archive-… DIR native every`.

use std::path::Path;
use std::time::{Duration, Instant};

use grace_core::{Journal, JournalQuery, Priority};
use grace_journal::{Archive, BootChoice, JournalctlJournal, NativeJournal};

/// How often each reading is repeated; the median counts.
const TIMES: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Reader {
    Native,
    Journalctl,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    /// The last 50 errors of the last boot.
    Last,
    /// All errors of the last boot, counted, and the first and last 25 of them.
    Errors,
    /// Every entry of every boot.
    Every,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let Some(directory) = words.first().map(Path::new) else {
        println!("skipped: name a directory of journal files");
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let is_asked = |word: String| words.len() == 1 || words.contains(&word.to_lowercase());
    for what in [What::Last, What::Errors, What::Every] {
        for reader in [Reader::Native, Reader::Journalctl] {
            if is_asked(format!("{what:?}")) && is_asked(format!("{reader:?}")) {
                let times = if what == What::Every { 1 } else { TIMES };
                runtime.block_on(measure(directory, reader, what, times));
            }
        }
    }
}

async fn measure(directory: &Path, reader: Reader, what: What, times: usize) {
    let mut taken = Vec::new();
    let mut entries = 0;
    for _ in 0..times {
        let begun = now();
        entries = match (what, reader) {
            (What::Every, _) => every(directory, reader).await,
            (_, Reader::Native) => {
                excerpt(&NativeJournal::new().with_directory(directory), what).await
            }
            (_, Reader::Journalctl) => {
                let journal = JournalctlJournal::new().with_directory(directory);
                excerpt(&journal, what).await
            }
        };
        taken.push(now().duration_since(begun));
    }
    taken.sort_unstable();
    let median = taken[times / 2];
    let rate = entries as f64 / median.as_secs_f64();
    println!("{what:?} {reader:?}: {entries} entries in {}, {rate:.0} a second", shown(median));
}

async fn excerpt(journal: &impl Journal, what: What) -> u64 {
    let query = match what {
        What::Last => JournalQuery::new(Priority::ERR, 0, 50),
        _ => JournalQuery::default(),
    };
    let excerpt = journal.excerpt(query).await.expect("readable");
    assert_eq!(excerpt.gaps, []);
    excerpt.total
}

async fn every(directory: &Path, reader: Reader) -> u64 {
    let archive = match reader {
        Reader::Native => Archive::directory(directory),
        Reader::Journalctl => Archive::directory(directory).with_program("journalctl"),
    };
    let mut messages = 0;
    for boot in archive.boots().await.expect("boots") {
        let read = archive.read(BootChoice::Id(boot.id), |record| {
            messages += u64::from(!record.message.is_empty());
        });
        assert_eq!(read.await.expect("readable").gaps, []);
    }
    messages
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is about the time that it takes")]
fn now() -> Instant {
    Instant::now()
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
