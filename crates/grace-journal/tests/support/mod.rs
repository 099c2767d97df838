//! Journal files for the tests, made from the journal's export format by systemd's own program.

pub(crate) mod maker;

use std::cell::Cell;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use self::maker::journal_maker;

/// A maker of journal files.
pub(crate) struct Files {
    maker: PathBuf,
    pub(crate) directory: TempDir,
    made: Cell<u32>,
}

impl Files {
    /// `None`, and a line that says why, where journals can be neither made nor read.
    pub(crate) fn new() -> Option<Self> {
        let maker = journal_maker()?;
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

    /// A directory with a journal of these entries.
    pub(crate) fn make(&self, export: &[u8]) -> PathBuf {
        let directory = self.directory();
        self.write(&directory.join("system.journal"), &[], export);
        directory
    }

    /// Writes a journal of these entries into a file, with options of systemd-journal-remote and variables of its
    /// environment.
    pub(crate) fn write(&self, file: &Path, settings: &[&str], export: &[u8]) {
        let (options, variables): (Vec<&str>, Vec<&str>) =
            settings.iter().partition(|setting| setting.starts_with('-'));
        #[expect(clippy::disallowed_methods, reason = "the tests' own child, waited for")]
        let mut maker = Command::new(&self.maker)
            .args(options)
            .envs(variables.iter().filter_map(|variable| variable.split_once('=')))
            .args(["--split-mode=none", "-o"])
            .args([file, Path::new("-")])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("systemd-journal-remote starts");
        let mut stdin = maker.stdin.take().expect("piped");
        stdin.write_all(export).expect("it reads its input");
        drop(stdin);
        assert!(maker.wait().expect("it ends").success());
    }
}
