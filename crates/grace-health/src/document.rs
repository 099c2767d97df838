//! The health document that a monitor of the owner's writes, serves or prints.

mod age;
mod way;

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::wire::{HealthError, HealthMapping, JsonPointer, parse_health};
use grace_core::{Gap, GapKind, HealthSnapshot, HealthSource, PortError, Status, Text};

use self::age::Freshness;
use self::way::{Read, Way};
use crate::Error;
use crate::http::{Endpoint, HttpClient};

/// The most of a document that an error repeats, in bytes.
const EXCERPT: usize = 200;

/// The categories of a JSON document, from a server, a file or a command.
///
/// The document has one of the two shapes that
/// [`parse_health`] reads, or any other that a [`HealthMapping`] tells of. It may have 4 MiB; what is not
/// Unicode in it becomes `U+FFFD`, and no header, name or ending need say that it is JSON.
///
/// A document that is there tells of the time it was made, which may be long ago: its writer may have
/// died. [`with_max_age`](Self::with_max_age) bounds that, and is off if it is not asked for.
///
/// ```
/// use std::time::Duration;
/// use grace_health::{Document, Endpoint};
///
/// # fn sources() -> Result<(), grace_health::Error> {
/// let file = Document::file("monitor", "/run/monitor/health.json")
///     .with_max_age(Duration::from_secs(300));
/// let server = Document::http("monitor", Endpoint::new("http://127.0.0.1:8008/api/health")?)?;
/// let command = Document::command("zpool", "/usr/local/bin/zpool-health", ["--json"]);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Document {
    name: Text,
    way: Way,
    mapping: Option<HealthMapping>,
    deadline: Duration,
    max_age: Option<Duration>,
    timestamp: Option<JsonPointer>,
}

impl Document {
    /// The document that a server gives, under a name of the owner's.
    ///
    /// # Errors
    /// Certificates to trust that cannot be read.
    pub fn http(name: impl AsRef<str>, endpoint: Endpoint) -> Result<Self, Error> {
        Ok(Self::by(name, Way::Http(Box::new(HttpClient::new(endpoint)?))))
    }

    /// The document in a regular file, under a name of the owner's.
    ///
    /// It is read on a thread of its own, so that a file system that does not answer costs this source
    /// alone. While that thread waits, no second one is sent after it.
    #[must_use]
    pub fn file(name: impl AsRef<str>, path: impl Into<PathBuf>) -> Self {
        Self::by(name, Way::file(path.into()))
    }

    /// The document that a program prints, under a name of the owner's.
    ///
    /// The program runs as this process does, without a shell and without input, and has to end with
    /// status 0, also when it prints of something bad.
    #[must_use]
    pub fn command<A: Into<String>>(
        name: impl AsRef<str>,
        program: impl Into<PathBuf>,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        Self::by(name, Way::Command { program: program.into(), args })
    }

    fn by(name: impl AsRef<str>, way: Way) -> Self {
        Self {
            name: Text::name(name),
            way,
            mapping: None,
            deadline: Duration::from_secs(5),
            max_age: None,
            timestamp: None,
        }
    }

    /// The same document in a shape that this mapping tells of.
    #[must_use]
    pub fn with_mapping(mut self, mapping: HealthMapping) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// The same document, believed only while it is not older.
    ///
    /// Of one that is older, that is from the future by as much, or that does not tell its time, nothing
    /// is well any more: what it calls `OK` or `INFO` is `UNKNOWN`, what it calls bad stays so, and a gap
    /// says how old it is.
    ///
    /// Its time is what stands at [`with_timestamp`](Self::with_timestamp) as `2026-03-28T22:19:33Z`, with
    /// any offset; without one, as Python's `isoformat()` writes it, in this host's time zone; or as Unix
    /// time in seconds or milliseconds. A file in which nothing stands there has the time of its last
    /// change. It is compared with this host's wall clock, which therefore has to be right: until a host
    /// has set its clock after boot, a document may seem older or newer than it is.
    #[must_use]
    pub const fn with_max_age(mut self, limit: Duration) -> Self {
        self.max_age = Some(limit);
        self
    }

    /// The same document, with its time in another place than `/timestamp`.
    #[must_use]
    pub fn with_timestamp(mut self, pointer: JsonPointer) -> Self {
        self.timestamp = Some(pointer);
        self
    }

    /// The same document with another time to be read from its file or by its command, 5 s otherwise.
    /// A server's is its [`Endpoint`]'s.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    fn parse(&self, read: &Read) -> Result<HealthSnapshot, Error> {
        let parsed: Result<_, HealthError> = match &self.mapping {
            Some(mapping) => mapping.read(&read.text),
            None => parse_health(&read.text),
        };
        parsed.map_err(|error| Error::Document {
            place: read.place.clone(),
            error,
            excerpt: Text::bounded(read.text.trim(), EXCERPT),
        })
    }

    /// What keeps a document from being believed, in words.
    fn doubt(&self, read: &Read) -> Option<String> {
        let limit = self.max_age?;
        let pointer = self.timestamp.clone().or_else(|| "/timestamp".parse().ok())?;
        let written = pointer.text_in(&read.text);
        let freshness = match (written, read.modified) {
            (Some(written), _) => Freshness::of_text(&written, &age::zone()),
            (None, Some(modified)) => Freshness::of_file(modified),
            (None, None) => Freshness::Untold(format!("no time at {pointer}")),
        };
        freshness.doubt(age::now(), limit)
    }
}

#[async_trait]
impl HealthSource for Document {
    fn name(&self) -> &str {
        &self.name
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        let read = self.way.read(self.deadline).await?;
        let mut snapshot = self.parse(&read)?;
        if let Some(words) = self.doubt(&read) {
            distrust(&mut snapshot);
            snapshot.gaps.push(Gap::new(GapKind::HealthIncomplete, words));
        }
        for gap in &mut snapshot.gaps {
            gap.detail = Text::new(format!("{}: {}", self.name, gap.detail));
        }
        Ok(snapshot)
    }
}

/// Takes back what is said to be well, and leaves what is said to be bad.
fn distrust(snapshot: &mut HealthSnapshot) {
    let doubted = |status: Status| match status {
        // Nobody looks at it, now as then.
        Status::Excluded => status,
        status => status.max(Status::Unknown),
    };
    snapshot.overall = snapshot.overall.max(Status::Unknown);
    for category in &mut snapshot.categories {
        category.status = doubted(category.status);
        for check in &mut category.checks {
            check.status = doubted(check.status);
        }
    }
}
