//! The real program, and the journals it is given.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A reboot of a Proxmox VE host, in the journal's export format, made by hand.
pub(crate) const REBOOT: &str = include_str!("pve-reboot.export");

/// How a run of `grace replay` went.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    #[track_caller]
    pub(crate) fn well(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self.stdout
    }

    /// What it said of an error.
    #[track_caller]
    pub(crate) fn error(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(2), ""), "{self:?}");
        self.stderr
    }
}

/// Runs `grace replay` with these arguments, in `folder`.
pub(crate) fn replay(folder: &Path, args: &[&str]) -> Run {
    run(program().current_dir(folder).args(args))
}

/// The same, with this on its standard input.
pub(crate) fn replay_of(folder: &Path, args: &[&str], input: &str) -> Run {
    let mut child = program();
    let child = child.current_dir(folder).args(args).stdin(Stdio::piped());
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("it reads its input");
    drop(stdin);
    finish(child.wait_with_output().expect("it ends"))
}

pub(crate) fn run(command: &mut Command) -> Run {
    finish(command.output().expect("it starts"))
}

fn finish(Output { status, stdout, stderr }: Output) -> Run {
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Run { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// `grace replay`, without arguments.
pub(crate) fn program() -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_grace"));
    command.arg("replay");
    command
}

pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the tests' own children, waited for")]
    let mut command = Command::new(program);
    command.env_remove("CLICOLOR_FORCE").env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// A folder with the reboot in it, as `reboot.export`.
pub(crate) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary directory");
    fs::write(folder.path().join("reboot.export"), REBOOT).expect("written");
    folder
}

/// Entries in export format as `journalctl --output=json` prints them.
pub(crate) fn json(export: &str) -> String {
    let entries = export.split("\n\n").filter(|entry| !entry.trim().is_empty());
    let lines = entries.map(|entry| {
        let fields = entry.lines().filter_map(|line| line.split_once('='));
        let fields = fields.map(|(name, value)| (name.to_owned(), value.into()));
        serde_json::Value::Object(fields.collect()).to_string() + "\n"
    });
    lines.collect()
}

/// The entries in export format as a journal file in `folder`. `None`, and a line that says why, if that cannot be.
pub(crate) fn journal_file(folder: &Path, export: &str) -> Option<PathBuf> {
    let folders = ["/usr/lib/systemd", "/lib/systemd"];
    let maker = folders.iter().map(|folder| Path::new(folder).join("systemd-journal-remote"));
    let Some(maker) = maker.into_iter().find(|maker| maker.exists()) else {
        println!("skipped: systemd-journal-remote is not installed");
        return None;
    };
    fs::create_dir_all(folder).expect("a folder");
    let file = folder.join("system.journal");
    let mut maker = command(maker)
        .args(["--split-mode=none", "-o"])
        .args([&file, Path::new("-")])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("systemd-journal-remote starts");
    let mut stdin = maker.stdin.take().expect("piped");
    stdin.write_all(export.as_bytes()).expect("it reads its input");
    drop(stdin);
    assert!(maker.wait().expect("it ends").success());
    Some(file)
}
