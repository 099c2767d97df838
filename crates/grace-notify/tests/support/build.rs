//! Notifiers from tables in TOML, on a host called `pve1` with secrets of its own.

use std::error::Error;
use std::sync::Arc;

use grace_core::{Notifier, PortError};
use grace_notify::{ConfigError, NotifierForm, Route, SecretStore, Surroundings};

use super::samples::clock;
use super::services::HttpService;

/// The environment of all tests: the variable `TOKEN`, and so on.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("TOKEN", TOKEN),
    ("PASSWORD", "p4ss-w0rd-of-the-user"),
    ("HMAC", "hmac-key-3f9a"),
    ("KEY", "apprise-key-77aa"),
    ("HEADER", "header-value-19cd"),
    ("EMPTY", ""),
];
pub(crate) const TOKEN: &str = "123456:AAH-t0ken_of.the-bot";

/// All of the environment that is secret.
pub(crate) fn secrets() -> impl Iterator<Item = &'static str> {
    ENVIRONMENT.into_iter().map(|(_, value)| value).filter(|value| !value.is_empty())
}

pub(crate) fn surroundings() -> Surroundings {
    surroundings_with(Vec::new())
}

/// The same with more variables.
pub(crate) fn surroundings_with(more: Vec<(String, String)>) -> Surroundings {
    let variable = move |name: &str| {
        let more = more.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut all = more.chain(ENVIRONMENT);
        all.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    };
    Surroundings::new("pve1", clock(), SecretStore::new(variable))
}

pub(crate) fn form(toml: &str) -> NotifierForm {
    toml::from_str(toml).unwrap_or_else(|error| panic!("{error}\n{toml}"))
}

pub(crate) fn try_route(toml: &str) -> Result<Route, ConfigError> {
    form(toml).build(&surroundings())
}

pub(crate) fn route(toml: &str) -> Route {
    try_route(toml).unwrap_or_else(|error| panic!("{error}\n{toml}"))
}

pub(crate) fn notifier(toml: &str) -> Arc<dyn Notifier> {
    route(toml).notifier
}

/// An error and all that lies beneath it, in every way it can be shown.
pub(crate) fn all_words(error: &PortError) -> String {
    let mut words = format!("{error}\n{error:?}\n{error:#?}\n{}", error.detail());
    let mut below = error.source();
    while let Some(error) = below {
        words.push_str(&format!("\n{error}\n{error:?}"));
        below = error.source();
    }
    words
}

/// The notifier of a service at this address. The address of Discord's is a secret.
pub(crate) fn notifier_at(service: &HttpService, url: &str) -> Arc<dyn Notifier> {
    let form = form(&service.table_at(url));
    let discord = format!("{url}/api/webhooks/1201/{TOKEN}");
    let surroundings = surroundings_with(vec![("DISCORD".to_owned(), discord)]);
    form.build(&surroundings).unwrap_or_else(|error| panic!("{error}")).notifier
}
