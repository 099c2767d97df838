//! The one timeline: time since the host booted.

use core::fmt;
use core::time::Duration;

/// An instant on the host's boot timeline: nanoseconds since boot, suspend included.
///
/// On Linux this is `CLOCK_BOOTTIME`, which is also what `/proc/uptime` prints. Wall-clock steps do not
/// move it. Arithmetic saturates: 584 years of uptime is the largest value, and no subtraction goes
/// below zero.
///
/// `std::time::Instant` is not used because it cannot name an instant before the program started,
/// and the first minutes after boot are exactly what this crate is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uptime(u64);

impl Uptime {
    /// The instant of boot.
    pub const ZERO: Self = Self(0);
    /// The last instant that can be named.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant `nanos` nanoseconds after boot.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The instant `micros` microseconds after boot, as in the journal's `__MONOTONIC_TIMESTAMP`.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// The instant `millis` milliseconds after boot.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// The instant `secs` seconds after boot.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since boot.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Time since boot as a span.
    #[must_use]
    pub const fn since_boot(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// Seconds since boot, for people and for JSON.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.since_boot().as_secs_f64()
    }

    /// The span from `earlier` to this instant; zero when `earlier` is in fact later.
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// This instant moved later by `span`, at most [`Uptime::MAX`].
    #[must_use]
    pub const fn saturating_add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(nanos(span)))
    }

    /// This instant moved earlier by `span`, at least [`Uptime::ZERO`].
    #[must_use]
    pub const fn saturating_sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(nanos(span)))
    }
}

/// `span` in nanoseconds, saturating at 584 years.
const fn nanos(span: Duration) -> u64 {
    let nanos = span.as_nanos();
    if nanos > u64::MAX as u128 { u64::MAX } else { nanos as u64 }
}

impl From<Duration> for Uptime {
    fn from(since_boot: Duration) -> Self {
        Self::ZERO.saturating_add(since_boot)
    }
}

/// Seconds with milliseconds, as in `12.345s`.
impl fmt::Display for Uptime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0 / 1_000_000;
        write!(f, "{}.{:03}s", millis / 1_000, millis % 1_000)
    }
}
