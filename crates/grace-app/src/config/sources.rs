//! `[sources]`: what the host is read with.

mod document;
mod mapping;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use grace_core::GuestKind;
use grace_core::wire::duration;
use grace_health::Trust;
use grace_journal::GuestUnit;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use self::document::DocumentForm;
pub use self::document::{DocumentConfig, DocumentFrom};

/// What the host is read with. Every source is read unless it is switched off; what a host does not have is
/// no error.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Sources {
    /// The systemd journal: what happens, and this boot's errors.
    pub journal: JournalConfig,
    /// The task files of Proxmox VE: what happens.
    pub tasks: TasksConfig,
    /// systemd: the system's state, failed units, running jobs.
    pub systemd: PlainConfig,
    /// logind: shutdown and sleep, as they are announced.
    pub logind: PlainConfig,
    /// What fstab and systemd want mounted.
    pub mounts: PlainConfig,
    /// The links of network interfaces.
    pub network: PlainConfig,
    /// A Proxmox VE node: guests, storage, services.
    pub pve: PveConfig,
    /// Health documents of other monitors, each under its owner's name for it, in the file's order.
    pub documents: Vec<(String, DocumentConfig)>,
}

/// A source that is read or not.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PlainConfig {
    /// Whether it is read. Yes.
    pub enabled: bool,
    /// The longest an answer is waited for; `None` is what the command asks for, or 5 s of logind.
    #[serde(deserialize_with = "span")]
    pub timeout: Option<Duration>,
}

/// `[sources.journal]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct JournalConfig {
    /// Whether it is read. Yes.
    pub enabled: bool,
    /// The folder of its files, if it is not this host's own.
    pub directory: Option<PathBuf>,
    /// Units that count as guests of this host: a pattern with `*` and `?`, such as `docker-*.service`, and what
    /// they are, `vm` or `ct`. None but those that are known to be.
    #[serde(deserialize_with = "guest_units")]
    pub guest_units: Vec<GuestUnit>,
}

/// `[sources.tasks]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TasksConfig {
    /// Whether they are read. Yes.
    pub enabled: bool,
    /// Where they lie. `/var/log/pve/tasks`.
    pub directory: PathBuf,
}

/// `[sources.pve]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PveConfig {
    /// Whether it is read. Yes.
    pub enabled: bool,
    /// The longest an answer is waited for; `None` is what the command asks for.
    #[serde(deserialize_with = "span")]
    pub timeout: Option<Duration>,
    /// Where the cluster's configuration is mounted. `/etc/pve`.
    pub directory: PathBuf,
    /// The node's name in its cluster. This host's.
    pub node: Option<String>,
    /// The HTTPS API, if the node is to be asked that way; without it, it is asked by `pvesh`.
    pub api: Option<PveApiConfig>,
}

/// The HTTPS API of a Proxmox VE node.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "ApiForm")]
#[non_exhaustive]
pub struct PveApiConfig {
    /// Where it answers: `https://127.0.0.1:8006`.
    pub url: String,
    /// A file with a token, `USER@REALM!NAME=UUID`. It needs the role PVEAuditor.
    pub token_file: PathBuf,
    /// By what the node is known: `fingerprint`, as Proxmox VE shows it, or `ca_file`, its authority's
    /// certificate in PEM.
    pub trust: Trust,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiForm {
    url: String,
    token_file: PathBuf,
    fingerprint: Option<String>,
    ca_file: Option<PathBuf>,
}

impl TryFrom<ApiForm> for PveApiConfig {
    type Error = String;

    fn try_from(form: ApiForm) -> Result<Self, String> {
        let trust = trust(form.fingerprint.as_deref(), form.ca_file)?;
        Ok(Self { url: form.url, token_file: form.token_file, trust })
    }
}

/// By what a server is known.
fn trust(fingerprint: Option<&str>, ca_file: Option<PathBuf>) -> Result<Trust, String> {
    match (fingerprint, ca_file) {
        (None, None) => Ok(Trust::System),
        (None, Some(file)) => Ok(Trust::CaFile(file)),
        (Some(text), None) => match text.parse() {
            Ok(fingerprint) => Ok(Trust::Fingerprint(fingerprint)),
            Err(error) => Err(format!("fingerprint: {error}")),
        },
        (Some(_), Some(_)) => {
            Err("fingerprint and ca_file are two ways to know a server: leave one out".to_owned())
        }
    }
}

impl Default for PlainConfig {
    fn default() -> Self {
        Self { enabled: true, timeout: None }
    }
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self { enabled: true, directory: None, guest_units: Vec::new() }
    }
}

impl Default for TasksConfig {
    fn default() -> Self {
        Self { enabled: true, directory: PathBuf::from("/var/log/pve/tasks") }
    }
}

impl Default for PveConfig {
    fn default() -> Self {
        let directory = PathBuf::from("/etc/pve");
        Self { enabled: true, timeout: None, directory, node: None, api: None }
    }
}

impl<'de> Deserialize<'de> for Sources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SourcesVisitor)
    }
}

struct SourcesVisitor;

impl<'de> Visitor<'de> for SourcesVisitor {
    type Value = Sources;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of sources by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sources, A::Error> {
        let mut sources = Sources::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "journal" => sources.journal = map.next_value()?,
                "tasks" => sources.tasks = map.next_value()?,
                "systemd" => sources.systemd = map.next_value()?,
                "logind" => sources.logind = map.next_value()?,
                "mounts" => sources.mounts = map.next_value()?,
                "network" => sources.network = map.next_value()?,
                "pve" => sources.pve = map.next_value()?,
                _ => {
                    let document = map.next_value::<DocumentForm>()?.document(&name);
                    sources.documents.push((name, document.map_err(A::Error::custom)?));
                }
            }
        }
        Ok(sources)
    }
}

/// Reads a span of time, as in `[policy]`.
fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    duration(&text).map(Some).map_err(D::Error::custom)
}

/// A table of patterns and kinds, in its order.
fn guest_units<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<GuestUnit>, D::Error> {
    struct UnitsVisitor;

    impl<'de> Visitor<'de> for UnitsVisitor {
        type Value = Vec<GuestUnit>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(r#"a table of patterns, such as { "docker-*.service" = "ct" }"#)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut units = Vec::new();
            while let Some((pattern, kind)) = map.next_entry::<String, Kind>()? {
                units.push(GuestUnit::new(&pattern, kind.into()).map_err(A::Error::custom)?);
            }
            Ok(units)
        }
    }

    deserializer.deserialize_map(UnitsVisitor)
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Vm,
    Ct,
}

impl From<Kind> for GuestKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Vm => Self::Vm,
            Kind::Ct => Self::Ct,
        }
    }
}
