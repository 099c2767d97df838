//! A node of Proxmox VE keeps the contract of the health port, whichever way it is asked.

#[path = "support/pve.rs"]
mod node;
#[path = "support/server.rs"]
mod server;
mod support;

use grace_health::{Endpoint, Pve, PveApi, Trust};
use grace_sim::contract::health::{HealthSubject, Names, Scene};
use node::{Node, PARTS, WELL, changed, data};
use server::{Reply, Server};

/// The answer to a question in a scene.
fn answer(scene: Scene, part: &str, well: &str) -> String {
    match (scene, part) {
        (Scene::Ill, "storage") => {
            changed(part, r#"{"active":1,"avail":9"#, r#"{"active":0,"avail":9"#)
        }
        (Scene::Spoilt, "storage") => changed(part, r#""type":"lvmthin""#, r#""type":null"#),
        _ => well.to_owned(),
    }
}

const NAMES: Names =
    Names { category: "storage", well: "local", ill: "local-lvm", spoilt: "storage: entry 2" };

struct PveshHost(Node);

impl HealthSubject for PveshHost {
    type Port = Pve;

    fn host(&self) -> Pve {
        self.0.pve()
    }

    fn set(&self, scene: Scene) {
        for (part, well) in WELL {
            self.0.0.write(part, answer(scene, part, well));
        }
    }

    fn names(&self) -> Names {
        NAMES
    }

    fn unreadable(&self) -> Vec<Pve> {
        self.set(Scene::Well);
        for part in PARTS {
            self.0.0.write(&format!("{part}.exit"), "2");
        }
        let nowhere = self.0.guests().with_directory("/nowhere/pve");
        let program = |program: &str| Pve::new().with_pvesh(program, Pve::DEADLINE);
        vec![
            self.host(),
            program("/nowhere/pvesh").with_guests(nowhere.clone()),
            program("/nowhere/pvesh").with_guests(self.0.guests()),
            program("/bin/true").with_guests(self.0.guests()),
            Pve::new().with_guests(nowhere).without_state(),
        ]
    }
}

/// Guests that are looked at by their configuration and by what runs.
struct GuestsHost(Node);

impl HealthSubject for GuestsHost {
    type Port = Pve;

    fn host(&self) -> Pve {
        self.0.pve()
    }

    fn set(&self, scene: Scene) {
        let running = if scene == Scene::Ill { "stopped" } else { "running" };
        self.0.change("lxc", "running", running);
        let line = if scene == Scene::Spoilt { "onboot: perhaps" } else { "onboot: 1" };
        self.0.configure("lxc/101.conf", &format!("hostname: db\n{line}\n"));
    }

    fn names(&self) -> Names {
        Names {
            category: "vms",
            well: "VM 100 (web)",
            ill: "CT 101 (db)",
            spoilt: "101.conf line 2",
        }
    }

    fn unreadable(&self) -> Vec<Pve> {
        vec![
            self.host().with_guests(self.0.guests().with_directory("/nowhere/pve")).without_state(),
        ]
    }
}

struct ApiHost {
    node: Node,
    server: Server,
}

impl ApiHost {
    async fn new() -> Self {
        Self { node: Node::new(), server: Server::tls().await }
    }

    fn on(&self, part: &str, reply: Reply) {
        self.server.on(&format!("/api2/json/nodes/localhost/{part}"), reply);
    }

    fn with(&self, endpoint: Endpoint) -> Pve {
        let token = "grace@pve!monitor=secret".parse().expect("a token");
        self.node.pve().with_api(PveApi::new(endpoint, &token).expect("trust"))
    }

    fn endpoint(&self) -> Endpoint {
        let endpoint = Endpoint::new(&self.server.url("")).expect("a URL");
        endpoint.with_trust(Trust::Fingerprint(self.server.fingerprint()))
    }
}

impl HealthSubject for ApiHost {
    type Port = Pve;

    fn host(&self) -> Pve {
        self.with(self.endpoint())
    }

    fn set(&self, scene: Scene) {
        for (part, well) in WELL {
            self.on(part, Reply::json(data(&answer(scene, part, well))));
        }
    }

    fn names(&self) -> Names {
        NAMES
    }

    fn unreadable(&self) -> Vec<Pve> {
        let other = "00".repeat(32).parse().expect("a fingerprint");
        for part in PARTS {
            self.on(part, Reply::status(401, ""));
        }
        vec![self.host(), self.with(self.endpoint().with_trust(Trust::Fingerprint(other)))]
    }
}

mod pvesh {
    use super::{Node, PveshHost};

    grace_sim::contract!(health, Some(PveshHost(Node::new())));
}

mod guests {
    use super::{GuestsHost, Node};

    grace_sim::contract!(health, Some(GuestsHost(Node::new())));
}

mod api {
    grace_sim::contract!(health, Some(super::ApiHost::new().await));
}
