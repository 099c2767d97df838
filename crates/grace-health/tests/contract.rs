//! Every source of this crate keeps the contract of the health port.

mod support;

use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use grace_core::{
    Check, Happening, HealthSnapshot, Note, Occurrence, PortErrorKind, ShutdownKind, Status,
};
use grace_health::{Composite, Logind, Mounts, Network, SystemBus, Systemd};
use grace_sim::contract::events::HostEventsSubject;
use grace_sim::contract::health::{HealthSubject, Names, Scene};
use grace_sim::fakes::FakeHealth;
use support::Tree;
use support::bus::{self, LOGIND, PrivateBus, SYSTEMD};

struct SystemdHost(Tree);

impl HealthSubject for SystemdHost {
    type Port = Systemd;

    fn host(&self) -> Systemd {
        Systemd::new().without_bus().with_program(self.0.systemctl())
    }

    fn set(&self, scene: Scene) {
        let (state, units) = match scene {
            Scene::Well => ("running", "[]"),
            Scene::Ill => ("degraded", r#"[{"unit":"a.service","sub":"failed"}]"#),
            Scene::Spoilt => ("running", r#"[{"unit":7}]"#),
        };
        self.0.write("state", state);
        self.0.write("units", units);
    }

    fn names(&self) -> Names {
        Names { category: "services", well: "system", ill: "a.service", spoilt: "failed unit 1" }
    }

    fn unreadable(&self) -> Vec<Systemd> {
        let offline = Tree::new();
        offline.write("state", "offline");
        let gone = offline.systemctl();
        drop(offline);
        self.set(Scene::Well);
        self.0.write("units.exit", "1");
        vec![
            Systemd::new().without_bus().with_program(gone),
            self.host(),
            Systemd::new().without_bus().with_program("/bin/false"),
            Systemd::new().without_bus().with_program("/bin/true"),
        ]
    }
}

/// systemd on a bus, without a `systemctl`.
struct BusHost {
    bus: PrivateBus,
    empty: PrivateBus,
    silent: Silent,
}

impl BusHost {
    async fn start() -> Option<Self> {
        let (bus, empty) = (PrivateBus::host().await?, PrivateBus::empty().await?);
        Some(Self { bus, empty, silent: Silent::new() })
    }

    fn on(bus: SystemBus) -> Systemd {
        let deadline = Duration::from_secs(2);
        Systemd::new().with_bus(bus).with_program("/nowhere/systemctl").with_deadline(deadline)
    }
}

impl HealthSubject for BusHost {
    type Port = Systemd;

    fn host(&self) -> Systemd {
        Self::on(self.bus.bus())
    }

    fn set(&self, scene: Scene) {
        let (state, units): (_, &[_]) = match scene {
            Scene::Well => ("running", &[]),
            Scene::Ill => ("degraded", &[("a.service", "failed")]),
            Scene::Spoilt => ("running", &[("", "")]),
        };
        self.bus.set(SYSTEMD, &format!("SystemState s {state}"));
        self.bus.set_units(units);
    }

    fn names(&self) -> Names {
        Names { category: "services", well: "system", ill: "a.service", spoilt: "failed unit 1" }
    }

    fn unreadable(&self) -> Vec<Systemd> {
        let nowhere = SystemBus::at("unix:path=/nowhere/bus");
        vec![Self::on(nowhere), Self::on(self.empty.bus()), Self::on(self.silent.bus())]
    }
}

/// A bus that takes connections, and never says a word.
struct Silent {
    dir: Tree,
    _listener: UnixListener,
}

impl Silent {
    fn new() -> Self {
        let dir = Tree::new();
        let listener = UnixListener::bind(dir.path().join("bus")).expect("ours");
        Self { dir, _listener: listener }
    }

    fn bus(&self) -> SystemBus {
        SystemBus::at(format!("unix:path={}", self.dir.path().join("bus").display()))
    }
}

/// A host on which the thing of a number is a plan to shut down in the way of that number.
struct LogindHost {
    bus: tokio::sync::Mutex<PrivateBus>,
    empty: PrivateBus,
    silent: Silent,
}

/// In logind's words.
const WAYS: [(&str, ShutdownKind); 5] = [
    ("poweroff", ShutdownKind::PowerOff),
    ("reboot", ShutdownKind::Reboot),
    ("halt", ShutdownKind::Halt),
    ("kexec", ShutdownKind::Kexec),
    ("soft-reboot", ShutdownKind::SoftReboot),
];

impl LogindHost {
    async fn start() -> Option<Self> {
        let (bus, empty) = (PrivateBus::host().await?, PrivateBus::empty().await?);
        Some(Self { bus: bus.into(), empty, silent: Silent::new() })
    }

    fn on(bus: SystemBus) -> Logind {
        Logind::new().with_bus(bus).with_deadline(Duration::from_secs(2))
    }
}

impl HostEventsSubject for LogindHost {
    type Port = Logind;

    /// It tells what is so when it is opened, and not what it was that made it so.
    fn remembers(&self) -> bool {
        false
    }

    async fn happen(&self, number: u32) {
        let index = usize::try_from(number).expect("small") - 1;
        self.bus.lock().await.tell_schedule(WAYS[index].0);
    }

    /// A bus begins with its boot.
    async fn happened_before(&self, _: u32) -> bool {
        false
    }

    async fn garble(&self) -> bool {
        self.bus.lock().await.emit(LOGIND, "PrepareForShutdown", &["s soon"]);
        true
    }

    /// logind is started again. What happens while the bus itself is gone, nobody tells.
    async fn interrupt(&self) -> bool {
        let mut bus = self.bus.lock().await;
        bus.stop_logind().await;
        bus.start_logind(bus::Logind::Of257).await;
        true
    }

    async fn open(&self) -> Logind {
        Self::on(self.bus.lock().await.bus())
    }

    fn number(&self, seen: &Occurrence) -> Option<u32> {
        let Happening::Note(Note::ShutdownScheduled(kind)) = &seen.what else { return None };
        let number = (1..).zip(WAYS).find(|(_, (_, way))| way == kind);
        Some(number.expect("one of them").0)
    }

    fn unreadable(&self) -> Vec<Logind> {
        let nowhere = SystemBus::at("unix:path=/nowhere/bus");
        vec![Self::on(nowhere), Self::on(self.empty.bus()), Self::on(self.silent.bus())]
    }
}

struct MountsHost(Tree);

impl HealthSubject for MountsHost {
    type Port = Mounts;

    fn host(&self) -> Mounts {
        Mounts::new().without_bus().with_root(self.0.path())
    }

    fn set(&self, scene: Scene) {
        let root = "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n";
        let nas = "28 27 0:9 / /mnt/nas rw - nfs4 nas:/vol rw\n";
        let mountinfo = match scene {
            Scene::Ill => root.to_owned(),
            Scene::Well | Scene::Spoilt => format!("{root}{nas}"),
        };
        let line = match scene {
            Scene::Spoilt => "nas:/vol",
            Scene::Well | Scene::Ill => "nas:/vol /mnt/nas nfs",
        };
        self.0.write("proc/1/mountinfo", mountinfo);
        self.0.directory("mnt/nas");
        self.0.write("etc/fstab", format!("/dev/sda1 / ext4\n{line}\n"));
    }

    fn names(&self) -> Names {
        Names { category: "storage", well: "/", ill: "/mnt/nas", spoilt: "fstab line 2" }
    }

    fn unreadable(&self) -> Vec<Mounts> {
        self.set(Scene::Well);
        self.0.remove("proc/1/mountinfo");
        vec![self.host(), Mounts::new().without_bus().with_root("/nowhere")]
    }
}

struct NetworkHost(Tree);

impl HealthSubject for NetworkHost {
    type Port = Network;

    fn host(&self) -> Network {
        Network::new().with_root(self.0.path())
    }

    fn set(&self, scene: Scene) {
        self.0.interface("eth0", "up");
        self.0.interface(
            "eth1",
            match scene {
                Scene::Well => "up",
                Scene::Ill => "down",
                Scene::Spoilt => "sideways",
            },
        );
    }

    fn names(&self) -> Names {
        Names { category: "network", well: "eth0", ill: "eth1", spoilt: "eth1" }
    }

    fn unreadable(&self) -> Vec<Network> {
        vec![Network::new().with_root("/nowhere")]
    }
}

/// Mounts, and another source of storage's health.
struct CompositeHost {
    mounts: MountsHost,
    pools: FakeHealth,
}

impl CompositeHost {
    fn new() -> Self {
        Self {
            mounts: MountsHost(Tree::new()),
            pools: FakeHealth::new("pools", HealthSnapshot::new(Status::Ok)),
        }
    }
}

impl HealthSubject for CompositeHost {
    type Port = Composite;

    fn host(&self) -> Composite {
        Composite::new().with(Arc::new(self.mounts.host())).with(Arc::new(self.pools.clone()))
    }

    fn set(&self, scene: Scene) {
        self.mounts.set(Scene::Well);
        self.pools.repair();
        let (status, reason) = match scene {
            Scene::Ill => (Status::Critical, "degraded"),
            Scene::Well | Scene::Spoilt => (Status::Ok, ""),
        };
        self.pools.report("Storage", Check::new("tank", status, reason));
        if scene == Scene::Spoilt {
            self.pools.break_down(PortErrorKind::Other);
        }
    }

    fn names(&self) -> Names {
        Names { category: "storage", well: "/", ill: "tank", spoilt: "pools" }
    }

    fn unreadable(&self) -> Vec<Composite> {
        let nowhere =
            Composite::new().with(Arc::new(Mounts::new().without_bus().with_root("/nowhere")));
        let silent = FakeHealth::well("silent", "storage", "tank");
        silent.break_down(PortErrorKind::TimedOut);
        vec![Composite::new(), nowhere.clone(), nowhere.with(Arc::new(silent))]
    }
}

mod systemd {
    use super::{SystemdHost, Tree};

    grace_sim::contract!(health, Some(SystemdHost(Tree::new())));
}

mod systemd_by_bus {
    grace_sim::contract!(health, super::BusHost::start().await);
}

mod logind {
    grace_sim::contract!(events, super::LogindHost::start().await);
}

mod mounts {
    use super::{MountsHost, Tree};

    grace_sim::contract!(health, Some(MountsHost(Tree::new())));
}

mod network {
    use super::{NetworkHost, Tree};

    grace_sim::contract!(health, Some(NetworkHost(Tree::new())));
}

mod composite {
    grace_sim::contract!(health, Some(super::CompositeHost::new()));
}
