//! A node of Proxmox VE: its guests, its storages and its services.

mod answer;
mod api;
mod checks;
mod config;
mod error;
mod faults;
#[cfg(fuzzing)]
pub mod fuzz;
mod guests;
mod ha;
mod pvesh;
mod state;

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join;
use grace_core::{Guest, HealthSnapshot, HealthSource, PortError, PortErrorKind};

pub use self::api::{NotAToken, PveApi, PveToken};
pub use self::config::Startup;
pub use self::error::PveError;
pub use self::guests::{ConfiguredGuests, GuestConfig, GuestConfigs, Starter};
pub use self::ha::HaState;
use self::pvesh::Pvesh;
use self::state::Ask as _;
use crate::Error;

/// A node of Proxmox VE.
///
/// | category | a check for each | found |
/// | --- | --- | --- |
/// | `vms` | guest that starts with the host, by [its configuration](GuestConfig::starter) | runs `OK`, else `WARNING` |
/// | `storage` | storage | available `OK`; not: `CRITICAL` if guests have disks on it, else `WARNING`; not enabled on this node: `EXCLUDED` |
/// | `services` | `pveproxy`, `pvedaemon`, `pvestatd`, `pve-cluster`, in a cluster `corosync` | running `OK`, on its way `WARNING`, else `CRITICAL` |
/// | | `pvescheduler`, `pve-firewall`, `pve-ha-crm`, `pve-ha-lrm`, if enabled | running `OK`, else `WARNING` |
///
/// Guests that are started by hand, and templates, are not looked at.
///
/// The configuration is read from [`/etc/pve`](GuestConfigs). The state is asked of `pvesh`, of
/// [the API](Self::with_api), or [of nobody](Self::without_state). The shapes of the answers are those of
/// Proxmox VE 7 to 9, by its API description and its sources.
///
/// A question that fails costs its own part, which is `UNKNOWN` and a gap; if all fail, that is an error. A
/// host without Proxmox VE is an error of kind [`Missing`](PortErrorKind::Missing).
#[derive(Debug, Clone)]
pub struct Pve {
    guests: GuestConfigs,
    state: Source,
}

/// Who is asked for the state.
#[derive(Debug, Clone)]
enum Source {
    Nobody,
    Pvesh(Pvesh),
    Api(Box<PveApi>),
}

impl Default for Pve {
    fn default() -> Self {
        let pvesh = Pvesh { program: "pvesh".into(), deadline: Self::DEADLINE };
        Self { guests: GuestConfigs::new(), state: Source::Pvesh(pvesh) }
    }
}

impl Pve {
    /// The time `pvesh` has for a question. It takes a second to start, and Proxmox VE itself waits some
    /// seconds for a storage whose server is gone.
    pub const DEADLINE: Duration = Duration::from_secs(15);

    /// This node, by `/etc/pve` and the `pvesh` in `PATH`, which needs root.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same source with another place or time for the guests' configuration.
    #[must_use]
    pub fn with_guests(mut self, guests: GuestConfigs) -> Self {
        self.guests = guests;
        self
    }

    /// The same source, which asks this `pvesh` for the state and gives it this time for each question.
    #[must_use]
    pub fn with_pvesh(mut self, program: impl Into<PathBuf>, deadline: Duration) -> Self {
        self.state = Source::Pvesh(Pvesh { program: program.into(), deadline });
        self
    }

    /// The same source, which asks the API for the state.
    #[must_use]
    pub fn with_api(mut self, api: PveApi) -> Self {
        self.state = Source::Api(Box::new(api));
        self
    }

    /// The same source, which asks nobody for the state: it knows which guests start with the host, and
    /// marks whether they run as `EXCLUDED`. `storage` and `services` are left out.
    #[must_use]
    pub fn without_state(mut self) -> Self {
        self.state = Source::Nobody;
        self
    }

    async fn read(&self) -> Result<HealthSnapshot, Error> {
        let (configured, state) = match &self.state {
            Source::Nobody => return Ok(checks::of_files(self.guests.read().await?)),
            Source::Pvesh(pvesh) => join(self.guests.read(), pvesh.node()).await,
            Source::Api(api) => join(self.guests.read(), api.node()).await,
        };
        match (state.or_error(), configured) {
            (Ok(state), configured) => Ok(checks::of_node(configured, &state)),
            (Err(error), _) if error.kind() != PortErrorKind::Missing => Err(error),
            // Neither the program nor the configuration: no Proxmox VE.
            (Err(_), Err(error)) => Err(error),
            (Err(error), Ok(_)) => {
                Err(PveError::NoProgram { words: error.to_string().into() }.into())
            }
        }
    }
}

#[async_trait]
impl HealthSource for Pve {
    fn name(&self) -> &str {
        "pve"
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        Ok(self.read().await?)
    }

    /// The guests that start with the host, by their configuration; none of the state is asked for.
    async fn expected_guests(&self) -> Result<Option<Vec<Guest>>, PortError> {
        Ok(Some(self.guests.read().await?.expected()))
    }
}
