//! Who writes to a host's journal.

use super::random::Random;

/// A program that writes to the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    Kernel,
    Systemd,
    Logind,
    Journald,
    Guests,
    Pvesh,
    Pvedaemon,
    Pvestatd,
    Pmxcfs,
    Corosync,
    Cron,
    Sshd,
    Smartd,
    Postfix,
}

/// All programs, in the order of their numbers.
const PROGRAMS: [Program; 14] = [
    Program::Kernel,
    Program::Systemd,
    Program::Logind,
    Program::Journald,
    Program::Guests,
    Program::Pvesh,
    Program::Pvedaemon,
    Program::Pvestatd,
    Program::Pmxcfs,
    Program::Corosync,
    Program::Cron,
    Program::Sshd,
    Program::Smartd,
    Program::Postfix,
];

impl Program {
    pub(super) const fn identifier(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Systemd => "systemd",
            Self::Logind => "systemd-logind",
            Self::Journald => "systemd-journald",
            Self::Guests => "pve-guests",
            Self::Pvesh => "pvesh",
            Self::Pvedaemon => "pvedaemon",
            Self::Pvestatd => "pvestatd",
            Self::Pmxcfs => "pmxcfs",
            Self::Corosync => "corosync",
            Self::Cron => "CRON",
            Self::Sshd => "sshd",
            Self::Smartd => "smartd",
            Self::Postfix => "postfix/qmgr",
        }
    }

    /// The unit that it runs in.
    pub(super) const fn unit(self) -> &'static str {
        match self {
            Self::Kernel => "",
            Self::Systemd => "init.scope",
            Self::Logind => "systemd-logind.service",
            Self::Journald => "systemd-journald.service",
            Self::Guests | Self::Pvesh => "pve-guests.service",
            Self::Pvedaemon => "pvedaemon.service",
            Self::Pvestatd => "pvestatd.service",
            Self::Pmxcfs => "pve-cluster.service",
            Self::Corosync => "corosync.service",
            Self::Cron => "cron.service",
            Self::Sshd => "ssh.service",
            Self::Smartd => "smartmontools.service",
            Self::Postfix => "postfix@-.service",
        }
    }

    pub(super) const fn transport(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Systemd | Self::Logind => "journal",
            Self::Journald => "driver",
            Self::Pvesh | Self::Corosync => "stdout",
            _ => "syslog",
        }
    }

    /// Its executable and how it was called.
    const fn command(self) -> (&'static str, &'static str) {
        match self {
            Self::Kernel => ("", ""),
            Self::Systemd => ("/usr/lib/systemd/systemd", "/sbin/init"),
            Self::Logind => ("/usr/lib/systemd/systemd-logind", "/lib/systemd/systemd-logind"),
            Self::Journald => {
                ("/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald")
            }
            Self::Guests => ("/usr/bin/perl", "task UPID:pve1:startall"),
            Self::Pvesh => (
                "/usr/bin/perl",
                "/usr/bin/perl /usr/bin/pvesh --nooutput create /nodes/localhost/startall",
            ),
            Self::Pvedaemon => ("/usr/bin/perl", "pvedaemon worker"),
            Self::Pvestatd => ("/usr/bin/perl", "pvestatd"),
            Self::Pmxcfs => ("/usr/bin/pmxcfs", "/usr/bin/pmxcfs"),
            Self::Corosync => ("/usr/sbin/corosync", "/usr/sbin/corosync -f"),
            Self::Cron => ("/usr/sbin/cron", "/usr/sbin/CRON -f"),
            Self::Sshd => ("/usr/sbin/sshd", "sshd: root@pts/0"),
            Self::Smartd => ("/usr/sbin/smartd", "/usr/sbin/smartd -n -q never"),
            Self::Postfix => ("/usr/lib/postfix/sbin/qmgr", "qmgr -l -t unix -u"),
        }
    }
}

/// A host in one boot.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) boot: String,
    /// When it was booted, in microseconds of Unix time.
    pub(super) begins: u64,
    fields: Vec<Fields>,
}

/// The fields that all entries of a program have in one boot.
pub(super) type Fields = Vec<(&'static str, String)>;

/// One entry, without what all the entries of its process have.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// When, in microseconds since boot.
    pub(super) at: u64,
    pub(super) by: Program,
    pub(super) priority: u8,
    pub(super) message: String,
    /// Further fields.
    pub(super) fields: Vec<(&'static str, String)>,
}

impl Host {
    pub(super) fn boot(begins: u64, random: &mut Random) -> Self {
        let boot = random.id();
        let fields = PROGRAMS.map(|program| program.start(random)).into();
        Self { boot, begins, fields }
    }

    /// What all entries of a program have.
    pub(super) fn fields(&self, program: Program) -> &Fields {
        &self.fields[program as usize]
    }

    /// The id of a task that begins at `at`, as `PVE::UPID` writes it.
    pub(super) fn task(&self, at: u64, pid: u64, kind: &str, id: &str) -> String {
        let ticks = at / 10_000;
        let seconds = (self.begins + at) / 1_000_000;
        format!("UPID:pve1:{pid:08X}:{ticks:08X}:{seconds:08X}:{kind}:{id}:root@pam:")
    }
}

impl Program {
    /// The program runs: the fields that all its entries have.
    fn start(self, random: &mut Random) -> Fields {
        let mut fields = vec![("_TRANSPORT", self.transport().to_owned())];
        if self == Self::Kernel {
            fields.push(("SYSLOG_FACILITY", "0".to_owned()));
            return fields;
        }
        let unit = self.unit();
        let (slice, group) = match unit {
            "init.scope" => ("-.slice", "/init.scope".to_owned()),
            unit => ("system.slice", format!("/system.slice/{unit}")),
        };
        let (executable, command) = self.command();
        let name = executable.rsplit('/').next().unwrap_or_default();
        fields.extend([
            ("SYSLOG_FACILITY", "3".to_owned()),
            ("_UID", "0".to_owned()),
            ("_GID", "0".to_owned()),
            // The kernel keeps 15 bytes of a name.
            ("_COMM", name.chars().take(15).collect()),
            ("_EXE", executable.to_owned()),
            ("_CMDLINE", command.to_owned()),
            ("_CAP_EFFECTIVE", "1ffffffffff".to_owned()),
            // The kernel ends this one with a line end, which makes it binary in the export format.
            ("_SELINUX_CONTEXT", "unconfined\n".to_owned()),
            ("_SYSTEMD_CGROUP", group),
            ("_SYSTEMD_UNIT", unit.to_owned()),
            ("_SYSTEMD_SLICE", slice.to_owned()),
            ("_SYSTEMD_INVOCATION_ID", random.id()),
        ]);
        if !self.is_many() {
            let pid = if self == Self::Systemd { 1 } else { random.between(300, 4_000) };
            fields.push(("_PID", pid.to_string()));
        }
        fields
    }

    /// Whether it is a new process each time.
    pub(super) const fn is_many(self) -> bool {
        matches!(self, Self::Cron | Self::Sshd)
    }
}

impl Line {
    pub(super) fn new(at: u64, by: Program, priority: u8, message: impl Into<String>) -> Self {
        Self { at, by, priority, message: message.into(), fields: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }
}
