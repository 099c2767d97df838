//! The ways to people, as the configuration sets them up.

use std::time::{Duration, SystemTime};

use grace_core::Text;
use grace_notify::{Clock, ConfigError, NotifierForm, Now, Route, SecretStore, Surroundings};

/// Why the notifiers of a configuration cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoutesError {
    /// One of them cannot be built: its key, and what to write instead.
    #[error(transparent)]
    Unfit(#[from] ConfigError),
    /// Two have one name.
    #[error("notifier \"{0}\": name is another notifier's too: give each one of its own")]
    Twice(Text),
}

/// The notifiers of a configuration, in its order, each with the messages it is for. Secrets and certificates are
/// read here; no connection is opened.
///
/// # Errors
/// A notifier that cannot be built, or a name that is there twice.
pub fn routes(notifiers: &[NotifierForm]) -> Result<Vec<Route>, RoutesError> {
    let secrets = SecretStore::new(|name| std::env::var(name).ok());
    let surroundings = Surroundings::new(super::name(), Clock::new(now), secrets);
    let mut routes: Vec<Route> = Vec::new();
    for form in notifiers {
        let route = form.clone().build(&surroundings)?;
        let name = route.notifier.name();
        if routes.iter().any(|earlier| earlier.notifier.name() == name) {
            return Err(RoutesError::Twice(Text::name(name)));
        }
        routes.push(route);
    }
    Ok(routes)
}

fn now() -> Now {
    let unix = u64::try_from(grace_proc::unix_time()).unwrap_or_default();
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(unix);
    Now { wall, uptime: grace_proc::uptime().ok() }
}
