//! A host of its own for each run of the program: real namespaces, real journal, files as the test wants them.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What the program is run in: `/etc`, `/sys`, `/run` and `/var/log` are the test's folders.
const SCRIPT: &str = r#"
root=$1 program=$2; shift 2
for folder in etc sys run var/log; do mount --bind "$root/$folder" "/$folder"; done
mount --bind "$program" /run/grace
exec "$@"
"#;

/// The journal's name for this machine, in the test's own `/etc`.
const MACHINE: &str = "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c";
/// The user and group `nobody`, by number: the test's `/etc` knows no names.
const NOBODY: u32 = 65_534;

/// A host whose kernel, journalctl and journal are real, and whose files and systemd are the test's.
pub(super) struct Host {
    root: TempDir,
    journal_maker: PathBuf,
    uptime: Option<u32>,
    user: Option<u32>,
}

/// An entry of the journal, of this boot unless it says another.
pub(super) struct Entry<'a> {
    pub(super) boot: Option<&'a str>,
    pub(super) priority: u8,
    pub(super) identifier: &'a str,
    pub(super) message: &'a str,
    /// When, in milliseconds since boot; `None` is a second after the one before.
    pub(super) at: Option<u64>,
    /// What else it says, such as `MESSAGE_ID`.
    pub(super) fields: &'a [(&'a str, &'a str)],
}

impl<'a> Entry<'a> {
    pub(super) fn new(priority: u8, identifier: &'a str, message: &'a str) -> Self {
        Self { boot: None, priority, identifier, message, at: None, fields: &[] }
    }

    pub(super) fn at(mut self, millis: u64) -> Self {
        self.at = Some(millis);
        self
    }

    pub(super) fn with(mut self, fields: &'a [(&'a str, &'a str)]) -> Self {
        self.fields = fields;
        self
    }
}

/// How a run of the program went.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Host {
    /// A host on which all is well and everything can be read.
    ///
    /// `None`, and a line that says why, where such a host cannot be made.
    pub(super) fn well() -> Option<Self> {
        match Self::parts() {
            Ok((journal_maker, journalctl)) => Some(Self::new(journal_maker, &journalctl)),
            Err(missing) => {
                println!("skipped: {missing}");
                None
            }
        }
    }

    /// The programs that the host is made with, or what is missing for it.
    fn parts() -> Result<(PathBuf, PathBuf), String> {
        let find = |name: &str, folders: &[&str]| {
            let paths = folders.iter().map(|folder| Path::new(folder).join(name));
            paths.into_iter().find(|path| path.exists()).ok_or(format!("{name} is not installed"))
        };
        let maker = find("systemd-journal-remote", &["/usr/lib/systemd", "/lib/systemd"])?;
        let journalctl = find("journalctl", &["/usr/bin", "/bin"])?;
        find("setpriv", &["/usr/bin", "/bin"])?;
        let tried = command("unshare")
            .args(["--mount", "--time", "--boottime", "1", "--fork", "true"])
            .output()
            .map_err(|error| format!("unshare: {error}"))?;
        if !tried.status.success() {
            let why = String::from_utf8_lossy(&tried.stderr);
            return Err(format!("namespaces need root and a kernel with them: {}", why.trim()));
        }
        Ok((maker, journalctl))
    }

    fn new(journal_maker: PathBuf, journalctl: &Path) -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        let host = Self { root, journal_maker, uptime: None, user: None };
        let link = host.path("sys/class/net/eth0");
        for folder in [&link, &host.path("etc"), &host.path("run/bin"), &host.path("var/log")] {
            fs::create_dir_all(folder).expect("a folder");
        }
        // Whoever the program runs as may look into the folders themselves.
        fs::set_permissions(host.root.path(), fs::Permissions::from_mode(0o755)).expect("ours");
        host.write("etc/machine-id", MACHINE);
        host.write("run/grace", "");
        for (file, content) in [
            ("flags", "0x1003"),
            ("type", "1"),
            ("operstate", "up"),
            ("carrier", "1"),
            ("uevent", "INTERFACE=eth0"),
            ("ifindex", "2"),
            ("iflink", "2"),
        ] {
            fs::write(link.join(file), format!("{content}\n")).expect("written");
        }
        symlink(journalctl, host.path("run/bin/journalctl")).expect("a link");
        host.fstab("proc /proc proc defaults 0 0\n")
            .systemd("running", "[]")
            .journal(&[Entry::new(6, "systemd", "Reached target multi-user.target.")])
    }

    /// The same host with this `/etc/fstab`.
    pub(super) fn fstab(self, table: &str) -> Self {
        self.write("etc/fstab", table);
        self
    }

    /// The same host whose systemd is in this state and has these failed units, as `systemctl` prints them.
    pub(super) fn systemd(self, state: &str, failed: &str) -> Self {
        self.program(
            "systemctl",
            &format!("case $1 in is-system-running) echo {state} ;; *) echo '{failed}' ;; esac"),
        )
    }

    /// The same host with this program, a shell script.
    pub(super) fn program(self, name: &str, script: &str) -> Self {
        let path = format!("run/bin/{name}");
        self.write(&path, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.path(&path), fs::Permissions::from_mode(0o755)).expect("ours");
        self
    }

    /// The same host with this file, below `/etc`, `/sys`, `/run` or `/var/log`.
    pub(super) fn file(self, path: &str, content: &str) -> Self {
        let folder = self.path(path.trim_start_matches('/'));
        fs::create_dir_all(folder.parent().expect("a folder")).expect("made");
        self.write(path.trim_start_matches('/'), content);
        self
    }

    /// The same host with this journal alone.
    pub(super) fn journal(self, entries: &[Entry<'_>]) -> Self {
        let folder = self.path("var/log/journal").join(MACHINE);
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("system.journal");
        // A journal file that is there would be added to.
        if file.exists() {
            fs::remove_file(&file).expect("ours");
        }
        let mut maker = command(&self.journal_maker)
            .args(["--split-mode=none", "-o"])
            .args([&file, Path::new("-")])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("systemd-journal-remote starts");
        let mut stdin = maker.stdin.take().expect("piped");
        stdin.write_all(export(entries).as_bytes()).expect("it reads its input");
        drop(stdin);
        assert!(maker.wait().expect("it ends").success());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("ours");
        self
    }

    /// The same host without a program.
    pub(super) fn without(self, program: &str) -> Self {
        fs::remove_file(self.path("run/bin").join(program)).expect("it was there");
        self
    }

    /// The same host, up for so many seconds.
    pub(super) fn up_for(mut self, seconds: u32) -> Self {
        self.uptime = Some(seconds);
        self
    }

    /// The same host, for a user who may read no more than everyone.
    pub(super) fn for_nobody(mut self) -> Self {
        self.user = Some(NOBODY);
        self
    }

    /// Runs `grace report` there.
    pub(super) fn report(&self, args: &[&str]) -> Run {
        self.run(&[&["report"], args].concat())
    }

    /// Runs the program there with this configuration.
    pub(super) fn run_with_config(&self, config: &str, args: &[&str]) -> Run {
        fs::create_dir_all(self.path("etc/grace")).expect("made");
        self.write("etc/grace/grace.toml", config);
        self.run(args)
    }

    /// Runs the program there.
    pub(super) fn run(&self, args: &[&str]) -> Run {
        let mut unshare = command("unshare");
        unshare.args(["--mount", "--propagation", "private"]);
        if let Some(seconds) = self.uptime {
            let offset = i64::from(seconds) - kernel_uptime();
            unshare.args(["--time", "--boottime", &offset.to_string(), "--fork"]);
        }
        unshare.args(["sh", "-euc", SCRIPT, "sh"]).arg(self.root.path()).arg(program());
        if let Some(user) = self.user {
            let (user, group) = (format!("--reuid={user}"), format!("--regid={user}"));
            unshare.args(["setpriv", &user, &group, "--clear-groups"]);
        }
        unshare.args(["env", "PATH=/run/bin", "/run/grace"]).args(args);
        Run::of(&mut unshare)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: &str, content: &str) {
        fs::write(self.path(path), content).expect("written");
    }
}

