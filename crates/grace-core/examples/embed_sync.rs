//! The engine in a program without a runtime: one thread, one loop, the host's own clock.
//!
//! `cargo run -p grace-core --example embed_sync`

use std::thread;
use std::time::{Duration, Instant};

use grace_core::{
    Alert, BootId, BootIdentity, Delivery, Effect, Event, Facts, Grace, Guest, GuestKind,
    HealthSnapshot, JournalExcerpt, Message, Policy, Severity, Start, Status, Uptime,
};

fn main() {
    let clock = Clock::start();
    // Windows short enough to watch; a monitor takes the default.
    let mut policy = Policy::default();
    policy.guest = Duration::from_millis(200);
    policy.health = Duration::from_millis(400);

    let boot = BootId::new("6d3b2f0a-7c5e-4e0f-9a1b-2c3d4e5f6071");
    let mut grace = Grace::new(policy, Start::new(Some(clock.now()), BootIdentity::new(boot)));
    let web = Guest::new("100", "web", GuestKind::Vm);
    let nas = Alert::new("storage", "nas", Severity::Critical, "NFS server not responding");
    let disk = Alert::new("disks", "sdb", Severity::Warning, "8 pending sectors");
    for event in [
        Event::GuestStarted { guest: web, at: None },
        Event::Alert(nas.clone()),
        Event::Alert(disk),
        Event::Resolved(nas),
    ] {
        let name = event.name();
        let decision = grace.handle_event(clock.now(), event);
        println!("{name}: {}", decision.as_str());
        act(&mut grace, &clock);
    }
    while let Some(due) = grace.poll_timeout() {
        clock.sleep_until(due);
        grace.handle_timeout(clock.now());
        act(&mut grace, &clock);
    }
}

/// Does what the machine asks for.
fn act(grace: &mut Grace, clock: &Clock) {
    while let Some(effect) = grace.poll_effect() {
        match effect {
            Effect::Deliver(envelope) => {
                match &*envelope.message {
                    Message::StartupReport(report) => println!("--\n{}", report.summary()),
                    Message::Notice(notice) => println!("-- told now: {}", notice.event.name()),
                    message => println!("-- {message:?}"),
                }
                grace.handle_delivery(clock.now(), &envelope, Delivery::Taken);
            }
            Effect::CollectFacts { request, .. } => {
                let mut facts = Facts::default();
                facts.health = Ok(HealthSnapshot::new(Status::Ok));
                facts.journal = Ok(JournalExcerpt::default());
                facts.expected_guests = Ok(Vec::new());
                grace.handle_facts(clock.now(), request, facts);
            }
            // What became of each event: for a log.
            Effect::Accepted { .. }
            | Effect::Settled { .. }
            | Effect::Closed(_)
            | Effect::GaveUp { .. } => {}
        }
    }
}

/// A host that booted twenty seconds before this program started.
///
/// A monitor reads `CLOCK_BOOTTIME`, which does not stand still while the host sleeps.
struct Clock(Instant);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "a program has one clock, and this is it")]
    fn start() -> Self {
        Self(Instant::now())
    }

    fn now(&self) -> Uptime {
        Uptime::from_secs(20).saturating_add(self.0.elapsed())
    }

    #[expect(clippy::disallowed_methods, reason = "a program without a runtime waits like this")]
    fn sleep_until(&self, due: Uptime) {
        thread::sleep(due.saturating_since(self.now()));
    }
}
