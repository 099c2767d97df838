//! What people receive.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::{
    Alert, BootId, Destination, Event, Guest, Severity, StartupReport, Status, Text, Uptime,
};

/// One message on its way to one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope {
    /// The message's id, the same each time it is sent.
    pub id: MessageId,
    /// Where it goes.
    pub to: Destination,
    /// How often it has been sent there before; 0 the first time.
    pub attempt: u32,
    /// The message.
    pub message: Arc<Message>,
}

impl Envelope {
    /// A message to be sent to the default destination for the first time.
    #[must_use]
    pub fn new(id: MessageId, message: Message) -> Self {
        Self { id, to: Destination::default(), attempt: 0, message: Arc::new(message) }
    }
}

/// The name of a message or an event, unique on a host: the boot and a number that only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    boot: Option<BootId>,
    sequence: Sequence,
}

impl MessageId {
    /// The message of this number in this boot.
    #[must_use]
    pub const fn new(boot: Option<BootId>, sequence: Sequence) -> Self {
        Self { boot, sequence }
    }

    /// The message's number within its boot.
    #[must_use]
    pub const fn sequence(&self) -> Sequence {
        self.sequence
    }
}

/// `7b5f…-12`, or `unknown-boot-12`.
impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.boot {
            Some(boot) => write!(f, "{boot}-{}", self.sequence),
            None => write!(f, "unknown-boot-{}", self.sequence),
        }
    }
}

/// The number of an event or a message: one count for both, and it only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sequence(pub(crate) u64);

impl Sequence {
    /// The number `number`, such as one read back from an audit.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Message {
    /// The one message about a boot.
    StartupReport(Box<StartupReport>),
    /// One event, told on its own.
    Notice(Notice),
    /// What was gathered or held, told at once.
    Digest(Digest),
    /// Nothing happened: someone tries whether messages arrive.
    Test,
    /// Another destination does not get its messages.
    Undelivered(Undelivered),
}

impl Message {
    /// The message's kind in JSON and logs: `startup-report`, `notice`, `digest`, `test` or
    /// `undelivered`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::StartupReport(_) => "startup-report",
            Self::Notice(_) => "notice",
            Self::Digest(_) => "digest",
            Self::Test => "test",
            Self::Undelivered(_) => "undelivered",
        }
    }

    /// How bad what it tells of is: as bad as the worst of it, and what is not known is never well.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::StartupReport(report) => report_severity(report),
            Self::Notice(notice) => event_severity(&notice.event),
            Self::Digest(digest) => digest.severity(),
            Self::Test => Severity::Info,
            // What was lost may have been anything.
            Self::Undelivered(undelivered) if undelivered.lost > 0 => Severity::Critical,
            Self::Undelivered(_) => Severity::Warning,
        }
    }
}

fn report_severity(report: &StartupReport) -> Severity {
    let is_critical = !report.guests.failed.is_empty() || report.health_status == Status::Critical;
    let alerts = report.alerts.failing.iter().map(|held| held.alert.severity).max();
    let is_well = report.issues() == 0 && report.guests.warned.is_empty() && report.gaps.is_empty();
    let least = match (is_critical, is_well) {
        (true, _) => Severity::Critical,
        (false, true) => Severity::Info,
        (false, false) => Severity::Warning,
    };
    alerts.map_or(least, |alerts| alerts.max(least))
}

/// A host that goes down takes its services along: that is a warning, though someone wanted it.
fn event_severity(event: &Event) -> Severity {
    match event {
        Event::GuestFailed { .. } => Severity::Critical,
        Event::GuestWarned { .. } | Event::Shutdown(_) => Severity::Warning,
        Event::Alert(alert) => alert.severity,
        Event::GuestStarted { .. }
        | Event::GuestStopped { .. }
        | Event::Resolved(_)
        | Event::ShutdownCancelled => Severity::Info,
    }
}

/// One event, told on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// The event. A recovery is [`Event::Resolved`].
    pub event: Event,
    /// When it happened.
    pub at: Uptime,
    /// When it was first seen, if it had been held before it was told.
    pub first_seen: Option<Uptime>,
    /// How often it was seen.
    pub count: u64,
}

/// Messages that one destination has not taken and is not sent any more. The others are told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Undelivered {
    /// The destination's name.
    pub to: Text,
    /// How many messages were given up for it.
    pub messages: u64,
    /// How many of them have reached no one else either.
    pub lost: u64,
    /// How old the oldest of them was.
    pub oldest: Duration,
}

impl Undelivered {
    /// So many messages, the oldest of this age, given up for the destination of this name; none of them lost.
    #[must_use]
    pub fn new(to: impl AsRef<str>, messages: u64, oldest: Duration) -> Self {
        Self { to: Text::name(to), messages, lost: 0, oldest }
    }
}

/// `mail does not take its messages: 3 given up, the oldest 168 hours old; 1 of them reached no one`
impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { to, messages, lost, oldest } = self;
        let (age, unit) = match oldest.as_secs() {
            secs @ 0..7_200 => (secs / 60, "minutes"),
            secs => (secs / 3_600, "hours"),
        };
        let name = if to.is_empty() { "a destination" } else { to.as_str() };
        write!(
            f,
            "{name} does not take its messages: {messages} given up, the oldest {age} {unit} old"
        )?;
        match lost {
            0 => Ok(()),
            _ => write!(f, "; {lost} of them reached no one"),
        }
    }
}

