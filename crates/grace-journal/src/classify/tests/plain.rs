//! Guests of hosts without Proxmox VE.

use grace_core::Text;

use super::{ENDED_WELL, FAILED, Host, START_FAILED, STARTED, STOPPED, about, line};
use crate::record::Record;

/// A message of systemd-machined's.
fn machine(id: &str, name: &str) -> Record {
    Record {
        message_id: Text::name(id),
        machine: Text::name(name),
        unit: Text::literal("systemd-machined.service"),
        ..line("systemd-machined", "of a machine")
    }
}

const NEW: &str = "24d8d4452573402496068381a6312df2";
const TERMINATED: &str = "58432bd3bace477cb514b56381b8a758";

#[test]
fn a_unit_that_is_a_guest_starts_and_stops_as_one() {
    let mut host = Host::new();
    let unit = "container-db.service";
    assert_eq!(host.tells(&about(unit, STARTED, "")), "guest-started ct db");
    assert_eq!(host.tells(&about(unit, ENDED_WELL, "")), "guest-stopped ct db");
    assert_eq!(host.tells(&about(unit, STOPPED, "")), "");
    assert_eq!(host.tells(&about(unit, STARTED, "")), "guest-started ct db");
    assert_eq!(host.tells(&about(unit, STOPPED, "")), "guest-stopped ct db");
}

#[test]
fn a_guest_that_many_tell_of_is_one() {
    let mut host = Host::new();
    assert_eq!(
        host.tells(&about("machine-qemu\\x2d1\\x2dweb.scope", STARTED, "")),
        "guest-started vm web"
    );
    assert_eq!(host.tells(&machine(NEW, "qemu-1-web")), "");
    assert_eq!(host.tells(&machine(TERMINATED, "qemu-1-web")), "guest-stopped vm web");
    assert_eq!(host.tells(&about("machine-qemu\\x2d1\\x2dweb.scope", ENDED_WELL, "")), "");
    assert_eq!(host.tells(&machine(NEW, "box")), "guest-started ct box");
    assert_eq!(host.tells(&about("systemd-nspawn@box.service", STARTED, "")), "");
}

#[test]
fn a_unit_that_is_a_guest_fails_as_one_and_is_no_service() {
    let mut host = Host::new();
    let unit = "container-db.service";
    assert_eq!(
        host.tells(&about(unit, FAILED, "exit-code")),
        "guest-failed ct db start: exit-code"
    );
    assert_eq!(host.tells(&about(unit, START_FAILED, "failed")), "");
    assert_eq!(host.tells(&about(unit, STARTED, "")), "guest-started ct db");
    let ended = "guest-failed ct db start: it had started, and ended: signal";
    assert_eq!(host.tells(&about(unit, FAILED, "signal")), ended);
    assert_eq!(host.tells(&about(unit, STARTED, "")), "guest-started ct db");
}

#[test]
fn only_machined_says_what_machines_there_are() {
    for unit in ["user@1000.service", "init.scope", ""] {
        let record = Record { unit: Text::name(unit), ..machine(NEW, "web") };
        assert_eq!(Host::new().tells(&record), "", "from {unit}");
    }
}
