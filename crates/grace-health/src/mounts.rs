//! Whether what fstab wants mounted is mounted.

mod escape;
mod fstab;
#[cfg(fuzzing)]
pub mod fuzz;
mod mountinfo;
mod probe;
mod storage;
mod units;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join;
use grace_core::{Gap, GapKind, HealthSnapshot, HealthSource, PortError, PortErrorKind, Status};

use self::fstab::Fstab;
use self::mountinfo::MountInfo;
use self::probe::{Answer, Probe};
use self::storage::Host;
use self::units::Unit;
use crate::{Error, SystemBus, files};

/// Category `storage`: a check for each mount point that `/etc/fstab` wants mounted at boot, for each other
/// network mount, and for each other mount unit of systemd's that failed or is wanted and not mounted.
///
/// | found | status |
/// | --- | --- |
/// | mounted; or its automount waits for the first use | `OK` |
/// | not mounted | `CRITICAL`, with `nofail` or where the start only wants it `WARNING` |
/// | mounted read-only though fstab says otherwise, or another kind of file system | `WARNING` |
/// | a network mount whose server does not answer, or with an error | `CRITICAL` |
///
/// Swap and `noauto` entries are not looked at. The facts are fstab(5), the kernel's mount table,
/// proc_pid_mountinfo(5), and systemd's mount units, where its bus can be asked. A mount point that fstab
/// spells through a symbolic link is looked for under the name it has there.
///
/// A network mount is looked at by a child, `stat --file-system`, which alone hangs if the server is gone, and
/// has a deadline. One that the kernel does not let go stays on record: until it has ended, the mount is stale
/// and not looked at again. Clones share that record.
///
/// A host without fstab wants nothing mounted. A line that cannot be read is a gap, and so is a bus that is
/// there and does not answer.
#[derive(Debug, Clone)]
pub struct Mounts {
    root: PathBuf,
    bus: Option<SystemBus>,
    probe: Probe,
    deadline: Duration,
}

impl Default for Mounts {
    fn default() -> Self {
        Self {
            root: "/".into(),
            bus: Some(SystemBus::new()),
            probe: Probe::new(),
            deadline: Duration::from_secs(2),
        }
    }
}

impl Mounts {
    /// This host's mounts. Servers and the bus have 2 s for their answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same source with `etc/fstab`, `proc/*/mountinfo` and all mount points below another root.
    #[must_use]
    pub fn with_root(mut self, root: impl Into<PathBuf>) -> Self {
        self.root = root.into();
        self
    }

    /// The same source over another bus.
    #[must_use]
    pub fn with_bus(mut self, bus: SystemBus) -> Self {
        self.bus = Some(bus);
        self
    }

    /// The same source without systemd's mount units.
    #[must_use]
    pub fn without_bus(mut self) -> Self {
        self.bus = None;
        self
    }

    /// The same source, which looks at network mounts by another program, called as stat(1) is.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<PathBuf>) -> Self {
        self.probe = self.probe.with_program(program.into());
        self
    }

    /// The same source with another time for the answers of servers, and of the bus.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.probe = self.probe.with_deadline(deadline);
        self.deadline = deadline;
        self
    }

    /// systemd's mount units. A host without a bus has none that could be asked for.
    async fn units(&self) -> Result<Vec<Unit>, Error> {
        let Some(bus) = &self.bus else { return Ok(Vec::new()) };
        match units::read(bus, self.deadline).await {
            Err(error) if error.kind() == PortErrorKind::Missing => Ok(Vec::new()),
            units => units,
        }
    }

    /// Looks at mounts, each by its mount point below the root. The answers are by their file systems' numbers.
    async fn look(&self, host: &Host<'_>) -> BTreeMap<String, Answer> {
        let below = |target: &str| self.root.join(target.trim_start_matches('/'));
        let looks = host.to_look_at();
        let paths: Vec<_> =
            looks.iter().map(|mount| below(&mount.target).display().to_string()).collect();
        let mut answers = self.probe.look(&paths).await;
        let found = looks.iter().zip(paths).filter_map(|(mount, path)| {
            answers.remove(&path).map(|answer| (mount.device.clone(), answer))
        });
        found.collect()
    }
}

#[async_trait]
impl HealthSource for Mounts {
    fn name(&self) -> &str {
        "mounts"
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        let root = self.root.clone();
        let tables = files::blocking(move || Tables::read(&root)).await?;
        let (entries, mounts) = (&tables.fstab.entries, &tables.mountinfo.mounts);
        let (answers, units) = (&BTreeMap::new(), &[]);
        let host = Host { entries, mounts, answers, units };
        let (answers, units) = join(self.look(&host), self.units()).await;
        let mut gaps = tables.gaps();
        let units = units.unwrap_or_else(|error| {
            gaps.push(Gap::new(GapKind::HealthIncomplete, format!("mount units: {error}")));
            Vec::new()
        });
        let storage = Host { entries, mounts, answers: &answers, units: &units }.category();
        let unknown = storage.checks.iter().filter(|check| check.status == Status::Unknown);
        gaps.extend(unknown.map(|check| {
            Gap::new(GapKind::HealthIncomplete, format!("{}: {}", check.name, check.reason))
        }));
        let mut snapshot = HealthSnapshot::from_categories(vec![storage]);
        snapshot.gaps = gaps;
        Ok(snapshot)
    }
}

/// What the host wants mounted, and what is.
struct Tables {
    fstab: Fstab,
    fstab_path: PathBuf,
    mountinfo: MountInfo,
    mountinfo_path: PathBuf,
}

impl Tables {
    fn read(root: &Path) -> Result<Self, Error> {
        let (fstab_path, fstab) = read_fstab(root)?;
        let (mountinfo_path, mountinfo) = read_mountinfo(root)?;
        let (fstab, mountinfo) = (fstab::parse(&fstab), mountinfo::parse(&mountinfo));
        Ok(Self { fstab, fstab_path, mountinfo, mountinfo_path })
    }

    /// The lines that could not be read.
    fn gaps(&self) -> Vec<Gap> {
        let fstab = self.fstab.faults.iter().map(|fault| (&self.fstab_path, fault));
        let mountinfo = self.mountinfo.faults.iter().map(|fault| (&self.mountinfo_path, fault));
        let gap = |(path, fault): (&PathBuf, &Fault)| {
            let detail = format!("{} line {}: {}", path.display(), fault.line, fault.words);
            Gap::new(GapKind::HealthIncomplete, detail)
        };
        fstab.chain(mountinfo).map(gap).collect()
    }
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
        Err(error) if error.is_not_found() => Ok((path, String::new())),
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
