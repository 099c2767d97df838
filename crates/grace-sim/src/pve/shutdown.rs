//! How a host goes down: logind says so, its guests are stopped, and its journal ends.

use grace_core::GuestKind;

use super::PveGuest;
use super::process::{Host, Line, Program};
use super::random::Random;
use super::startup::{about, word};

const STOPPING: &str = "de5b426a63be47a7b6ac3eaac82e2f6f";
const STOPPED: &str = "9d1aaa27d60140bd96365438aad20286";
const SHUTDOWN: &str = "98268866d1d54a499c4e98921d93bc40";
const JOURNAL_STOPPED: &str = "d93fb3c9c24d451a97cea615ce59c00b";

/// What is written while the host goes down, from `begins` on.
pub(super) fn lines(
    host: &Host,
    begins: u64,
    guests: &[PveGuest],
    random: &mut Random,
) -> Vec<Line> {
    let mut at = begins;
    let mut lines = vec![
        Line::new(at, Program::Logind, 5, "System is rebooting.")
            .with("MESSAGE_ID", SHUTDOWN)
            .with("SHUTDOWN", "reboot"),
    ];
    let mut pass = |least: u64, most: u64| {
        at += random.between(least, most);
        at
    };
    let unit = "pve-guests.service";
    lines.push(about(
        pass(1_000, 90_000),
        unit,
        STOPPING,
        "Stopping pve-guests.service - PVE guests...".to_owned(),
    ));
    let at = pass(300_000, 2_000_000);
    let stop = host.task(at, 41_000, "stopall", "");
    lines.push(Line::new(at, Program::Guests, 6, format!("<root@pam> starting task {stop}")));
    let running = guests.iter().rev().filter(|guest| guest.runs());
    for (number, PveGuest { guest, .. }) in running.enumerate() {
        let (word, id) = (word(guest.kind), &guest.id);
        let (kind, says) = match guest.kind {
            GuestKind::Ct => ("vzshutdown", "shutdown CT"),
            _ => ("qmshutdown", "shutdown VM"),
        };
        let stopping = format!("Stopping {word} {id} (timeout = 180 seconds)");
        lines.push(Line::new(pass(100, 9_000), Program::Pvesh, 6, stopping));
        let at = pass(1_000, 9_000);
        let task = host.task(at, 41_001 + number as u64, kind, &id.to_string());
        lines.push(Line::new(at, Program::Guests, 6, format!("<root@pam> starting task {task}")));
        lines.push(Line::new(pass(100, 900), Program::Guests, 6, format!("{says} {id}: {task}")));
        let end = format!("<root@pam> end task {task} OK");
        lines.push(Line::new(pass(500_000, 4_000_000), Program::Guests, 6, end));
    }
    let end = format!("<root@pam> end task {stop} OK");
    lines.push(Line::new(pass(1_000, 9_000), Program::Guests, 6, end));
    lines.push(Line::new(pass(1_000, 9_000), Program::Guests, 6, "all VMs and CTs stopped"));
    lines.push(about(
        pass(1_000, 9_000),
        unit,
        STOPPED,
        "Stopped pve-guests.service - PVE guests.".to_owned(),
    ));
    let stopped = Line::new(pass(500_000, 3_000_000), Program::Journald, 6, "Journal stopped");
    lines.push(stopped.with("MESSAGE_ID", JOURNAL_STOPPED));
    lines
}

/// How many lines that takes.
pub(super) fn count(guests: &[PveGuest]) -> u64 {
    7 + 4 * guests.iter().filter(|guest| guest.runs()).count() as u64
}
