//! Several sources of what happens as one.

mod part;

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{Happening, HostEvents, Occurrence, Origin, PortError};
use tokio::task::JoinSet;

use self::part::{Failed, Part, Trouble};
use crate::recent::Recent;

/// Several sources side by side, as one.
///
/// - What had happened comes in the order of its time, oldest first, whichever source tells it. A thing without
///   a time comes as soon as it is told. So the slowest source sets the pace, until each has caught up; one that
///   tells nothing for the [`PATIENCE`](Self::PATIENCE) is not waited for any more, and a gap says so.
/// - Then comes one [`CaughtUp`](Happening::CaughtUp) for the whole, and then what happens, as it comes. Sources
///   that have something to tell take turns.
/// - A thing that several sources see, or one sees twice, comes once: the first telling counts, and a later one
///   of the same [`identity`](Occurrence::identity) is dropped. The last [`REMEMBERED`](Self::REMEMBERED)
///   identities are known.
/// - A source that fails or panics becomes a gap (`journal permission denied: …`), and the others go on. When
///   none is left, that is an error.
///
/// Each source is read by a task of its own, which ends when this is dropped. It has to be used within a tokio
/// runtime with time.
pub struct Merged {
    unopened: Vec<Box<dyn HostEvents>>,
    patience: Duration,
    parts: Vec<Part>,
    reading: JoinSet<()>,
    has_caught_up: bool,
    /// Whose turn it is to tell news.
    turn: usize,
    gaps: VecDeque<Occurrence>,
    failed: Vec<Failed>,
    seen: Recent,
}

impl Merged {
    /// How long a source that has not caught up may be silent, if nothing else is said.
    pub const PATIENCE: Duration = Duration::from_secs(30);
    /// How many identities are remembered, the last that came.
    pub const REMEMBERED: usize = 65_536;

    /// No source.
    #[must_use]
    pub fn new() -> Self {
        Self {
            unopened: Vec::new(),
            patience: Self::PATIENCE,
            parts: Vec::new(),
            reading: JoinSet::new(),
            has_caught_up: false,
            turn: 0,
            gaps: VecDeque::new(),
            failed: Vec::new(),
            seen: Recent::new(Self::REMEMBERED),
        }
    }

    /// The same sources and one more.
    #[must_use]
    pub fn with(mut self, source: Box<dyn HostEvents>) -> Self {
        self.unopened.push(source);
        self
    }

    /// The same sources, of which each may be silent for so long until it has caught up.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn open(&mut self) {
        for source in self.unopened.drain(..) {
            let (part, read) = Part::open(source);
            self.parts.push(part);
            self.reading.spawn(read);
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Occurrence, PortError>> {
        loop {
            let next = ready!(self.poll_any(cx));
            let Ok(Occurrence { identity: Some(identity), .. }) = &next else {
                return Poll::Ready(next);
            };
            if self.seen.note(identity) {
                return Poll::Ready(next);
            }
        }
    }

    /// The next thing, whether it has been told before or not.
    fn poll_any(&mut self, cx: &mut Context<'_>) -> Poll<Result<Occurrence, PortError>> {
        for part in &mut self.parts {
            let Some(trouble) = part.poll(cx, self.patience) else { continue };
            self.gaps.push_back(Occurrence::new(part.origin(), trouble.gap()));
            if let Trouble::Failed(failed) = trouble {
                self.failed.push(failed);
            }
        }
        if let Some(gap) = self.gaps.pop_front() {
            return Poll::Ready(Ok(gap));
        }
        if self.parts.iter().all(Part::is_over) {
            return Poll::Ready(Err(Failed::together(&self.failed)));
        }
        let next = if self.has_caught_up { self.news() } else { self.backlog() };
        next.map_or(Poll::Pending, |next| Poll::Ready(Ok(next)))
    }

    /// The oldest head, if none that may be older is still to come.
    fn backlog(&mut self) -> Option<Occurrence> {
        let heads = self.parts.iter().enumerate();
        let heads = heads.filter_map(|(index, part)| Some((part.key()?, index)));
        // What lies nowhere is less than what lies somewhere, and comes at once.
        let first = heads.min();
        if let Some((None, index)) = first {
            return self.parts[index].take();
        }
        if self.parts.iter().any(Part::is_awaited) {
            return None;
        }
        if self.parts.iter().any(Part::is_catching_up) {
            return first.and_then(|(_, index)| self.parts[index].take());
        }
        self.has_caught_up = true;
        Some(Occurrence::new(Origin::Several, Happening::CaughtUp))
    }

    /// A head, of the sources in turn.
    fn news(&mut self) -> Option<Occurrence> {
        let parts = self.parts.len();
        let turns = (0..parts).map(|step| (self.turn + step) % parts);
        let index = turns.into_iter().find(|&index| self.parts[index].key().is_some())?;
        self.turn = index + 1;
        self.parts[index].take()
    }
}

impl Default for Merged {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unopened = self.unopened.iter().map(|source| source.name());
        f.debug_struct("Merged")
            .field("unopened", &unopened.collect::<Vec<_>>())
            .field("parts", &self.parts)
            .field("has_caught_up", &self.has_caught_up)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl HostEvents for Merged {
    fn name(&self) -> &str {
        "merged"
    }

    fn origin(&self) -> Origin {
        Origin::Several
    }

    async fn next(&mut self) -> Result<Occurrence, PortError> {
        self.open();
        poll_fn(|cx| self.poll_next(cx)).await
    }
}
