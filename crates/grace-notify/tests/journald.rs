//! A real journald in a mount namespace of its own, read with journalctl.

mod support;

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use grace_core::{Digest, DigestCause, Event, Guest, GuestKind, Message, Notifier, ShutdownKind};
use grace_sim::contract::notifier::{NotifierSubject, Taken};
use serde_json::Value;
use tempfile::TempDir;

use self::support::build::notifier;
use self::support::samples::{envelope, failed, failures, notice, secs};

/// journald sees the test's folder as `/run`, and keeps its journal there.
const SCRIPT: &str = r#"
mount --bind "$1/run" /run && mount --bind "$1/log" /var/log && exec "$2"
"#;

/// A journald that ends with its test.
struct Journald {
    child: Child,
    root: TempDir,
    markers: AtomicU32,
}

impl Drop for Journald {
    fn drop(&mut self) {
        // It is gone already, if it cannot be killed.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Journald {
    /// `None`, and a line that says why, where there is none.
    fn start() -> Option<Self> {
        let program = ["/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald"];
        let Some(program) = program.into_iter().find(|path| Path::new(path).exists()) else {
            println!("skipped: systemd-journald is not installed");
            return None;
        };
        let tried = command("unshare").args(["--mount", "true"]).stderr(Stdio::null()).status();
        if !tried.is_ok_and(|status| status.success()) {
            println!("skipped: mount namespaces need root");
            return None;
        }
        let root = tempfile::tempdir().expect("a folder");
        for folder in ["run/systemd/journal", "run/systemd/system", "run/log/journal", "log"] {
            fs::create_dir_all(root.path().join(folder)).expect("a folder");
        }
        let child = command("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh"])
            .arg(root.path())
            .arg(program)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("journald starts");
        let this = Self { child, root, markers: AtomicU32::new(0) };
        this.wait_until("journald listens", || this.send_marker("0").is_ok());
        Some(this)
    }

    fn socket(&self) -> PathBuf {
        self.root.path().join("run/systemd/journal/socket")
    }

    fn send_marker(&self, marker: &str) -> std::io::Result<usize> {
        let entry = format!("MESSAGE=marker\nMARKER={marker}\n");
        UnixDatagram::unbound()?.send_to(entry.as_bytes(), self.socket())
    }

    /// Our entries, oldest first. What was sent before is there once a marker sent now is.
    fn entries(&self) -> Vec<Value> {
        let marker = (1 + self.markers.fetch_add(1, Ordering::Relaxed)).to_string();
        self.send_marker(&marker).expect("journald takes a marker");
        let marker = format!("MARKER={marker}");
        self.wait_until("the marker is there", || !self.journalctl(&[&marker]).is_empty());
        self.journalctl(&["SYSLOG_IDENTIFIER=grace"])
    }

    fn journalctl(&self, query: &[&str]) -> Vec<Value> {
        let output = command("journalctl")
            .arg("--directory")
            .arg(self.root.path().join("run/log/journal"))
            .args(["--output=json", "--all", "--no-pager", "--quiet"])
            .args(query)
            .output()
            .expect("journalctl runs");
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// Asks again and again; each time takes about as long as a program needs to start.
    fn wait_until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        for _ in 0..2_000 {
            if is_so() {
                return;
            }
            command("true").status().expect("true runs");
        }
        panic!("{what}: not so");
    }
}

fn command(program: &str) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the parts of a test, which end by themselves")]
    Command::new(program)
}

impl NotifierSubject for Journald {
    type Port = Arc<dyn Notifier>;

    fn service(&self) -> Self::Port {
        journal(&self.socket())
    }

    fn unwilling(&self) -> Vec<Self::Port> {
        vec![journal(&self.root.path().join("no-socket"))]
    }

    fn taken(&self) -> Vec<Taken> {
        let text = |entry: &Value, field: &str| entry[field].as_str().expect("a field").to_owned();
        let entries = self.entries();
        entries.iter().map(|one| Taken::new(text(one, "GRACE_ID"), text(one, "MESSAGE"))).collect()
    }

    fn says_cut(&self) -> Option<&'static str> {
        None
    }
}

fn journal(socket: &Path) -> Arc<dyn Notifier> {
    notifier(&format!("name = \"journal\"\ntype = \"journal\"\nsocket = {socket:?}"))
}

mod contract {
    use super::Journald;

    grace_sim::contract!(notifier, Journald::start());
}

#[tokio::test]
async fn an_entry_can_be_found_by_what_it_is_about() {
    let Some(journald) = Journald::start() else { return };
    let journal = journald.service();
    for message in
        [failures(), notice(failed()), notice(Event::Shutdown(ShutdownKind::Reboot)), Message::Test]
    {
        journal.notify(&envelope(message)).await.expect("taken");
    }
    let kinds = |query: &str| {
        let entries = journald.journalctl(&["SYSLOG_IDENTIFIER=grace", query]);
        let kind = |entry: &Value| entry["GRACE_KIND"].as_str().expect("a kind").to_owned();
        entries.iter().map(kind).collect::<Vec<_>>()
    };
    assert_eq!(journald.entries().len(), 4);
    assert_eq!(kinds("PRIORITY=2"), ["startup-report", "notice"]);
    assert_eq!(kinds("PRIORITY=4"), ["notice"]);
    assert_eq!(kinds("PRIORITY=6"), ["test"]);
    assert_eq!(kinds("MESSAGE_ID=39c8024867b34605a660fa8490271e8e"), ["startup-report"]);
    assert_eq!(kinds("GRACE_EVENT=shutdown"), ["notice"]);
}

#[tokio::test]
async fn an_entry_longer_than_a_datagram_is_whole() {
    let Some(journald) = Journald::start() else { return };
    let name = |id: u32| format!("a-guest-with-a-name-of-some-length-{id}");
    let mut digest = Digest::new(DigestCause::GuestsStarted, secs(180));
    digest.started =
        (0..20_000).map(|id| Guest::new(id.to_string(), name(id), GuestKind::Vm)).collect();
    journald.service().notify(&envelope(Message::Digest(digest))).await.expect("taken");
    let taken = journald.taken();
    assert_eq!(taken.len(), 1);
    let text = &taken[0].text;
    assert!(text.len() > 900_000, "{} bytes", text.len());
    let lines = text.lines().skip(1);
    let guests = (0..20_000).map(|id| format!("VM {} ({id})", name(id)));
    assert!(lines.eq(guests), "not all guests are there");
}
