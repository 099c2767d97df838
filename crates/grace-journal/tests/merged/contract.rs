//! Several sources together keep the contract that each of them keeps.

use grace_core::{BootId, Happening, Occurrence, PortErrorKind};
use grace_journal::Merged;
use grace_sim::contract::events::HostEventsSubject;
use grace_sim::fakes::FakeHost;

use super::sources::{merged, started};

const THIS_BOOT: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

/// A host that two sources see alike, and one does not see much of.
struct Host {
    seen: FakeHost,
    seen_too: FakeHost,
    dark: FakeHost,
}

impl Host {
    fn new() -> Self {
        let host = || FakeHost::new(BootId::new(THIS_BOOT));
        Self { seen: host(), seen_too: host(), dark: host() }
    }

    fn events(&self) -> Merged {
        let sources = [&self.seen, &self.seen_too, &self.dark];
        merged(sources.map(|host| Box::new(host.open()) as Box<dyn grace_core::HostEvents>))
    }
}

impl HostEventsSubject for Host {
    type Port = Merged;

    async fn happen(&self, number: u32) {
        self.seen.happen(started(number));
        self.seen_too.happen(started(number));
    }

    async fn happened_before(&self, number: u32) -> bool {
        self.seen.happened(BootId::new("0a"), started(number));
        true
    }

    async fn garble(&self) -> bool {
        self.seen.garble();
        true
    }

    /// One of the sources breaks down for good. The others see the same.
    async fn interrupt(&self) -> bool {
        self.seen_too.break_down(PortErrorKind::Other);
        true
    }

    async fn open(&self) -> Merged {
        self.events()
    }

    fn number(&self, seen: &Occurrence) -> Option<u32> {
        let Happening::Event(event) = &seen.what else { return None };
        event.guest()?.id.as_str().parse().ok()
    }

    fn unreadable(&self) -> Vec<Merged> {
        let broken = Self::new();
        for host in [&broken.seen, &broken.seen_too, &broken.dark] {
            host.break_down(PortErrorKind::PermissionDenied);
        }
        vec![broken.events(), Merged::new()]
    }
}

mod over_fakes {
    grace_sim::contract!(events, Some(super::Host::new()));
}
