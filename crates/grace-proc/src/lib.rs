//! The host's uptime and boot identity, read from the Linux kernel.
//!
//! [`ProcUptime`] implements [`grace_core::UptimeSource`]; [`unix_time`] is the wall clock, which is a
//! label for people and decides nothing.
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
//! There is no fallback from one to the other: two sources that differ by hours, of which now one and now
//! the other answers, would be worse than an uptime that is not known.

mod error;
mod parse;
mod source;

pub use self::error::ProcError;
pub use self::parse::{NotABootId, NotAnUptime};
pub use self::source::{ProcUptime, unix_time};
