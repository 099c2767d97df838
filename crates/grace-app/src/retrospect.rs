//! A report on this boot made afterwards, from what the host remembers of it.

use std::time::Duration;

use grace_core::{
    Event, Facts, Gap, GapKind, Grace, Happening, HostEvents, JournalQuery, Occurrence, Policy,
    Signal, Start, StartupReport, Uptime,
};
use tokio::time::timeout;

use crate::driver::Ports;

/// What happened in this boot so far, as far as it could be read.
#[derive(Debug, Default)]
struct Past {
    occurrences: Vec<Occurrence>,
    gaps: Vec<Gap>,
}

/// The startup report on this boot, as it would be now had the program run since the host booted.
///
/// What happened while the host started is read from `events`; it is put before an engine that begins with
/// the host. Of what came later only a shutdown counts: the report is about the start. `events` are read until
/// they have caught up, and no source is waited for longer than `patience`.
pub async fn report(
    policy: &Policy,
    ports: &Ports,
    events: &mut dyn HostEvents,
    patience: Duration,
) -> StartupReport {
    let start = ports.start().await;
    let facts = ports.collect_facts(JournalQuery::default(), patience);
    let (mut facts, past) = tokio::join!(facts, read(events, patience));
    let now = ports.uptime.uptime().await.unwrap_or(Uptime::ZERO);
    // That the journal cannot be read is told once, though both were read from it.
    let is_told = facts.journal.is_err();
    let is_news = |gap: &Gap| !(is_told && gap.detail.starts_with("journal "));
    facts.gaps.extend(past.gaps.into_iter().filter(is_news));

    let as_it_started = Grace::new(policy.clone(), start.clone());
    let mut grace = Grace::new(policy.clone(), Start::new(Some(Uptime::ZERO), start.identity));
    replay(&mut grace, policy, &past.occurrences);
    let mut report = grace.preview(now, facts);
    // The program itself has started just now, and says so.
    let boot = as_it_started.preview(now, Facts::default()).boot;
    report.gaps.splice(0..0, uptime_gap(&start));
    report.boot.kind = boot.kind;
    report.boot.service_started = boot.service_started;
    report.boot.service_age = boot.service_age;
    report
}

async fn read(events: &mut dyn HostEvents, patience: Duration) -> Past {
    let mut past = Past::default();
    let caught_up = timeout(patience, async {
        loop {
            match events.next().await {
                Ok(Occurrence { what: Happening::CaughtUp, .. }) => return,
                Ok(Occurrence { what: Happening::Gap(gap), .. }) => past.gaps.push(gap),
                Ok(occurrence) => past.occurrences.push(occurrence),
                // Each source has said for itself why it cannot be read.
                Err(_) if !past.gaps.is_empty() => return,
                Err(error) => {
                    past.gaps.push(Gap::new(GapKind::EventsUnreadable, error.detail()));
                    return;
                }
            }
        }
    });
    if caught_up.await.is_err() {
        let why = format!("not all that happened was told within {patience:?}");
        past.gaps.push(Gap::new(GapKind::EventsIncomplete, why));
    }
    past
}

/// Puts what happened at the start of the host before the engine, in its order.
fn replay(grace: &mut Grace, policy: &Policy, past: &[Occurrence]) {
    let boot = Uptime::ZERO.saturating_add(policy.boot_uptime);
    let (mut now, mut sweeping) = (Uptime::ZERO, false);
    for occurrence in past {
        let Some(at) = occurrence.at else { continue };
        now = now.max(at);
        if let Happening::Signal(signal) = &occurrence.what {
            sweeping = matches!(signal, Signal::SweepStarted);
            grace.handle_signal(now, signal.clone());
        }
        if let Some(event) = occurrence.event() {
            let is_shutdown = matches!(event, Event::Shutdown(_) | Event::ShutdownCancelled);
            if at < boot || sweeping || is_shutdown {
                grace.handle_event(now, event);
            }
        }
        // Nothing is sent: this engine only remembers.
        while grace.poll_effect().is_some() {}
    }
}

fn uptime_gap(start: &Start) -> Option<Gap> {
    let why = "the host's uptime could not be read; this start was taken for a boot";
    start.uptime.is_none().then(|| Gap::new(GapKind::UptimeUnknown, why))
}
