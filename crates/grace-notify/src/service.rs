//! The services: what each is sent, and what its answer means.

pub(crate) mod alertmanager;
pub(crate) mod apprise;
pub(crate) mod command;
pub(crate) mod discord;
pub(crate) mod file;
pub(crate) mod gotify;
pub(crate) mod journal;
pub(crate) mod ntfy;
pub(crate) mod smtp;
pub(crate) mod telegram;
pub(crate) mod webhook;
