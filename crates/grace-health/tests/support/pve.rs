//! A node of Proxmox VE: its configuration as files, its answers as files beside a `pvesh`.
#![expect(
    dead_code,
    clippy::unwrap_used,
    reason = "each test binary includes this, uses a part of it, and ends where it fails"
)]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use grace_health::{GuestConfigs, Pve};

use crate::support::Tree;

/// The parts of a node that are asked for.
pub(crate) const PARTS: [&str; 4] = ["qemu", "lxc", "storage", "services"];

/// The answers of a node that is well, in the shapes that Proxmox VE 8 gives them.
pub(crate) const WELL: [(&str, &str); 4] = [
    (
        "qemu",
        r#"[{"cpu":0.01,"cpus":4,"disk":0,"diskread":0,"diskwrite":0,"maxdisk":34359738368,
        "maxmem":8589934592,"mem":3221225472,"name":"web","netin":1,"netout":2,"pid":1912,
        "status":"running","uptime":86400,"vmid":100},
        {"cpus":1,"name":"base","status":"stopped","template":1,"uptime":0,"vmid":8000}]"#,
    ),
    (
        "lxc",
        r#"[{"cpu":0,"cpus":2,"disk":1,"maxdisk":8,"maxmem":2147483648,"maxswap":536870912,"mem":9,
        "name":"db","pid":2101,"status":"running","swap":0,"type":"lxc","uptime":86390,"vmid":101},
        {"cpus":1,"name":"lab","status":"stopped","type":"lxc","uptime":0,"vmid":102}]"#,
    ),
    (
        "storage",
        r#"[{"active":1,"avail":54,"content":"iso,vztmpl,backup","enabled":1,"shared":0,
        "storage":"local","total":93,"type":"dir","used":39,"used_fraction":0.41},
        {"active":1,"avail":9,"content":"rootdir,images","enabled":1,"shared":0,"storage":"local-lvm",
        "total":18,"type":"lvmthin","used":9,"used_fraction":0.5}]"#,
    ),
    (
        "services",
        r#"[
        {"active-state":"active","desc":"PVE API Proxy Server","name":"pveproxy","service":"pveproxy","state":"running","unit-state":"enabled"},
        {"active-state":"active","desc":"PVE API Daemon","name":"pvedaemon","service":"pvedaemon","state":"running","unit-state":"enabled"},
        {"active-state":"active","desc":"PVE Status Daemon","name":"pvestatd","service":"pvestatd","state":"running","unit-state":"enabled"},
        {"active-state":"active","desc":"The Proxmox VE cluster filesystem","name":"pve-cluster","service":"pve-cluster","state":"running","unit-state":"enabled"},
        {"active-state":"inactive","desc":"Corosync Cluster Engine","name":"corosync","service":"corosync","state":"dead","unit-state":"enabled"},
        {"active-state":"active","desc":"Proxmox VE scheduler","name":"pvescheduler","service":"pvescheduler","state":"running","unit-state":"enabled"},
        {"active-state":"unknown","desc":"syslog.service","name":"syslog","service":"syslog","state":"unknown","unit-state":"not-found"}]"#,
    ),
];

/// What is read of a node that is well.
pub(crate) const WELL_READ: &str = "\
OK
vms OK
- VM 100 (web) OK: running
- CT 101 (db) OK: running
storage OK
- local OK: dir storage available
- local-lvm OK: lvmthin storage available
services OK
- pveproxy OK: running
- pvedaemon OK: running
- pvestatd OK: running
- pve-cluster OK: running
- pvescheduler OK: running";

/// A node with a VM and a container that start with it, a container that does not, and a template.
pub(crate) struct Node(pub(crate) Tree);

impl Node {
    /// A node that is well.
    pub(crate) fn new() -> Self {
        let node = Self(Tree::new());
        for (part, answer) in WELL {
            node.0.write(part, answer);
        }
        node.configure("qemu-server/100.conf", "name: web\nonboot: 1\n");
        node.configure("qemu-server/8000.conf", "name: base\nonboot: 1\ntemplate: 1\n");
        node.configure("lxc/101.conf", "hostname: db\nonboot: 1\n");
        node.configure("lxc/102.conf", "hostname: lab\n");
        node
    }

    /// Writes a file of `/etc/pve`.
    pub(crate) fn configure(&self, path: &str, text: &str) {
        self.0.write(&format!("etc/pve/{path}"), text);
    }

    /// `text` with `from` in the answer of a node that is well made `to`.
    pub(crate) fn change(&self, part: &str, from: &str, to: &str) {
        self.0.write(part, changed(part, from, to));
    }

    pub(crate) fn guests(&self) -> GuestConfigs {
        GuestConfigs::new().with_directory(self.0.path().join("etc/pve"))
    }

    /// The source, asking the fake `pvesh`.
    pub(crate) fn pve(&self) -> Pve {
        Pve::new().with_guests(self.guests()).with_pvesh(self.pvesh(), Duration::from_secs(20))
    }

    /// A link to a program that is never written to, as [`Tree::systemctl`] has it.
    pub(crate) fn pvesh(&self) -> PathBuf {
        let link = self.0.path().join("pvesh");
        if !link.exists() {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/pvesh");
            symlink(script, &link).unwrap();
        }
        link
    }
}

/// The answer of a node that is well, with one thing changed.
pub(crate) fn changed(part: &str, from: &str, to: &str) -> String {
    let (_, answer) = WELL.into_iter().find(|(name, _)| *name == part).unwrap();
    assert!(answer.contains(from), "{part} has no {from}");
    answer.replacen(from, to, 1)
}

/// An answer of `pvesh` as the HTTPS API gives it.
pub(crate) fn data(answer: &str) -> String {
    format!("{{\"data\":{answer}}}")
}
