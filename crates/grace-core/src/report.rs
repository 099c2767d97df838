//! The startup report: the one message about a boot.

mod assemble;
mod summary;

use alloc::vec::Vec;
use core::time::Duration;

pub(crate) use self::assemble::{Inputs, assemble};

use crate::{
    BootIdentity, BootKind, CategoryHealth, Gap, Guest, GuestId, GuestKind, HeldAlert,
    JournalExcerpt, ShutdownKind, Status, Text, Uptime,
};

/// What happened in a boot, told once.
///
/// [`StartupReport::summary`] is its text. Its JSON form, with the original's names, is in `wire`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartupReport {
    /// Which boot this is about, and when.
    pub boot: BootReport,
    /// What became of the guests.
    pub guests: GuestReport,
    /// The health area `services`.
    pub services: AreaReport,
    /// The health area `storage`.
    pub storage: AreaReport,
    /// The status of the whole, as the health source gives it.
    pub health_status: Status,
    /// Every degraded category: `WARNING` or `CRITICAL`.
    pub health_issues: Vec<HealthIssue>,
    /// What became of the alerts held.
    pub alerts: AlertReport,
    /// The journal's errors of this boot.
    pub journal: JournalExcerpt,
    /// What the boot before this one left untold, if it left anything.
    pub previous: Option<PreviousBoot>,
    /// What is not known.
    pub gaps: Vec<Gap>,
}

/// Which boot a report is about, and when. All instants are on the boot timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BootReport {
    /// The boot's identity.
    pub identity: BootIdentity,
    /// Boot, or restart of the program.
    pub kind: BootKind,
    /// When the program started; `None` if uptime was unknown, and the timeline then begins there.
    pub service_started: Option<Uptime>,
    /// How long the program had run when the report was made.
    pub service_age: Duration,
    /// When the report was made.
    pub reported_at: Uptime,
    /// When the host had settled, if that was seen.
    pub settled_at: Option<Uptime>,
    /// When the host's own start of its guests ended, if that was seen.
    pub sweep_finished_at: Option<Uptime>,
    /// The shutdown that was under way when the report was made.
    pub shutting_down: Option<ShutdownKind>,
    /// The wall clock when the report was made, in whole seconds of Unix time; a label alone.
    pub timestamp: Option<i64>,
}

/// What became of the guests, each in the order in which it was first seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct GuestReport {
    /// Guests that run: started in the guest window or after it.
    pub started: Vec<Guest>,
    /// Guests that failed to start or to stop and do not run.
    pub failed: Vec<FailedGuest>,
    /// Guests that started, with warnings. They are among `started` too.
    pub warned: Vec<FailedGuest>,
    /// Guests that the host starts at boot and that started after the guest window. Among `started` too.
    pub late: Vec<Guest>,
    /// Guests that the host starts at boot and of which nothing was seen. `None`: it is not known which guests
    /// the host starts, or not all that were seen are listed.
    pub missing: Option<Vec<Guest>>,
    /// Guests that started and stopped again.
    pub stopped: Vec<Guest>,
    /// Guest events counted and not listed, because the policy's limit was reached.
    pub beyond: u64,
}

/// A guest that failed or warned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FailedGuest {
    /// Its id, if it is known.
    pub id: Option<GuestId>,
    /// Its name, or the name of the health check that told of it.
    pub name: Text,
    /// What it is.
    pub kind: GuestKind,
    /// Why, in words.
    pub reason: Text,
}

/// One area of health: services, storage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct AreaReport {
    /// Whether the area is degraded.
    pub degraded: bool,
    /// The failed checks of a degraded area.
    pub problems: Vec<Problem>,
}

/// A failed check.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Problem {
    /// What was checked.
    pub name: Text,
    /// Why it failed; empty if the source gives no reason.
    pub reason: Text,
}

/// A degraded category.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct HealthIssue {
    /// Its name.
    pub category: Text,
    /// `WARNING` or `CRITICAL`.
    pub status: Status,
    /// Why; empty if the source gives no reason.
    pub reason: Text,
}

impl From<&CategoryHealth> for HealthIssue {
    fn from(category: &CategoryHealth) -> Self {
        Self {
            category: category.name.clone(),
            status: category.status,
            reason: category.reason.clone(),
        }
    }
}

/// What became of the alerts held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct AlertReport {
    /// Those that still hold, or could not be read again.
    pub failing: Vec<HeldAlert>,
    /// Those that recovered inside their window.
    pub recovered: Vec<HeldAlert>,
    /// How many recovered, listed or not.
    pub recovered_count: u64,
    /// Alert events counted and not listed, because the policy's limit was reached.
    pub beyond: u64,
}

/// What the boot before this one left untold: it ended before its own report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PreviousBoot {
    /// Its identity.
    pub identity: BootIdentity,
    /// The shutdown announced in it; `None`: it ended without one, as in a power cut.
    pub shutdown: Option<ShutdownKind>,
    /// How many boots in a row ended before their reports; their leavings are together here.
    pub boots: u32,
    /// Guests that had started.
    pub started: Vec<Guest>,
    /// Alerts that were held.
    pub alerts: Vec<HeldAlert>,
    /// Events counted and not listed, because the policy's limit was reached.
    pub beyond: u64,
}
