//! Task files, written as Proxmox VE writes them.

use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use grace_core::{Happening, HostEvents as _, Occurrence, PortError, Uptime};
use grace_journal::{HostTime, TaskEvents};
use tempfile::TempDir;
use tokio::time::timeout;

/// When the host booted, in seconds of Unix time, before anyone set its clock.
pub(crate) const BOOTED: u64 = 1_700_000_000;
/// Time since boot, in seconds.
pub(crate) const UPTIME: u64 = 50_000;
/// How long the index may be, in bytes.
pub(crate) const INDEX: u64 = 50_000;
/// How long news may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A host's task files.
pub(crate) struct Pve {
    root: TempDir,
    running: RefCell<Vec<String>>,
    /// When the host booted, by its wall clock.
    booted: Arc<AtomicU64>,
}

impl Pve {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir_all(root.path().join("pve/tasks")).expect("a directory");
        let booted = Arc::new(AtomicU64::new(BOOTED));
        Self { root, running: RefCell::default(), booted }
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.root.path().join("pve/tasks")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    pub(crate) fn open(&self) -> TaskEvents {
        self.open_at(&self.directory())
    }

    pub(crate) fn open_at(&self, directory: &Path) -> TaskEvents {
        let booted = Arc::clone(&self.booted);
        let now = move || {
            let unix = booted.load(Ordering::Relaxed) + UPTIME;
            HostTime::new(Uptime::from_secs(UPTIME), Duration::from_secs(unix))
        };
        TaskEvents::new(now).with_directory(directory)
    }

    /// Sets the wall clock forward.
    pub(crate) fn set_clock_forward(&self, seconds: u64) {
        self.booted.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The task of this type and id that began so many seconds after boot.
    pub(crate) fn task(&self, kind: &str, id: &str, uptime: u64) -> String {
        task(kind, id, uptime, self.booted.load(Ordering::Relaxed))
    }

    /// A task begins: it is in the list of active ones.
    pub(crate) fn begin(&self, upid: &str) {
        self.running.borrow_mut().push(upid.to_owned());
        self.write_active();
    }

    /// A task ends: it goes to the index, which begins anew when it is full, and from the list.
    pub(crate) fn end(&self, upid: &str, status: &str) {
        self.append(&index_line(upid, status));
        if fs::metadata(self.path("index")).expect("it is there").len() > INDEX {
            self.rotate();
        }
        self.running.borrow_mut().retain(|running| running != upid);
        self.write_active();
    }

    pub(crate) fn append(&self, text: &str) {
        let index = OpenOptions::new().append(true).create(true).open(self.path("index"));
        index.expect("it opens").write_all(text.as_bytes()).expect("it is written");
    }

    pub(crate) fn rotate(&self) {
        fs::rename(self.path("index"), self.path("index.1")).expect("it is renamed");
    }

    /// A task's own log.
    pub(crate) fn log(&self, upid: &str, text: &str) {
        let start = upid.split(':').nth(4).expect("a start time");
        let directory = self.path(&start[start.len() - 1..]);
        fs::create_dir_all(&directory).expect("a directory");
        fs::write(directory.join(upid), text).expect("it is written");
    }

    fn write_active(&self) {
        let lines: String =
            self.running.borrow().iter().map(|upid| format!("{upid} 0\n")).collect();
        let temporary = self.path("active.tmp.4242");
        let mut file = File::create(&temporary).expect("it is made");
        file.write_all(lines.as_bytes()).expect("it is written");
        fs::rename(temporary, self.path("active")).expect("it is renamed");
    }
}

/// A task that began so many seconds after a boot.
pub(crate) fn task(kind: &str, id: &str, uptime: u64, booted: u64) -> String {
    let (ticks, unix) = (uptime * 100, booted + uptime);
    format!("UPID:pve:00000540:{ticks:08X}:{unix:08X}:{kind}:{id}:root@pam:")
}

/// The line of a task that took three seconds.
pub(crate) fn index_line(upid: &str, status: &str) -> String {
    let start = upid.split(':').nth(4).expect("a start time");
    let end = u64::from_str_radix(start, 16).expect("a number") + 3;
    format!("{upid} {end:08X} {status}\n")
}

/// What comes next.
pub(crate) async fn next(source: &mut TaskEvents) -> Result<Occurrence, PortError> {
    timeout(PATIENCE, source.next()).await.expect("the source tells what has happened")
}

/// What comes next, which can be read.
pub(crate) async fn told(source: &mut TaskEvents) -> Occurrence {
    next(source).await.expect("the source can be read")
}

/// All that comes until the source has caught up.
pub(crate) async fn backlog(source: &mut TaskEvents) -> Vec<Occurrence> {
    let mut seen = Vec::new();
    loop {
        let occurrence = told(source).await;
        if occurrence.what == Happening::CaughtUp {
            return seen;
        }
        seen.push(occurrence);
    }
}

/// The guest's id in an occurrence about one.
pub(crate) fn guest(seen: &Occurrence) -> Option<&str> {
    let guest = match &seen.what {
        Happening::Event(event) => event.guest(),
        Happening::Note(note) => note.guest(),
        _ => None,
    };
    guest.map(|guest| guest.id.as_str())
}
