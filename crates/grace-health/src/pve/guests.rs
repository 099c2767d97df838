//! The guests of this node, by their configuration files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use grace_core::{Gap, GapKind, Guest, GuestId, GuestKind};

use super::config::{self, Settings, Startup};
use super::error::PveError;
use super::ha::{self, HaResources, HaState};
use crate::apart::{Apart, Lost};
use crate::{Error, files};

/// The most guests read.
const GUESTS: usize = 10_000;
/// The longest file read, in bytes: what the cluster file system itself allows.
const FILE: usize = 1 << 20;
/// Where each kind's files are.
const KINDS: [(GuestKind, &str); 2] = [(GuestKind::Vm, "qemu-server"), (GuestKind::Ct, "lxc")];

/// The guests of this node as `/etc/pve` has them: their names, and which of them start at boot.
///
/// The files are `{qemu-server,lxc}/<vmid>.conf`, which pmxcfs(8) shows for this node alone, and
/// `ha/resources.cfg`. They say nothing of what runs. Only root and the group `www-data` may read them.
///
/// A file that cannot be read spoils only itself and becomes a gap; one that went away between the list
/// and the reading was a guest that went away. Ten thousand guests are read, and 1 MiB of a file.
#[derive(Debug, Clone)]
pub struct GuestConfigs {
    directory: PathBuf,
    deadline: Duration,
    apart: Apart,
}

impl Default for GuestConfigs {
    fn default() -> Self {
        Self {
            directory: "/etc/pve".into(),
            deadline: Duration::from_secs(5),
            apart: Apart::default(),
        }
    }
}

impl GuestConfigs {
    /// This node's guests; a reading has 5 s.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same source with another directory for `/etc/pve`.
    #[must_use]
    pub fn with_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = directory.into();
        self
    }

    /// The same source with another time for a reading.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The guests as they are configured now.
    ///
    /// # Errors
    /// This host has no Proxmox VE, its configuration is not mounted, hangs, or none of it may be read.
    pub async fn read(&self) -> Result<ConfiguredGuests, Error> {
        let directory = self.directory.clone();
        match self.apart.run(self.deadline, move || read(&directory)).await {
            Ok(read) => read,
            Err(Lost::Late) => {
                let (directory, deadline) = (self.directory.clone(), self.deadline);
                Err(PveError::Hangs { directory, deadline }.into())
            }
            Err(Lost::Broken(error)) => {
                Err(PveError::Broken { directory: self.directory.clone(), error }.into())
            }
        }
    }
}

/// What the configuration of a node says of its guests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfiguredGuests {
    /// Each guest of this node, in the order of their ids.
    pub guests: Vec<GuestConfig>,
    /// Whether the node is part of a cluster: `corosync.conf` is there.
    pub in_cluster: bool,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

impl ConfiguredGuests {
    /// The guests by their ids, for those who know no more than an id.
    #[must_use]
    pub fn names(&self) -> BTreeMap<GuestId, Guest> {
        let guests = self.guests.iter().map(|config| config.guest.clone());
        guests.map(|guest| (guest.id.clone(), guest)).collect()
    }

    /// The guests that start with the host.
    #[must_use]
    pub fn expected(&self) -> Vec<Guest> {
        let expected = self.guests.iter().filter(|config| config.starter().is_some());
        expected.map(|config| config.guest.clone()).collect()
    }

    fn gap(&mut self, words: impl AsRef<str>) {
        self.gaps.push(Gap::new(GapKind::HealthIncomplete, words));
    }
}

/// One guest's configuration, as far as it is about starts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GuestConfig {
    /// The guest. Without a name of its own it has the one Proxmox VE gives it: `VM 100`, `CT101`.
    pub guest: Guest,
    /// Whether the host's own sweep starts it, if high availability does not manage it.
    pub on_boot: bool,
    /// Its place among the others.
    pub startup: Startup,
    /// Whether it is a template, which never runs.
    pub template: bool,
    /// What high availability wants of it, if it is managed.
    pub ha: Option<HaState>,
}

/// Who starts a guest after a boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Starter {
    /// The host's own sweep: `onboot` is set.
    Host,
    /// High availability, which wants it `started`, whatever `onboot` says.
    Ha,
}

impl GuestConfig {
    fn new(kind: GuestKind, id: &str, settings: Settings, ha: Option<HaState>) -> Self {
        let name = settings.name.as_deref().map_or_else(|| unnamed(kind, id), str::to_owned);
        let mut config = Self {
            guest: Guest::new(id, name, kind),
            on_boot: settings.on_boot,
            startup: settings.startup,
            template: settings.template,
            ha,
        };
        config.guest.autostart = Some(config.starter().is_some());
        config
    }

