//! The code in this crate's README, compiled and run as a test.

#![doc = include_str!("../README.md")]
