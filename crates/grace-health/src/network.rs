//! Whether the links of interfaces that are set up are up.

mod interface;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use grace_core::{
    CategoryHealth, Check, Gap, GapKind, HealthSnapshot, HealthSource, PortError, Status, Text,
};

use self::interface::Interface;
use crate::{Error, files};

/// Category `network`: a check for each interface that is set up (`ip link set … up`) and carries the host.
///
/// | found | status |
/// | --- | --- |
/// | link up | `OK` |
/// | link down | `CRITICAL`; `INFO` for a bridge without ports and for tunnels and the like |
/// | waiting for another, such as a radio for its network | `WARNING` |
/// | not known, and no carrier either | `UNKNOWN` |
/// | ignored by configuration | `EXCLUDED` |
///
/// Not looked at: interfaces that are not set up, loopback, and the host's side of a guest (`tap…`,
/// `veth…`, `vnet…`, `fwbr…`, `fwpr…`, `fwln…`). A host on which nothing is left to look at is `UNKNOWN`.
///
/// The facts are the kernel's `/sys/class/net/*`, sysfs-class-net(5) and its
/// `Documentation/networking/operstates.rst`.
#[derive(Debug, Clone)]
pub struct Network {
    root: PathBuf,
    ignored: Vec<Text>,
}

impl Default for Network {
    fn default() -> Self {
        Self { root: "/".into(), ignored: Vec::new() }
    }
}

impl Network {
    /// This host's interfaces.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same source with `sys/class/net` below another root.
    #[must_use]
    pub fn with_root(mut self, root: impl Into<PathBuf>) -> Self {
        self.root = root.into();
        self
    }

    /// The same source without the interface of this name, such as one that has no cable.
    #[must_use]
    pub fn with_ignored(mut self, interface: impl AsRef<str>) -> Self {
        self.ignored.push(Text::name(interface));
        self
    }
}

#[async_trait]
impl HealthSource for Network {
    fn name(&self) -> &str {
        "network"
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        let directory = self.root.join("sys/class/net");
        let ignored = self.ignored.clone();
        files::blocking(move || read(&directory, &ignored)).await
    }
}

fn read(directory: &Path, ignored: &[Text]) -> Result<HealthSnapshot, Error> {
    let mut checks = Vec::new();
    let mut gaps = Vec::new();
    for name in interfaces(directory)? {
        if ignored.iter().any(|ignored| *ignored == name.as_str()) {
            checks.push(Check::new(&name, Status::Excluded, "ignored by configuration"));
            continue;
        }
        match interface(directory, &name) {
            Ok(Some(interface)) => checks.extend(interface.check()),
            // It went away while it was read: a guest has stopped.
            Ok(None) => {}
            Err(words) => {
                let detail = format!("interface {name}: {words}");
                gaps.push(Gap::new(GapKind::HealthIncomplete, detail));
            }
        }
    }
    let category = if checks.is_empty() {
        CategoryHealth::new("network", Status::Unknown, "no interface to look at")
    } else {
        CategoryHealth::from_checks("network", checks)
    };
    let mut snapshot = HealthSnapshot::from_categories(vec![category]);
    snapshot.gaps = gaps;
    Ok(snapshot)
}

/// The names of all interfaces, sorted. Plain files, such as `bonding_masters`, are none.
fn interfaces(directory: &Path) -> Result<Vec<String>, Error> {
    let failed = |error| Error::Read { path: directory.to_owned(), error };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// One interface's facts; `None` if it is gone.
fn interface(directory: &Path, name: &str) -> Result<Option<Interface>, String> {
    let directory = directory.join(name);
    match read_interface(&directory, name) {
        Err(_) if !directory.exists() => Ok(None),
        read => read.map(Some),
    }
}

fn read_interface(directory: &Path, name: &str) -> Result<Interface, String> {
    let text = |file: &str| {
        let read = files::read(&directory.join(file));
        read.map_err(|error| error.to_string())
    };
    // Reading the carrier of an interface that is not set up is an error by design.
    let carrier = text("carrier").ok();
    let facts = interface::Facts {
        name,
        flags: &text("flags")?,
        arp_type: &text("type")?,
        operstate: &text("operstate")?,
        carrier: carrier.as_deref(),
        uevent: &text("uevent")?,
        index: &text("ifindex")?,
        lower_index: &text("iflink")?,
        has_device: directory.join("device").exists(),
        ports: ports(directory)?,
    };
    Interface::parse(&facts)
}

/// How many ports a bridge has; `None` for what is no bridge.
fn ports(directory: &Path) -> Result<Option<usize>, String> {
    let directory = directory.join("brif");
    match fs::read_dir(&directory) {
        Ok(entries) => Ok(Some(entries.count())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", directory.display())),
    }
}
