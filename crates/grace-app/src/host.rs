//! The real host: the adapters behind the driver's ports.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{
    BootIdentity, Guest, HealthSnapshot, HealthSource, PortError, Text, UptimeSource,
};
use grace_health::{Composite, Mounts, Network, Systemd};
use grace_journal::JournalctlJournal;
use grace_proc::ProcUptime;

use crate::driver::Ports;

/// Where a Proxmox VE node keeps its guests' configuration.
const PVE: &str = "/etc/pve";

/// The ports of this host, without notifiers. Each health source is waited for no longer than `patience`.
pub async fn ports(patience: Duration) -> Ports {
    let uptime = ProcUptime::new();
    let journal = match uptime.boot().await {
        Ok(BootIdentity { id: Some(boot), .. }) => JournalctlJournal::new().with_boot(boot),
        _ => JournalctlJournal::new(),
    };
    let sources = health_sources().into_iter();
    let sources = sources.fold(Composite::new(), |all, one| all.with_timeout(one, patience));
    Ports::new(uptime, journal, HostHealth(sources))
        .with_wall_clock(|| Some(grace_proc::unix_time()))
}

/// The sources that the host's health is read from, each under its own name.
#[must_use]
pub fn health_sources() -> Vec<Arc<dyn HealthSource>> {
    vec![Arc::new(Systemd::new()), Arc::new(Mounts::new()), Arc::new(Network::new())]
}

/// The host's name, or `this host` if it cannot be read.
#[must_use]
pub fn name() -> Text {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.trim().is_empty() { Text::literal("this host") } else { Text::name(name.trim()) }
}

/// The host's health, and what it knows of its guests.
struct HostHealth(Composite);

#[async_trait]
impl HealthSource for HostHealth {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        self.0.check().await
    }

    /// A host without Proxmox VE starts no guests; of one with it, no source can tell which.
    async fn expected_guests(&self) -> Result<Option<Vec<Guest>>, PortError> {
        let told = self.0.expected_guests().await?;
        let has_guests = tokio::fs::try_exists(PVE).await.unwrap_or(true);
        Ok(told.or_else(|| (!has_guests).then(Vec::new)))
    }
}
