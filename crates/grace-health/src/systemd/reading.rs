//! What is read of systemd, whichever way, and the health it makes.

use grace_core::{CategoryHealth, Check, Gap, GapKind, HealthSnapshot, Status, Text};

use crate::Error;

/// The most jobs that are named.
const NAMED_JOBS: usize = 8;

/// systemd's state, its failed units, and what its start still waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) state: SystemState,
    pub(super) failed: List<FailedUnit>,
    /// Looked at while the host is starting.
    pub(super) jobs: List<Job>,
    /// Why it came another way than it should have.
    pub(super) detour: Option<Text>,
}

impl Reading {
    /// The same reading, had from `systemctl` because the bus gave none.
    pub(super) fn instead_of(mut self, bus: &Error) -> Self {
        self.detour = Some(Text::new(format!("{bus}; systemctl was asked instead")));
        self
    }

    /// Category `services`: the check `system`, and one for each failed unit.
    pub(super) fn snapshot(self) -> HealthSnapshot {
        let mut checks = vec![self.system()];
        checks.extend(self.failed.entries.iter().map(FailedUnit::check));
        // All is known all the same: nothing is degraded by it.
        checks.extend(self.detour.map(|why| Check::new("system bus", Status::Info, why)));
        let services = CategoryHealth::from_checks("services", checks);
        let mut snapshot = HealthSnapshot::from_categories(vec![services]);
        snapshot.starting = self.state.is_starting();
        snapshot.gaps = self.failed.gaps;
        snapshot.gaps.extend(self.jobs.gaps);
        snapshot
    }

    /// The check of the system as a whole. `degraded` is what its failed units say already.
    fn system(&self) -> Check {
        let (status, reason) = match self.state {
            SystemState::Initializing | SystemState::Starting => {
                (Status::Info, waits_for(&self.jobs.entries))
            }
            SystemState::Running => (Status::Ok, "running".to_owned()),
            SystemState::Degraded if self.failed.entries.is_empty() => {
                (Status::Warning, "degraded, and no failed unit is listed".to_owned())
            }
            SystemState::Degraded => (Status::Info, "degraded by failed units".to_owned()),
            SystemState::Maintenance => {
                (Status::Critical, "in rescue or emergency mode".to_owned())
            }
            SystemState::Stopping => (Status::Info, "shutting down".to_owned()),
            SystemState::Offline | SystemState::Unknown => {
                (Status::Unknown, "systemd does not know its state".to_owned())
            }
        };
        Check::new("system", status, reason)
    }
}

/// `still starting: waits for a.service, b.mount; 12 more jobs wait for these`
fn waits_for(jobs: &[Job]) -> String {
    let running: Vec<_> = jobs.iter().filter(|job| job.is_running).collect();
    let waiting = jobs.len() - running.len();
    if running.is_empty() {
        return "still starting".to_owned();
    }
    let mut names: Vec<_> =
        running.iter().take(NAMED_JOBS).map(|job| job.unit.as_str().to_owned()).collect();
    if running.len() > NAMED_JOBS {
        names.push(format!("{} more", running.len() - NAMED_JOBS));
    }
    let then = match waiting {
        0 => String::new(),
        1 => "; then comes 1 more job".to_owned(),
        n => format!("; then come {n} more jobs"),
    };
    format!("still starting: waits for {}{then}", names.join(", "))
}

/// The words of systemd's property `SystemState` and of `systemctl is-system-running`, systemctl(1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SystemState {
    Initializing,
    Starting,
    Running,
    Degraded,
    Maintenance,
    Stopping,
    Offline,
    Unknown,
}

impl SystemState {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word.trim() {
            "initializing" => Self::Initializing,
            "starting" => Self::Starting,
            "running" => Self::Running,
            "degraded" => Self::Degraded,
            "maintenance" => Self::Maintenance,
            "stopping" => Self::Stopping,
            "offline" => Self::Offline,
            "unknown" => Self::Unknown,
            _ => return None,
        })
    }

    /// Whether the host is still starting; `None` if systemd does not know.
    pub(crate) fn is_starting(self) -> Option<bool> {
        match self {
            Self::Initializing | Self::Starting => Some(true),
            Self::Offline | Self::Unknown => None,
            Self::Running | Self::Degraded | Self::Maintenance | Self::Stopping => Some(false),
        }
    }
}

