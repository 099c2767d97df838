//! One source among several.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use grace_core::{
    Gap, GapKind, Happening, HostEvents, Occurrence, Origin, PortError, PortErrorKind, Text, Uptime,
};
use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep};

/// How much a source may tell ahead of its reader.
const AHEAD: usize = 64;

type Told = Result<Occurrence, PortError>;

/// A source, read by a task of its own: it goes on whatever the others do, and what it panics of is its own.
#[derive(Debug)]
pub(super) struct Part {
    name: Text,
    /// Where it reads.
    origin: Origin,
    told: mpsc::Receiver<Told>,
    progress: Progress,
    head: Option<Head>,
    /// Where its last head lay. A source's own order is kept, even where its times go back.
    reached: Uptime,
}

/// What a source has told and no one has taken.
#[derive(Debug)]
struct Head {
    /// Where it lies among the others' heads; `None` if it lies nowhere.
    key: Option<Uptime>,
    occurrence: Occurrence,
}

#[derive(Debug)]
enum Progress {
    /// It still tells what had happened. With the end of the patience with it, while it is silent.
    CatchingUp(Option<Pin<Box<Sleep>>>),
    /// It tells news, or is not waited for any more.
    Live,
    Over,
}

/// What befalls a source.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It has been silent for too long.
    Late {
        name: Text,
        patience: Duration,
    },
    Failed(Failed),
}

/// A source that tells nothing any more.
#[derive(Debug)]
pub(super) struct Failed {
    kind: PortErrorKind,
    /// `journal permission denied: …`
    words: Text,
}

impl Part {
    /// The part for a source, and the task that reads it.
    pub(super) fn open(
        source: Box<dyn HostEvents>,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (sender, told) = mpsc::channel(AHEAD);
        let part = Self {
            name: Text::name(source.name()),
            origin: source.origin(),
            told,
            progress: Progress::CatchingUp(None),
            head: None,
            reached: Uptime::ZERO,
        };
        (part, read(source, sender))
    }

    /// Whether it still tells what had happened.
    pub(super) const fn is_catching_up(&self) -> bool {
        matches!(self.progress, Progress::CatchingUp(_))
    }

    /// Whether it tells nothing any more.
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.progress, Progress::Over) && self.head.is_none()
    }

    /// Whether the order of the whole has to wait for it.
    pub(super) const fn is_awaited(&self) -> bool {
        self.is_catching_up() && self.head.is_none()
    }

    /// Where it reads.
    pub(super) const fn origin(&self) -> Origin {
        self.origin
    }

    /// Where its head lies; `Some(None)` if that is nowhere.
    pub(super) fn key(&self) -> Option<Option<Uptime>> {
        self.head.as_ref().map(|head| head.key)
    }

    pub(super) fn take(&mut self) -> Option<Occurrence> {
        self.head.take().map(|head| head.occurrence)
    }

    /// Fills its head, if it has told something.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, patience: Duration) -> Option<Trouble> {
        while self.head.is_none() && !self.is_over() {
            match self.told.poll_recv(cx) {
                Poll::Ready(Some(Ok(told))) if told.what == Happening::CaughtUp => {
                    self.progress = Progress::Live;
                }
                Poll::Ready(Some(Ok(told))) => self.told(told),
                Poll::Ready(Some(Err(error))) => return Some(self.failed(&error)),
                Poll::Ready(None) => {
                    let error = PortError::new(PortErrorKind::Other, "it ended without a word");
                    return Some(self.failed(&error));
                }
                Poll::Pending => return self.wait(cx, patience),
            }
        }
        None
    }

    fn told(&mut self, occurrence: Occurrence) {
        if let Progress::CatchingUp(silence) = &mut self.progress {
            *silence = None;
        }
        let key = occurrence.at.map(|at| at.max(self.reached));
        self.reached = key.unwrap_or(self.reached);
        self.head = Some(Head { key, occurrence });
    }

    fn wait(&mut self, cx: &mut Context<'_>, patience: Duration) -> Option<Trouble> {
        let Progress::CatchingUp(silence) = &mut self.progress else { return None };
        let end = silence.get_or_insert_with(|| Box::pin(sleep(patience)));
        if end.as_mut().poll(cx).is_pending() {
            return None;
        }
        self.progress = Progress::Live;
        Some(Trouble::Late { name: self.name.clone(), patience })
    }

    fn failed(&mut self, error: &PortError) -> Trouble {
        self.progress = Progress::Over;
        let words = format!("{} {}: {error}", self.name, error.kind().label());
        Trouble::Failed(Failed { kind: error.kind(), words: Text::new(words) })
    }
}

async fn read(mut source: Box<dyn HostEvents>, told: mpsc::Sender<Told>) {
    loop {
        let next = source.next().await;
        let is_over = next.is_err();
        if told.send(next).await.is_err() || is_over {
            return;
        }
    }
}

impl Trouble {
    pub(super) fn gap(&self) -> Gap {
        match self {
            Self::Late { name, patience } => Gap::new(
                GapKind::EventsIncomplete,
                format!("{name}: nothing for {patience:?}, and more to tell"),
            ),
            Self::Failed(failed) => Gap::new(GapKind::EventsUnreadable, &failed.words),
        }
    }
}

impl Failed {
    /// One error for all: of their kind, if they have one kind.
    pub(super) fn together(failed: &[Self]) -> PortError {
        let kind = match failed {
            [] => return PortError::new(PortErrorKind::Missing, "no source of events is set up"),
            [first, rest @ ..] if rest.iter().all(|other| other.kind == first.kind) => first.kind,
            _ => PortErrorKind::Other,
        };
        let words: Vec<_> = failed.iter().map(|failed| failed.words.as_str()).collect();
        PortError::new(kind, words.join("; "))
    }
}
