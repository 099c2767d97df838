//! The simulated host: fakes behind the ports, changed by the timeline's steps.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{
    BootId, BootIdentity, Event, Guest, HealthSnapshot, HealthSource, Notifier, PortError,
    PortErrorKind, Status, Text, Uptime, UptimeSource,
};
use grace_sim::fakes::{Conduct, FakeHealth, FakeJournal, FakeNotifier, FakeUptime};
use grace_sim::timeline::{Action, ClockStep, HealthChange, JournalChange, Timeline};
use tokio::time::Instant;

use crate::driver::Ports;

/// The wall clock when a timeline that does not say begins, in Unix seconds: 2026-03-28 22:19:33 UTC.
const WALL_CLOCK: i64 = 1_774_736_373;

/// The host a timeline runs on.
pub(super) struct World {
    pub(super) clock: SimClock,
    pub(super) ports: Ports,
    host: Host,
    journal: FakeJournal,
    health: Health,
    people: Vec<FakeNotifier>,
    wall_offset: Arc<AtomicI64>,
}

impl World {
    pub(super) fn new(timeline: &Timeline) -> Self {
        let clock = SimClock::new();
        let host = Host::new(timeline.start.uptime);
        let journal = FakeJournal::new(first_boot());
        let health = Health::new(&timeline.guests);
        let people = notifiers(&timeline.notifiers);
        let wall_offset = Arc::new(AtomicI64::new(0));
        let began = timeline.start.unix_time.unwrap_or(WALL_CLOCK);
        let wall_clock = {
            let (clock, offset) = (clock.clone(), Arc::clone(&wall_offset));
            move || {
                let passed = i64::try_from(clock.t().as_secs()).ok()?;
                Some(began.saturating_add(passed).saturating_add(offset.load(Ordering::Relaxed)))
            }
        };
        let ports =
            Ports::new(host.clone(), journal.clone(), health.clone()).with_wall_clock(wall_clock);
        let ports = people.iter().cloned().fold(ports, Ports::with_notifier);
        Self { clock, ports, host, journal, health, people, wall_offset }
    }

    /// Changes the host as a step says. Returns the change in words.
    pub(super) fn change(&self, action: &Action) -> String {
        match action {
            Action::Health(change) => self.change_health(change),
            Action::Journal(change) => self.change_journal(change),
            Action::NotifierDown(name) => {
                self.behave(name.as_ref(), &Conduct::Refuses(PortErrorKind::Missing));
                name.as_ref().map_or("no notifier takes messages".to_string(), |name| {
                    format!("{name} takes no messages")
                })
            }
            Action::NotifierUp(name) => {
                self.behave(name.as_ref(), &Conduct::Takes);
                name.as_ref().map_or("the notifiers take messages again".to_string(), |name| {
                    format!("{name} takes messages again")
                })
            }
            Action::ClockStep(step) => self.step_clock(*step),
            Action::Suspend(span) => {
                self.clock.suspend(*span);
                self.host.uptime.suspend(*span);
                format!("the host sleeps for {}", seconds(*span))
            }
            Action::Note(words) => words.to_string(),
            other => format!("nothing changes by {}", other.name()),
        }
    }

    /// From now on the notifier of this name behaves like this, or every one does.
    fn behave(&self, name: Option<&Text>, conduct: &Conduct) {
        let is_meant = |person: &&FakeNotifier| name.is_none_or(|name| name == person.name());
        for person in self.people.iter().filter(is_meant) {
            person.behave(conduct.clone());
        }
    }

    fn change_health(&self, change: &HealthChange) -> String {
        match change {
            HealthChange::Document(document) => {
                let snapshot = document.snapshot();
                self.health.set(Ok(snapshot.clone()));
                format!("health is {}", snapshot.overall.as_str())
            }
            HealthChange::Unavailable(words) => {
                self.health.set(Err(words.clone()));
                format!("health cannot be read: {words}")
            }
            HealthChange::Slow(delay) => {
                self.health.slow_down(*delay);
                format!("health takes {} to read", seconds(*delay))
            }
        }
    }

    fn change_journal(&self, change: &JournalChange) -> String {
        match change {
            JournalChange::Entry(entry) => {
                let mut entry = entry.clone();
                entry.at.get_or_insert_with(|| self.host.uptime.now());
                let words = format!("journal: {entry}");
                self.journal.write(entry);
                words
            }
            JournalChange::Unavailable(words) => {
                self.journal.break_down(PortErrorKind::PermissionDenied);
                format!("the journal cannot be read: {words}")
            }
        }
    }

    fn step_clock(&self, step: ClockStep) -> String {
        let (span, sign, word) = match step {
            ClockStep::Forward(span) => (span, 1, "forward"),
            ClockStep::Back(span) => (span, -1, "back"),
        };
        let secs = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        self.wall_offset.fetch_add(sign * secs, Ordering::Relaxed);
        format!("the wall clock steps {word} by {}", seconds(span))
    }

