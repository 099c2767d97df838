//! The handle: how the rest of a program talks to its driver.

use std::sync::Arc;

use arc_swap::ArcSwap;
use grace_core::{Decision, Event, GraceView, Guest, Signal, Subject, Uptime};
use tokio::sync::{mpsc, oneshot};

use super::clock::Anchor;

/// Talks to a running [`Driver`](super::Driver). Clones talk to the same one.
#[derive(Debug, Clone)]
pub struct Handle {
    inputs: mpsc::Sender<Input>,
    published: Arc<Published>,
}

/// The driver has stopped; what was sent to it is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the driver has stopped")]
#[non_exhaustive]
pub struct Stopped;

/// What comes in, in order.
#[derive(Debug)]
pub(super) enum Input {
    Event(Event, oneshot::Sender<Decision>),
    Signal(Signal),
    TakeGuests(oneshot::Sender<Vec<Guest>>),
    MarkReported,
    Stop,
}

/// What the driver last published.
#[derive(Debug)]
pub(super) struct Published(ArcSwap<Snapshot>);

#[derive(Debug, PartialEq, Eq)]
struct Snapshot {
    view: GraceView,
    anchor: Anchor,
}

impl Handle {
    pub(super) fn new(inputs: mpsc::Sender<Input>, published: Arc<Published>) -> Self {
        Self { inputs, published }
    }

    /// What becomes of `subject` now. Never waits, never locks, and records nothing.
    #[must_use]
    pub fn decide(&self, subject: Subject<'_>) -> Decision {
        let snapshot = self.published.0.load();
        snapshot.view.decide(snapshot.anchor.now(), subject)
    }

    /// The machine's snapshot as last published.
    #[must_use]
    pub fn view(&self) -> GraceView {
        self.published.0.load().view
    }

    /// Now on the boot timeline.
    #[must_use]
    pub fn now(&self) -> Uptime {
        self.published.0.load().anchor.now()
    }

    /// Hands in an event, and returns what became of it.
    ///
    /// # Errors
    /// The driver has stopped.
    pub async fn send(&self, event: Event) -> Result<Decision, Stopped> {
        let (reply, decision) = oneshot::channel();
        self.input(Input::Event(event, reply)).await?;
        decision.await.map_err(|_| Stopped)
    }

    /// Hands in what is true of the host now.
    ///
    /// # Errors
    /// The driver has stopped.
    pub async fn signal(&self, signal: Signal) -> Result<(), Stopped> {
        self.input(Input::Signal(signal)).await
    }

    /// Takes the guests collected so far, once; see [`Grace::take_guests`](grace_core::Grace::take_guests).
    ///
    /// # Errors
    /// The driver has stopped.
    pub async fn take_guests(&self) -> Result<Vec<Guest>, Stopped> {
        let (reply, guests) = oneshot::channel();
        self.input(Input::TakeGuests(reply)).await?;
        guests.await.map_err(|_| Stopped)
    }

    /// Says that this boot needs no report; see [`Grace::mark_reported`](grace_core::Grace::mark_reported).
    ///
    /// # Errors
    /// The driver has stopped.
    pub async fn mark_reported(&self) -> Result<(), Stopped> {
        self.input(Input::MarkReported).await
    }

    /// Stops the driver once it has handled what was sent before.
    ///
    /// # Errors
    /// The driver has stopped already.
    pub async fn stop(&self) -> Result<(), Stopped> {
        self.input(Input::Stop).await
    }

    async fn input(&self, input: Input) -> Result<(), Stopped> {
        self.inputs.send(input).await.map_err(|_| Stopped)
    }
}

impl Published {
    pub(super) fn new(view: GraceView, anchor: Anchor) -> Self {
        Self(ArcSwap::from_pointee(Snapshot { view, anchor }))
    }

    /// Publishes what the driver knows, if that is news.
    pub(super) fn publish(&self, view: GraceView, anchor: Anchor) {
        let snapshot = Snapshot { view, anchor };
        if **self.0.load() != snapshot {
            self.0.store(Arc::new(snapshot));
        }
    }
}
