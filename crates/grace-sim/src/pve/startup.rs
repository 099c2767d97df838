//! How a host starts: its units, and then its guests, one after another.

use grace_core::{Guest, GuestKind, Text, Uptime};

use super::process::{Host, Line, Program};
use super::random::Random;
use super::{PveGuest, PveOutcome};

/// The ids of systemd's messages about units.
const STARTING: &str = "7d4958e842da4a758f6c1cdc7b36dcc5";
const STARTED: &str = "39f53479d3a045ac8e11786248231fbf";
const START_FAILED: &str = "be02cf6855d2428ba40df7e9d022f03d";
const UNIT_FAILED: &str = "d9b373ed55a64feb8242e02dbe79a49c";
const STARTUP_FINISHED: &str = "b07a249cd024414a82dd00cd181378ff";

/// The units that a host starts before its guests.
const UNITS: [(&str, &str); 14] = [
    ("systemd-udevd.service", "Rule-based Manager for Device Events and Files"),
    ("zfs-import-cache.service", "Import ZFS pools by cache file"),
    ("zfs-mount.service", "Mount ZFS filesystems"),
    (
        "lvm2-monitor.service",
        "Monitoring of LVM2 mirrors, snapshots etc. using dmeventd or progress polling",
    ),
    ("networking.service", "Network initialization"),
    ("rpcbind.service", "RPC bind portmap service"),
    ("ssh.service", "OpenBSD Secure Shell server"),
    ("pve-cluster.service", "The Proxmox VE cluster filesystem"),
    ("corosync.service", "Corosync Cluster Engine"),
    ("cron.service", "Regular background program processing daemon"),
    ("pve-firewall.service", "Proxmox VE firewall"),
    ("pvestatd.service", "PVE Status Daemon"),
    ("pvedaemon.service", "PVE API Daemon"),
    ("pveproxy.service", "PVE API Proxy Server"),
];

/// What is written while the host starts, and what becomes of its guests.
pub(super) fn lines(host: &Host, guests: u32, random: &mut Random) -> (Vec<Line>, Vec<PveGuest>) {
    let mut startup = Startup { host, random, at: 2_100, lines: Vec::new(), guests: Vec::new() };
    startup.kernel();
    startup.units();
    // The last of several guests is not one that the host starts by itself.
    let by_host = if guests > 3 { guests - 1 } else { guests };
    startup.sweep(by_host);
    for number in by_host..guests {
        startup.by_hand(number);
    }
    (startup.lines, startup.guests)
}

/// The guest of this number.
fn guest(number: u32) -> Guest {
    let kind = if number % 3 == 2 { GuestKind::Ct } else { GuestKind::Vm };
    let id = (100 + number).to_string();
    Guest::new(&id, format!("{}-{id}", kind.as_str()), kind)
}

/// A message of systemd's about a unit.
pub(super) fn about(at: u64, unit: &str, id: &str, message: String) -> Line {
    let priority = if id == START_FAILED { 3 } else { 6 };
    let line = Line::new(at, Program::Systemd, priority, message)
        .with("MESSAGE_ID", id)
        .with("UNIT", unit)
        .with("CODE_FILE", "src/core/job.c")
        .with("CODE_LINE", "768")
        .with("CODE_FUNC", "job_emit_done_message");
    match id {
        STARTED => line.with("JOB_TYPE", "start").with("JOB_RESULT", "done"),
        START_FAILED => line.with("JOB_TYPE", "start").with("JOB_RESULT", "failed"),
        UNIT_FAILED => line.with("UNIT_RESULT", "exit-code"),
        _ => line,
    }
}

struct Startup<'a> {
    host: &'a Host,
    random: &'a mut Random,
    at: u64,
    lines: Vec<Line>,
    guests: Vec<PveGuest>,
}

