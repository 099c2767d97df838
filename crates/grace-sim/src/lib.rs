//! The parts of grace's simulator: timelines of a host's boot, as files and as pictures.

pub mod timeline;
