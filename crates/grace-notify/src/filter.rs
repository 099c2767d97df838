//! Which messages a notifier is for, and when.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use grace_core::{Event, Message, Notice, Severity, Text};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The kinds a filter knows: those of messages, and those of events, each of which is a `notice`.
pub(crate) const KINDS: [&str; 13] = [
    "startup-report",
    "digest",
    "notice",
    "test",
    "undelivered",
    "guest-started",
    "guest-stopped",
    "guest-warned",
    "guest-failed",
    "alert",
    "resolved",
    "shutdown",
    "shutdown-cancelled",
];

/// Which messages a notifier is for, and when. The default is for all of them, at any time.
///
/// A test passes every filter: whoever sends one wants to see it arrive.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Filter {
    /// The least severity that is told. What ends something passes as what it ends: whoever was told of an
    /// alert or a shutdown is told that it is over.
    pub min_severity: Option<Severity>,
    /// The kinds of message and event that are told; empty is all.
    pub kinds: Vec<&'static str>,
    /// The categories whose alerts are told, in any case; empty is all. What is no alert has no category and
    /// passes.
    pub categories: Vec<Text>,
    /// When messages wait.
    pub quiet: Option<QuietHours>,
}

/// What a filter says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is to be sent now.
    Send,
    /// This notifier is not for it.
    Skip,
    /// It is to be sent, once quiet hours are over in so long.
    Wait(Duration),
}

impl Filter {
    /// Whether a message is to be sent at a minute of the day, in the quiet hours' time zone.
    #[must_use]
    pub fn judge(&self, message: &Message, minute: Minute) -> Verdict {
        if matches!(message, Message::Test) {
            return Verdict::Send;
        }
        if !(self.wants_severity(message) && self.wants_kind(message) && self.wants_area(message)) {
            return Verdict::Skip;
        }
        let quiet = self.quiet.as_ref().filter(|quiet| !quiet.is_broken_by(message));
        match quiet.and_then(|quiet| quiet.left_at(minute)) {
            Some(left) => Verdict::Wait(left),
            None => Verdict::Send,
        }
    }

    /// The same by the wall clock.
    #[must_use]
    pub fn judge_at(&self, message: &Message, wall: SystemTime) -> Verdict {
        let zone = self.quiet.as_ref().map_or(TimeZone::UTC, |quiet| quiet.zone.clone());
        self.judge(message, Minute::of(wall, &zone))
    }

    fn wants_severity(&self, message: &Message) -> bool {
        let severity = match message {
            Message::Notice(Notice { event: Event::Resolved(_), .. }) => Severity::Critical,
            Message::Notice(Notice { event: Event::ShutdownCancelled, .. }) => Severity::Warning,
            other => other.severity(),
        };
        self.min_severity.is_none_or(|least| severity >= least)
    }

    fn wants_kind(&self, message: &Message) -> bool {
        let event = match message {
            Message::Notice(notice) => Some(notice.event.name()),
            _ => None,
        };
        let is_wanted = |kind: &&str| *kind == message.kind() || Some(*kind) == event;
        self.kinds.is_empty() || self.kinds.iter().any(is_wanted)
    }

    fn wants_area(&self, message: &Message) -> bool {
        let is_wanted =
            |category: &Text| self.categories.iter().any(|one| one.eq_ignore_ascii_case(category));
        let categories = categories(message);
        self.categories.is_empty() || categories.is_empty() || categories.into_iter().any(is_wanted)
    }
}

/// The categories of the alerts that a message tells of, and of nothing else.
fn categories(message: &Message) -> Vec<&Text> {
    match message {
        Message::Notice(notice) => match &notice.event {
            Event::Alert(alert) | Event::Resolved(alert) => vec![&alert.category],
            _ => Vec::new(),
        },
        Message::Digest(digest) => {
            let is_more = !digest.started.is_empty()
                || !digest.stopped.is_empty()
                || !digest.notices.is_empty()
                || digest.beyond > 0;
            let alerts = digest.alerts.iter().map(|held| &held.alert.category);
            if is_more { Vec::new() } else { alerts.collect() }
        }
        _ => Vec::new(),
    }
}

/// Hours of the day in which messages wait.
///
/// What is at least as bad as `unless` does not wait, and neither does a startup report that tells of anything
/// but success: it is what someone will look for in the morning.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct QuietHours {
    /// The first quiet minute.
    pub from: Minute,
    /// The first minute that is not quiet any more, on the next day if it is before `from`.
    pub to: Minute,
    /// Where it is that time.
    pub zone: TimeZone,
    /// The least severity that is told all the same.
    pub unless: Severity,
}

impl QuietHours {
    /// Quiet hours that only what is critical may break.
    #[must_use]
    pub const fn new(from: Minute, to: Minute, zone: TimeZone) -> Self {
        Self { from, to, zone, unless: Severity::Critical }
    }

    fn is_broken_by(&self, message: &Message) -> bool {
        let least = match message {
            Message::StartupReport(_) => self.unless.min(Severity::Warning),
            _ => self.unless,
        };
        message.severity() >= least
    }

    /// How long it is quiet yet; `None` if it is not quiet.
    fn left_at(&self, minute: Minute) -> Option<Duration> {
        let length = minute_span(self.from, self.to);
        let passed = minute_span(self.from, minute);
        (passed < length).then(|| Duration::from_secs(60 * u64::from(length - passed)))
    }
}

/// Minutes from one time of day to the next time it is another.
const fn minute_span(from: Minute, to: Minute) -> u16 {
    (to.0 + Minute::A_DAY - from.0) % Minute::A_DAY
}

/// A minute of the day, by a wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u16);

impl Minute {
    const A_DAY: u16 = 24 * 60;

    /// The minute of this hour (0 to 23) and minute (0 to 59).
    #[must_use]
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour < 24 && minute < 60 { Some(Self(hour as u16 * 60 + minute as u16)) } else { None }
    }

    /// What the clocks of a time zone show.
    #[must_use]
    pub fn of(wall: SystemTime, zone: &TimeZone) -> Self {
        let time = Timestamp::try_from(wall).unwrap_or(Timestamp::UNIX_EPOCH);
        let time = zone.to_datetime(time);
        let minutes = i32::from(time.hour()) * 60 + i32::from(time.minute());
        Self(u16::try_from(minutes).unwrap_or_default())
    }
}

/// `22:00`
impl FromStr for Minute {
    type Err = NotAMinute;

    fn from_str(text: &str) -> Result<Self, NotAMinute> {
        let digits = |part: &str| {
            let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u8>().ok().filter(|_| is_number)
        };
        let parts = text.split_once(':').ok_or(NotAMinute)?;
        let (Some(hour), Some(minute)) = (digits(parts.0), digits(parts.1)) else {
            return Err(NotAMinute);
        };
        Self::new(hour, minute).ok_or(NotAMinute)
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// Text that is no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time of day from 00:00 to 23:59")]
#[non_exhaustive]
pub struct NotAMinute;
