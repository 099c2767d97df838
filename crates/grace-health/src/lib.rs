//! Health of a plain systemd Linux host, for `grace`.
//!
//! | source | category | what it looks at |
//! | --- | --- | --- |
//! | [`Systemd`] | `services` | the system's state and its failed units, over D-Bus or by `systemctl` |
//! | [`Mounts`] | `storage` | whether what fstab wants mounted is mounted, and writable |
//! | [`Network`] | `network` | whether the links of interfaces that are set up are up |
//!
//! [`Composite`] puts several sources side by side, each with its own time-out, so that one that fails,
//! hangs or panics costs its own part and is named among the gaps.
//!
//! No source looks *into* a file system it checks: a look at a network mount whose server is gone blocks
//! for minutes. All of them read what the kernel and systemd know already.

mod bus;
mod child;
mod composite;
mod error;
mod files;
mod logind;
mod mounts;
mod network;
mod systemd;

pub use self::bus::SystemBus;
pub use self::composite::Composite;
pub use self::error::Error;
pub use self::logind::{Logind, ShutdownDelay};
pub use self::mounts::Mounts;
pub use self::network::Network;
pub use self::systemd::Systemd;
