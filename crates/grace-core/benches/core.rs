//! What a decision, a boot, a storm and a report cost.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use grace_core::{
    Alert, BootId, BootIdentity, CategoryHealth, Check, Delivery, Effect, Event, Facts, Grace,
    Guest, GuestKind, HealthSnapshot, JournalEntry, JournalExcerpt, Message, Policy, Severity,
    Start, StartupReport, Status, Subject, Uptime,
};

fn main() {
    divan::main();
}

fn start() -> Start {
    let identity = BootIdentity::new(BootId::new("6d3b2f0a7c5e4e0f9a1b2c3d4e5f6071"));
    Start::new(Some(Uptime::from_secs(20)), identity)
}

/// One decision on an alert, by its category.
#[divan::bench(args = ["storage", "services", "SERVICES", "disks"])]
fn decide(bencher: Bencher<'_, '_>, category: &str) {
    let view = Grace::new(Policy::default(), start()).view();
    let now = Uptime::from_secs(100);
    bencher.bench_local(|| {
        let subject = Subject::Alert { category: black_box(category), severity: Severity::Warning };
        black_box(&view).decide(black_box(now), subject)
    });
}

/// A whole boot: forty guests start one by one, the facts are asked for, and the report is made and taken.
#[divan::bench]
fn boot_of_forty_guests(bencher: Bencher<'_, '_>) {
    let guests: Vec<Guest> = guests(40);
    let policy = Policy::default();
    let start = start();
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| boot(&policy, &start, black_box(&guests)));
}

fn boot(policy: &Policy, start: &Start, guests: &[Guest]) -> Grace {
    let mut grace = Grace::new(policy.clone(), start.clone());
    let mut now = Uptime::from_secs(20);
    for guest in guests {
        now = now.saturating_add(core::time::Duration::from_secs(3));
        grace.handle_event(now, Event::GuestStarted { guest: guest.clone(), at: None });
        drain(&mut grace, now);
    }
    while let Some(due) = grace.poll_timeout() {
        grace.handle_timeout(due);
        drain(&mut grace, due);
    }
    grace
}

/// Does what the machine asks for: facts are well, and every message is taken.
fn drain(grace: &mut Grace, now: Uptime) {
    while let Some(effect) = grace.poll_effect() {
        match effect {
            Effect::CollectFacts { request, .. } => grace.handle_facts(now, request, well()),
            Effect::Deliver(envelope) => {
                grace.handle_delivery(now, &envelope, Delivery::Taken);
            }
            Effect::Accepted { .. }
            | Effect::Settled { .. }
            | Effect::Closed(_)
            | Effect::GaveUp { .. } => {}
        }
    }
}

fn well() -> Facts {
    let mut facts = Facts::default();
    facts.health = Ok(HealthSnapshot::new(Status::Ok));
    facts.journal = Ok(JournalExcerpt::default());
    facts.expected_guests = Ok(Vec::new());
    facts
}

/// A storm: ten thousand guests and a hundred thousand alerts within the windows, taken in one by one.
#[divan::bench(sample_count = 10)]
fn storm_of_ten_thousand_guests_and_a_hundred_thousand_alerts(bencher: Bencher<'_, '_>) {
    let guests = guests(10_000);
    let alerts: Vec<Alert> = (0..100_000).map(alert).collect();
    let policy = Policy::default();
    bencher.counter(ItemsCount::new(guests.len() + alerts.len())).bench_local(|| {
        let mut grace = Grace::new(policy.clone(), start());
        let now = Uptime::from_secs(30);
        for guest in &guests {
            grace.handle_event(now, Event::GuestStarted { guest: guest.clone(), at: None });
            while grace.poll_effect().is_some() {}
        }
        for alert in &alerts {
            grace.handle_event(now, Event::Alert(alert.clone()));
            while grace.poll_effect().is_some() {}
        }
        grace
    });
}

/// The cost of one alert event when so many have come before it.
#[divan::bench(args = [100, 1_000, 10_000, 100_000], sample_count = 20)]
fn alerts_taken_in(bencher: Bencher<'_, '_>, count: usize) {
    let alerts: Vec<Alert> = (0..count).map(alert).collect();
    let mut policy = Policy::default();
    policy.limits.alerts = 1_000_000;
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        let mut grace = Grace::new(policy.clone(), start());
        for alert in &alerts {
            grace.handle_event(Uptime::from_secs(30), Event::Alert(alert.clone()));
            while grace.poll_effect().is_some() {}
        }
        grace
    });
}

/// The summary of a report with guests, problems and journal entries.
#[divan::bench(args = [0, 40, 500])]
fn render_report(bencher: Bencher<'_, '_>, count: usize) {
    let report = report(count);
    bencher.bench_local(|| black_box(&report).summary());
}

fn report(count: usize) -> StartupReport {
    let mut grace = Grace::new(Policy::default(), start());
    for guest in guests(count) {
        grace.collect_guest(Uptime::from_secs(30), &guest);
    }
    let checks = (0..10).map(|n| Check::new(format!("nfs{n}"), Status::Critical, "not mounted"));
    let storage = CategoryHealth::from_checks("storage", checks.collect());
    let entries = (0..50).map(|n| JournalEntry::new(format!("nfs: server nas{n} not responding")));
    let mut facts = Facts::default();
    facts.health = Ok(HealthSnapshot::from_categories(vec![storage]));
    facts.journal = Ok(JournalExcerpt::complete(entries.collect()));
    facts.expected_guests = Ok(Vec::new());
    let now = Uptime::from_secs(320);
    grace.handle_timeout(now);
    while let Some(effect) = grace.poll_effect() {
        match effect {
            Effect::CollectFacts { request, .. } => grace.handle_facts(now, request, facts.clone()),
            Effect::Deliver(envelope) => {
                if let Message::StartupReport(report) = &*envelope.message {
                    return (**report).clone();
                }
            }
            Effect::Accepted { .. }
            | Effect::Settled { .. }
            | Effect::Closed(_)
            | Effect::GaveUp { .. } => {}
        }
    }
    unreachable!("a boot has a report")
}

fn guests(count: usize) -> Vec<Guest> {
    let kind = |n| if n % 3 == 0 { GuestKind::Ct } else { GuestKind::Vm };
    (100..100 + count)
        .map(|n| Guest::new(n.to_string(), format!("guest-{n}"), kind(n)).with_autostart(true))
        .collect()
}

fn alert(n: usize) -> Alert {
    let category = ["storage", "vms", "network", "services"][n % 4];
    Alert::new(category, format!("key-{n}"), Severity::Warning, "not responding")
}
