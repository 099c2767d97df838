//! The driver: the one loop that owns the machine, its clock and its ports.
//!
//! Everything that happens comes in over one ordered channel. After each input the driver does what the
//! machine asks for, and publishes a snapshot that [`Handle::decide`] reads without a lock and without
//! waiting.

mod clock;
mod deliver;
mod facts;
mod handle;

use std::sync::Arc;
use std::time::Duration;

use grace_core::{
    BootIdentity, Decision, Delivery, Effect, Envelope, Event, Facts, Grace, Guest, HealthSource,
    Journal, JournalQuery, Notifier, Policy, Request, SavedState, Signal, Start, Uptime,
    UptimeSource,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::clock::Clock;
pub use self::handle::{Handle, Stopped};
use self::handle::{Input, Published};

/// How many inputs wait for the driver before senders do.
const INPUTS: usize = 1_024;

/// The longest the driver sleeps while something is due, so that a suspend of the host, which its timers
/// do not see, delays nothing for longer.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// What the driver reads from the host, and sends to people.
#[derive(Clone)]
#[non_exhaustive]
pub struct Ports {
    /// The boot timeline and identity.
    pub uptime: Arc<dyn UptimeSource>,
    /// The journal.
    pub journal: Arc<dyn Journal>,
    /// The health of the host.
    pub health: Arc<dyn HealthSource>,
    /// The ways to reach people. Each is a destination of its own, by its name.
    pub notifiers: Vec<Arc<dyn Notifier>>,
    /// The wall clock in whole seconds of Unix time, for people to read.
    pub wall_clock: Arc<dyn Fn() -> Option<i64> + Send + Sync>,
}

impl Ports {
    /// These sources, no notifier, and no wall clock.
    pub fn new(
        uptime: impl UptimeSource + 'static,
        journal: impl Journal + 'static,
        health: impl HealthSource + 'static,
    ) -> Self {
        Self {
            uptime: Arc::new(uptime),
            journal: Arc::new(journal),
            health: Arc::new(health),
            notifiers: Vec::new(),
            wall_clock: Arc::new(|| None),
        }
    }

    /// The same, and one more way to reach people.
    #[must_use]
    pub fn with_notifier(mut self, notifier: impl Notifier + 'static) -> Self {
        self.notifiers.push(Arc::new(notifier));
        self
    }

    /// The same, with a wall clock.
    #[must_use]
    pub fn with_wall_clock(
        mut self,
        wall_clock: impl Fn() -> Option<i64> + Send + Sync + 'static,
    ) -> Self {
        self.wall_clock = Arc::new(wall_clock);
        self
    }

    /// How the host is found: its uptime and identity, each unknown if it cannot be read; and its destinations.
    pub async fn start(&self) -> Start {
        let uptime = self.uptime.uptime().await.ok();
        let identity = self.uptime.boot().await.unwrap_or(BootIdentity::UNKNOWN);
        let destinations = self.notifiers.iter().map(Notifier::name);
        Start::new(uptime, identity).with_destinations(destinations)
    }

    /// Reads the facts for a report, each source within `patience`.
    pub async fn collect_facts(&self, query: JournalQuery, patience: Duration) -> Facts {
        facts::collect(self, query, patience).await
    }
}

/// Sees everything that goes into the machine and comes out of it, in order.
pub trait Recorder: Send {
    /// Something went in, came out, or began.
    fn record(&mut self, now: Uptime, record: Record<'_>);
}

/// What a [`Recorder`] sees.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Record<'a> {
    /// The program started, and this is its machine.
    Started(&'a Grace),
    /// An event was taken in and decided on.
    Event(&'a Event, Decision),
    /// A signal was taken in.
    Signal(&'a Signal),
    /// The machine wants this done, or has decided it.
    Effect(&'a Effect),
    /// The ports gave the facts that the machine asked for.
    Facts(Request, &'a Facts),
    /// A notifier answered.
    Delivery(&'a Envelope, Delivery),
    /// The owner took the guests collected so far.
    Taken(&'a [Guest]),
    /// The machine's time-out came.
    Timeout,
    /// The machine has handled something; this is how it stands now.
    Handled(&'a Grace),
}

/// Records nothing.
impl Recorder for () {
    fn record(&mut self, _: Uptime, _: Record<'_>) {}
}

/// Owns the machine, and drives it until it is stopped.
pub struct Driver {
    grace: Grace,
    clock: Clock,
    ports: Ports,
    inputs: mpsc::Receiver<Input>,
    answers: JoinSet<Answer>,
    published: Arc<Published>,
    recorder: Box<dyn Recorder>,
}

/// What a port gave in answer to an effect.
enum Answer {
    Facts(Request, Facts),
    Delivery(Envelope, Delivery),
}

impl Driver {
    /// A driver for a program that starts now, with what it had saved when it last ran, if it had.
    pub async fn start(
        policy: Policy,
        ports: Ports,
        saved: Option<SavedState>,
        recorder: impl Recorder + 'static,
    ) -> (Self, Handle) {
        let mut start = ports.start().await;
        start.saved = saved;
        let follows_port = start.uptime.is_some();
        let grace = Grace::new(policy, start);
        let clock = Clock::new(grace.started_at(), follows_port);
        let published = Arc::new(Published::new(grace.view(), clock.anchor()));
        let (sender, inputs) = mpsc::channel(INPUTS);
        let handle = Handle::new(sender, Arc::clone(&published));
        let driver = Self {
            grace,
            clock,
            ports,
            inputs,
            answers: JoinSet::new(),
            published,
            recorder: Box::new(recorder),
        };
        (driver, handle)
    }

    /// Drives the machine until [`Handle::stop`] is called or the last handle is gone, and returns what is
    /// to be saved.
    ///
    /// What has been asked of ports and not answered is given up; the saved state asks again.
    pub async fn run(mut self) -> SavedState {
        let now = self.clock.now();
        self.recorder.record(now, Record::Started(&self.grace));
        self.act(now);
        loop {
            let wake = self.wake();
            tokio::select! {
                biased;
                Some(answer) = self.answers.join_next() => {
                    // A port that panicked has answered nothing; the machine's own deadline covers that.
                    if let Ok(answer) = answer {
                        self.handle_answer(answer).await;
                    }
                }
                () = sleep_until(wake) => {
                    let now = self.now().await;
                    self.handle_timeout(now);
                }
                input = self.inputs.recv() => match input {
                    None | Some(Input::Stop) => return self.grace.save(),
                    Some(input) => self.handle_input(input).await,
                }
            }
        }
    }

    /// The instant of the machine's next time-out, on the runtime's clock.
    fn wake(&self) -> Option<Instant> {
        let due = self.grace.poll_timeout()?;
        let sleep = due.saturating_since(self.clock.now()).min(LONGEST_SLEEP);
        Some(clock::runtime_now() + sleep)
    }

    /// Now on the boot timeline, read from the port so that a suspend is seen.
    async fn now(&mut self) -> Uptime {
        self.clock.read(&*self.ports.uptime).await
    }

    async fn handle_input(&mut self, input: Input) {
        let now = self.now().await;
        match input {
            Input::Event(event, reply) => {
                let decision = self.grace.handle_event(now, event.clone());
                self.recorder.record(now, Record::Event(&event, decision));
                answer(reply, decision);
            }
            Input::Signal(signal) => {
                self.recorder.record(now, Record::Signal(&signal));
                self.grace.handle_signal(now, signal);
            }
            Input::TakeGuests(reply) => {
                let guests = self.grace.take_guests(now);
                self.recorder.record(now, Record::Taken(&guests));
                answer(reply, guests);
            }
            Input::MarkReported => self.grace.mark_reported(now),
            Input::Stop => {}
        }
        self.act(now);
    }

    async fn handle_answer(&mut self, answer: Answer) {
        let now = self.now().await;
        match answer {
            Answer::Facts(request, facts) => {
                self.recorder.record(now, Record::Facts(request, &facts));
                self.grace.handle_facts(now, request, facts);
            }
            Answer::Delivery(envelope, delivery) => {
                self.recorder.record(now, Record::Delivery(&envelope, delivery));
                self.grace.handle_delivery(now, &envelope, delivery);
            }
        }
        self.act(now);
    }

    fn handle_timeout(&mut self, now: Uptime) {
        self.recorder.record(now, Record::Timeout);
        self.grace.handle_timeout(now);
        self.act(now);
    }

    /// Does what the machine asks for, and publishes how it stands.
    fn act(&mut self, now: Uptime) {
        self.published.publish(self.grace.view(), self.clock.anchor());
        while let Some(effect) = self.grace.poll_effect() {
            self.recorder.record(now, Record::Effect(&effect));
            match effect {
                Effect::Deliver(envelope) => {
                    let notifier = self.ports.notifiers.get(envelope.to.index()).cloned();
                    self.answers.spawn(async move {
                        let delivery = deliver::deliver(notifier, &envelope).await;
                        Answer::Delivery(envelope, delivery)
                    });
                }
                Effect::CollectFacts { request, deadline } => {
                    let ports = self.ports.clone();
                    let limits = self.grace.policy().limits;
                    let query = JournalQuery::new(
                        JournalQuery::default().priority,
                        limits.journal_first,
                        limits.journal_last,
                    );
                    // What has come by then is in time for the machine; what has not is a gap of its own.
                    let patience = deadline.saturating_since(now).mul_f64(0.9);
                    self.answers.spawn(async move {
                        Answer::Facts(request, ports.collect_facts(query, patience).await)
                    });
                }
                Effect::Accepted { .. }
                | Effect::Settled { .. }
                | Effect::Closed(_)
                | Effect::GaveUp { .. } => {}
            }
        }
        self.recorder.record(now, Record::Handled(&self.grace));
    }
}

/// Answers a caller, who may have gone.
fn answer<T>(reply: oneshot::Sender<T>, value: T) {
    drop(reply.send(value));
}

/// Sleeps until `wake`, or for ever if there is nothing to wake for.
async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake).await,
        None => std::future::pending().await,
    }
}
