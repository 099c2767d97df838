//! Health of a systemd Linux host, and of a node of Proxmox VE, for `grace`.
//!
//! | source | category | what it looks at |
//! | --- | --- | --- |
//! | [`Systemd`] | `services` | the system's state and its failed units, over D-Bus or by `systemctl` |
//! | [`Mounts`] | `storage` | whether what fstab and systemd want mounted is, and is writable, and whether network mounts answer |
//! | [`Network`] | `network` | whether the links of interfaces that are set up are up |
//! | [`Pve`] | `vms`, `storage`, `services` | whether the guests run that start with a node of Proxmox VE, its storages are available, and its daemons run |
//! | [`Document`] | the document's | what another monitor says in JSON: served, in a file, or printed |
//!
//! [`Composite`] puts several sources side by side, each with its own time-out, so that one that fails,
//! hangs or panics costs its own part and is named among the gaps.
//!
//! No source itself looks *into* a file system it checks: a look at a network mount whose server is gone
//! blocks for minutes. They read what the kernel, systemd and Proxmox VE know already; at network mounts a
//! child looks, which has a deadline.
//!
//! [`GuestConfigs`] reads the names of a node's guests, and which of them start with it, from `/etc/pve`.
//!
//! [`Logind`] tells of shutdowns, sleeps and the end of the host's start as they happen, and [`ShutdownDelay`]
//! holds a shutdown up for as long as a last word takes. Both, and systemd, are asked over a [`SystemBus`].

mod apart;
mod bus;
mod child;
mod composite;
mod document;
mod error;
mod files;
mod http;
mod logind;
mod mounts;
mod network;
mod pve;
mod systemd;

#[cfg(fuzzing)]
pub mod fuzz {
    //! Parsers that are no part of this crate's face, for the fuzzers of `fuzz/`.

    pub use crate::mounts::fuzz as mounts;
    pub use crate::pve::fuzz as pve;
}

pub use self::bus::SystemBus;
pub use self::composite::Composite;
pub use self::document::Document;
pub use self::error::Error;
pub use self::http::{Endpoint, Fingerprint, HttpFault, NotAFingerprint, Trust};
pub use self::logind::{Logind, ShutdownDelay};
pub use self::mounts::Mounts;
pub use self::network::Network;
pub use self::pve::{
    ConfiguredGuests, GuestConfig, GuestConfigs, HaState, NotAToken, Pve, PveApi, PveError,
    PveToken, Starter, Startup,
};
pub use self::systemd::Systemd;
