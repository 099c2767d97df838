//! The signals of logind, systemd and the bus.

use std::collections::HashMap;

use grace_core::ShutdownKind;
use zbus::message::{Header, Type};
use zbus::{Message, OwnedObjectPath, OwnedVariant};

use super::known::Heard;
use crate::bus::Object;

/// The units that take the host down, systemd.special(7).
const TARGETS: [(&str, ShutdownKind); 5] = [
    ("poweroff.target", ShutdownKind::PowerOff),
    ("reboot.target", ShutdownKind::Reboot),
    ("halt.target", ShutdownKind::Halt),
    ("kexec.target", ShutdownKind::Kexec),
    ("soft-reboot.target", ShutdownKind::SoftReboot),
];

/// How a unit takes the host down, if it does.
pub(super) fn target_kind(unit: &str) -> Option<ShutdownKind> {
    TARGETS.iter().find(|(target, _)| *target == unit).map(|(_, kind)| *kind)
}

/// How the host goes down, in logind's words: those of its actions or of its journal.
pub(super) fn kind(word: &str) -> ShutdownKind {
    match word {
        "poweroff" => ShutdownKind::PowerOff,
        word => ShutdownKind::parse(word).unwrap_or_default(),
    }
}

/// What a value of logind's `ScheduledShutdown` plans. A dry run only pretends.
pub(super) fn scheduled(word: &str) -> Option<ShutdownKind> {
    (!word.is_empty() && !word.starts_with("dry-")).then(|| kind(word))
}

/// The kind in the metadata of a shutdown.
pub(super) fn metadata_kind(metadata: &HashMap<String, OwnedVariant>) -> ShutdownKind {
    let word = metadata.get("type").and_then(|word| word.downcast_ref::<&str>().ok());
    word.map_or(ShutdownKind::Unknown, kind)
}

/// The rules by which the bus sends what is listened to, and no more.
pub(super) fn rules() -> Vec<String> {
    let of = |object: &Object<'_>, member: &str, rest: &str| {
        let Object { service, interface, .. } = object;
        format!("type='signal',sender='{service}',interface='{interface}',member='{member}'{rest}")
    };
    let logind = Object::LOGIND;
    let mut rules: Vec<_> =
        ["PrepareForShutdown", "PrepareForShutdownWithMetadata", "PrepareForSleep"]
            .iter()
            .map(|member| of(&logind, member, ""))
            .collect();
    let about = format!(",arg0='{}'", logind.interface);
    rules.push(of(&logind.properties(), "PropertiesChanged", &about));
    rules.push(of(&Object::SYSTEMD, "StartupFinished", ""));
    for (target, _) in TARGETS {
        let about = format!(",arg2='{target}'");
        rules.push(of(&Object::SYSTEMD, "JobNew", &about));
        rules.push(of(&Object::SYSTEMD, "JobRemoved", &about));
    }
    for Object { service, .. } in [Object::LOGIND, Object::SYSTEMD] {
        rules.push(of(&Object::BUS, "NameOwnerChanged", &format!(",arg0='{service}'")));
    }
    rules
}

/// What a signal says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Heard(Heard),
    /// Something has changed, and must be asked for.
    Changed,
    /// A service has come to the bus under this unique name, or has gone.
    Owner {
        service: String,
        owner: Option<String>,
    },
    /// Nothing that is listened to.
    Other,
}

/// Reads a signal of `sender`.
///
/// # Errors
/// The signal's body is not what its name says.
pub(super) fn read(message: &Message, sender: &Object<'_>) -> zbus::Result<Signal> {
    let header = message.header();
    let member = member(&header);
    if message.message_type() != Type::Signal {
        return Ok(Signal::Other);
    }
    let body = message.body();
    let heard = match (sender.service, member) {
        (_, "PropertiesChanged") => return properties_changed(message),
        (service, "PrepareForShutdown") if service == Object::LOGIND.service => {
            goes_down(body.deserialize()?, ShutdownKind::Unknown)
        }
        (service, "PrepareForShutdownWithMetadata") if service == Object::LOGIND.service => {
            let (begins, metadata) = body.deserialize()?;
            goes_down(begins, metadata_kind(&metadata))
        }
        (service, "PrepareForSleep") if service == Object::LOGIND.service => {
            Heard::Sleeps(body.deserialize()?)
        }
        (service, "StartupFinished") if service == Object::SYSTEMD.service => Heard::Started,
        (service, "JobNew") if service == Object::SYSTEMD.service => {
            let (_, _, unit): (u32, OwnedObjectPath, String) = body.deserialize()?;
            match target_kind(&unit) {
                Some(kind) => Heard::GoesDown(kind),
                None => return Ok(Signal::Other),
            }
        }
        (service, "JobRemoved") if service == Object::SYSTEMD.service => {
            let (_, _, unit, result): (u32, OwnedObjectPath, String, String) =
                body.deserialize()?;
            // The host is down before long where it is done.
            if target_kind(&unit).is_none() || result == "done" {
                return Ok(Signal::Other);
            }
            Heard::StaysUp
        }
        (service, "NameOwnerChanged") if service == Object::BUS.service => {
            let (service, _, owner): (String, String, String) = body.deserialize()?;
            let owner = Some(owner).filter(|owner| !owner.is_empty());
            return Ok(Signal::Owner { service, owner });
        }
        _ => return Ok(Signal::Other),
    };
    Ok(Signal::Heard(heard))
}

fn goes_down(begins: bool, kind: ShutdownKind) -> Heard {
    if begins { Heard::GoesDown(kind) } else { Heard::StaysUp }
}

fn properties_changed(message: &Message) -> zbus::Result<Signal> {
    const SCHEDULED: &str = "ScheduledShutdown";
    let body = message.body();
    let (_, mut changed, invalidated): (String, HashMap<String, OwnedVariant>, Vec<String>) =
        body.deserialize()?;
    if let Some(value) = changed.remove(SCHEDULED) {
        let (word, _at): (String, u64) = value.try_into()?;
        return Ok(Signal::Heard(Heard::Scheduled(scheduled(&word))));
    }
    let is_changed = invalidated.iter().any(|name| name == SCHEDULED);
    Ok(if is_changed { Signal::Changed } else { Signal::Other })
}

/// The signal's name.
pub(super) fn member<'a>(header: &'a Header<'_>) -> &'a str {
    header.member().map_or("", |member| member.as_str())
}
