//! A journal file, damaged in any way, read without journalctl.
#![no_main]

use std::cell::RefCell;
use std::fs;

use grace_core::{Journal as _, JournalQuery};
use grace_journal::NativeJournal;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

thread_local! {
    static WORLD: RefCell<(TempDir, Runtime)> = RefCell::new((
        tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory"),
        Builder::new_current_thread().enable_time().build().expect("a runtime"),
    ));
}

fuzz_target!(|bytes: &[u8]| {
    WORLD.with_borrow(|(directory, runtime)| {
        let path = directory.path().join("system.journal");
        fs::write(&path, bytes).expect("written");
        let query = JournalQuery::default();
        let journal = NativeJournal::new().with_file(&path);
        let Ok(excerpt) = runtime.block_on(journal.excerpt(query)) else { return };
        assert!(excerpt.entries.len() as u64 <= excerpt.total);
        assert!(excerpt.total <= bytes.len() as u64, "more entries than bytes");
        let worst = excerpt.entries.iter().map(|entry| entry.priority).max();
        assert!(worst.is_none_or(|worst| worst <= query.priority), "{worst:?}");
    });
});
