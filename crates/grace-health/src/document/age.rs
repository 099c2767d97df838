//! How old a document is, by what it says of itself.

use std::time::{Duration, SystemTime};

use grace_core::Text;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Unix time that is larger counts milliseconds; in seconds it is the year 5138.
const MILLISECONDS: f64 = 1e11;

/// When a document was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Freshness {
    /// Then.
    Then(Timestamp),
    /// At one of these: in the hour that comes twice when summer time ends.
    Either(Timestamp, Timestamp),
    /// It does not tell, and why.
    Untold(String),
}

impl Freshness {
    /// By a time as it stands in a document. One without an offset is in `zone`.
    pub(super) fn of_text(text: &str, zone: &Result<TimeZone, String>) -> Self {
        let text = text.trim();
        if let Some(then) = unix_time(text).or_else(|| text.parse().ok()) {
            return Self::Then(then);
        }
        let Ok(local) = text.parse::<DateTime>() else {
            return Self::Untold(format!("its time \"{}\" is not understood", Text::name(text)));
        };
        match zone {
            Ok(zone) => Self::of_local(zone, local),
            Err(error) => Self::Untold(format!("its time is local, and the zone unknown: {error}")),
        }
    }

    fn of_local(zone: &TimeZone, local: DateTime) -> Self {
        let ambiguous = zone.to_ambiguous_timestamp(local);
        match (ambiguous.earlier(), ambiguous.later()) {
            (Ok(one), Ok(other)) if one == other => Self::Then(one),
            (Ok(one), Ok(other)) => Self::Either(one, other),
            (Ok(then), Err(_)) | (Err(_), Ok(then)) => Self::Then(then),
            (Err(error), Err(_)) => Self::Untold(format!("its time {local}: {error}")),
        }
    }

    /// By the last change of its file.
    pub(super) fn of_file(modified: SystemTime) -> Self {
        match Timestamp::try_from(modified) {
            Ok(then) => Self::Then(then),
            Err(error) => Self::Untold(format!("its file's time: {error}")),
        }
    }

    /// What speaks against believing it now, in words.
    pub(super) fn doubt(self, now: Timestamp, limit: Duration) -> Option<String> {
        let judge = |then| judge(now.duration_since(then), limit);
        match self {
            Self::Then(then) => judge(then),
            Self::Either(one, other) => judge(one).and_then(|words| judge(other).map(|_| words)),
            Self::Untold(why) => Some(format!("its age is not known: {why}")),
        }
    }
}

fn judge(age: SignedDuration, limit: Duration) -> Option<String> {
    if age.unsigned_abs() <= limit {
        return None;
    }
    let whole = Duration::from_secs(age.unsigned_abs().as_secs());
    Some(if age.is_negative() {
        format!("it is from the future by {whole:?}: a clock is wrong")
    } else {
        format!("it is {whole:?} old, more than {limit:?}")
    })
}

/// Unix time in seconds, or in milliseconds.
fn unix_time(text: &str) -> Option<Timestamp> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = text.parse().ok().filter(|_| plain)?;
    let seconds = if number > MILLISECONDS { number / 1000.0 } else { number };
    Timestamp::from_duration(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

/// This host's time zone.
pub(super) fn zone() -> Result<TimeZone, String> {
    TimeZone::try_system().map_err(|error| error.to_string())
}

/// This host's wall clock, the only one that a document's time can be compared with.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(300);

    fn at(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    /// A zone two hours ahead in summer, one in winter.
    fn berlin() -> Result<TimeZone, String> {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").map_err(|error| error.to_string())
    }

    #[test]
    fn a_time_is_read_in_every_form_that_monitors_write() {
        let noon = Freshness::Then(at("2026-03-28T12:00:00Z"));
        for text in [
            "2026-03-28T12:00:00Z",
            "2026-03-28T14:30:00+02:30",
            "2026-03-28 12:00:00Z",
            "2026-03-28T13:00:00",
            "2026-03-28T13:00:00.000000",
            " 2026-03-28 13:00 ",
            "1774699200",
            "1774699200.0",
            "1774699200000",
        ] {
            assert_eq!(Freshness::of_text(text, &berlin()), noon, "{text}");
        }
    }

    #[test]
    fn a_time_that_cannot_be_read_is_not_known() {
        for text in
            ["", "now", "12:00", "-1", "1e9", "...", "2026-02-30T00:00:00", "99999999999999999"]
        {
            let doubt =
                Freshness::of_text(text, &berlin()).doubt(at("2026-03-28T12:00:00Z"), LIMIT);
            let doubt = doubt.expect(text);
            assert!(doubt.starts_with("its age is not known: its time \""), "{text}: {doubt}");
        }
        let local = Freshness::of_text("2026-03-28T13:00:00", &Err("no /etc/localtime".to_owned()));
        assert_eq!(
            local.doubt(at("2026-03-28T12:00:00Z"), LIMIT).as_deref(),
            Some(
                "its age is not known: its time is local, and the zone unknown: no /etc/localtime"
            )
        );
    }

    #[test]
    fn a_document_is_believed_up_to_its_limit_and_not_past_it() {
        let now = at("2026-03-28T12:00:00Z");
        let doubt = |text: &str| Freshness::Then(at(text)).doubt(now, LIMIT);
        assert_eq!(doubt("2026-03-28T12:00:00Z"), None);
        assert_eq!(doubt("2026-03-28T11:55:00Z"), None);
        assert_eq!(
            doubt("2026-03-28T11:54:59Z").as_deref(),
            Some("it is 301s old, more than 300s")
        );
        assert_eq!(doubt("2026-03-28T12:05:00Z"), None);
        assert_eq!(
            doubt("2026-03-28T13:00:00Z").as_deref(),
            Some("it is from the future by 3600s: a clock is wrong")
        );
    }

    #[test]
    fn in_the_hour_that_comes_twice_either_time_may_be_meant() {
        let twice = Freshness::of_text("2026-10-25T02:30:00", &berlin());
        let doubt = |now: &str| twice.clone().doubt(at(now), LIMIT);
        assert_eq!(doubt("2026-10-25T00:31:00Z"), None);
        assert_eq!(doubt("2026-10-25T01:31:00Z"), None);
        assert!(doubt("2026-10-25T01:00:00Z").is_some());
        assert!(doubt("2026-10-25T02:31:00Z").is_some());
        // An hour that does not come at all was written by a clock not yet set.
        let never = Freshness::of_text("2026-03-29T02:30:00", &berlin());
        assert_eq!(never.doubt(at("2026-03-29T01:31:00Z"), LIMIT), None);
    }
}
