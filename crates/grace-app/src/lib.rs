//! The library the `grace` program is made of: the driver that runs the engine on a real host, its wiring
//! to the adapters, the simulator, and the command line.

pub mod cli;
pub mod config;
mod document;
pub mod driver;
pub mod host;
#[cfg(doctest)]
mod readme;
#[cfg(feature = "sim")]
pub mod replay;
pub mod retrospect;
#[cfg(feature = "sim")]
pub mod simulate;
pub mod words;
