//! Notifiers on this host: a file, a program, the journal's socket.

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use grace_core::{Event, Message, Notifier, PortErrorKind};
use grace_sim::contract::notifier::{NotifierSubject, Taken};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::timeout;

use self::support::build::{notifier, try_route};
use self::support::samples::{envelope, failed, failures, nas, notice};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn file(path: &Path, more: &str) -> Arc<dyn Notifier> {
    notifier(&format!("name = \"log\"\ntype = \"file\"\npath = {path:?}\n{more}"))
}

fn command(argv: &[&str], more: &str) -> Arc<dyn Notifier> {
    notifier(&format!("name = \"hook\"\ntype = \"command\"\ncommand = {argv:?}\n{more}"))
}

/// A program of this shell code.
fn script(folder: &TempDir, name: &str, code: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, format!("#!/bin/sh\n{code}\n")).expect("written");
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("executable");
    path.display().to_string()
}

fn documents(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn taken(document: &Value) -> Taken {
    let text = |key: &str| document[key].as_str().expect("text").to_owned();
    Taken::new(text("id"), format!("{}\n{}", text("title"), text("body")))
}

/// Both keep one JSON document a line in a file.
struct Lines {
    folder: TempDir,
    open: fn(&TempDir, &Path) -> Arc<dyn Notifier>,
    unwilling: fn(&TempDir) -> Vec<Arc<dyn Notifier>>,
}

impl Lines {
    fn path(&self) -> PathBuf {
        self.folder.path().join("messages.jsonl")
    }
}

impl NotifierSubject for Lines {
    type Port = Arc<dyn Notifier>;

    fn service(&self) -> Self::Port {
        (self.open)(&self.folder, &self.path())
    }

    fn unwilling(&self) -> Vec<Self::Port> {
        (self.unwilling)(&self.folder)
    }

    fn taken(&self) -> Vec<Taken> {
        let text = fs::read_to_string(self.path()).unwrap_or_default();
        documents(&text).iter().map(taken).collect()
    }

    fn says_cut(&self) -> Option<&'static str> {
        None
    }
}

mod file_contract {
    use super::*;

    grace_sim::contract!(
        notifier,
        Some(Lines {
            folder: folder(),
            open: |_, path| file(path, ""),
            unwilling: |folder| vec![
                file(&folder.path().join("no/such/folder/log"), ""),
                file(folder.path(), ""),
                file(Path::new("/dev/full"), ""),
            ],
        })
    );
}

mod command_contract {
    use super::*;

    grace_sim::contract!(
        notifier,
        Some(Lines {
            folder: folder(),
            open: |folder, path| {
                let code = format!("cat >> '{}'; echo >> '{}'", path.display(), path.display());
                command(&[&script(folder, "takes", &code)], "")
            },
            unwilling: |folder| vec![
                command(&[&script(folder, "refuses", "exit 1")], ""),
                command(&[&script(folder, "tries-again", "exit 75")], ""),
                command(&[&script(folder, "dies", "kill -9 $$")], ""),
                command(&[&script(folder, "hangs", "sleep 60")], "timeout = \"200ms\""),
                command(&["/no/such/program"], ""),
            ],
        })
    );
}

