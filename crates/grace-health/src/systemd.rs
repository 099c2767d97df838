//! The state of the system, its failed units, and what its start waits for.

mod by_bus;
mod by_program;
mod parse;
mod reading;

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{HealthSnapshot, HealthSource, PortError, PortErrorKind};

use self::reading::Reading;
pub(crate) use self::reading::SystemState;
use crate::{Error, SystemBus};

/// Category `services`: the system's state as the check `system`, and a check for each failed unit.
///
/// While the state is `initializing` or `starting`, the snapshot says so in [`HealthSnapshot::starting`], and
/// `system` names the units that the start waits for.
///
/// systemd is asked over the system bus. Where that is not to be had, or does not answer in half the time,
/// `systemctl` is asked in its stead, which reaches systemd without a bus if it runs as root. Neither needs
/// root else. An error names the way it came by, and both if both failed.
///
/// A host without a running systemd is an error of kind [`Missing`](PortErrorKind::Missing); a systemd that
/// this process may not ask is another.
#[derive(Debug, Clone)]
pub struct Systemd {
    bus: Option<SystemBus>,
    program: PathBuf,
    deadline: Duration,
}

impl Default for Systemd {
    fn default() -> Self {
        let (bus, program) = (Some(SystemBus::new()), "systemctl".into());
        Self { bus, program, deadline: Duration::from_secs(4) }
    }
}

impl Systemd {
    /// This host's systemd, by its system bus or the `systemctl` in `PATH`, which have 4 s for an answer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same source over another bus.
    #[must_use]
    pub fn with_bus(mut self, bus: SystemBus) -> Self {
        self.bus = Some(bus);
        self
    }

    /// The same source, which asks `systemctl` alone.
    #[must_use]
    pub fn without_bus(mut self) -> Self {
        self.bus = None;
        self
    }

    /// The same source by another `systemctl`.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    /// The same source with another time for a reading, both ways together.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    async fn read(&self) -> Result<Reading, Error> {
        let Some(bus) = &self.bus else {
            return by_program::read(&self.program, self.deadline).await;
        };
        let refused = match by_bus::read(bus, self.deadline / 2).await {
            Err(error) => error,
            reading => return reading,
        };
        let is_missing = matches!(refused, Error::NoBus { kind: PortErrorKind::Missing, .. });
        let left = if is_missing { self.deadline } else { self.deadline / 2 };
        match by_program::read(&self.program, left).await {
            // Many a host has no bus, and `systemctl` says what there is instead.
            Err(error) if is_missing => Err(error),
            Err(error) => Err(Error::BothWays { bus: Box::new(refused), program: Box::new(error) }),
            reading => reading
                .map(|reading| if is_missing { reading } else { reading.instead_of(&refused) }),
        }
    }
}

#[async_trait]
impl HealthSource for Systemd {
    fn name(&self) -> &str {
        "systemd"
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        Ok(self.read().await?.snapshot())
    }
}
