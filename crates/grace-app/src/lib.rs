//! The library the `grace` program is made of: the driver that runs the engine on a real host, its wiring
//! to the adapters, and the simulator.

pub mod driver;
#[cfg(feature = "sim")]
pub mod simulate;
