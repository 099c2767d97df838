//! A stream over a real journald, which rotates its files, moves them, and throws them away.
//!
//! It runs in a mount namespace, with a `/run` and a `/var/log` of its own. Where that cannot be had, the tests
//! say so and are skipped.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use grace_journal::JournalEvents;
use tempfile::{NamedTempFile, TempDir};

use super::script::told;

/// Makes the namespace and becomes journald in it.
const START: &str = "
mount -t tmpfs run /run && mount -t tmpfs log /var/log && mkdir -p /run/systemd/journal /var/log/journal
if ! [ -s /etc/machine-id ]; then
    echo 5161b31d1dc2434d8ad14c7ccbcaf588 > /run/machine-id
    [ -e /etc/machine-id ] && mount --bind /run/machine-id /etc/machine-id
fi
exec \"$0\"
";

/// A journald of its own. It ends with this.
struct Journald {
    process: Child,
    directory: TempDir,
}

impl Journald {
    /// `None`, and a line that says why, where there can be none.
    async fn new() -> Option<Self> {
        let programs =
            ["/usr/bin/unshare", "/usr/bin/nsenter", "/usr/bin/logger", "/usr/bin/journalctl"];
        let journald = Path::new("/lib/systemd/systemd-journald");
        if let Some(missing) =
            programs.map(Path::new).into_iter().chain([journald]).find(|program| !program.exists())
        {
            println!("skipped: {} is not installed", missing.display());
            return None;
        }
        if !fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
            println!("skipped: only root can run a journald of its own");
            return None;
        }
        let mut process = command("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", START])
            .arg(journald)
            .stderr(Stdio::null())
            .spawn()
            .expect("unshare starts");
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::write(directory.path().join("pid"), process.id().to_string()).expect("written");
        let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/journalctl-beside");
        symlink(fake, directory.path().join("journalctl")).expect("linked");
        let socket = format!("/proc/{}/root/run/systemd/journal/socket", process.id());
        let is_up = async {
            while !Path::new(&socket).exists() {
                if process.try_wait().expect("ours").is_some() {
                    return false;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            true
        };
        if !tokio::time::timeout(Duration::from_secs(10), is_up).await.unwrap_or(false) {
            println!("skipped: journald cannot run in a namespace here");
            process.kill().ok();
            process.wait().ok();
            return None;
        }
        Some(Self { process, directory })
    }

    fn events(&self) -> JournalEvents {
        JournalEvents::new()
            .with_program(self.directory.path().join("journalctl"))
            .with_pauses(Duration::from_millis(5), Duration::from_millis(50))
    }

    /// Runs a program beside journald.
    fn beside(&self, program: &str) -> Command {
        let mut command = command("nsenter");
        command.arg(format!("--mount=/proc/{}/ns/mnt", self.process.id())).arg(program);
        command
    }

    /// A guest starts. It is in the journal when this returns.
    fn start_guest(&self, number: u32) {
        let mut logger = self.beside("logger");
        let mut logger =
            logger.arg("--journald").stdin(Stdio::piped()).spawn().expect("logger starts");
        let mut stdin = logger.stdin.take().expect("piped");
        write!(
            stdin,
            "SYSLOG_IDENTIFIER=pvedaemon\nMESSAGE=<root@pam> end task \
             UPID:pve:{number:08X}:{number:08X}:6A000000:qmstart:{number}:root@pam: OK\n"
        )
        .expect("it reads");
        drop(stdin);
        assert!(logger.wait().expect("it ends").success());
        self.sync();
    }

    /// Waits until journald has written what it was told.
    fn sync(&self) {
        let synced = self.beside("journalctl").arg("--sync").status().expect("journalctl runs");
        assert!(synced.success());
    }

    fn ask(&self, what: &str) {
        let asked = self.beside("journalctl").arg(what).stderr(Stdio::null()).status();
        assert!(asked.expect("journalctl runs").success(), "{what}");
    }

    /// The processes that follow this journal.
    fn followers(&self) -> Vec<PathBuf> {
        let namespace = |process: &Path| fs::read_link(process.join("ns/mnt")).ok();
        let own = namespace(&Path::new("/proc").join(self.process.id().to_string()));
        let processes = fs::read_dir("/proc").expect("there is /proc");
        let processes = processes.filter_map(|entry| Some(entry.ok()?.path()));
        let follows = |process: &PathBuf| {
            let words = fs::read(process.join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&words).contains("--follow") && namespace(process) == own
        };
        processes.filter(follows).collect()
    }

    /// Kills the follower. The next one does not begin before what this gives is dropped.
    fn kill_follower(&self) -> NamedTempFile {
        let mut hold = tempfile::Builder::new();
        let hold = hold.prefix("hold").rand_bytes(0).tempfile_in(self.directory.path());
        let followers = self.followers();
        assert!(!followers.is_empty(), "someone follows the journal");
        for process in followers {
            let pid = process.file_name().expect("a process has a number");
            assert!(command("kill").arg("-KILL").arg(pid).status().expect("kill runs").success());
        }
        hold.expect("a file")
    }
}

impl Drop for Journald {
    fn drop(&mut self) {
        // One that has gone already is what is wanted.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn command(program: &str) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the tests' own child, waited for")]
    Command::new(program)
}

#[tokio::test]
async fn a_journal_that_is_rotated_is_followed_on() {
    let Some(journald) = Journald::new().await else { return };
    journald.start_guest(1);
    let mut events = journald.events();
    assert_eq!(told(&mut events, 2).await, ["1", "caught up"]);
    for number in 2..=4 {
        journald.ask("--rotate");
        journald.start_guest(number);
        assert_eq!(told(&mut events, 1).await, [number.to_string()]);
    }
}

#[tokio::test]
async fn a_journal_that_moves_from_run_to_var_is_followed_on() {
    let Some(journald) = Journald::new().await else { return };
    journald.start_guest(1);
    let mut events = journald.events();
    assert_eq!(told(&mut events, 2).await, ["1", "caught up"]);
    journald.ask("--flush");
    journald.start_guest(2);
    assert_eq!(told(&mut events, 1).await, ["2"]);
}

#[tokio::test]
async fn the_last_entry_is_found_where_journald_has_moved_it() {
    let Some(journald) = Journald::new().await else { return };
    journald.start_guest(1);
    let mut events = journald.events();
    assert_eq!(told(&mut events, 2).await, ["1", "caught up"]);
    journald.start_guest(2);
    assert_eq!(told(&mut events, 1).await, ["2"]);
    let hold = journald.kill_follower();
    journald.ask("--flush");
    journald.start_guest(3);
    drop(hold);
    assert_eq!(told(&mut events, 1).await, ["3"]);
}

#[tokio::test]
async fn where_the_last_entry_was_thrown_away_a_gap_says_so() {
    let Some(journald) = Journald::new().await else { return };
    journald.start_guest(1);
    let mut events = journald.events();
    assert_eq!(told(&mut events, 2).await, ["1", "caught up"]);
    journald.start_guest(2);
    assert_eq!(told(&mut events, 1).await, ["2"]);
    let hold = journald.kill_follower();
    journald.start_guest(3);
    journald.ask("--rotate");
    journald.start_guest(4);
    journald.ask("--vacuum-files=1");
    drop(hold);
    let found = told(&mut events, 2).await;
    assert!(
        found[0].starts_with("gap: journalctl: the entry that was read last is gone"),
        "{found:?}"
    );
    assert_eq!(found[1], "4");
}
