//! Mount units, as systemd tells of them over the system bus.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::{join_all, try_join, try_join_all};
use zbus::OwnedObjectPath;

use crate::Error;
use crate::bus::{Object, SystemBus};

/// The targets that pull in what is to be mounted, systemd.special(7).
const TARGETS: [&str; 3] = [
    "/org/freedesktop/systemd1/unit/local_2dfs_2etarget",
    "/org/freedesktop/systemd1/unit/remote_2dfs_2etarget",
    "/org/freedesktop/systemd1/unit/multi_2duser_2etarget",
];

/// A unit that mounts something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) name: String,
    /// The mount point.
    pub(super) target: String,
    pub(super) state: State,
    pub(super) need: Need,
}

/// What a unit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Mounted,
    Mounting,
    Failed,
    /// It was not started, or has been stopped.
    Inactive,
}

/// How much the host's start needs a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing asks for it, or its own conditions forbid it.
    None,
    /// The host starts without it, if it must.
    Wanted,
    Required,
}

impl Unit {
    /// A unit in systemd's words for its active state. `None` for what is no mount or in no state to judge.
    fn new(name: &str, load: &str, active: &str) -> Option<Self> {
        let target = target(name)?;
        let state = match active {
            "active" | "reloading" | "refreshing" => State::Mounted,
            "activating" => State::Mounting,
            "failed" => State::Failed,
            "inactive" => State::Inactive,
            _ => return None,
        };
        (load == "loaded").then(|| Self { name: name.to_owned(), target, state, need: Need::None })
    }

    /// Why it is not mounted, in words.
    pub(super) fn why_not(&self) -> &'static str {
        match self.state {
            State::Mounted => "its unit is active",
            State::Mounting => "being mounted",
            State::Failed => "its unit failed",
            State::Inactive => "its unit is inactive",
        }
    }
}

/// The mount point in a unit's name, systemd.unit(5): `mnt-my\x20disk.mount` is `/mnt/my disk`.
fn target(unit: &str) -> Option<String> {
    let name = unit.strip_suffix(".mount").filter(|name| !name.is_empty())?;
    if name == "-" {
        return Some("/".to_owned());
    }
    let mut bytes = vec![b'/'];
    let mut rest = name.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'-', _) => bytes.push(b'/'),
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = after;
            }
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

type UnitEntry =
    (String, String, String, String, String, String, OwnedObjectPath, u32, String, OwnedObjectPath);

/// Every mount unit of the host.
pub(super) async fn read(bus: &SystemBus, deadline: Duration) -> Result<Vec<Unit>, Error> {
    let patterns: (&[&str], &[&str]) = (&[], &["*.mount"]);
    let entries = bus.ask(&Object::SYSTEMD, "ListUnitsByPatterns", &patterns, deadline);
    let (entries, (required, wanted)): (Vec<UnitEntry>, _) =
        try_join(entries, needs(bus, deadline)).await?;
    let units = entries.iter().filter_map(|entry| {
        let mut unit = Unit::new(&entry.0, &entry.2, &entry.3)?;
        if required.contains(&unit.name) {
            unit.need = Need::Required;
        } else if wanted.contains(&unit.name) {
            unit.need = Need::Wanted;
        }
        Some((unit, entry.6.as_str()))
    });
    let units = units.map(async |(mut unit, path)| {
        if unit.need != Need::None && unit.state == State::Inactive {
            let object = Object { path, interface: UNIT, ..Object::SYSTEMD };
            // Where it cannot be asked, it is judged by what is known.
            if let Ok(false) = bus.property(&object, "ConditionResult", deadline).await {
                unit.need = Need::None;
            }
        }
        unit
    });
    Ok(join_all(units).await)
}

const UNIT: &str = "org.freedesktop.systemd1.Unit";

/// The units that the targets require, and those that they want.
async fn needs(
    bus: &SystemBus,
    deadline: Duration,
) -> Result<(BTreeSet<String>, BTreeSet<String>), Error> {
    let of = async |property: &str| {
        let lists = TARGETS.map(async |path| {
            let object = Object { path, interface: UNIT, ..Object::SYSTEMD };
            bus.property::<Vec<String>>(&object, property, deadline).await
        });
        let lists = try_join_all(lists).await?;
        Ok(lists.into_iter().flatten().collect())
    };
    try_join(of("Requires"), of("Wants")).await
}

#[cfg(test)]
mod tests {
    use super::{Unit, target};

    #[test]
    fn a_units_name_is_its_mount_point() {
        let names = [
            ("-.mount", Some("/")),
            ("srv.mount", Some("/srv")),
            ("mnt-pve-nas.mount", Some("/mnt/pve/nas")),
            (r"mnt-my\x20disk.mount", Some("/mnt/my disk")),
            (r"mnt-a\x2db.mount", Some("/mnt/a-b")),
            (r"b\xc3\xa4r.mount", Some("/bär")),
            (r"odd\xzz.mount", None),
            ("a.service", None),
            (".mount", None),
        ];
        for (name, expect) in names {
            assert_eq!(target(name).as_deref(), expect, "{name}");
        }
    }

    #[test]
    fn only_a_unit_that_could_be_read_is_judged() {
        assert!(Unit::new("srv.mount", "loaded", "failed").is_some());
        assert!(Unit::new("srv.mount", "not-found", "inactive").is_none());
        assert!(Unit::new("srv.mount", "masked", "inactive").is_none());
        assert!(Unit::new("srv.mount", "loaded", "deactivating").is_none());
    }
}
