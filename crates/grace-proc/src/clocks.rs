//! The kernel's clocks.

use std::path::Path;
use std::time::Duration;

use grace_core::Uptime;
use rustix::time::{ClockId, Timespec, clock_gettime};

use crate::error::ProcError;
use crate::{files, parse};

/// By how much this process's time namespace shifts its clocks; absent from kernels without such.
const OFFSETS: &str = "/proc/self/timens_offsets";

/// The wall clock in whole seconds of Unix time: a label for people, which decides nothing.
#[must_use]
pub fn unix_time() -> i64 {
    clock_gettime(ClockId::Realtime).tv_sec
}

/// How long this host has been suspended since it booted, all suspensions together.
///
/// It is the time that `CLOCK_BOOTTIME` counts and `CLOCK_MONOTONIC` does not. A suspension between two
/// calls shows as a larger total. The answer is never more than the truth, and less by no more than the
/// microseconds between two readings of a clock.
///
/// A time namespace shifts each of the two clocks by an offset of its own
/// (`unshare --time --boottime 5000 --monotonic 100`), so that their plain difference tells nothing there:
/// it would be 4900 s for a host that was never suspended. The offsets are read from
/// `/proc/self/timens_offsets`, time_namespaces(7), and taken out. A process that has called `unshare` and
/// has not forked since reads its children's offsets there and gets a wrong answer.
///
/// # Errors
/// Offsets that cannot be read or are more than the clocks allow.
pub fn suspended() -> Result<Duration, ProcError> {
    let shift = shift(Path::new(OFFSETS))?;
    let before = nanos(clock_gettime(ClockId::Monotonic));
    let boot = nanos(clock_gettime(ClockId::Boottime));
    let after = nanos(clock_gettime(ClockId::Monotonic));
    between(before, boot - shift, after)
}

/// This host's `CLOCK_BOOTTIME`, as [`ProcUptime::new`](crate::ProcUptime::new) reads it, for whoever cannot wait.
///
/// # Errors
/// The host's boot lies in its future, as a time namespace may be set up.
pub fn uptime() -> Result<Uptime, ProcError> {
    let now = clock_gettime(ClockId::Boottime);
    // A time namespace may be set up so that its boot lies in the future.
    let (Ok(seconds), Ok(nanos)) = (u64::try_from(now.tv_sec), u64::try_from(now.tv_nsec)) else {
        return Err(ProcError::ClockBeforeBoot { seconds: now.tv_sec });
    };
    let whole = Uptime::from_secs(seconds);
    Ok(Uptime::from_nanos(whole.as_nanos().saturating_add(nanos)))
}

/// How far the boot clock is ahead of the monotonic clock, read before and after it.
///
/// What lies between the two readings may have passed before or after the boot clock's, so it is left out.
fn between(before: i128, boot: i128, after: i128) -> Result<Duration, ProcError> {
    if boot < before {
        return Err(ProcError::ClocksCrossed { behind: duration(before - boot) });
    }
    Ok(duration(boot - after))
}

/// By how many nanoseconds more the boot clock is shifted than the monotonic clock.
fn shift(path: &Path) -> Result<i128, ProcError> {
    let content = match files::content(path) {
        Err(ProcError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            return Ok(0);
        }
        content => content?,
    };
    let offset = |clock| {
        parse::offset(&content, clock).map_err(|reason| ProcError::Offsets {
            path: path.to_owned(),
            content: files::excerpt(&content),
            reason,
        })
    };
    Ok(offset("boottime")? - offset("monotonic")?)
}

fn nanos(time: Timespec) -> i128 {
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

/// A span of nanoseconds; one below zero is none.
fn duration(nanos: i128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_between_two_readings_is_not_suspension() {
        let suspended = |before, boot, after| between(before, boot, after).expect("in order");
        assert_eq!(suspended(100, 100, 100), Duration::ZERO);
        assert_eq!(suspended(100, 105, 110), Duration::ZERO);
        assert_eq!(suspended(100, 175, 110), Duration::from_nanos(65));
    }

    #[test]
    fn a_boot_clock_behind_the_other_is_an_error() {
        let error = between(5_000_000_000, 3_000_000_000, 5_000_000_001).expect_err("crossed");
        assert_eq!(error.to_string(), "CLOCK_BOOTTIME is 2s behind CLOCK_MONOTONIC");
    }

    #[test]
    fn a_kernel_without_time_namespaces_shifts_nothing() {
        assert_eq!(shift(Path::new("/nowhere/timens_offsets")).expect("none"), 0);
    }

    #[test]
    fn odd_offsets_are_an_error_with_their_words() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("timens_offsets");
        std::fs::write(&path, "boottime soon 0\n").expect("written");
        let error = shift(&path).expect_err("odd").to_string();
        let words = "not a clock, seconds and nanoseconds in each line: \"boottime soon 0 \"";
        assert_eq!(error, format!("{}: {words}", path.display()));
    }
}
