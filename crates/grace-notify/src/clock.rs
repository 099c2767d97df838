//! Wall time, which is a label here: on messages, signatures and alerts.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use grace_core::Uptime;
use jiff::Timestamp;

/// How a notifier reads the time. It decides nothing; it is printed, signed, and sent to services that want it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Now + Send + Sync>);

/// One reading of both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "these two clocks are what a host has")]
pub struct Now {
    /// The wall clock.
    pub wall: SystemTime,
    /// Time since boot; `None` if it cannot be read.
    pub uptime: Option<Uptime>,
}

impl Clock {
    /// A clock that reads the time with `read`.
    pub fn new(read: impl Fn() -> Now + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The wall clock.
    pub(crate) fn wall(&self) -> SystemTime {
        (self.0)().wall
    }

    /// Seconds of Unix time; 0 on a host that takes itself to be in the time before.
    pub(crate) fn unix(&self) -> u64 {
        let since = self.wall().duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or_default().as_secs()
    }

    /// What the wall clock, as it is set now, would have shown at an instant of this boot.
    pub(crate) fn wall_at(&self, at: Uptime) -> Option<SystemTime> {
        let Now { wall, uptime } = (self.0)();
        wall.checked_sub(uptime?.saturating_since(at))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// `2026-11-24T21:04:05Z`, as RFC 3339 has it.
pub(crate) fn rfc3339(time: SystemTime) -> Option<String> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let seconds = i64::try_from(since.as_secs()).ok()?;
    Timestamp::from_second(seconds).ok().map(|time| time.to_string())
}
