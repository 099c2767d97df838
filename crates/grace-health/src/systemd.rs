//! The state of the system and its failed units, as `systemctl` tells them.

mod parse;

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{CategoryHealth, Check, HealthSnapshot, HealthSource, PortError, Status, Text};

use self::parse::{SystemState, Unreachable};
use crate::Error;
use crate::child::{self, Output};

/// Category `services`: the system's state as the check `system`, and a check for each failed unit.
///
/// The facts come from `systemctl is-system-running` and `systemctl list-units --state=failed` (JSON since
/// systemd 246, columns before). Neither needs root. While the state is `initializing` or `starting`, the
/// snapshot says so in [`HealthSnapshot::starting`].
///
/// A host without a running systemd is an error of kind [`Missing`](grace_core::PortErrorKind::Missing);
/// a systemd that this process may not ask is another.
#[derive(Debug, Clone)]
pub struct Systemd {
    program: PathBuf,
    deadline: Duration,
}

impl Default for Systemd {
    fn default() -> Self {
        Self { program: "systemctl".into(), deadline: Duration::from_secs(5) }
    }
}

impl Systemd {
    /// This host's systemd, by the `systemctl` in `PATH`, which has 5 s for an answer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same source by another `systemctl`.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    /// The same source with another time for each of its two questions.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    async fn state(&self) -> Result<SystemState, Error> {
        // Its exit status is 0 for `running` alone; the word on standard output is the answer.
        let output = self.ask(&["is-system-running"]).await?;
        match SystemState::parse(&output.stdout) {
            Some(SystemState::Offline) => {
                Err(Error::NoSystemd { words: Text::literal("the system state is offline") })
            }
            Some(state) => Ok(state),
            None if !output.status.success() && output.stdout.trim().is_empty() => {
                Err(output.failure())
            }
            None => Err(Error::Malformed {
                argv: output.argv,
                output: Text::bounded(output.stdout.trim(), 200),
            }),
        }
    }

    async fn failed_units(&self) -> Result<parse::FailedUnits, Error> {
        // The options for columns count where `--output=json` is not known yet.
        let output = self
            .ask(&[
                "list-units",
                "--state=failed",
                "--output=json",
                "--plain",
                "--no-legend",
                "--no-pager",
                "--full",
            ])
            .await?;
        let argv = output.argv.clone();
        parse::failed_units(&output.success()?)
            .map_err(|words| Error::Malformed { argv, output: words })
    }

    async fn ask(&self, args: &[&str]) -> Result<Output, Error> {
        let output = child::run(&self.program, args, self.deadline).await?;
        match parse::unreachable(&output.stderr) {
            None => Ok(output),
            Some(Unreachable::Absent) => Err(Error::NoSystemd { words: output.stderr }),
            Some(Unreachable::Refused) => Err(output.failure()),
        }
    }
}

#[async_trait]
impl HealthSource for Systemd {
    fn name(&self) -> &str {
        "systemd"
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        let state = self.state().await?;
        let failed = self.failed_units().await?;
        let mut checks = vec![system(state, &failed.units)];
        checks.extend(failed.units);
        let services = CategoryHealth::from_checks("services", checks);
        let mut snapshot = HealthSnapshot::from_categories(vec![services]);
        snapshot.starting = state.is_starting();
        snapshot.gaps = failed.gaps;
        Ok(snapshot)
    }
}

/// The check of the system as a whole. `degraded` is what its failed units say already.
fn system(state: SystemState, failed: &[Check]) -> Check {
    let (status, reason) = match state {
        SystemState::Initializing | SystemState::Starting => (Status::Info, "still starting"),
        SystemState::Running => (Status::Ok, "running"),
        SystemState::Degraded if failed.is_empty() => {
            (Status::Warning, "degraded, and no failed unit is listed")
        }
        SystemState::Degraded => (Status::Info, "degraded by failed units"),
        SystemState::Maintenance => (Status::Critical, "in rescue or emergency mode"),
        SystemState::Stopping => (Status::Info, "shutting down"),
        SystemState::Offline | SystemState::Unknown => {
            (Status::Unknown, "systemd does not know its state")
        }
    };
    Check::new("system", status, reason)
}
