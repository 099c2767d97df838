//! The fakes pass the contracts of their ports, bare and behind a decorator that has no fault to add.

use std::time::Duration;

use grace_core::{
    BootId, Event, Guest, GuestKind, Happening, Occurrence, Origin, PortErrorKind, Uptime,
};
use grace_sim::contract::events::HostEventsSubject;
use grace_sim::contract::journal::{History, JournalSubject};
use grace_sim::contract::notifier::{NotifierSubject, Taken};
use grace_sim::contract::uptime::{Passing, UptimeSubject};
use grace_sim::fakes::{Conduct, FakeEvents, FakeHost, FakeJournal, FakeNotifier, FakeUptime};
use grace_sim::faults::Faulty;

struct Host(FakeUptime);

impl Host {
    fn new() -> Self {
        Self(FakeUptime::new(Uptime::from_secs(7)))
    }
}

impl UptimeSubject for Host {
    type Port = Faulty<FakeUptime>;

    fn host(&self) -> Self::Port {
        Faulty::new(self.0.clone())
    }

    async fn pass(&self, how: Passing) -> Option<Duration> {
        let span = Duration::from_secs(90);
        match how {
            Passing::Awake => self.0.advance(span),
            Passing::Suspended => self.0.suspend(span),
        }
        Some(span)
    }

    fn unreadable(&self) -> Vec<Self::Port> {
        let broken = FakeUptime::new(Uptime::from_secs(7));
        broken.break_down(PortErrorKind::Missing);
        vec![Faulty::new(broken), Faulty::new(self.0.clone()).malformed()]
    }
}

mod fake_uptime {
    grace_sim::contract!(uptime, Some(super::Host::new()));
}

struct Journals;

impl JournalSubject for Journals {
    type Port = Faulty<FakeJournal>;

    fn journal(&self, history: &History) -> Self::Port {
        let [earlier, this_boot] = ["0a", "0b"].map(|id| BootId::new(&id.repeat(16)));
        let journal = FakeJournal::new(earlier);
        for record in &history.earlier {
            journal.record(earlier, record.clone());
        }
        journal.reboot(this_boot);
        for record in &history.this_boot {
            journal.record(this_boot, record.clone());
        }
        Faulty::new(journal)
    }

    fn unreadable(&self) -> Vec<Self::Port> {
        let broken = FakeJournal::new(BootId::new("0b"));
        broken.break_down(PortErrorKind::PermissionDenied);
        let malformed = Faulty::new(FakeJournal::new(BootId::new("0b"))).malformed();
        vec![Faulty::new(broken), malformed]
    }
}

mod fake_journal {
    grace_sim::contract!(journal, Some(super::Journals));
}

struct Happenings(FakeHost);

impl Happenings {
    const THIS_BOOT: &'static str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

    fn new() -> Self {
        Self(FakeHost::new(BootId::new(Self::THIS_BOOT)))
    }
}

fn start_of(number: u32) -> Occurrence {
    let guest = Guest::new(number.to_string(), "web", GuestKind::Vm);
    Occurrence::new(Origin::Journal, Event::GuestStarted { guest, at: None })
}

impl HostEventsSubject for Happenings {
    type Port = FakeEvents;

    async fn happen(&self, number: u32) {
        self.0.happen(start_of(number));
    }

    async fn happened_before(&self, number: u32) -> bool {
        self.0.happened(BootId::new("0a"), start_of(number));
        true
    }

    async fn garble(&self) -> bool {
        self.0.garble();
        true
    }

    async fn interrupt(&self) -> bool {
        false
    }

    async fn open(&self) -> FakeEvents {
        self.0.open()
    }

    fn number(&self, seen: &Occurrence) -> Option<u32> {
        let Happening::Event(event) = &seen.what else { return None };
        event.guest()?.id.as_str().parse().ok()
    }

    fn unreadable(&self) -> Vec<FakeEvents> {
        let broken = FakeHost::new(BootId::new(Self::THIS_BOOT));
        broken.break_down(PortErrorKind::PermissionDenied);
        vec![broken.open()]
    }
}

mod fake_events {
    grace_sim::contract!(events, Some(super::Happenings::new()));
}

struct Service(FakeNotifier);

impl NotifierSubject for Service {
    type Port = Faulty<FakeNotifier>;

    fn service(&self) -> Self::Port {
        Faulty::new(self.0.clone())
    }

    fn unwilling(&self) -> Vec<Self::Port> {
        let host = FakeUptime::new(Uptime::ZERO);
        let [refusing, down] = [
            Conduct::Refuses(PortErrorKind::Refused),
            Conduct::DownUntil(Uptime::from_secs(60), host),
        ]
        .map(|conduct| {
            let service = FakeNotifier::new("unwilling");
            service.behave(conduct);
            Faulty::new(service)
        });
        let unreachable = Faulty::new(self.0.clone()).malformed();
        vec![refusing, down, unreachable]
    }

    fn taken(&self) -> Vec<Taken> {
        let taken = self.0.taken();
        taken
            .iter()
            .map(|envelope| Taken::new(envelope.id.to_string(), format!("{:?}", envelope.message)))
            .collect()
    }

    fn says_cut(&self) -> Option<&'static str> {
        None
    }
}

mod fake_notifier {
    use super::{FakeNotifier, Service};

    grace_sim::contract!(notifier, Some(Service(FakeNotifier::new("fake"))));
}
