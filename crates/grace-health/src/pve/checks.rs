//! What a node's configuration and its state mean for its health.

use grace_core::{CategoryHealth, Check, Gap, GapKind, GuestKind, HealthSnapshot, Status};

use super::answer::{GuestState, Listed, RunState, Service, Storage};
use super::guests::{ConfiguredGuests, GuestConfig, Starter};
use super::state::{NodeState, Part};
use crate::Error;

/// Services without which the node cannot be used.
const NEEDED: [&str; 4] = ["pveproxy", "pvedaemon", "pvestatd", "pve-cluster"];
/// What a node of a cluster needs besides.
const NEEDED_IN_CLUSTER: &str = "corosync";
/// Services that an admin may have disabled, and whose loss the node survives.
const WANTED: [&str; 4] = ["pvescheduler", "pve-firewall", "pve-ha-crm", "pve-ha-lrm"];

/// The health of a node that was asked.
pub(super) fn of_node(
    configured: Result<ConfiguredGuests, Error>,
    state: &NodeState,
) -> HealthSnapshot {
    let NodeState { vms, containers, storages, services } = state;
    let in_cluster = configured.as_ref().is_ok_and(|found| found.in_cluster);
    let mut gaps = Vec::new();
    gaps.extend(part_gaps("qemu", vms));
    gaps.extend(part_gaps("lxc", containers));
    gaps.extend(part_gaps("storage", storages));
    gaps.extend(part_gaps("services", services));
    let guests = match configured {
        Ok(found) => {
            let guests = guest_checks(&found, |config| run_state(config, vms, containers));
            gaps.extend(found.gaps);
            guests
        }
        Err(error) => {
            gaps.push(gap(&error));
            unread("vms", &error)
        }
    };
    let mut snapshot = HealthSnapshot::from_categories(vec![
        guests,
        category("storage", storages, storage_category),
        category("services", services, |listed| service_category(listed, in_cluster)),
    ]);
    snapshot.gaps = gaps;
    snapshot
}

/// The health of a node of which the files alone are read.
pub(super) fn of_files(configured: ConfiguredGuests) -> HealthSnapshot {
    let not_asked = |_: &GuestConfig| (Status::Excluded, "whether it runs is not asked".to_owned());
    let guests = guest_checks(&configured, not_asked);
    let mut snapshot = HealthSnapshot::from_categories(vec![guests]);
    snapshot.gaps = configured.gaps;
    snapshot
}

fn guest_checks(
    configured: &ConfiguredGuests,
    state: impl Fn(&GuestConfig) -> (Status, String),
) -> CategoryHealth {
    let expected = configured.guests.iter().filter(|config| config.starter().is_some());
    let checks = expected.map(|config| {
        let guest = &config.guest;
        let name = format!("{} {} ({})", guest.kind.label(), guest.id, guest.name);
        let (status, reason) = state(config);
        Check::new(name, status, reason)
    });
    CategoryHealth::from_checks("vms", checks.collect())
}

fn run_state(
    config: &GuestConfig,
    vms: &Part<GuestState>,
    containers: &Part<GuestState>,
) -> (Status, String) {
    let list = if config.guest.kind == GuestKind::Ct { containers } else { vms };
    let Ok(listed) = list else {
        return (Status::Unknown, "its state could not be read".to_owned());
    };
    match listed.items.iter().find(|item| item.id == config.guest.id).map(|item| &item.state) {
        Some(RunState::Running) => (Status::Ok, "running".to_owned()),
        Some(RunState::Stopped) => {
            let why = match config.starter() {
                Some(Starter::Ha) => "high availability starts it",
                _ => "starts at boot",
            };
            (Status::Warning, format!("not running ({why})"))
        }
        Some(RunState::Other(word)) => (Status::Unknown, format!("its state is `{word}`")),
        // It moved away just now, or a token may not see it.
        None => (Status::Unknown, "not among the guests that Proxmox VE lists".to_owned()),
    }
}

fn storage_category(listed: &Listed<Storage>) -> CategoryHealth {
    // Every node has at least `local`: an empty list is what a token without rights gets.
    if listed.items.is_empty() {
        let reason = "Proxmox VE lists no storage; a token needs the role PVEAuditor";
        return CategoryHealth::new("storage", Status::Unknown, reason);
    }
    CategoryHealth::from_checks("storage", listed.items.iter().map(storage_check).collect())
}

fn storage_check(storage: &Storage) -> Check {
    let kind = &storage.kind;
    let (status, reason) = match (storage.enabled, storage.active) {
        (false, _) => (Status::Excluded, format!("{kind} storage not enabled on this node")),
        (true, Some(true)) => (Status::Ok, format!("{kind} storage available")),
        // Guests cannot start without their disks; a place for backups and images can wait.
        (true, Some(false)) if storage.has_disks => {
            (Status::Critical, format!("{kind} storage not available, guests have disks on it"))
        }
        (true, Some(false)) => (Status::Warning, format!("{kind} storage not available")),
        (true, None) => (Status::Unknown, format!("{kind} storage of unknown state")),
    };
    Check::new(&storage.name, status, reason)
}

fn service_category(listed: &Listed<Service>, in_cluster: bool) -> CategoryHealth {
    let find = |name: &str| listed.items.iter().find(|service| service.name == name);
    let needed = NEEDED.into_iter().chain(in_cluster.then_some(NEEDED_IN_CLUSTER));
    let needed = needed.map(|name| match find(name) {
        Some(service) => service_check(service, Status::Critical),
        None => Check::new(name, Status::Unknown, "not among the services that Proxmox VE lists"),
    });
    // `enabled`, and `enabled-runtime`.
    let is_enabled = |service: &&Service| {
        service.unit.as_deref().is_some_and(|unit| unit.starts_with("enabled"))
    };
    let wanted = WANTED.into_iter().filter_map(find).filter(is_enabled);
    let wanted = wanted.map(|service| service_check(service, Status::Warning));
    CategoryHealth::from_checks("services", needed.chain(wanted).collect())
}

fn service_check(service: &Service, down: Status) -> Check {
    let Service { name, state, active, .. } = service;
    let (status, reason) = match (state.as_str(), active.as_deref()) {
        ("running", _) => (Status::Ok, "running".to_owned()),
        ("unknown", _) => (Status::Unknown, "systemd does not know its state".to_owned()),
        (_, Some(active @ ("activating" | "deactivating" | "reloading" | "refreshing"))) => {
            (Status::Warning, format!("{active} ({state})"))
        }
        _ => (down, format!("not running ({state})")),
    };
    Check::new(name, status, reason)
}

/// A category by its list, or `UNKNOWN` without one.
fn category<T>(
    name: &str,
    part: &Part<T>,
    read: impl FnOnce(&Listed<T>) -> CategoryHealth,
) -> CategoryHealth {
    part.as_ref().map_or_else(|error| unread(name, error), read)
}

fn unread(name: &str, error: &Error) -> CategoryHealth {
    CategoryHealth::new(name, Status::Unknown, error.to_string())
}

/// What is missing of a list: all of it, or some entries.
fn part_gaps<T>(name: &str, part: &Part<T>) -> Option<Gap> {
    let listed = match part {
        Err(error) => return Some(gap(error)),
        Ok(listed) => listed,
    };
    let first = listed.unread.first()?;
    let more = match listed.unread.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let words = format!("{name}: entry {first} of the list is not understood{more}");
    Some(Gap::new(GapKind::HealthIncomplete, words))
}

fn gap(error: &Error) -> Gap {
    Gap::new(GapKind::HealthIncomplete, error.to_string())
}
