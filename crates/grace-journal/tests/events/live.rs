//! A journal that is written to while it is read, by the real systemd-journal-remote.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::maker::journal_maker;

/// journald's own name for a host, of which there is one here.
const MACHINE: &str = "5161b31d1dc2434d8ad14c7ccbcaf588";

/// A journal, and its writer. The writer ends with this.
pub(crate) struct Journal {
    directory: TempDir,
    writer: Child,
    stdin: RefCell<ChildStdin>,
    seconds: Cell<u64>,
}

impl Journal {
    /// `None`, and a line that says why, where journals can be neither made nor read.
    pub(crate) fn new() -> Option<Self> {
        let maker = journal_maker()?;
        let directory = tempfile::tempdir().expect("a temporary directory");
        let file = directory.path().join("system.journal");
        let mut writer = command(&maker)
            .args(["--split-mode=none", "-o"])
            .args([&file, Path::new("-")])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("systemd-journal-remote starts");
        let stdin = RefCell::new(writer.stdin.take().expect("piped"));
        Some(Self { directory, writer, stdin, seconds: Cell::new(0) })
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes an entry, and waits until it can be read. Each lies a second after the one before.
    pub(crate) async fn write(&self, boot: &str, fields: &[(&str, &str)]) {
        let seconds = self.seconds.get() + 1;
        self.seconds.set(seconds);
        let realtime = (1_790_000_000 + seconds) * 1_000_000;
        let mut text = format!(
            "__REALTIME_TIMESTAMP={realtime}\n__MONOTONIC_TIMESTAMP={}\n_BOOT_ID={boot}\n\
             _MACHINE_ID={MACHINE}\n",
            seconds * 1_000_000
        );
        for (field, value) in fields {
            writeln!(text, "{field}={value}").expect("memory");
        }
        text.push('\n');
        self.stdin.borrow_mut().write_all(text.as_bytes()).expect("it reads its input");
        while !self.ends_with(realtime) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Whether the journal's last entry is of this time.
    fn ends_with(&self, realtime: u64) -> bool {
        let last = command(Path::new("journalctl"))
            .arg("--directory")
            .arg(self.path())
            .args(["--lines=1", "--output=export", "--output-fields=MESSAGE_ID"])
            .output()
            .expect("journalctl runs");
        String::from_utf8_lossy(&last.stdout)
            .contains(&format!("__REALTIME_TIMESTAMP={realtime}\n"))
    }

    /// Kills each journalctl that follows this journal.
    pub(crate) async fn kill_followers(&self) {
        let followers = self.followers();
        assert!(!followers.is_empty(), "someone follows the journal");
        for process in followers {
            let pid = process.file_name().expect("a process has a number");
            let killed = command(Path::new("kill")).arg("-KILL").arg(pid).status();
            assert!(killed.expect("kill runs").success());
            super::script::until(|| !self.followers().contains(&process)).await;
        }
    }

    /// The processes that follow this journal.
    pub(crate) fn followers(&self) -> Vec<PathBuf> {
        let processes = fs::read_dir("/proc").expect("there is /proc");
        let processes = processes.filter_map(|entry| Some(entry.ok()?.path()));
        let directory = self.path().to_string_lossy().into_owned();
        let follows = |process: &PathBuf| {
            let words = fs::read(process.join("cmdline")).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).into_owned();
            words.contains("--follow") && words.contains(&directory)
        };
        processes.filter(follows).collect()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // One that has gone already is what is wanted.
        self.writer.kill().ok();
        self.writer.wait().ok();
    }
}

fn command(program: &Path) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the tests' own child, waited for")]
    Command::new(program)
}
