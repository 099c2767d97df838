//! Sources that tell what the test wants, and what is read from them.

use std::collections::VecDeque;
use std::future;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{
    Event, Guest, GuestKind, Happening, HostEvents, Occurrence, Origin, PortError, PortErrorKind,
    Uptime,
};
use grace_journal::Merged;
use tokio::time::timeout;

/// What a source does next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Tell(Occurrence),
    CaughtUp,
    Wait(Duration),
    Fail(PortErrorKind),
    Panic,
}

/// A source that does one thing after another, and then nothing more.
#[derive(Debug)]
pub(crate) struct Steps {
    name: &'static str,
    steps: VecDeque<Step>,
}

impl Steps {
    pub(crate) fn boxed(
        name: &'static str,
        steps: impl IntoIterator<Item = Step>,
    ) -> Box<dyn HostEvents> {
        Box::new(Self { name, steps: steps.into_iter().collect() })
    }
}

#[async_trait]
impl HostEvents for Steps {
    fn name(&self) -> &str {
        self.name
    }

    fn origin(&self) -> Origin {
        Origin::Tasks
    }

    async fn next(&mut self) -> Result<Occurrence, PortError> {
        loop {
            match self.steps.front().cloned() {
                Some(Step::Wait(span)) => tokio::time::sleep(span).await,
                Some(Step::Panic) => panic!("the source's own fault"),
                None => future::pending().await,
                Some(_) => {}
            }
            match self.steps.pop_front() {
                Some(Step::Tell(occurrence)) => return Ok(occurrence),
                Some(Step::CaughtUp) => {
                    return Ok(Occurrence::new(Origin::Tasks, Happening::CaughtUp));
                }
                Some(Step::Fail(kind)) => return Err(PortError::new(kind, "no luck")),
                Some(Step::Wait(_) | Step::Panic) | None => {}
            }
        }
    }
}

/// The start of a guest of this number, at so many seconds, which any source can see.
pub(crate) fn start(number: u32, at: u64) -> Step {
    Step::Tell(started(number).at(Uptime::from_secs(at)))
}

/// The same, which does not say when.
pub(crate) fn timeless(number: u32) -> Step {
    Step::Tell(started(number))
}

pub(crate) fn started(number: u32) -> Occurrence {
    let guest = Guest::new(number.to_string(), "", GuestKind::Vm);
    Occurrence::new(Origin::Tasks, Event::GuestStarted { guest, at: None })
        .identified(format!("start {number}"))
}

pub(crate) const fn wait(seconds: u64) -> Step {
    Step::Wait(Duration::from_secs(seconds))
}

pub(crate) fn merged<const N: usize>(sources: [Box<dyn HostEvents>; N]) -> Merged {
    sources.into_iter().fold(Merged::new(), Merged::with)
}

/// What a source tells until it is silent for an hour, or fails: `7` for the start of guest 7, `caught up`,
/// `gap: …`, `error: …`.
pub(crate) async fn told(mut source: Merged) -> Vec<String> {
    let mut told = Vec::new();
    while let Ok(next) = timeout(Duration::from_secs(3_600), source.next()).await {
        match next {
            Ok(occurrence) => told.push(words(&occurrence)),
            Err(error) => {
                told.push(format!("error: {error}"));
                break;
            }
        }
    }
    told
}

fn words(occurrence: &Occurrence) -> String {
    match &occurrence.what {
        Happening::Event(event) => event.guest().expect("of a guest").id.to_string(),
        Happening::Gap(gap) => format!("gap: {}: {}", gap.kind.as_str(), gap.detail),
        Happening::CaughtUp => "caught up".to_owned(),
        other => panic!("no test tells of {other:?}"),
    }
}
