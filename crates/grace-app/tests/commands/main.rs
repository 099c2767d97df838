//! The commands as people run them: the real program, on this machine and on hosts of its own.

mod host;
mod notify;
mod plain;
mod pve;
mod report;