#[tokio::test]
async fn a_file_that_was_moved_away_is_made_anew() {
    let folder = folder();
    let (path, moved) = (folder.path().join("log"), folder.path().join("log.1"));
    let log = file(&path, "");
    log.notify(&envelope(notice(failed()))).await.expect("taken");
    fs::rename(&path, &moved).expect("moved");
    log.notify(&envelope(Message::Test)).await.expect("taken");
    let kinds = |path: &Path| {
        let text = fs::read_to_string(path).expect("a file");
        documents(&text).iter().map(|one| one["kind"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&moved), ["\"notice\""]);
    assert_eq!(kinds(&path), ["\"test\""]);
    let mode = fs::metadata(&path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o007, 0, "others may not read it");
}

#[tokio::test]
async fn a_line_that_was_cut_short_spoils_no_other() {
    let folder = folder();
    let path = folder.path().join("log");
    fs::write(&path, "{\"id\":\"half a li").expect("written");
    file(&path, "").notify(&envelope(Message::Test)).await.expect("taken");
    let text = fs::read_to_string(&path).expect("a file");
    let (half, whole) = text.split_once('\n').expect("two lines");
    assert_eq!(half, "{\"id\":\"half a li");
    assert_eq!(documents(whole).len(), 1);
}

#[tokio::test]
async fn a_file_of_text_is_paragraphs() {
    let folder = folder();
    let path = folder.path().join("log");
    let log = file(&path, "style = \"text\"");
    let mut envelope = envelope(notice(failed()));
    log.notify(&envelope).await.expect("taken");
    envelope.attempt = 1;
    log.notify(&envelope).await.expect("taken");
    let expected = "\
2026-11-24T21:04:05Z critical pve1: VM web (100) failed to start: start failed: can't lock file \
'/run/lock/lock-100.conf' - got timeout
  at 12.000s after boot
  message 7fd95082faf04e70afba5c0248f506c7-3

2026-11-24T21:04:05Z critical pve1: VM web (100) failed to start: start failed: can't lock file \
'/run/lock/lock-100.conf' - got timeout
  at 12.000s after boot
  message 7fd95082faf04e70afba5c0248f506c7-3, sent again

";
    assert_eq!(fs::read_to_string(&path).expect("a file"), expected);
}

#[tokio::test]
async fn a_program_sees_the_message_and_nothing_of_ours() {
    let folder = folder();
    let out = folder.path().join("out");
    let code = format!(
        "env | grep -v ^_= | grep -v ^PWD= | sort > '{}'; echo \"$1\" >> '{}'",
        out.display(),
        out.display()
    );
    let program = script(&folder, "env", &code);
    command(&[&program, "an argument"], "")
        .notify(&envelope(notice(Event::Alert(nas()))))
        .await
        .expect("taken");
    let expected = "\
GRACE_ATTEMPT=0
GRACE_HOST=pve1
GRACE_ID=7fd95082faf04e70afba5c0248f506c7-3
GRACE_KIND=notice
GRACE_SEVERITY=critical
GRACE_TITLE=pve1: storage/nas_1: NFS server <10.0.0.9> not responding (critical)
LC_ALL=C.UTF-8
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
an argument
";
    assert_eq!(fs::read_to_string(out).expect("a file"), expected);
}

#[tokio::test]
async fn a_program_says_by_its_exit_code_what_became_of_the_message() {
    let folder = folder();
    for (code, kind, words) in [
        ("echo 'no such room' >&2; exit 2", PortErrorKind::Refused, "exit status: 2: no such room"),
        ("exit 75", PortErrorKind::Other, "exit status: 75"),
        ("kill -TERM $$", PortErrorKind::Other, "signal: 15"),
    ] {
        let program = script(&folder, "says", code);
        let error =
            command(&[&program], "").notify(&envelope(Message::Test)).await.expect_err("not taken");
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = command(&["/no/such/program"], "").notify(&envelope(Message::Test)).await;
    assert_eq!(error.expect_err("not taken").kind(), PortErrorKind::Missing);
}

#[tokio::test]
async fn a_program_may_write_without_end_and_read_nothing() {
    let folder = folder();
    let code = "head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 3";
    let program = script(&folder, "loud", code);
    let error = command(&[&program], "")
        .notify(&envelope(support::samples::long()))
        .await
        .expect_err("not taken");
    assert!(error.to_string().len() < 600, "{} bytes", error.to_string().len());
    let program = script(&folder, "deaf", "exec 0<&-; exit 0");
    command(&[&program], "").notify(&envelope(support::samples::long())).await.expect("taken");
}

#[tokio::test]
async fn a_program_that_hangs_is_killed_with_all_that_it_started() {
    let folder = folder();
    let fifo = folder.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).expect("a fifo");
    // Whoever reads the fifo waits until the last of its writers is gone: here, a child of the program.
    let code = format!("sleep 60 > '{}' & wait", fifo.display());
    let program = script(&folder, "hangs", &code);
    let hook = command(&[&program], "timeout = \"500ms\"");
    let reader = tokio::task::spawn_blocking(move || fs::read(fifo));
    let error = hook.notify(&envelope(Message::Test)).await.expect_err("not taken");
    assert_eq!(error.kind(), PortErrorKind::TimedOut, "{error}");
    assert!(error.to_string().ends_with("not taken within 500ms"), "{error}");
    let gone = timeout(Duration::from_secs(10), reader).await.expect("its child was killed");
    assert_eq!(gone.expect("read").expect("read"), b"");
}

#[tokio::test]
async fn a_program_has_ended_though_it_left_another_behind() {
    let folder = folder();
    let program = script(&folder, "leaves", "sleep 3 & echo no such room >&2; exit ${1:-0}");
    let hook = command(&[&program], "timeout = \"2s\"");
    hook.notify(&envelope(Message::Test)).await.expect("taken");
    let hook = command(&[&program, "1"], "timeout = \"2s\"");
    let error = hook.notify(&envelope(Message::Test)).await.expect_err("not taken");
    assert_eq!(error.kind(), PortErrorKind::Refused);
    assert!(error.to_string().ends_with("exit status: 1: no such room"), "{error}");
}

#[test]
fn a_program_is_named_by_its_whole_path() {
    for argv in ["[]", "[\"notify\"]"] {
        let table = format!("name = \"x\"\ntype = \"command\"\ncommand = {argv}");
        let error = try_route(&table).expect_err("refused").to_string();
        assert!(error.contains("write command = [\"/usr/local/bin/notify\""), "{error}");
    }
}

/// journald's socket without journald.
struct Socket {
    folder: TempDir,
    socket: UnixDatagram,
}

impl Socket {
    fn new() -> Self {
        let folder = folder();
        let socket = UnixDatagram::bind(folder.path().join("socket")).expect("a socket");
        socket.set_nonblocking(true).expect("a socket");
        Self { folder, socket }
    }

    fn journal(&self, name: &str) -> Arc<dyn Notifier> {
        let socket = self.folder.path().join(name);
        notifier(&format!("name = \"journal\"\ntype = \"journal\"\nsocket = {socket:?}"))
    }
}

#[tokio::test]
async fn an_entry_has_the_fields_of_the_native_protocol() {
    let socket = Socket::new();
    let journal = socket.journal("socket");
    journal.notify(&envelope(notice(failed()))).await.expect("taken");
    let mut buffer = vec![0; 64 << 10];
    let length = socket.socket.recv(&mut buffer).expect("an entry");
    let entry = String::from_utf8_lossy(&buffer[..length]).into_owned();
    let (message, fields) = entry.split_once("PRIORITY").expect("fields");
    let text = "pve1: VM web (100) failed to start: start failed: can't lock file \
                '/run/lock/lock-100.conf' - got timeout\nat 12.000s after boot";
    let length = (text.len() as u64).to_le_bytes();
    assert_eq!(message, format!("MESSAGE\n{}{text}\n", String::from_utf8_lossy(&length)));
    let expected = "\
=2
MESSAGE_ID=8072379943e240029d82840d0ce806d7
SYSLOG_IDENTIFIER=grace
GRACE_ID=7fd95082faf04e70afba5c0248f506c7-3
GRACE_ATTEMPT=0
GRACE_KIND=notice
GRACE_SEVERITY=critical
GRACE_EVENT=guest-failed
GRACE_AT_USEC=12000000
";
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn a_journal_that_is_not_there_takes_nothing() {
    let socket = Socket::new();
    let error = socket.journal("other").notify(&envelope(failures())).await.expect_err("not taken");
    assert_eq!(error.kind(), PortErrorKind::Missing, "{error}");
    let journal = socket.journal("socket");
    drop(socket.socket);
    let error = journal.notify(&envelope(failures())).await.expect_err("not taken");
    assert_eq!(error.kind(), PortErrorKind::Missing, "{error}");
}
