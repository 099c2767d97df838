//! `[sources.NAME]`: the health document of another monitor.

use std::path::PathBuf;
use std::time::Duration;

use grace_core::wire::{HealthMapping, JsonPointer};
use grace_health::Trust;
use serde::Deserialize;

use super::mapping::MappingForm;
use super::{span, trust};

/// `[sources.NAME]` with `type = "document"`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DocumentConfig {
    /// Whether it is read. Yes.
    pub enabled: bool,
    /// The longest an answer is waited for; `None` is what the command asks for.
    pub timeout: Option<Duration>,
    /// Where it comes from.
    pub from: DocumentFrom,
    /// Where things stand in it, if it is not of a shape that is known.
    pub mapping: Option<HealthMapping>,
    /// How old it may be before it counts as not known; `None` is any age.
    pub max_age: Option<Duration>,
    /// Where its time stands in it; `None` is `/timestamp`.
    pub timestamp: Option<JsonPointer>,
}

/// Where a health document comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentFrom {
    /// A server.
    Server {
        /// Its URL.
        url: String,
        /// A file with a bearer token for it.
        token_file: Option<PathBuf>,
        /// By what it is known: `fingerprint` or `ca_file`.
        trust: Trust,
    },
    /// A file.
    File(PathBuf),
    /// A program's standard output.
    Command {
        /// The program.
        program: String,
        /// What it is called with.
        args: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentForm {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default, deserialize_with = "span")]
    timeout: Option<Duration>,
    url: Option<String>,
    file: Option<PathBuf>,
    command: Option<Vec<String>>,
    mapping: Option<MappingForm>,
    #[serde(default, deserialize_with = "span")]
    max_age: Option<Duration>,
    timestamp: Option<String>,
    token_file: Option<PathBuf>,
    fingerprint: Option<String>,
    ca_file: Option<PathBuf>,
}

impl DocumentForm {
    pub(super) fn document(self, name: &str) -> Result<DocumentConfig, String> {
        if self.kind.as_deref() != Some("document") {
            return Err(format!(
                "no such source: {name:?}. The built-in ones are journal, tasks, systemd, logind, mounts, \
                 network and pve; for a health document of another monitor add type = \"document\""
            ));
        }
        let is_of_server =
            self.token_file.is_some() || self.fingerprint.is_some() || self.ca_file.is_some();
        if is_of_server && self.url.is_none() {
            return Err(format!(
                "{name}: token_file, fingerprint and ca_file are for a server: add its url, or leave them out"
            ));
        }
        let pointer = |text: String| {
            text.parse::<JsonPointer>().map_err(|error| format!("{name}: timestamp: {error}"))
        };
        Ok(DocumentConfig {
            enabled: self.enabled,
            timeout: self.timeout,
            timestamp: self.timestamp.map(pointer).transpose()?,
            max_age: self.max_age,
            mapping: self.mapping.map(HealthMapping::try_from).transpose()?,
            from: match (self.url, self.file, self.command.as_deref()) {
                (Some(url), None, None) => DocumentFrom::Server {
                    url,
                    token_file: self.token_file,
                    trust: trust(self.fingerprint.as_deref(), self.ca_file)?,
                },
                (None, Some(file), None) => DocumentFrom::File(file),
                (None, None, Some([program, args @ ..])) => {
                    DocumentFrom::Command { program: program.clone(), args: args.to_vec() }
                }
                _ => {
                    return Err(format!(
                        "{name}: say in one of url, file and command where the document comes from"
                    ));
                }
            },
        })
    }
}

const fn yes() -> bool {
    true
}
