//! systemd as the system bus tells of it, org.freedesktop.systemd1(5).

use std::time::Duration;

use futures_util::future::try_join3;
use grace_core::{PortErrorKind, Text};
use zbus::OwnedObjectPath;

use super::reading::{FailedUnit, Job, List, Reading, SystemState};
use crate::Error;
use crate::bus::{Object, SystemBus};

/// Name, description, load state, active state, sub-state, what it follows, its path, and its job's number,
/// type and path.
type UnitEntry =
    (String, String, String, String, String, String, OwnedObjectPath, u32, String, OwnedObjectPath);
/// Number, unit, type, state, and the paths of the job and the unit.
type JobEntry = (u32, String, String, String, OwnedObjectPath, OwnedObjectPath);

/// Asks all of it at once, so that the whole has one deadline.
pub(super) async fn read(bus: &SystemBus, deadline: Duration) -> Result<Reading, Error> {
    const SYSTEMD: Object<'_> = Object::SYSTEMD;
    let patterns: (&[&str], &[&str]) = (&["failed"], &[]);
    let (word, units, jobs): (String, Vec<UnitEntry>, Vec<JobEntry>) = try_join3(
        bus.property(&SYSTEMD, "SystemState", deadline),
        bus.ask(&SYSTEMD, "ListUnitsByPatterns", &patterns, deadline),
        bus.ask(&SYSTEMD, "ListJobs", &(), deadline),
    )
    .await?;
    let state = SystemState::parse(&word).ok_or_else(|| Error::BusFailed {
        question: Text::literal("org.freedesktop.systemd1 SystemState"),
        kind: PortErrorKind::Malformed,
        words: Text::new(format!("not understood: {}", Text::bounded(&word, 200))),
    })?;
    let failed = units.iter().map(|unit| FailedUnit::new(&unit.0, &unit.4));
    // All of them are told, with those of a timer that goes off on a host that runs already.
    let jobs = if state.is_starting() == Some(true) { jobs } else { Vec::new() };
    let jobs = jobs.iter().map(|job| Job::new(&job.1, &job.3));
    Ok(Reading {
        state,
        failed: List::collect("failed unit", failed),
        jobs: List::collect("job", jobs),
        detour: None,
    })
}
