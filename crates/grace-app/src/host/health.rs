//! The sources of the host's health, as the configuration sets them up.

use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use grace_core::HealthSource;
use grace_health::{
    Document, Endpoint, GuestConfigs, Mounts, Network, Pve, PveApi, PveToken, SystemBus, Systemd,
    Trust,
};

use super::has_pve;
use crate::config::{DocumentConfig, DocumentFrom, PveApiConfig, PveConfig, Sources};

/// A source of health, and the longest its answer is waited for.
#[derive(Clone)]
#[non_exhaustive]
pub struct TimedSource {
    /// The source.
    pub source: Arc<dyn HealthSource>,
    /// The longest an answer is waited for.
    pub patience: Duration,
}

/// A source that cannot be set up as the configuration says.
#[derive(Debug, thiserror::Error)]
#[error("sources.{name}: {words}")]
#[non_exhaustive]
pub struct SetupError {
    /// The source's name in the configuration.
    pub name: String,
    /// What is wrong.
    pub words: String,
}

impl SetupError {
    fn of(name: &str) -> impl Fn(&dyn Display) -> Self {
        move |words| Self { name: name.to_owned(), words: words.to_string() }
    }
}

/// The sources that the host's health is read from, each under its own name and each waited for no longer than
/// `patience`, or what the configuration says of it.
///
/// # Errors
/// A source cannot be set up: a token that cannot be read, a URL that is none.
pub fn health_sources(
    sources: &Sources,
    patience: Duration,
) -> Result<Vec<TimedSource>, SetupError> {
    let mut all: Vec<TimedSource> = Vec::new();
    let mut add = |timeout: Option<Duration>, source: Arc<dyn HealthSource>| {
        all.push(TimedSource { source, patience: timeout.unwrap_or(patience) });
    };
    // One connection serves all who ask the bus.
    let bus = SystemBus::new();
    if sources.systemd.enabled {
        let timeout = sources.systemd.timeout;
        let systemd = Systemd::new().with_bus(bus.clone());
        add(timeout, Arc::new(systemd.with_deadline(within(timeout.unwrap_or(patience)))));
    }
    if sources.mounts.enabled {
        let timeout = sources.mounts.timeout;
        let mounts = Mounts::new().with_bus(bus);
        add(timeout, Arc::new(mounts.with_deadline(within(timeout.unwrap_or(patience)))));
    }
    if sources.network.enabled {
        add(sources.network.timeout, Arc::new(Network::new()));
    }
    if has_pve(sources) {
        let timeout = sources.pve.timeout;
        add(timeout, Arc::new(pve(&sources.pve, timeout.unwrap_or(patience))?));
    }
    for (name, config) in sources.documents.iter().filter(|(_, config)| config.enabled) {
        let document = document(name, config, config.timeout.unwrap_or(patience))?;
        add(config.timeout, Arc::new(document));
    }
    Ok(all)
}

/// How long a source may wait for one of its own questions, so that one that is not answered costs its own part
/// and not the whole source.
fn within(patience: Duration) -> Duration {
    patience.mul_f64(0.8)
}

fn pve(config: &PveConfig, patience: Duration) -> Result<Pve, SetupError> {
    let patience = within(patience);
    let guests = GuestConfigs::new().with_directory(&config.directory).with_deadline(patience);
    let pve = Pve::new().with_guests(guests);
    match &config.api {
        Some(api) => Ok(pve.with_api(pve_api(api, config.node.as_deref(), patience)?)),
        None => Ok(pve.with_pvesh("pvesh", patience)),
    }
}

fn pve_api(
    config: &PveApiConfig,
    node: Option<&str>,
    patience: Duration,
) -> Result<PveApi, SetupError> {
    let wrong = SetupError::of("pve.api");
    let token = secret(&config.token_file).map_err(|words| wrong(&words))?;
    let token: PveToken = token.parse().map_err(|error| {
        wrong(&format_args!("token_file {}: {error}", config.token_file.display()))
    })?;
    let endpoint = endpoint(&config.url, &config.trust, patience).map_err(|error| wrong(&error))?;
    let api = PveApi::new(endpoint, &token).map_err(|error| wrong(&error))?;
    match node {
        Some(node) => api.with_node(node).map_err(|error| wrong(&error)),
        None => Ok(api),
    }
}

fn document(
    name: &str,
    config: &DocumentConfig,
    patience: Duration,
) -> Result<Document, SetupError> {
    let wrong = SetupError::of(name);
    let mut document = match &config.from {
        DocumentFrom::Server { url, token_file, trust } => {
            let mut endpoint = endpoint(url, trust, patience).map_err(|error| wrong(&error))?;
            if let Some(file) = token_file {
                let token = secret(file).map_err(|words| wrong(&words))?;
                let bearer = format!("Bearer {token}");
                endpoint = endpoint
                    .with_header("Authorization", &bearer)
                    .map_err(|error| wrong(&error))?;
            }
            Document::http(name, endpoint).map_err(|error| wrong(&error))?
        }
        DocumentFrom::File(path) => Document::file(name, path),
        DocumentFrom::Command { program, args } => Document::command(name, program, args.clone()),
    };
    document = document.with_deadline(patience);
    if let Some(mapping) = &config.mapping {
        document = document.with_mapping(mapping.clone());
    }
    if let Some(pointer) = &config.timestamp {
        document = document.with_timestamp(pointer.clone());
    }
    Ok(match config.max_age {
        Some(limit) => document.with_max_age(limit),
        None => document,
    })
}

fn endpoint(url: &str, trust: &Trust, patience: Duration) -> Result<Endpoint, grace_health::Error> {
    Ok(Endpoint::new(url)?.with_trust(trust.clone()).with_deadline(patience))
}

/// A secret, which is a file's one line.
fn secret(file: &Path) -> Result<String, String> {
    let wrong = |words: &dyn Display| format!("token_file {}: {words}", file.display());
    let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
    match text.trim() {
        "" => Err(wrong(&"it is empty")),
        secret if secret.contains('\n') => Err(wrong(&"it has more than one line")),
        secret => Ok(secret.to_owned()),
    }
}
