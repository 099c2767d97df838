//! What tests of grace need besides grace: fakes of the ports, and the ports' contracts as tests.

pub mod contract;
pub mod fakes;
