//! Spans of time as text, both ways.

use std::time::Duration;

use grace_core::wire;

use super::Timeline;

const DAY: u64 = 86_400;

/// A span such as `25s`, `1m 30s` or `1d 2h`; `None` if it is none or too long for a timeline.
pub(super) fn read(text: &str) -> Option<Duration> {
    let (days, rest) = split_days(text.trim());
    let rest = match rest {
        "" if days.is_some() => Duration::ZERO,
        rest => wire::duration(rest).ok()?,
    };
    let days = days.unwrap_or_default().checked_mul(DAY)?;
    let span = Duration::from_secs(days).checked_add(rest)?;
    (span <= Timeline::LONGEST).then_some(span)
}

/// The days a span begins with, which configuration does not have, and what follows them.
fn split_days(text: &str) -> (Option<u64>, &str) {
    let days = text.split_once('d');
    let days = days.and_then(|(days, rest)| Some((days.parse().ok()?, rest.trim_start())));
    match days {
        Some((days, rest)) => (Some(days), rest),
        None => (None, text),
    }
}

/// A span with a sign in front: whether it is negative, and how long it is.
pub(super) fn read_signed(text: &str) -> Option<(bool, Duration)> {
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    Some((negative, read(magnitude)?))
}

/// The span in the largest unit that needs no fraction, or in seconds.
pub(super) fn write(span: Duration) -> String {
    write_in(&[(DAY, "d"), (3_600, "h"), (60, "m")], span)
}

/// The same without days, which configuration does not have.
pub(super) fn write_configured(span: Duration) -> String {
    write_in(&[(3_600, "h"), (60, "m")], span)
}

fn write_in(units: &[(u64, &str)], span: Duration) -> String {
    let secs = span.as_secs();
    let nanos = span.subsec_nanos();
    if nanos > 0 {
        let fraction = format!("{nanos:09}");
        return format!("{secs}.{}s", fraction.trim_end_matches('0'));
    }
    let unit = units.iter().find(|(unit, _)| secs > 0 && secs.is_multiple_of(*unit));
    match unit {
        Some((unit, name)) => format!("{}{name}", secs / unit),
        None => format!("{secs}s"),
    }
}
