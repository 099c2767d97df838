//! What happened in a simulated run, in order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use grace_core::{
    BootKind, Closing, Decision, Delivery, Destination, Effect, Envelope, Event, Grace, MessageId,
    Outcome, Sequence, Uptime, Window,
};

use super::world::SimClock;
use crate::driver::{Record, Recorder};

/// The log of one run. A clone is the same log.
#[derive(Debug, Clone)]
pub struct Log(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    title: String,
    entries: Vec<Entry>,
    /// When the machine must be woken next.
    due: Option<Duration>,
}

/// One line of the log.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Entry {
    /// When, since the timeline began.
    pub t: Duration,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum What {
    /// The program started.
    Started {
        /// What the machine took its start for.
        kind: BootKind,
        /// The host's uptime as the machine knows it.
        uptime: Uptime,
    },
    /// Something about the host or the program changed.
    Host {
        /// What, if it ends or interrupts what runs.
        mark: Option<HostMark>,
        /// The change in words.
        words: String,
    },
    /// The windows moved; each is the span in which it is open, since the timeline began.
    Windows(Windows),
    /// An event came in and was decided on. `until` is since the timeline began.
    Event {
        /// The event.
        event: Event,
        /// What was decided.
        decision: Decision,
        /// Until when it is held or gathered.
        until: Option<Duration>,
    },
    /// An event came while no program ran.
    Unseen(Event),
    /// The machine asked for facts.
    FactsAsked,
    /// A message was handed to a notifier.
    Sent(Envelope),
    /// A message was taken: it has reached people.
    Received(Envelope),
    /// A message that had reached people already was taken by another notifier too.
    TakenToo(Envelope),
    /// A notifier did not take a message.
    NotTaken(Envelope),
    /// A message was given up for a notifier.
    GivenUp {
        /// The message.
        message: MessageId,
        /// The notifier.
        to: Destination,
        /// How often it was sent there.
        attempts: u32,
        /// It has reached no one.
        lost: bool,
    },
    /// An entry of the audit came to its end.
    Settled {
        /// The entry.
        entry: Sequence,
        /// How many events it stands for.
        events: u64,
        /// Where they ended.
        outcome: Outcome,
    },
    /// The matter of the boot's report was closed.
    Closed(Closing),
    /// The run is over.
    Ended,
}

/// A change of the host that ends or interrupts what runs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostMark {
    /// The program died.
    Died,
    /// The program was stopped.
    Stopped,
    /// The host booted anew.
    Booted,
    /// The host slept for so long.
    Slept(Duration),
    /// The wall clock was set.
    ClockSet,
    /// Something was said of it.
    Noted,
}

/// The windows, each as the span in which it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Windows {
    /// The guest window.
    pub guest: Option<(Duration, Duration)>,
    /// The health window.
    pub health: Option<(Duration, Duration)>,
    /// The shutdown window.
    pub shutdown: Option<(Duration, Duration)>,
}

impl Log {
    pub(super) fn new(title: &str) -> Self {
        let state = State { title: title.to_string(), entries: Vec::new(), due: None };
        Self(Arc::new(Mutex::new(state)))
    }

    /// The timeline's title.
    #[must_use]
    pub fn title(&self) -> String {
        self.lock().title.clone()
    }

    /// Everything that happened, in order.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.clone()
    }

    /// The messages people received, in order; each when it first reached any.
    #[must_use]
    pub fn received(&self) -> Vec<(Duration, Envelope)> {
        let received = |entry: &Entry| match &entry.what {
            What::Received(envelope) => Some((entry.t, envelope.clone())),
            _ => None,
        };
        self.lock().entries.iter().filter_map(received).collect()
    }

    /// Whether another notifier has taken this message before.
    fn is_with_another(&self, envelope: &Envelope) -> bool {
        self.lock().entries.iter().any(|entry| match &entry.what {
            What::Received(earlier) => earlier.id == envelope.id && earlier.to != envelope.to,
            _ => false,
        })
    }

    pub(super) fn push(&self, t: Duration, what: What) {
        self.lock().entries.push(Entry { t, what });
    }

    /// When the machine must be woken next, since the timeline began.
    pub(super) fn due(&self) -> Option<Duration> {
        self.lock().due
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what the driver does to a log.
pub(super) struct LogRecorder {
    log: Log,
    clock: SimClock,
    windows: Option<Windows>,
}

impl LogRecorder {
    pub(super) fn new(log: Log, clock: SimClock) -> Self {
        Self { log, clock, windows: None }
    }

    fn effect(effect: &Effect) -> Option<What> {
        match effect {
            Effect::Deliver(envelope) => Some(What::Sent(envelope.clone())),
            Effect::CollectFacts { .. } => Some(What::FactsAsked),
            // The event's own entry tells.
            Effect::Accepted { .. } => None,
            Effect::Settled { entry, events, outcome } => {
                Some(What::Settled { entry: *entry, events: *events, outcome: *outcome })
            }
            Effect::Closed(closing) => Some(What::Closed(*closing)),
            Effect::GaveUp { message, to, attempts, lost } => Some(What::GivenUp {
                message: *message,
                to: to.clone(),
                attempts: *attempts,
                lost: *lost,
            }),
        }
    }

    fn delivery(&self, envelope: &Envelope, delivery: Delivery) -> What {
        let envelope = envelope.clone();
        match delivery {
            Delivery::Taken if self.log.is_with_another(&envelope) => What::TakenToo(envelope),
            Delivery::Taken => What::Received(envelope),
            _ => What::NotTaken(envelope),
        }
    }

    /// The windows, if they have moved.
    fn moved(&mut self, t: Duration, now: Uptime, grace: &Grace) -> Option<What> {
        let view = grace.view();
        let span = |window: Window| {
            let never = window.closes() <= window.opens();
            (!never).then(|| {
                (on_timeline(t, now, window.opens()), on_timeline(t, now, window.closes()))
            })
        };
        let windows = Windows {
            guest: span(view.guest_window()),
            health: span(view.health_window()),
            shutdown: span(view.shutdown_window()),
        };
        let moved = self.windows != Some(windows);
        self.windows = Some(windows);
        moved.then_some(What::Windows(windows))
    }
}

impl Recorder for LogRecorder {
    fn record(&mut self, now: Uptime, record: Record<'_>) {
        let t = self.clock.t();
        let what = match record {
            Record::Started(grace) => {
                Some(What::Started { kind: grace.kind(), uptime: grace.started_at() })
            }
            Record::Event(event, decision) => Some(What::Event {
                event: event.clone(),
                decision,
                until: match decision {
                    Decision::Deliver => None,
                    Decision::Hold { until, .. } | Decision::Aggregate { until } => {
                        Some(on_timeline(t, now, until))
                    }
                },
            }),
            Record::Signal(_) | Record::Facts(..) | Record::Taken(_) | Record::Timeout => None,
            Record::Effect(effect) => Self::effect(effect),
            Record::Delivery(envelope, delivery) => Some(self.delivery(envelope, delivery)),
            Record::Handled(grace) => {
                let due = grace.poll_timeout().map(|due| on_timeline(t, now, due));
                self.log.lock().due = due;
                self.moved(t, now, grace)
            }
        };
        if let Some(what) = what {
            self.log.push(t, what);
        }
    }
}

/// An instant of the boot timeline as time since the simulation began, where `now` is `t`.
fn on_timeline(t: Duration, now: Uptime, instant: Uptime) -> Duration {
    if instant >= now {
        t.saturating_add(instant.saturating_since(now))
    } else {
        t.saturating_sub(now.saturating_since(instant))
    }
}
