//! The program that journals are made with.

use std::path::{Path, PathBuf};

/// systemd-journal-remote. `None`, and a line that says why, where journals can be neither made nor read.
pub(crate) fn journal_maker() -> Option<PathBuf> {
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
    Some(maker)
}
