//! A stream of host events that the test writes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use grace_core::{
    BootId, Gap, GapKind, Happening, HostEvents, Occurrence, Origin, PortError, PortErrorKind,
};
use tokio::sync::Notify;

/// What happens on a host, over several boots. Sources opened on it see it from the boot's start.
#[derive(Debug, Clone)]
pub struct FakeHost(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug)]
struct State {
    boot: BootId,
    happened: Vec<(BootId, Happened)>,
    fault: Option<PortErrorKind>,
}

#[derive(Debug, Clone)]
enum Happened {
    Readable(Occurrence),
    Garbled,
}

/// A source of what happens on a [`FakeHost`], which it reads as if out of a journal.
#[derive(Debug)]
pub struct FakeEvents {
    host: FakeHost,
    read: usize,
    backlog: VecDeque<Occurrence>,
    told_caught_up: bool,
}

impl FakeHost {
    /// A host in the boot `boot`, on which nothing has happened yet.
    #[must_use]
    pub fn new(boot: BootId) -> Self {
        let state = State { boot, happened: Vec::new(), fault: None };
        Self(Arc::new(Shared { state: Mutex::new(state), news: Notify::new() }))
    }

    /// Something happens, in the boot that the host is in.
    pub fn happen(&self, occurrence: Occurrence) {
        let boot = self.lock().boot;
        self.happened(boot, occurrence);
    }

    /// Something happened in any boot.
    pub fn happened(&self, boot: BootId, occurrence: Occurrence) {
        self.push(boot, Happened::Readable(occurrence));
    }

    /// Something happens that no source can read.
    pub fn garble(&self) {
        let boot = self.lock().boot;
        self.push(boot, Happened::Garbled);
    }

    /// From now on no source can be read, for this reason.
    pub fn break_down(&self, kind: PortErrorKind) {
        self.lock().fault = Some(kind);
        self.0.news.notify_waiters();
    }

    /// Opens a source on the host as it is.
    #[must_use]
    pub fn open(&self) -> FakeEvents {
        let mut source = FakeEvents {
            host: self.clone(),
            read: 0,
            backlog: VecDeque::new(),
            told_caught_up: false,
        };
        source.read_on();
        source
    }

    fn push(&self, boot: BootId, happened: Happened) {
        self.lock().happened.push((boot, happened));
        self.0.news.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FakeEvents {
    /// Takes what has happened since the last look.
    fn read_on(&mut self) {
        let state = self.host.lock();
        let news = state.happened.iter().skip(self.read);
        let news = news.filter(|(boot, _)| *boot == state.boot).map(|(_, happened)| happened);
        self.backlog.extend(news.map(|happened| match happened {
            Happened::Readable(occurrence) => occurrence.clone(),
            Happened::Garbled => {
                let gap = Gap::new(GapKind::EventsIncomplete, "an event of the fake host");
                Occurrence::new(Origin::Journal, gap)
            }
        }));
        self.read = state.happened.len();
    }
}

#[async_trait]
impl HostEvents for FakeEvents {
    fn name(&self) -> &str {
        "fake"
    }

    fn origin(&self) -> Origin {
        Origin::Journal
    }

    async fn next(&mut self) -> Result<Occurrence, PortError> {
        let host = self.host.clone();
        loop {
            let news = host.0.news.notified();
            tokio::pin!(news);
            // It counts from here, so that nothing that happens before it is awaited is missed.
            news.as_mut().enable();
            if let Some(kind) = host.lock().fault {
                return Err(PortError::new(kind, "the fake host's events cannot be read"));
            }
            if let Some(occurrence) = self.backlog.pop_front() {
                return Ok(occurrence);
            }
            if !std::mem::replace(&mut self.told_caught_up, true) {
                return Ok(Occurrence::new(Origin::Journal, Happening::CaughtUp));
            }
            self.read_on();
            if self.backlog.is_empty() {
                news.await;
            }
        }
    }
}
