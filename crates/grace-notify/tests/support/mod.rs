//! What the tests of this crate share.

#![expect(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod build;
pub(crate) mod mail;
pub(crate) mod samples;
pub(crate) mod server;
pub(crate) mod services;