/// Entries of a list, and what could not be understood of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List<T> {
    pub(super) entries: Vec<T>,
    pub(super) gaps: Vec<Gap>,
}

impl<T> List<T> {
    pub(super) const fn empty() -> Self {
        Self { entries: Vec::new(), gaps: Vec::new() }
    }

    /// The entries that could be read, and a gap for each that could not, called a `what` of systemd's list.
    pub(super) fn collect(what: &str, entries: impl Iterator<Item = Option<T>>) -> Self {
        let mut list = Self::empty();
        for (index, entry) in entries.enumerate() {
            match entry {
                Some(entry) => list.entries.push(entry),
                None => list.gaps.push(Gap::new(
                    GapKind::HealthIncomplete,
                    format!("{what} {} of systemd's list is not understood", index + 1),
                )),
            }
        }
        list
    }
}

/// A unit that has failed, and how: systemd's sub-state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FailedUnit {
    unit: Text,
    sub: Text,
}

impl FailedUnit {
    /// A unit by its name, which ends with its type.
    pub(super) fn new(unit: &str, sub: &str) -> Option<Self> {
        unit_name(unit).map(|unit| Self { unit, sub: Text::name(sub) })
    }

    fn check(&self) -> Check {
        // Most units have but one way to fail and call it `failed`; a mount's or socket's say more.
        let reason = match self.sub.as_str() {
            "" | "failed" => "unit failed".to_owned(),
            sub => format!("unit failed: {sub}"),
        };
        Check::new(&self.unit, Status::Critical, reason)
    }
}

/// Something systemd has still to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    unit: Text,
    /// It has begun, and does not wait for another job.
    is_running: bool,
}

impl Job {
    /// A job on a unit, in the state `running` or `waiting`.
    pub(super) fn new(unit: &str, state: &str) -> Option<Self> {
        unit_name(unit).map(|unit| Self { unit, is_running: state == "running" })
    }
}

/// Every unit's name ends with its type, systemd.unit(5).
fn unit_name(name: &str) -> Option<Text> {
    name.contains('.').then(|| Text::name(name))
}

#[cfg(test)]
mod tests {
    use super::{Job, List, Reading, SystemState, waits_for};
    use grace_core::Status;

    #[test]
    fn every_state_word_is_known_and_says_whether_the_host_is_starting() {
        let words = [
            ("initializing\n", Some(Some(true))),
            ("starting", Some(Some(true))),
            ("running", Some(Some(false))),
            ("degraded", Some(Some(false))),
            ("maintenance", Some(Some(false))),
            ("stopping", Some(Some(false))),
            ("offline", Some(None)),
            ("unknown", Some(None)),
            ("", None),
            ("runing", None),
        ];
        for (word, expect) in words {
            let starting = SystemState::parse(word).map(SystemState::is_starting);
            assert_eq!(starting, expect, "{word}");
        }
    }

    fn jobs(running: usize, waiting: usize) -> Vec<Job> {
        let running = (0..running).map(|n| Job::new(&format!("r{n}.service"), "running").unwrap());
        let waiting = (0..waiting).map(|n| Job::new(&format!("w{n}.target"), "waiting").unwrap());
        waiting.chain(running).collect()
    }

    #[test]
    fn what_the_start_waits_for_is_named_and_bounded() {
        let cases = [
            (0, 0, "still starting"),
            (0, 3, "still starting"),
            (1, 0, "still starting: waits for r0.service"),
            (2, 1, "still starting: waits for r0.service, r1.service; then comes 1 more job"),
            (
                10,
                20,
                "still starting: waits for r0.service, r1.service, r2.service, r3.service, \
                 r4.service, r5.service, r6.service, r7.service, 2 more; then come 20 more jobs",
            ),
        ];
        for (running, waiting, expect) in cases {
            assert_eq!(waits_for(&jobs(running, waiting)), expect);
        }
    }

    #[test]
    fn a_job_alone_degrades_nothing() {
        let jobs = List { entries: jobs(2, 2), gaps: Vec::new() };
        let reading =
            Reading { state: SystemState::Starting, failed: List::empty(), jobs, detour: None };
        let snapshot = reading.snapshot();
        assert_eq!(snapshot.overall, Status::Ok);
        assert_eq!(snapshot.starting, Some(true));
    }
}
