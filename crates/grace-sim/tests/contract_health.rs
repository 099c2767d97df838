//! The fake health source keeps the contract of its port, bare and behind a decorator without a fault.

use grace_core::{Check, HealthSnapshot, PortErrorKind, Status};
use grace_sim::contract::health::{HealthSubject, Names, Scene};
use grace_sim::fakes::FakeHealth;
use grace_sim::faults::Faulty;

struct Fake(FakeHealth);

impl Fake {
    fn new() -> Self {
        Self(FakeHealth::well("fake", "storage", "local"))
    }
}

impl HealthSubject for Fake {
    type Port = Faulty<FakeHealth>;

    fn host(&self) -> Self::Port {
        Faulty::new(self.0.clone())
    }

    fn set(&self, scene: Scene) {
        self.0.set(HealthSnapshot::new(Status::Ok));
        self.0.report("storage", Check::new("local", Status::Ok, ""));
        match scene {
            Scene::Well => {}
            Scene::Ill => {
                let check = Check::new("nas", Status::Critical, "not mounted");
                self.0.report("Storage", check);
            }
            Scene::Spoilt => self.0.spoil("storage", "nas"),
        }
    }

    fn names(&self) -> Names {
        Names { category: "storage", well: "local", ill: "nas", spoilt: "nas" }
    }

    fn unreadable(&self) -> Vec<Self::Port> {
        let broken = Self::new().0;
        broken.break_down(PortErrorKind::Missing);
        vec![Faulty::new(broken), self.host().malformed()]
    }
}

mod fake_health {
    use super::Fake;

    grace_sim::contract!(health, Some(Fake::new()));
}
