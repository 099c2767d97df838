//! The ports' contracts as tests: one function for each bullet of a port's documentation.

pub mod health;
