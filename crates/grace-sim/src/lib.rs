//! grace-sim
