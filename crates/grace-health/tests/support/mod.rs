//! Hosts as trees of files, and readings as lines.
#![expect(
    dead_code,
    clippy::unwrap_used,
    reason = "each test binary includes this, uses a part of it, and ends where it fails"
)]

pub(crate) mod bus;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use grace_core::{HealthSnapshot, PortError};
use tempfile::TempDir;

/// A directory that stands for a host's root.
pub(crate) struct Tree(TempDir);

impl Tree {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn directory(&self, path: &str) {
        fs::create_dir_all(self.path().join(path)).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        let path = self.path().join(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else if path.exists() {
            fs::remove_file(path).unwrap();
        }
    }

    /// A `systemctl` that answers what the files `state` and `units` beside it say.
    ///
    /// It is a link to a program that is never written to: one that was just written may still be open
    /// for writing in a child of another test, and cannot be started then.
    pub(crate) fn systemctl(&self) -> PathBuf {
        let link = self.path().join("systemctl");
        if !link.exists() {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/systemctl");
            symlink(script, &link).unwrap();
        }
        link
    }

    /// A card of the host, set up, in this state.
    pub(crate) fn interface(&self, name: &str, operstate: &str) {
        let files = [
            ("flags", "0x1003\n".to_owned()),
            ("type", "1\n".to_owned()),
            ("operstate", format!("{operstate}\n")),
            ("carrier", "1\n".to_owned()),
            ("uevent", format!("INTERFACE={name}\n")),
            ("ifindex", "2\n".to_owned()),
            ("iflink", "2\n".to_owned()),
            ("device/vendor", "0x8086\n".to_owned()),
        ];
        for (file, text) in files {
            self.write(&format!("sys/class/net/{name}/{file}"), text);
        }
    }
}

/// One line for the whole, each category, each check and each gap.
pub(crate) fn print(reading: Result<HealthSnapshot, PortError>) -> String {
    let snapshot = match reading {
        Ok(snapshot) => snapshot,
        Err(error) => return format!("{}: {error}", error.kind().label()),
    };
    let starting = match snapshot.starting {
        Some(true) => " (starting)",
        Some(false) => " (started)",
        None => "",
    };
    let mut lines = vec![format!("{}{starting}", snapshot.overall.as_str())];
    let line = |name: &str, status: &str, reason: &str| {
        format!("{name} {status}: {reason}").trim_end_matches(": ").to_owned()
    };
    for category in &snapshot.categories {
        lines.push(line(&category.name, category.status.as_str(), &category.reason));
        let checks = category.checks.iter();
        lines.extend(
            checks.map(|check| {
                format!("- {}", line(&check.name, check.status.as_str(), &check.reason))
            }),
        );
    }
    lines.extend(snapshot.gaps.iter().map(|gap| format!("? {}", gap.detail)));
    lines.join("\n")
}

/// Whether a process runs; one that only waits to be reaped does not.
pub(crate) fn is_alive(pid: &str) -> bool {
    assert!(!pid.is_empty(), "the fake program was not reached in time");
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