impl Startup<'_> {
    /// Some time goes by, in microseconds.
    fn pass(&mut self, least: u64, most: u64) -> u64 {
        self.at += self.random.between(least, most);
        self.at
    }

    fn say(&mut self, by: Program, priority: u8, message: impl Into<String>) {
        let at = self.pass(200, 9_000);
        self.lines.push(Line::new(at, by, priority, message));
    }

    fn unit(&mut self, unit: &str, id: &str, message: String) {
        let at = self.pass(300, 40_000);
        self.lines.push(about(at, unit, id, message));
    }

    fn kernel(&mut self) {
        self.say(
            Program::Kernel,
            5,
            "Linux version 6.8.12-4-pve (build@proxmox) (gcc (Debian 12.2.0-14) 12.2.0)",
        );
        self.say(Program::Kernel, 6, "Command line: BOOT_IMAGE=/boot/vmlinuz-6.8.12-4-pve root=ZFS=rpool/ROOT/pve-1 ro quiet");
        self.at = 3_900_000;
        self.say(
            Program::Systemd,
            6,
            "systemd 252.31-1~deb12u1 running in system mode (+PAM +AUDIT +SELINUX)",
        );
        self.say(Program::Journald, 6, "Journal started");
    }

    fn units(&mut self) {
        for (unit, description) in UNITS {
            self.unit(unit, STARTING, format!("Starting {unit} - {description}..."));
            self.pass(10_000, 300_000);
            self.unit(unit, STARTED, format!("Started {unit} - {description}."));
        }
        if self.random.one_in(2) {
            // The network storage is not there yet.
            self.unit(
                "mnt-pve-nas.mount",
                UNIT_FAILED,
                "mnt-pve-nas.mount: Failed with result 'exit-code'.".to_owned(),
            );
            self.unit(
                "mnt-pve-nas.mount",
                START_FAILED,
                "Failed to mount mnt-pve-nas.mount - /mnt/pve/nas.".to_owned(),
            );
            self.say(Program::Pvestatd, 3, "storage 'nas' is not online");
        }
    }

    /// `pve-guests` starts the guests that the host is to start.
    fn sweep(&mut self, guests: u32) {
        self.unit(
            "pve-guests.service",
            STARTING,
            "Starting pve-guests.service - PVE guests...".to_owned(),
        );
        self.pass(100_000, 900_000);
        let pid = self.random.between(900, 1_200);
        let sweep = self.host.task(self.at, pid, "startall", "");
        self.say(Program::Guests, 6, format!("<root@pam> starting task {sweep}"));
        for number in 0..guests {
            let guest = guest(number);
            let outcome = self.start(&guest);
            self.guests.push(PveGuest { guest, at: Uptime::from_micros(self.at), outcome });
            self.pass(0, 3_000_000);
        }
        self.say(Program::Guests, 6, format!("<root@pam> end task {sweep} OK"));
        self.unit(
            "pve-guests.service",
            STARTED,
            "Finished pve-guests.service - PVE guests.".to_owned(),
        );
        let seconds = self.at / 1_000_000;
        let finished = format!(
            "Startup finished in 4.713s (kernel) + {seconds}.266s (userspace) = {seconds}.979s."
        );
        let at = self.pass(1_000, 9_000);
        let line = Line::new(at, Program::Systemd, 6, finished)
            .with("MESSAGE_ID", STARTUP_FINISHED)
            .with("KERNEL_USEC", "4713000")
            .with("USERSPACE_USEC", (self.at - 4_713_000).to_string());
        self.lines.push(line);
    }

    /// The host starts a guest, which one in eight does not survive.
    fn start(&mut self, guest: &Guest) -> PveOutcome {
        let (word, id) = (word(guest.kind), guest.id.clone());
        self.say(Program::Pvesh, 6, format!("Starting {word} {id}"));
        self.task(guest, Program::Guests);
        self.pass(200_000, 2_500_000);
        if self.random.one_in(8) {
            let reason = reason(guest);
            self.say(Program::Guests, 3, reason.clone());
            self.say(Program::Pvesh, 6, format!("Starting {word} {id} failed: {reason}"));
            return PveOutcome::Failed(Text::new(reason));
        }
        self.runs(guest, Program::Guests);
        PveOutcome::Started
    }

    /// Someone starts a guest in the web interface, and its task ends with a warning.
    fn by_hand(&mut self, number: u32) {
        let guest = guest(number);
        self.pass(60_000_000, 150_000_000);
        let task = self.task(&guest, Program::Pvedaemon);
        self.pass(200_000, 2_500_000);
        self.runs(&guest, Program::Pvedaemon);
        self.say(Program::Pvedaemon, 4, format!("<root@pam> end task {task} WARNINGS: 1"));
        self.guests.push(PveGuest {
            guest,
            at: Uptime::from_micros(self.at),
            outcome: PveOutcome::Warned(1),
        });
    }

    /// A task begins that starts a guest. Returns its id.
    fn task(&mut self, guest: &Guest, by: Program) -> String {
        let at = self.pass(1_000, 9_000);
        let pid = self.random.between(4_000, 90_000);
        let (kind, says) = match guest.kind {
            GuestKind::Ct => ("vzstart", "starting CT"),
            _ => ("qmstart", "start VM"),
        };
        let task = self.host.task(at, pid, kind, &guest.id.to_string());
        self.lines.push(Line::new(at, by, 6, format!("<root@pam> starting task {task}")));
        self.say(by, 6, format!("{says} {}: {task}", guest.id));
        task
    }

    /// A guest runs.
    fn runs(&mut self, guest: &Guest, by: Program) {
        let id = &guest.id;
        if guest.kind == GuestKind::Ct {
            let unit = format!("pve-container@{id}.service");
            self.unit(&unit, STARTED, format!("Started {unit} - PVE LXC Container: {id}."));
            return;
        }
        self.unit(&format!("{id}.scope"), STARTED, format!("Started {id}.scope."));
        self.say(Program::Kernel, 6, format!("vmbr0: port 2(tap{id}i0) entered forwarding state"));
        let pid = self.random.between(4_000, 90_000);
        self.say(by, 6, format!("VM {id} started with PID {pid}."));
    }
}

fn reason(guest: &Guest) -> String {
    match guest.kind {
        GuestKind::Ct => format!("startup for container '{}' failed", guest.id),
        _ => format!(
            "start failed: command '/usr/bin/kvm -id {} -name {} -no-shutdown' failed: got timeout",
            guest.id, guest.name
        ),
    }
}

/// What Proxmox VE calls a guest of this kind.
pub(super) const fn word(kind: GuestKind) -> &'static str {
    match kind {
        GuestKind::Ct => "CT",
        _ => "VM",
    }
}
