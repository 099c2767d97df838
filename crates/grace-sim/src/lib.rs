//! What tests of grace need besides grace: fakes of the ports, faults to put before them, and the ports'
//! contracts as tests.

pub mod contract;
pub mod fakes;
pub mod faults;
