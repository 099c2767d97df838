//! A script that stands in for journalctl, and what is read from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use grace_core::{BootId, Happening, HostEvents as _, Occurrence, PortError};
use grace_journal::JournalEvents;
use tempfile::TempDir;
use tokio::time::timeout;

/// What scripts are written with: `entry N` prints the entry of that number, which tells that the guest of that
/// number has started; `entries A B` prints those from A to B. The cursor of an entry is its number.
const WORDS: &str = r#"
entries() {
    awk -v from="$1" -v to="$2" 'BEGIN {
        for (n = from; n <= to; n++) {
            printf "{\"__CURSOR\":\"%d\",\"_BOOT_ID\":\"bb\",\"__MONOTONIC_TIMESTAMP\":\"%d000000\",", n, n
            printf "\"_UID\":\"0\",\"SYSLOG_IDENTIFIER\":\"pvedaemon\",\"MESSAGE\":\"<root@pam> end task "
            printf "UPID:pve:%08X:%08X:65000000:qmstart:%d:root@pam: OK\"}\n", n, n * 100, n
        }
    }'
}
entry() { entries "$1" "$1"; }
# An entry that tells nothing.
quiet() { printf '{"__CURSOR":"%s","_BOOT_ID":"bb","MESSAGE":"quiet"}\n' "$1"; }
# Once more, and no more: whether this is the first call of this name.
first() { mkdir "$1" 2>/dev/null; }
"#;

/// A journalctl that does as it is told.
pub(crate) struct Script {
    directory: TempDir,
}

impl Script {
    /// One that does `backlog` when it is asked for what the journal holds, and `news` when it is to follow.
    pub(crate) fn new(backlog: &str, news: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let scenario =
            format!("{WORDS}\nif [ \"$follow\" ]; then :\n{news}\nelse :\n{backlog}\nfi\n");
        fs::write(directory.path().join("scenario"), scenario).expect("written");
        Self { directory }
    }

    pub(crate) fn events(&self) -> JournalEvents {
        let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/journalctl");
        JournalEvents::new()
            .with_program(fake)
            .with_directory(self.directory.path())
            .with_boot(BootId::new("bb"))
            .with_pauses(Duration::from_millis(5), Duration::from_millis(50))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// What it was called with, one call a line.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    pub(crate) fn process(&self) -> Option<PathBuf> {
        let pid = fs::read_to_string(self.path("pid")).ok()?;
        Some(Path::new("/proc").join(pid.trim()))
    }

    /// Whether the last process has been started, has ended, and has been reaped.
    pub(crate) fn is_gone(&self) -> bool {
        self.process().is_some_and(|process| !process.exists())
    }
}

/// What a source tells, one after another: `7` for the start of guest 7, `caught up`, `gap: …`.
pub(crate) async fn told(source: &mut JournalEvents, count: usize) -> Vec<String> {
    let mut told = Vec::new();
    while told.len() < count {
        let next = next(source).await.unwrap_or_else(|error| panic!("{error} after {told:?}"));
        told.push(words(&next));
    }
    told
}

/// All that a source tells until it fails, and the error.
pub(crate) async fn failure(source: &mut JournalEvents) -> (Vec<String>, PortError) {
    let mut told = Vec::new();
    loop {
        match next(source).await {
            Ok(occurrence) => told.push(words(&occurrence)),
            Err(error) => return (told, error),
        }
    }
}

pub(crate) async fn next(source: &mut JournalEvents) -> Result<Occurrence, PortError> {
    let next = timeout(Duration::from_secs(20), source.next()).await;
    next.expect("the source tells something, or fails")
}

fn words(occurrence: &Occurrence) -> String {
    match &occurrence.what {
        Happening::Event(event) => match event.guest() {
            Some(guest) => guest.id.to_string(),
            None => event.name().to_owned(),
        },
        Happening::Gap(gap) => format!("gap: {}", gap.detail),
        Happening::CaughtUp => "caught up".to_owned(),
        other => other.name().to_owned(),
    }
}

/// Waits for what the kernel does in its own time.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(Duration::from_secs(10), wait).await.expect("within ten seconds");
}
