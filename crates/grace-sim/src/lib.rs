//! The parts of grace's simulator, and what tests of grace need besides grace: timelines of a host's boot
//! as files, as pictures and at random, the laws that every run keeps, fakes of the ports, faults to put
//! before them, the ports' contracts as tests, and journals of Proxmox VE hosts.

pub mod contract;
pub mod fakes;
pub mod faults;
pub mod laws;
pub mod pve;
pub mod strategy;
pub mod svg;
pub mod timeline;
