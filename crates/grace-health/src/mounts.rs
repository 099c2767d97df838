//! Whether what fstab wants mounted is mounted.

mod escape;
mod fstab;
mod mountinfo;
mod storage;

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use grace_core::{Gap, GapKind, HealthSnapshot, HealthSource, PortError};

use crate::{Error, files};

/// Category `storage`: a check for each mount point that `/etc/fstab` wants mounted at boot.
///
/// | found | status |
/// | --- | --- |
/// | mounted; or its automount waits for the first use | `OK` |
/// | not mounted | `CRITICAL`, with `nofail` `WARNING` |
/// | mounted read-only though fstab says otherwise, or another kind of file system | `WARNING` |
///
/// Swap and `noauto` entries are not looked at. The facts are fstab(5) and the kernel's mount table,
/// proc_pid_mountinfo(5); no mount itself is touched, so a dead server cannot block this source. A mount
/// whose server is gone is therefore still "mounted" here. A mount point that fstab spells through a
/// symbolic link is looked for under the name it has there.
///
/// A host without fstab wants nothing mounted. A line that cannot be read is a gap.
#[derive(Debug, Clone)]
pub struct Mounts {
    root: PathBuf,
}

impl Default for Mounts {
    fn default() -> Self {
        Self { root: "/".into() }
    }
}

impl Mounts {
    /// This host's mounts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same source with `etc/fstab` and `proc/*/mountinfo` below another root.
    #[must_use]
    pub fn with_root(mut self, root: impl Into<PathBuf>) -> Self {
        self.root = root.into();
        self
    }
}

#[async_trait]
impl HealthSource for Mounts {
    fn name(&self) -> &str {
        "mounts"
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        let root = self.root.clone();
        files::blocking(move || read(&root)).await
    }
}

fn read(root: &Path) -> Result<HealthSnapshot, Error> {
    let (fstab_path, fstab) = read_fstab(root)?;
    let (mountinfo_path, mountinfo) = read_mountinfo(root)?;
    let fstab = fstab::parse(&fstab);
    let mountinfo = mountinfo::parse(&mountinfo);

    let storage = storage::category(&fstab.entries, &mountinfo.mounts);
    let mut snapshot = HealthSnapshot::from_categories(vec![storage]);
    for (path, faults) in [(fstab_path, fstab.faults), (mountinfo_path, mountinfo.faults)] {
        snapshot.gaps.extend(faults.into_iter().map(|fault| {
            let detail = format!("{} line {}: {}", path.display(), fault.line, fault.words);
            Gap::new(GapKind::HealthIncomplete, detail)
        }));
    }
    Ok(snapshot)
}

/// A line that could not be read.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    /// Its number, from 1.
    line: usize,
    words: &'static str,
}

fn read_fstab(root: &Path) -> Result<(PathBuf, String), Error> {
    let path = root.join("etc/fstab");
    match files::read(&path) {
        Err(Error::Read { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
            Ok((path, String::new()))
        }
        read => read.map(|text| (path, text)),
    }
}

/// The mount table of PID 1, the host's own; where that may not be read, this process's.
///
/// A unit with `ProtectSystem=` or `PrivateTmp=` has a table of its own, which shows the host's mounts
/// and the unit's restrictions on top of them.
fn read_mountinfo(root: &Path) -> Result<(PathBuf, String), Error> {
    let path = root.join("proc/1/mountinfo");
    if let Ok(text) = files::read(&path) {
        return Ok((path, text));
    }
    let path = root.join("proc/self/mountinfo");
    files::read(&path).map(|text| (path, text))
}
