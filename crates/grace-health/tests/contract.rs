//! Every source of this crate keeps the contract of the health port.

mod support;

use std::sync::Arc;

use grace_core::{Check, HealthSnapshot, PortErrorKind, Status};
use grace_health::{Composite, Mounts, Network, Systemd};
use grace_sim::contract::health::{HealthSubject, Names, Scene};
use grace_sim::fakes::FakeHealth;
use support::Tree;

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

struct MountsHost(Tree);

impl HealthSubject for MountsHost {
    type Port = Mounts;

    fn host(&self) -> Mounts {
        Mounts::new().with_root(self.0.path())
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
        self.0.write("etc/fstab", format!("/dev/sda1 / ext4\n{line}\n"));
    }

    fn names(&self) -> Names {
        Names { category: "storage", well: "/", ill: "/mnt/nas", spoilt: "fstab line 2" }
    }

    fn unreadable(&self) -> Vec<Mounts> {
        self.set(Scene::Well);
        self.0.remove("proc/1/mountinfo");
        vec![self.host(), Mounts::new().with_root("/nowhere")]
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
        let nowhere = Composite::new().with(Arc::new(Mounts::new().with_root("/nowhere")));
        let silent = FakeHealth::well("silent", "storage", "tank");
        silent.break_down(PortErrorKind::TimedOut);
        vec![Composite::new(), nowhere.clone(), nowhere.with(Arc::new(silent))]
    }
}

mod systemd {
    use super::{SystemdHost, Tree};

    grace_sim::contract!(health, Some(SystemdHost(Tree::new())));
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
