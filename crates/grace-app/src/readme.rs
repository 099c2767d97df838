//! The code in the project's README, compiled and run as a test.

#![doc = include_str!("../../../README.md")]
