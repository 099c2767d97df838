//! The real host: the adapters behind the driver's ports, as the configuration names them.

mod health;
mod names;
mod notifiers;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{
    BootId, BootIdentity, Guest, GuestId, HealthSnapshot, HealthSource, HostEvents, PortError,
    Text, UptimeSource,
};
use grace_health::{Composite, GuestConfigs, Logind};
use grace_journal::{HostTime, JournalEvents, JournalctlJournal, Merged, Rules, TaskEvents};
use grace_proc::{ProcUptime, SoftReboots};

pub use self::health::{SetupError, TimedSource, health_sources};
use self::names::Named;
pub use self::notifiers::{RoutesError, routes};
use crate::config::Sources;
use crate::driver::Ports;

/// The ports of this host, without notifiers. Each health source is waited for no longer than `patience`, or
/// what the configuration says of it.
///
/// # Errors
/// A source cannot be set up as the configuration says.
pub async fn ports(sources: &Sources, patience: Duration) -> Result<Ports, SetupError> {
    let boot = boot_of(&ProcUptime::new()).await;
    let journal = &sources.journal;
    let mut errors =
        boot.map_or_else(JournalctlJournal::new, |boot| JournalctlJournal::new().with_boot(boot));
    if let Some(directory) = &journal.directory {
        errors = errors.with_directory(directory);
    }
    let health = health_sources(sources, patience)?;
    let health = health
        .into_iter()
        .fold(Composite::new(), |all, one| all.with_timeout(one.source, one.patience));
    let health = HostHealth { sources: health, has_guests: has_pve(sources) };
    let uptime = ProcUptime::new().with_soft_reboots(SoftReboots::new());
    Ok(Ports::new(uptime, errors, health).with_wall_clock(|| Some(grace_proc::unix_time())))
}

/// What happens on this host, from all its sources as one.
pub async fn events(sources: &Sources) -> impl HostEvents + use<> {
    let mut all = recorded(sources).await;
    if sources.logind.enabled {
        let logind = Logind::new();
        all = all.with(Box::new(match sources.logind.timeout {
            Some(deadline) => logind.with_deadline(deadline),
            None => logind,
        }));
    }
    named(all, sources)
}

/// What has happened on this host in this boot, from the sources that remember.
pub async fn past(sources: &Sources) -> impl HostEvents + use<> {
    named(recorded(sources).await, sources)
}

/// What the journal's entries are read by.
#[must_use]
pub fn rules(sources: &Sources) -> Rules {
    match sources.journal.guest_units.as_slice() {
        [] => Rules::default(),
        units => Rules::default().with_guest_units(units.iter().cloned()),
    }
}

/// The names of this host's guests by their ids; none where they are not known.
pub async fn guest_names(sources: &Sources) -> BTreeMap<GuestId, Text> {
    let configs = GuestConfigs::new().with_directory(&sources.pve.directory);
    let configured = configs.read().await.unwrap_or_default();
    configured.names().into_iter().map(|(id, guest)| (id, guest.name)).collect()
}

async fn recorded(sources: &Sources) -> Merged {
    let mut all = Merged::new();
    if sources.journal.enabled {
        let mut journal = JournalEvents::new().with_rules(rules(sources));
        if let Some(boot) = boot_of(&ProcUptime::new()).await {
            journal = journal.with_boot(boot);
        }
        if let Some(directory) = &sources.journal.directory {
            journal = journal.with_directory(directory);
        }
        all = all.with(Box::new(journal));
    }
    let tasks = &sources.tasks;
    if tasks.enabled && (exists(&tasks.directory) || has_pve(sources)) {
        let tasks = TaskEvents::new(clocks).with_directory(&tasks.directory);
        all = all.with(Box::new(tasks));
    }
    all
}

/// Now, on both clocks. An uptime that cannot be read is 0: no task is of a boot that has not begun.
fn clocks() -> HostTime {
    let unix = u64::try_from(grace_proc::unix_time()).unwrap_or_default();
    HostTime::new(grace_proc::uptime().unwrap_or_default(), Duration::from_secs(unix))
}

fn named(events: Merged, sources: &Sources) -> Named<Merged> {
    let guests = GuestConfigs::new().with_directory(&sources.pve.directory);
    Named::new(events, has_pve(sources).then_some(guests))
}

/// The host's name, or `this host` if it cannot be read.
#[must_use]
pub fn name() -> Text {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.trim().is_empty() { Text::literal("this host") } else { Text::name(name.trim()) }
}

async fn boot_of(uptime: &ProcUptime) -> Option<BootId> {
    let identity = uptime.boot().await.unwrap_or(BootIdentity::UNKNOWN);
    identity.id
}

/// Whether Proxmox VE is here, or is said to be. What a plain host does not have is no gap of it.
fn has_pve(sources: &Sources) -> bool {
    let is_set_up = sources.pve.api.is_some();
    sources.pve.enabled && (is_set_up || exists(&sources.pve.directory))
}

/// Whether something is called `path`; where that cannot be read it is taken to be there, so that it is named.
///
/// The name alone is looked for: whoever looks at what has it waits for a file system that hangs, as `/etc/pve`
/// may.
fn exists(path: &Path) -> bool {
    let (Some(above), Some(name)) = (path.parent(), path.file_name()) else { return true };
    let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
    match fs::read_dir(above) {
        Ok(mut entries) => entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() == name)),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// The host's health, and what it knows of its guests.
struct HostHealth {
    sources: Composite,
    has_guests: bool,
}

#[async_trait]
impl HealthSource for HostHealth {
    fn name(&self) -> &str {
        self.sources.name()
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        self.sources.check().await
    }

    /// A host without Proxmox VE starts no guests; of one with it, no source can tell which.
    async fn expected_guests(&self) -> Result<Option<Vec<Guest>>, PortError> {
        let told = self.sources.expected_guests().await?;
        Ok(told.or_else(|| (!self.has_guests).then(Vec::new)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_told_by_its_name_alone() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let hangs = directory.path().join("pve");
        assert!(!exists(&hangs));
        assert!(!exists(&hangs.join("nodes")), "nor is what lies below it");
        // Who looks at what a link leads to finds nothing; but it has the name.
        std::os::unix::fs::symlink("/nonexistent/target", &hangs).expect("a link");
        assert!(exists(&hangs));
    }
}
