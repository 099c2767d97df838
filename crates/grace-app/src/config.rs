//! The configuration: one TOML file, every value of which has a default.

mod error;
mod sources;

use std::io;
use std::path::Path;

use grace_core::Policy;
use grace_core::wire::PolicyDocument;
use grace_notify::NotifierForm;
use serde::Deserialize;

pub use self::error::{ConfigError, ConfigErrorKind};
pub use self::sources::{
    DocumentConfig, DocumentFrom, JournalConfig, PlainConfig, PveApiConfig, PveConfig, Sources,
    TasksConfig,
};

/// Where the configuration is looked for if no file is named.
pub const DEFAULT_PATH: &str = "/etc/grace/grace.toml";

/// What an owner may set.
///
/// ```toml
/// [policy]                            # see `grace_core::wire::PolicyDocument`
/// adaptive = true
///
/// [sources.journal]                   # what happens, and this boot's errors
/// guest_units = { "docker-*.service" = "ct" }     # units that count as guests of this host
///
/// [sources.tasks]                     # the task files of Proxmox VE
/// enabled = false
///
/// [sources.pve]                       # guests, storage and services of a Proxmox VE node
/// api = { url = "https://127.0.0.1:8006", token_file = "/etc/grace/pve-token", fingerprint = "AA:BB:…" }
///
/// [sources.nas]                       # any other name is a health document of another monitor
/// type = "document"
/// url = "http://127.0.0.1:8008/api/health"
///
/// [[notifier]]                        # see the README of `grace-notify`
/// name = "phone"
/// type = "ntfy"
/// url = "https://ntfy.example.org"
/// topic = "pve1"
/// ```
///
/// `systemd`, `logind`, `mounts` and `network` are sources too. Each source has `enabled`, and each
/// that is asked rather than read along has `timeout`.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Config {
    /// The numbers and choices of the engine.
    pub policy: Policy,
    /// What the host is read with.
    pub sources: Sources,
    /// The ways to people, in the file's order.
    pub notifiers: Vec<NotifierForm>,
}

impl Config {
    /// The configuration in `file`, or in [`DEFAULT_PATH`] if none is named. Where no file was named and none
    /// is there, everything has its default.
    ///
    /// # Errors
    /// The file cannot be read, or is wrong: where, and what to do about it.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let path = file.unwrap_or(Path::new(DEFAULT_PATH));
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if file.is_none() && error.kind() == io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(source) => {
                Err(ConfigError::whole(path, ConfigErrorKind::Unreadable(source.to_string())))
            }
        }
    }

    /// The configuration in `text`, which is that of the file `path`.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let form: Form =
            toml::from_str(text).map_err(|error| ConfigError::toml(path, text, &error))?;
        let policy = Policy::try_from(form.policy)
            .map_err(|error| ConfigError::whole(path, ConfigErrorKind::Policy(error)))?;
        Ok(Self { policy, sources: form.sources, notifiers: form.notifiers })
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Form {
    policy: PolicyDocument,
    sources: Sources,
    #[serde(rename = "notifier")]
    notifiers: Vec<NotifierForm>,
}
