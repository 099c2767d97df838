//! A run before a witness of the laws.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use grace_core::Uptime;
use grace_sim::laws::{Life, Witness};
use grace_sim::timeline::Timeline;

use super::{Log, run_with};
use crate::driver::{Record, Recorder};

/// Runs a timeline to its end, and returns the witness that saw it all.
///
/// # Errors
/// The runtime could not be made.
pub fn witness(timeline: &Timeline) -> std::io::Result<Witness> {
    run_witnessed(timeline).map(|(_, witness)| witness)
}

/// Runs a timeline to its end, and returns its log and the witness that saw it all.
///
/// # Errors
/// The runtime could not be made.
pub fn run_witnessed(timeline: &Timeline) -> std::io::Result<(Log, Witness)> {
    let recorder = WitnessRecorder::new(timeline);
    let log = run_with(timeline, recorder.clone())?;
    let mut seen = recorder.lock();
    seen.witness.ended(Life::runs_at_the_end(timeline));
    Ok((log, seen.witness.clone()))
}

/// Tells a witness what the driver does. A clone tells the same one.
#[derive(Debug, Clone)]
struct WitnessRecorder(Arc<Mutex<Seen>>);

#[derive(Debug)]
struct Seen {
    witness: Witness,
    /// The program's starts that are still to come.
    lives: VecDeque<Life>,
}

impl WitnessRecorder {
    fn new(timeline: &Timeline) -> Self {
        let lives = Life::all(timeline).into();
        let seen = Seen {
            witness: Witness::new(&timeline.policy).with_destinations(&timeline.notifiers),
            lives,
        };
        Self(Arc::new(Mutex::new(seen)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for WitnessRecorder {
    fn record(&mut self, now: Uptime, record: Record<'_>) {
        let Seen { witness, lives } = &mut *self.lock();
        match record {
            Record::Started(_) => witness.started(now, lives.pop_front().unwrap_or(Life::FIRST)),
            Record::Event(event, decision) => witness.event(now, event, decision),
            Record::Signal(signal) => witness.signal(now, signal),
            Record::Facts(request, facts) => witness.facts(now, request, facts),
            Record::Taken(guests) => witness.taken(now, guests),
            Record::Timeout => witness.timeout(now),
            Record::Delivery(envelope, delivery) => witness.delivery(now, envelope, delivery),
            Record::Effect(effect) => witness.effect(now, effect),
            Record::Handled(grace) => witness.handled(now, grace.usage(), grace.poll_timeout()),
        }
    }
}