impl Run {
    /// Runs the program as it stands on this machine.
    pub(super) fn here(args: &[&str]) -> Self {
        Self::of(command(program()).args(args))
    }

    fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("it starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// What was printed below the first line, which names the host.
    #[track_caller]
    pub(super) fn body(&self) -> &str {
        let Some((_, body)) = self.stdout.split_once('\n') else {
            panic!("nothing but a heading: {self:?}");
        };
        body
    }
}

/// Journal entries in the journal's export format.
fn export(entries: &[Entry<'_>]) -> String {
    let this_boot = boot_id();
    let mut export = String::new();
    let mut at = 0;
    for entry in entries {
        let Entry { priority, identifier, message, .. } = entry;
        let boot = entry.boot.unwrap_or(&this_boot);
        at = entry.at.map_or(at + 1_000_000, |millis| millis * 1_000);
        let wall = 1_700_000_000_000_000 + at;
        write!(
            export,
            "__REALTIME_TIMESTAMP={wall}\n__MONOTONIC_TIMESTAMP={at}\n_BOOT_ID={boot}\n_UID=0\n\
             PRIORITY={priority}\nSYSLOG_IDENTIFIER={identifier}\nMESSAGE={message}\n"
        )
        .expect("a String takes it");
        for (field, value) in entry.fields {
            writeln!(export, "{field}={value}").expect("a String takes it");
        }
        export.push('\n');
    }
    export
}

/// This boot, as the journal writes it.
pub(super) fn boot_id() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("Linux");
    id.trim().replace('-', "")
}

/// This machine's uptime in whole seconds.
fn kernel_uptime() -> i64 {
    let uptime = fs::read_to_string("/proc/uptime").expect("Linux");
    let seconds = uptime.split('.').next().expect("a first part");
    seconds.parse().expect("a number")
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_grace")
}

fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the tests' own children, waited for")]
    let mut command = Command::new(program);
    command.env_remove("CLICOLOR_FORCE").env("COLUMNS", "100").stdin(Stdio::null());
    command
}
