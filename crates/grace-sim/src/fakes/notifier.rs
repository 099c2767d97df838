//! A service that takes messages, or does not.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use grace_core::{Envelope, Notifier, PortError, PortErrorKind, Uptime};

use crate::fakes::FakeUptime;

/// A notifier that keeps what it took.
#[derive(Debug, Clone)]
pub struct FakeNotifier {
    name: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    conduct: Conduct,
    asked: u64,
    taken: Vec<Envelope>,
}

/// How a fake service behaves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Conduct {
    /// It takes every message.
    Takes,
    /// It takes none, and says why.
    Refuses(PortErrorKind),
    /// It never answers, and takes nothing.
    Hangs,
    /// It takes every message, and its answer is lost on the way: the sender sees a time-out.
    LosesAnswer,
    /// It cannot be reached before an instant of the host's time, and takes every message from then on.
    DownUntil(Uptime, FakeUptime),
}

impl FakeNotifier {
    /// A service of this name that takes every message.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: Arc::new(Mutex::new(State {
                conduct: Conduct::Takes,
                asked: 0,
                taken: Vec::new(),
            })),
        }
    }

    /// From now on the service behaves like this.
    pub fn behave(&self, conduct: Conduct) {
        self.lock().conduct = conduct;
    }

    /// What it took, oldest first, each time that it took it.
    #[must_use]
    pub fn taken(&self) -> Vec<Envelope> {
        self.lock().taken.clone()
    }

    /// How often it was asked to take a message.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.lock().asked
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Notifier for FakeNotifier {
    fn name(&self) -> &str {
        &self.name
    }

    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError> {
        let answer = self.lock().ask(envelope);
        match answer {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

impl State {
    /// The service's answer; `None` if it never comes.
    fn ask(&mut self, envelope: &Envelope) -> Option<Result<(), PortError>> {
        self.asked += 1;
        let answer = match &self.conduct {
            Conduct::Takes => Ok(()),
            Conduct::Refuses(kind) => {
                return Some(Err(PortError::new(*kind, "the fake service says no")));
            }
            Conduct::Hangs => return None,
            Conduct::LosesAnswer => {
                Err(PortError::new(PortErrorKind::TimedOut, "the fake service's answer was lost"))
            }
            Conduct::DownUntil(instant, host) if host.now() < *instant => {
                return Some(Err(PortError::new(
                    PortErrorKind::Other,
                    format!("the fake service is down until {instant}"),
                )));
            }
            Conduct::DownUntil(..) => Ok(()),
        };
        self.taken.push(envelope.clone());
        Some(answer)
    }
}
