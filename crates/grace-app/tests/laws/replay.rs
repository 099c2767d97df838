//! A run's inputs, given to the machine again without a runtime.

use std::sync::{Arc, Mutex, PoisonError};

use grace::driver::{Record, Recorder};
use grace::simulate::run_with;
use grace_core::{Delivery, Effect, Envelope, Event, Facts, Grace, Request, Signal, Uptime};
use grace_sim::timeline::Timeline;

/// What went into the machines of a run, and what came out of them.
#[derive(Default)]
pub(crate) struct Replay {
    inputs: Vec<(Uptime, Input)>,
    seen: Vec<Effect>,
}

enum Input {
    Started(Box<Grace>),
    Event(Event),
    Signal(Signal),
    Facts(Request, Box<Facts>),
    Delivery(Envelope, Delivery),
    Taken,
    Timeout,
}

impl Replay {
    /// Runs a timeline and keeps what went in and what came out.
    pub(crate) fn record(timeline: &Timeline) -> Self {
        let shared = Shared::default();
        run_with(timeline, shared.clone()).expect("a runtime");
        std::mem::take(&mut *shared.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The effects of the run, in order.
    pub(crate) fn seen(&self) -> &[Effect] {
        &self.seen
    }

    /// The effects when the same goes in again; if `spurious`, with a time-out that is not due before each
    /// input.
    pub(crate) fn effects(&self, spurious: bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut machine: Option<Grace> = None;
        for (now, input) in &self.inputs {
            if let Input::Started(grace) = input {
                machine = Some((**grace).clone());
            }
            let Some(grace) = &mut machine else { continue };
            // What a start has to tell comes first.
            if spurious && !matches!(input, Input::Started(_)) {
                let is_due = grace.poll_timeout().is_some_and(|due| due <= *now);
                if !is_due {
                    grace.handle_timeout(*now);
                }
            }
            match input {
                Input::Started(_) => {}
                Input::Event(event) => drop(grace.handle_event(*now, event.clone())),
                Input::Signal(signal) => grace.handle_signal(*now, signal.clone()),
                Input::Facts(request, facts) => {
                    grace.handle_facts(*now, *request, (**facts).clone());
                }
                Input::Delivery(envelope, delivery) => {
                    grace.handle_delivery(*now, envelope, *delivery);
                }
                Input::Taken => drop(grace.take_guests(*now)),
                Input::Timeout => grace.handle_timeout(*now),
            }
            effects.extend(std::iter::from_fn(|| grace.poll_effect()));
        }
        effects
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Replay>>);

impl Recorder for Shared {
    fn record(&mut self, now: Uptime, record: Record<'_>) {
        let mut replay = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let input = match record {
            Record::Started(grace) => Input::Started(Box::new(grace.clone())),
            Record::Event(event, _) => Input::Event(event.clone()),
            Record::Signal(signal) => Input::Signal(signal.clone()),
            Record::Facts(request, facts) => Input::Facts(request, Box::new(facts.clone())),
            Record::Delivery(envelope, delivery) => Input::Delivery(envelope.clone(), delivery),
            Record::Taken(_) => Input::Taken,
            Record::Timeout => Input::Timeout,
            Record::Effect(effect) => return replay.seen.push(effect.clone()),
            _ => return,
        };
        replay.inputs.push((now, input));
    }
}