    /// Who starts it on this node after a boot; `None` if it is started by hand.
    ///
    /// High availability may start a guest on another node. Its file moves there with it, so that one whose
    /// file lies here is to be started here.
    #[must_use]
    pub const fn starter(&self) -> Option<Starter> {
        match (self.template, self.ha) {
            (true, _) | (_, Some(HaState::Stopped | HaState::Disabled)) => None,
            (_, Some(HaState::Started)) => Some(Starter::Ha),
            (_, None | Some(HaState::Ignored)) if self.on_boot => Some(Starter::Host),
            (_, None | Some(HaState::Ignored)) => None,
        }
    }
}

/// The name in Proxmox VE's own lists.
fn unnamed(kind: GuestKind, id: &str) -> String {
    match kind {
        GuestKind::Ct => format!("CT{id}"),
        _ => format!("VM {id}"),
    }
}

fn read(directory: &Path) -> Result<ConfiguredGuests, Error> {
    let mut found = ConfiguredGuests::default();
    let files = list(directory, &mut found)?;
    let ha = read_ha(directory, &mut found);
    let (mut read, mut first_failure) = (0, None);
    for file in &files {
        match files::read_bounded(&file.path, FILE) {
            Ok(text) => {
                read += 1;
                let settings = config::parse(file.kind, &text);
                if let Some(words) = settings.faults.words() {
                    found.gap(format!("{} {words}", file.path.display()));
                }
                let ha = ha.states.get(&GuestId::new(&file.id)).copied();
                found.guests.push(GuestConfig::new(file.kind, &file.id, settings, ha));
            }
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                let error = with_remedy(error);
                found.gap(error.to_string());
                first_failure.get_or_insert(error);
            }
        }
    }
    found.guests.sort_by(|a, b| a.guest.id.cmp(&b.guest.id));
    found.in_cluster = directory.join("corosync.conf").exists();
    // Not one could be read: that is no host without guests.
    match first_failure {
        Some(error) if read == 0 => Err(error),
        _ => Ok(found),
    }
}

/// A guest's file.
struct GuestFile {
    kind: GuestKind,
    id: String,
    path: PathBuf,
}

/// The guests' files; what cannot be listed is a gap, and an error if it is all.
fn list(directory: &Path, found: &mut ConfiguredGuests) -> Result<Vec<GuestFile>, Error> {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    for (kind, name) in KINDS {
        let path = directory.join(name);
        match ids(&path) {
            Ok(ids) => files.extend(ids.into_iter().map(|id| {
                let path = path.join(format!("{id}.conf"));
                GuestFile { kind, id, path }
            })),
            Err(error) => failures.push(with_remedy(Error::Read { path, error })),
        }
    }
    if failures.len() == KINDS.len() {
        return Err(absent(directory).map_or_else(|| failures.swap_remove(0), Error::from));
    }
    failures.iter().for_each(|error| found.gap(error.to_string()));
    files.sort_by(|a, b| GuestId::new(&a.id).cmp(&GuestId::new(&b.id)));
    if files.len() > GUESTS {
        files.truncate(GUESTS);
        found.gap(format!("{}: more than {GUESTS} guests are not read", directory.display()));
    }
    Ok(files)
}

/// The ids whose `<vmid>.conf` stands in a directory; of too many, one more than is read.
fn ids(directory: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(directory)?.map(|entry| {
        let name = entry?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".conf"));
        Ok(id.filter(|id| ha::is_vmid(id)).map(str::to_owned))
    });
    entries.filter_map(io::Result::transpose).take(GUESTS + 1).collect()
}

/// What it means that there are no directories of guests.
fn absent(directory: &Path) -> Option<PveError> {
    let is_absent =
        |path: &Path| matches!(fs::metadata(path), Err(e) if e.kind() == io::ErrorKind::NotFound);
    let directory = directory.to_owned();
    if is_absent(&directory) {
        return Some(PveError::Absent { directory });
    }
    let nothing = KINDS.iter().all(|(_, name)| is_absent(&directory.join(name)));
    nothing.then_some(PveError::NotMounted { directory })
}

fn read_ha(directory: &Path, found: &mut ConfiguredGuests) -> HaResources {
    let path = directory.join("ha/resources.cfg");
    let text = match files::read_bounded(&path, FILE) {
        Ok(text) => text,
        Err(error) => {
            // A cluster that manages nothing has no such file.
            if !error.is_not_found() {
                found.gap(with_remedy(error).to_string());
            }
            String::new()
        }
    };
    let resources = ha::parse(&text);
    if let Some(words) = resources.faults.words() {
        found.gap(format!("{} {words}", path.display()));
    }
    resources
}

/// The error of a file that may not be read, in words that help.
fn with_remedy(error: Error) -> Error {
    match error {
        Error::Read { path, error } if error.kind() == io::ErrorKind::PermissionDenied => {
            PveError::NotReadable { path }.into()
        }
        error => error,
    }
}