    /// Boots the host anew.
    pub(super) async fn reboot(&self, uptime: Option<Uptime>) {
        self.host.reboot(uptime);
        if let Ok(BootIdentity { id: Some(id), .. }) = self.host.boot().await {
            self.journal.reboot(id);
        }
        self.journal.repair();
    }

    /// An event that is read later than it happened, as a journal's backlog tells it.
    pub(super) fn dated(&self, event: Event) -> Event {
        event.happened(self.host.uptime.now())
    }
}

/// A notifier of each name; without names, one that has none.
fn notifiers(names: &[Text]) -> Vec<FakeNotifier> {
    let unnamed = names.is_empty().then(Text::default);
    names.iter().chain(&unnamed).map(|name| FakeNotifier::new(name.as_str())).collect()
}

fn seconds(span: Duration) -> String {
    format!("{:.3}s", span.as_secs_f64())
}

fn first_boot() -> BootId {
    BootId::new(&format!("{:032x}", 1))
}

/// The time since the timeline began, on the host's boot clock.
#[derive(Debug, Clone)]
pub(super) struct SimClock {
    began: Instant,
    /// Nanoseconds that passed while the host slept; the runtime's clock does not see them.
    suspended: Arc<AtomicU64>,
}

impl SimClock {
    fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the simulation is the clock")]
        let began = Instant::now();
        Self { began, suspended: Arc::default() }
    }

    pub(super) fn t(&self) -> Duration {
        self.began.elapsed() + Duration::from_nanos(self.suspended.load(Ordering::Relaxed))
    }

    pub(super) async fn sleep_until(&self, t: Duration) {
        tokio::time::sleep(t.saturating_sub(self.t())).await;
    }

    fn suspend(&self, span: Duration) {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        self.suspended.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// A host whose uptime may be unreadable while its boot id is not.
#[derive(Debug, Clone)]
struct Host {
    uptime: FakeUptime,
    readable: Arc<AtomicBool>,
}

impl Host {
    fn new(uptime: Option<Uptime>) -> Self {
        let fake = FakeUptime::following_tokio(uptime.unwrap_or(Uptime::ZERO));
        Self { uptime: fake, readable: Arc::new(AtomicBool::new(uptime.is_some())) }
    }

    fn reboot(&self, uptime: Option<Uptime>) {
        self.uptime.reboot();
        self.uptime.advance(uptime.unwrap_or(Uptime::ZERO).since_boot());
        self.readable.store(uptime.is_some(), Ordering::Relaxed);
    }
}

#[async_trait]
impl UptimeSource for Host {
    async fn uptime(&self) -> Result<Uptime, PortError> {
        if self.readable.load(Ordering::Relaxed) {
            self.uptime.uptime().await
        } else {
            Err(PortError::new(PortErrorKind::Missing, "the timeline says that uptime is unknown"))
        }
    }

    async fn boot(&self) -> Result<BootIdentity, PortError> {
        self.uptime.boot().await
    }
}

/// A health source that may be slow, and may fail in the timeline's words.
#[derive(Debug, Clone)]
struct Health {
    fake: FakeHealth,
    state: Arc<Mutex<HealthState>>,
}

#[derive(Debug, Default)]
struct HealthState {
    delay: Duration,
    fault: Option<Text>,
}

impl Health {
    /// A host that is well, and starts these guests at boot.
    fn new(guests: &[Guest]) -> Self {
        let fake = FakeHealth::new("health", HealthSnapshot::new(Status::Ok));
        if !guests.is_empty() {
            fake.expect_guests(guests.to_vec());
        }
        Self { fake, state: Arc::default() }
    }

    fn set(&self, health: Result<HealthSnapshot, Text>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match health {
            Ok(snapshot) => {
                self.fake.set(snapshot);
                state.fault = None;
            }
            Err(words) => state.fault = Some(words),
        }
    }

    fn slow_down(&self, delay: Duration) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).delay = delay;
    }

    async fn wait(&self) -> Result<(), PortError> {
        let delay = self.state.lock().unwrap_or_else(PoisonError::into_inner).delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let fault = self.state.lock().unwrap_or_else(PoisonError::into_inner).fault.clone();
        fault.map_or(Ok(()), |words| Err(PortError::new(PortErrorKind::Other, words)))
    }
}

#[async_trait]
impl HealthSource for Health {
    fn name(&self) -> &str {
        self.fake.name()
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        self.wait().await?;
        self.fake.check().await
    }

    async fn expected_guests(&self) -> Result<Option<Vec<Guest>>, PortError> {
        self.fake.expected_guests().await
    }
}
