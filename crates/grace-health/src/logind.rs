//! What logind and systemd say of the host, as it happens.

mod delay;
mod known;
mod session;
mod signal;

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{Gap, GapKind, Happening, HostEvents, Occurrence, Origin, PortError};
use zbus::Message;

pub use self::delay::ShutdownDelay;
use self::known::Known;
use self::session::{Facts, Session, Woken};
use self::signal::Signal;
use crate::{Error, SystemBus};

/// The host's shutdowns, sleeps and the end of its start, as logind and systemd tell them over the system bus.
///
/// | told by | as |
/// | --- | --- |
/// | logind's `PrepareForShutdown` and, since systemd 255, `PrepareForShutdownWithMetadata` | [`Shutdown`](grace_core::Event::Shutdown), [`ShutdownCancelled`](grace_core::Event::ShutdownCancelled) |
/// | a job of systemd's that takes the host down, where logind does not say how or is not there | the same |
/// | logind's `ScheduledShutdown` | [`ShutdownScheduled`](grace_core::Note::ShutdownScheduled), and [`ShutdownCancelled`](grace_core::Event::ShutdownCancelled) if the plan is given up |
/// | logind's `PrepareForSleep` | [`Sleeping`](grace_core::Note::Sleeping), [`Resumed`](grace_core::Note::Resumed) |
/// | systemd's `StartupFinished` | [`StartupFinished`](grace_core::Note::StartupFinished) |
///
/// What is so already when the source is opened is told first. One shutdown is told once, and once more when
/// its kind comes to be known: before systemd 255 logind does not name it.
///
/// A bus that goes away is a gap; it is waited for, longer from one try to the next and half a minute at most,
/// and what has changed meanwhile is told. A service that is not there, or does not answer, is a gap as well,
/// and is listened to once it has come. A bus that cannot be reached when the source is opened, or that has
/// neither service, is an error, of kind [`Missing`](grace_core::PortErrorKind::Missing) where there is none.
///
/// Before systemd 255 logind does not tell when its plans change, and is asked every 5 s.
///
/// Nobody else's signals are listened to, whatever they are called.
pub struct Logind {
    bus: SystemBus,
    deadline: Duration,
    known: Known,
    told: VecDeque<Occurrence>,
    /// What could not be read at the last look.
    gaps: Vec<Gap>,
    has_caught_up: bool,
    link: Link,
}

type Opening = Pin<Box<dyn Future<Output = Result<(Session, Facts), Error>> + Send>>;

enum Link {
    Closed,
    /// It goes on where it was when a call of `next` was given up.
    Opening(Opening),
    Open(Box<Session>),
}

impl Logind {
    /// This host's logind and systemd, on its system bus, each question with 5 s for an answer.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bus: SystemBus::new(),
            deadline: Duration::from_secs(5),
            known: Known::default(),
            told: VecDeque::new(),
            gaps: Vec::new(),
            has_caught_up: false,
            link: Link::Closed,
        }
    }

    /// The same source over another bus.
    #[must_use]
    pub fn with_bus(mut self, bus: SystemBus) -> Self {
        self.bus = bus;
        self
    }

    /// The same source with another time for each question.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Takes in what is so at an opening.
    fn opened(&mut self, session: Session, facts: Facts) {
        for (heard, at) in facts.heard {
            if let Some(news) = self.known.hear(heard) {
                let mut occurrence = Occurrence::new(Origin::Bus, news);
                occurrence.at = at;
                self.told.push_back(occurrence);
            }
        }
        let news = facts.gaps.iter().filter(|gap| !self.gaps.contains(gap)).cloned();
        self.told.extend(news.map(|gap| Occurrence::new(Origin::Bus, gap)));
        self.gaps = facts.gaps;
        if !std::mem::replace(&mut self.has_caught_up, true) {
            self.told.push_back(Occurrence::new(Origin::Bus, Happening::CaughtUp));
        }
        self.link = Link::Open(Box::new(session));
    }

    /// Takes in a message.
    fn hear(&mut self, message: &Message) {
        let Link::Open(session) = &mut self.link else { return };
        let words = || {
            let header = message.header();
            let interface = header.interface().map_or("", |interface| interface.as_str());
            format!("{interface}.{}", signal::member(&header))
        };
        match session.hear(message) {
            Ok(Signal::Heard(heard)) => {
                let news = self.known.hear(heard);
                let news = news.map(|news| Occurrence::new(Origin::Bus, news).saying(words()));
                self.told.extend(news);
            }
            Ok(Signal::Changed) => self.look(),
            Ok(Signal::Owner { .. } | Signal::Other) => {}
            Err(error) => self.tell_gap(&format!("{}: {error}", words())),
        }
    }

    /// Reads what is so again. What is told meanwhile waits.
    fn look(&mut self) {
        if let Link::Open(session) = std::mem::replace(&mut self.link, Link::Closed) {
            self.link = Link::Opening(Box::pin(session.read()));
        }
    }

    /// The connection is gone: says so, and waits for another.
    fn lost(&mut self, why: &str) {
        self.tell_gap(&format!("system bus: {why}; it is tried again"));
        self.link = Link::Opening(Box::pin(reopen(self.bus.clone(), self.deadline)));
    }

    fn tell_gap(&mut self, words: &str) {
        let gap = Gap::new(GapKind::EventsIncomplete, words);
        self.told.push_back(Occurrence::new(Origin::Bus, gap));
    }
}

impl Default for Logind {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Logind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Logind");
        debug.field("bus", &self.bus).field("known", &self.known).finish_non_exhaustive()
    }
}

#[async_trait]
impl HostEvents for Logind {
    fn name(&self) -> &str {
        "logind"
    }

    fn origin(&self) -> Origin {
        Origin::Bus
    }

    async fn next(&mut self) -> Result<Occurrence, PortError> {
        loop {
            if let Some(occurrence) = self.told.pop_front() {
                return Ok(occurrence);
            }
            match &mut self.link {
                Link::Closed => {
                    let (bus, deadline) = (self.bus.clone(), self.deadline);
                    let opening = async move { Session::open(&bus, deadline).await };
                    self.link = Link::Opening(Box::pin(opening));
                }
                Link::Opening(opening) => match opening.as_mut().await {
                    Ok((session, facts)) => self.opened(session, facts),
                    Err(error) if self.has_caught_up => self.lost(&error.to_string()),
                    Err(error) => {
                        self.link = Link::Closed;
                        return Err(error.into());
                    }
                },
                Link::Open(session) => match session.next().await {
                    Woken::Message(message) => self.hear(&message),
                    Woken::Look => self.look(),
                    Woken::Lost(why) => self.lost(&why),
                },
            }
        }
    }
}

/// Connects again, however long it takes.
async fn reopen(bus: SystemBus, deadline: Duration) -> Result<(Session, Facts), Error> {
    const FIRST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(30);
    let mut pause = FIRST;
    loop {
        tokio::time::sleep(pause).await;
        if let Ok(opened) = Session::open(&bus, deadline).await {
            return Ok(opened);
        }
        pause = (pause * 2).min(LONGEST);
    }
}
