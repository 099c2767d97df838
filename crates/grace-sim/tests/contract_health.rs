//! The fake health source keeps the contract of its port.

use grace_core::{Check, HealthSnapshot, PortErrorKind, Status};
use grace_sim::contract::health::{self, HealthSubject, Names, Scene};
use grace_sim::fakes::FakeHealth;

struct Fake(FakeHealth);

impl Fake {
    fn new() -> Self {
        Self(FakeHealth::well("fake", "storage", "local"))
    }
}

impl HealthSubject for Fake {
    type Port = FakeHealth;

    fn host(&self) -> FakeHealth {
        self.0.clone()
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

    fn unreadable(&self) -> Vec<FakeHealth> {
        let broken = Self::new().0;
        broken.break_down(PortErrorKind::Missing);
        vec![broken]
    }
}

macro_rules! bullets {
    ($($bullet:ident),*) => {
        $(
            #[tokio::test]
            async fn $bullet() {
                health::$bullet(&Fake::new()).await;
            }
        )*

        #[test]
        fn no_bullet_is_left_out() {
            let named = health::BULLETS.map(|(name, _)| name);
            assert_eq!(named, [$(stringify!($bullet)),*]);
        }
    };
}

bullets!(
    each_category_once,
    ok_means_well,
    unreadable_check_spoils_itself,
    unreadable_is_an_error,
    nothing_is_kept
);
