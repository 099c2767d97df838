//! What a host says while nothing happens.

use super::process::{Line, Program};
use super::random::Random;

/// How many lines the kernel has to say of the hardware.
const HARDWARE: u64 = 900;

/// When services have something to say, in microseconds since boot.
const SERVICES: u64 = 8_000_000;

/// Lines that mean nothing, or not much, in the order of time.
#[derive(Debug)]
pub(super) struct Chatter {
    hardware: u64,
    left: u64,
    at: u64,
}

impl Chatter {
    pub(super) fn new(lines: u64, random: &mut Random) -> Self {
        let hardware = (lines / 4).min(HARDWARE);
        Self { hardware, left: lines - hardware, at: random.between(0, 400) }
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self, random: &mut Random) -> Option<Line> {
        if self.hardware > 0 {
            self.hardware -= 1;
            self.at += random.between(20, 8_000);
            return Some(hardware(self.at, random));
        }
        self.left = self.left.checked_sub(1)?;
        self.at = self.at.max(SERVICES) + random.between(10_000, 3_000_000);
        Some(idle(self.at, random))
    }
}

fn hardware(at: u64, random: &mut Random) -> Line {
    let (bus, device, number) =
        (random.between(0, 63), random.between(0, 31), random.between(0, 9));
    let address = random.next() & 0xffff_f000;
    let message = match random.next() % 8 {
        0 => format!("pci 0000:{bus:02x}:{device:02x}.0: [8086:15d7] type 00 class 0x020000"),
        1 => format!(
            "pci 0000:{bus:02x}:{device:02x}.0: BAR 0 [mem 0x{address:08x}-0x{:08x}]",
            address | 0xfff
        ),
        2 => format!("ACPI: IRQ{number} used by override."),
        3 => format!(
            "usb {number}-{device}: new high-speed USB device number {device} using xhci_hcd"
        ),
        4 => format!("nvme nvme{number}: {device}/0/0 default/read/poll queues"),
        5 => format!("ata{number}: SATA link up 6.0 Gbps (SStatus 133 SControl 300)"),
        6 => format!("BIOS-e820: [mem 0x{address:016x}-0x{:016x}] usable", address | 0xfff),
        _ => format!(
            "sd {number}:0:0:0: [sd{}] Attached SCSI disk",
            char::from(b'a' + (device as u8 % 26))
        ),
    };
    Line::new(at, Program::Kernel, 6, message)
}

fn idle(at: u64, random: &mut Random) -> Line {
    // Of a thousand lines three or so are errors, as on a host that is mostly well.
    let line = if random.one_in(330) { trouble(at, random) } else { routine(at, random) };
    if line.by.transport() != "syslog" {
        return line;
    }
    let time = format!("Sep 21 14:{:02}:{:02} ", at / 60_000_000 % 60, at / 1_000_000 % 60);
    let line = line.with("SYSLOG_TIMESTAMP", time);
    if !line.by.is_many() {
        return line;
    }
    let pid = random.between(4_000, 400_000).to_string();
    line.with("_PID", pid.clone()).with("SYSLOG_PID", pid)
}

/// A line of which there are many each day.
fn routine(at: u64, random: &mut Random) -> Line {
    let (small, large) = (random.between(1, 250), random.between(1_024, 65_535));
    let (by, priority, message) = match random.next() % 12 {
        0 => (
            Program::Cron,
            6,
            "(root) CMD (cd / && run-parts --report /etc/cron.hourly)".to_owned(),
        ),
        1 => (
            Program::Cron,
            6,
            "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)".to_owned(),
        ),
        2 => (Program::Cron, 6, "pam_unix(cron:session): session closed for user root".to_owned()),
        3 => (
            Program::Sshd,
            6,
            format!("Accepted publickey for root from 192.0.2.{small} port {large} ssh2"),
        ),
        4 => (
            Program::Sshd,
            6,
            format!("Connection closed by 192.0.2.{small} port {large} [preauth]"),
        ),
        5 => (Program::Corosync, 6, format!("[KNET  ] link: host: {} link: 0 is up", small % 5)),
        6 => (Program::Pmxcfs, 5, "[status] notice: received log".to_owned()),
        7 => (
            Program::Pvestatd,
            6,
            format!("status update time ({}.{:03} seconds)", small % 9 + 5, large % 1000),
        ),
        8 => (
            Program::Kernel,
            6,
            format!("vmbr0: port {}(tap{}i0) entered forwarding state", small % 30, 100 + small),
        ),
        9 => {
            let degrees = 60 + small % 15;
            let usage =
                format!("194 Temperature_Celsius changed from {degrees} to {}", degrees + 1);
            (Program::Smartd, 6, format!("Device: /dev/sda [SAT], SMART Usage Attribute: {usage}"))
        }
        10 => {
            let queue = random.next() & 0xff_ffff_ffff;
            (
                Program::Postfix,
                6,
                format!("{queue:010X}: from=<root@pve1>, size={large}, nrcpt=1 (queue active)"),
            )
        }
        _ => (Program::Pvedaemon, 6, "<root@pam> successful auth for user 'root@pam'".to_owned()),
    };
    Line::new(at, by, priority, message)
}

fn trouble(at: u64, random: &mut Random) -> Line {
    let id = random.between(100, 140);
    match random.next() % 4 {
        0 => Line::new(at, Program::Pvestatd, 3, "storage 'nas' is not online"),
        1 => {
            let what = "qmp command 'query-proxmox-support' failed";
            let message = format!(
                "VM {id} qmp command failed - VM {id} {what} - unable to connect to VM {id} qmp socket - \
                 timeout after 51 retries"
            );
            Line::new(at, Program::Pvestatd, 3, message)
        }
        2 => Line::new(
            at,
            Program::Smartd,
            2,
            "Device: /dev/sdb [SAT], 1 Currently unreadable (pending) sectors",
        ),
        _ => {
            let block = random.between(1_000_000, 9_000_000);
            let message = format!(
                "blk_update_request: I/O error, dev sdb, sector {block} op 0x0:(READ) flags 0x0"
            );
            Line::new(at, Program::Kernel, 3, message)
        }
    }
}
