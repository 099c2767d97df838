//! A node of Proxmox VE: its guests, its storage and its services.

mod apart;
mod config;
mod error;
mod faults;
mod guests;
mod ha;

pub use self::config::Startup;
pub use self::error::PveError;
pub use self::guests::{ConfiguredGuests, GuestConfig, GuestConfigs, Starter};
pub use self::ha::HaState;
