//! Several sources as one.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use grace_core::{
    CategoryHealth, Gap, GapKind, Guest, HealthSnapshot, HealthSource, PortError, PortErrorKind,
    Status, Text,
};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Several health sources side by side, asked at the same time, each with a time-out of its own.
///
/// - A category that several sources name is one: its checks follow one another, its status is the worst
///   of theirs.
/// - A source that fails, is late or panics costs its own part, which becomes a gap
///   (`systemd: no answer within 5s`). The whole is then at least `UNKNOWN`, but for a source of what this
///   host does not have ([`PortErrorKind::Missing`]), which would make it so for ever.
/// - A category whose status is `UNKNOWN` is named among the gaps.
/// - The host is starting if any source says so.
/// - If no source answers, the reading is an error.
#[derive(Clone, Default)]
pub struct Composite {
    parts: Vec<Part>,
}

#[derive(Clone)]
struct Part {
    source: Arc<dyn HealthSource>,
    limit: Duration,
}

impl Composite {
    /// The time a source has for an answer, if it is given no other.
    pub const TIMEOUT: Duration = Duration::from_secs(5);

    /// No source.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same sources and one more.
    #[must_use]
    pub fn with(self, source: Arc<dyn HealthSource>) -> Self {
        self.with_timeout(source, Self::TIMEOUT)
    }

    /// The same sources and one more, which has another time for its answer.
    #[must_use]
    pub fn with_timeout(mut self, source: Arc<dyn HealthSource>, limit: Duration) -> Self {
        self.parts.push(Part { source, limit });
        self
    }
}

impl fmt::Debug for Composite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts.iter();
        f.debug_map().entries(parts.map(|part| (part.source.name(), part.limit))).finish()
    }
}

#[async_trait]
impl HealthSource for Composite {
    fn name(&self) -> &str {
        "composite"
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        let readings = self.parts.iter().map(|part| {
            let source = Arc::clone(&part.source);
            isolated(part.limit, async move { source.check().await })
        });
        let mut merged = Merged::default();
        for (part, reading) in self.parts.iter().zip(join_all(readings).await) {
            match reading {
                Ok(snapshot) => merged.add(snapshot),
                Err(error) => merged.failed.push(Failed::new(part, &error)),
            }
        }
        merged.finish()
    }

    async fn expected_guests(&self) -> Result<Option<Vec<Guest>>, PortError> {
        let answers = self.parts.iter().map(|part| {
            let source = Arc::clone(&part.source);
            isolated(part.limit, async move { source.expected_guests().await })
        });
        let mut failed = Vec::new();
        for (part, answer) in self.parts.iter().zip(join_all(answers).await) {
            match answer {
                Ok(Some(guests)) => return Ok(Some(guests)),
                Ok(None) => {}
                // What this host does not have starts no guests on it.
                Err(error) if error.kind() == PortErrorKind::Missing => {}
                Err(error) => failed.push(Failed::new(part, &error)),
            }
        }
        // A source that failed might have known: that is not the same as none knowing.
        if failed.is_empty() { Ok(None) } else { Err(Failed::together(&failed)) }
    }
}

/// Runs a question on a task of its own, so that neither a panic nor a source that blocks its thread
/// reaches the asker. The task ends with this future.
async fn isolated<T: Send + 'static>(
    limit: Duration,
    question: impl Future<Output = Result<T, PortError>> + Send + 'static,
) -> Result<T, PortError> {
    let mut task = JoinSet::new();
    task.spawn(question);
    match timeout(limit, task.join_next()).await {
        Ok(Some(Ok(answer))) => answer,
        Ok(Some(Err(error))) => Err(PortError::new(
            PortErrorKind::Other,
            match error.try_into_panic() {
                Ok(panic) => format!("panicked: {}", panic_words(&*panic)),
                Err(error) => error.to_string(),
            },
        )),
        Ok(None) => Err(PortError::new(PortErrorKind::Other, "the runtime is going down")),
        Err(_) => {
            Err(PortError::new(PortErrorKind::TimedOut, format!("no answer within {limit:?}")))
        }
    }
}

fn panic_words(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words")
}

/// A source without an answer.
struct Failed {
    kind: PortErrorKind,
    /// `systemd: no answer within 5s`
    words: Text,
}

impl Failed {
    fn new(part: &Part, error: &PortError) -> Self {
        Self { kind: error.kind(), words: Text::new(format!("{}: {error}", part.source.name())) }
    }

    /// One error for all: of their kind, if they have one kind.
    fn together(failed: &[Self]) -> PortError {
        let kind = match failed {
            [] => return PortError::new(PortErrorKind::Missing, "no health source is set up"),
            [first, rest @ ..] if rest.iter().all(|other| other.kind == first.kind) => first.kind,
            _ => PortErrorKind::Other,
        };
        let words: Vec<_> = failed.iter().map(|failed| failed.words.as_str()).collect();
        PortError::new(kind, words.join("; "))
    }
}

/// The answers so far.
#[derive(Default)]
struct Merged {
    snapshot: Option<HealthSnapshot>,
    failed: Vec<Failed>,
}

impl Merged {
    fn add(&mut self, other: HealthSnapshot) {
        let empty = || HealthSnapshot::new(other.overall);
        let snapshot = self.snapshot.get_or_insert_with(empty);
        snapshot.overall = snapshot.overall.max(other.overall);
        snapshot.starting = snapshot.starting.max(other.starting);
        snapshot.gaps.extend(other.gaps);
        for category in other.categories {
            merge(&mut snapshot.categories, category);
        }
    }

    fn finish(self) -> Result<HealthSnapshot, PortError> {
        let Some(mut snapshot) = self.snapshot else {
            return Err(Failed::together(&self.failed));
        };
        for failed in self.failed {
            if failed.kind != PortErrorKind::Missing {
                snapshot.overall = snapshot.overall.max(Status::Unknown);
            }
            let gap = Gap::new(GapKind::HealthIncomplete, failed.words);
            snapshot.gaps.push(gap);
        }
        let unknown = snapshot.categories.iter().filter(|known| known.status == Status::Unknown);
        let gaps = unknown.map(|category| {
            let why = if category.reason.is_empty() {
                "its state is not known"
            } else {
                &category.reason
            };
            Gap::new(GapKind::HealthIncomplete, format!("{}: {why}", category.name))
        });
        snapshot.gaps.extend(gaps.collect::<Vec<_>>());
        Ok(snapshot)
    }
}

fn merge(categories: &mut Vec<CategoryHealth>, other: CategoryHealth) {
    let same =
        categories.iter_mut().find(|category| category.name.eq_ignore_ascii_case(&other.name));
    let Some(category) = same else {
        categories.push(other);
        return;
    };
    category.status = category.status.max(other.status);
    category.checks.extend(other.checks);
    category.reason = match (category.reason.as_str(), other.reason.as_str()) {
        (_, "") => category.reason.clone(),
        ("", _) => other.reason,
        (one, two) => Text::new(format!("{one}; {two}")),
    };
}
