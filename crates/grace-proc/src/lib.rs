//! The host's uptime and boot identity, read from the Linux kernel.
//!
//! [`ProcUptime`] implements [`grace_core::UptimeSource`]. [`suspended`] is how long the host has slept, and
//! [`unix_time`] the wall clock, which is a label for people and decides nothing. With the feature
//! `soft-reboot`, `SoftReboots` asks systemd how often it has rebooted softly.
//!
//! # Which clock is uptime
//!
//! Linux tells time since boot in two ways, and they do not always agree:
//!
//! | where the program runs | `CLOCK_BOOTTIME` | `/proc/uptime` |
//! | --- | --- | --- |
//! | on the host | time since the host booted | the same, to 10 ms |
//! | in an LXC container | the host's | the container's: lxcfs mounts a file of its own over it |
//! | in a time namespace | shifted | shifted alike |
//!
//! [`ProcUptime::new`] reads `CLOCK_BOOTTIME`. It belongs together with the kernel's boot id, which lxcfs
//! does not fake, and with the boot-relative time stamps of the journal, so that the three tell of one and
//! the same boot; it is also exact to the nanosecond and cannot be had wrong by a file mounted over it.
//! [`ProcUptime::with_root`] reads the files, for whoever wants a container's own view
//! (`ProcUptime::with_root("/")`) or that of another tree.
//!
//! [`ProcUptime::uptime_file`] says whether the two agree here.
//!
//! There is no fallback from one to the other: two sources that differ by hours, of which now one and now
//! the other answers, would be worse than an uptime that is not known.

mod clocks;
mod error;
mod files;
mod parse;
#[cfg(feature = "soft-reboot")]
mod soft_reboots;
mod source;

pub use self::clocks::{suspended, unix_time, uptime};
pub use self::error::ProcError;
pub use self::parse::{NotABootId, NotAnOffset, NotAnUptime};
#[cfg(feature = "soft-reboot")]
pub use self::soft_reboots::SoftReboots;
pub use self::source::{ProcUptime, UptimeFile};