/// What was gathered or held, told in one message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Digest {
    /// Why there is a digest.
    pub cause: DigestCause,
    /// When it was made.
    pub at: Uptime,
    /// Guests that started.
    pub started: Vec<Guest>,
    /// Guests that stopped.
    pub stopped: Vec<Guest>,
    /// Alerts that were held and still hold, or of which it is not known.
    pub alerts: Vec<HeldAlert>,
    /// Alerts that were held and recovered.
    pub recovered: u64,
    /// Single events told here because the outbox was full.
    pub notices: Vec<Notice>,
    /// Events counted and not listed, because a limit was reached.
    pub beyond: u64,
}

impl Notice {
    /// An event told on its own, seen once.
    #[must_use]
    pub const fn single(event: Event, at: Uptime) -> Self {
        Self { event, at, first_seen: None, count: 1 }
    }
}

impl Digest {
    /// A digest that tells nothing yet.
    #[must_use]
    pub const fn new(cause: DigestCause, at: Uptime) -> Self {
        Self {
            cause,
            at,
            started: Vec::new(),
            stopped: Vec::new(),
            alerts: Vec::new(),
            recovered: 0,
            notices: Vec::new(),
            beyond: 0,
        }
    }

    fn severity(&self) -> Severity {
        let least = match self.cause {
            DigestCause::ShutdownOverdue => Severity::Warning,
            // What is counted alone may have been anything.
            _ if self.beyond > 0 => Severity::Warning,
            _ => Severity::Info,
        };
        let holds = |held: &&HeldAlert| held.state != HeldState::Recovered;
        let alerts = self.alerts.iter().filter(holds).map(|held| held.alert.severity);
        let notices = self.notices.iter().map(|notice| event_severity(&notice.event));
        alerts.chain(notices).fold(least, Severity::max)
    }

    /// Tells a single event here; past `limit` it is counted alone.
    pub(crate) fn add_notice(&mut self, notice: Notice, limit: usize) {
        if self.notices.len() < limit {
            self.notices.push(notice);
        } else {
            self.beyond = self.beyond.saturating_add(notice.count);
        }
    }

    /// Tells here what another digest would have; past `limit` it is counted alone.
    pub(crate) fn absorb(&mut self, other: Self, limit: usize) {
        let cut = append(&mut self.started, other.started, limit)
            .saturating_add(append(&mut self.stopped, other.stopped, limit))
            .saturating_add(append(&mut self.alerts, other.alerts, limit))
            .saturating_add(append(&mut self.notices, other.notices, limit));
        self.recovered = self.recovered.saturating_add(other.recovered);
        self.beyond = self.beyond.saturating_add(other.beyond).saturating_add(cut);
    }
}

/// Moves as much of `from` as `limit` allows to the end of `to`, and returns how much was left out.
pub(crate) fn append<T>(to: &mut Vec<T>, from: Vec<T>, limit: usize) -> u64 {
    let room = limit.saturating_sub(to.len());
    let cut = from.len().saturating_sub(room);
    to.extend(from.into_iter().take(room));
    cut as u64
}

/// Why there is a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestCause {
    /// The guest window ended, and no report will tell of the guests.
    GuestsStarted,
    /// A window that held alerts ended, and no report tells of them.
    GraceEnded,
    /// A shutdown was cancelled; these guests had stopped for it.
    ShutdownCancelled,
    /// A shutdown was announced, its window is over, and the host still runs.
    ShutdownOverdue,
    /// The boot before this one left these untold.
    PreviousBoot,
    /// More happened than the outbox holds.
    OutboxFull,
}

impl DigestCause {
    /// The cause in JSON, `kebab-case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GuestsStarted => "guests-started",
            Self::GraceEnded => "grace-ended",
            Self::ShutdownCancelled => "shutdown-cancelled",
            Self::ShutdownOverdue => "shutdown-overdue",
            Self::PreviousBoot => "previous-boot",
            Self::OutboxFull => "outbox-full",
        }
    }
}

/// An alert that was held.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeldAlert {
    /// The alert as last told, with the worst severity seen.
    pub alert: Alert,
    /// When it was first seen.
    pub first_seen: Uptime,
    /// When it was last seen.
    pub last_seen: Uptime,
    /// How often it was seen.
    pub count: u64,
    /// What it was when its source was read again.
    pub state: HeldState,
}

impl HeldAlert {
    /// An alert seen once, at `at`, that still holds.
    #[must_use]
    pub const fn new(alert: Alert, at: Uptime) -> Self {
        Self { alert, first_seen: at, last_seen: at, count: 1, state: HeldState::Failing }
    }
}

/// What a held alert was when its source was read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HeldState {
    /// It still holds.
    Failing,
    /// It could not be read again; it is told as if it still held.
    Unverified,
    /// It is over.
    Recovered,
}

impl HeldState {
    /// `failing`, `unverified` or `recovered`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Unverified => "unverified",
            Self::Recovered => "recovered",
        }
    }
}
