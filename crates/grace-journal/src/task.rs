//! What a task of Proxmox VE means, whichever source tells of it. Pure: a task in, an occurrence out.

use grace_core::{
    Alert, Event, Guest, GuestAction, GuestKind, Happening, Note, Occurrence, Origin, Severity,
    Signal, Text,
};

use crate::upid::Upid;

/// How a task ended, by the rules of `PVE::UPID` in pve-common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskStatus {
    /// It did what it was to do.
    Ok,
    /// It did, and warned so many times.
    Warnings(u64),
    /// It failed, for this reason.
    Error(Text),
    /// It ended without a word: it was killed, or its host went down under it.
    CutOff,
    /// It runs, or how it ended is not said.
    Unknown,
}

impl TaskStatus {
    /// The status that a word of PVE's says: `OK`, `WARNINGS: 2`, `unexpected status`, nothing at all; any other
    /// is the reason of a failure.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word.trim() {
            "OK" => Self::Ok,
            "" => Self::Unknown,
            "unexpected status" => Self::CutOff,
            word => match word.strip_prefix("WARNINGS: ").and_then(number) {
                Some(count) => Self::Warnings(count),
                None => Self::Error(Text::new(word)),
            },
        }
    }

    /// The word that is the status of tasks' identities.
    const fn identity(&self) -> &'static str {
        match self {
            Self::Ok | Self::Unknown => "ok",
            Self::Warnings(_) => "warnings",
            Self::Error(_) | Self::CutOff => "error",
        }
    }
}

fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Who had a task run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Initiator {
    /// The host, which starts its guests after boot and stops them before it goes down.
    Autostart,
    /// Someone at the web interface, the API or the command line.
    Person,
    /// The high-availability manager.
    HighAvailability,
    /// It is not known: task files do not tell.
    #[default]
    Unknown,
}

/// The programs that run tasks, by the identifiers that they write to the journal under.
const PROGRAMS: [(&str, Initiator); 7] = [
    ("pve-guests", Initiator::Autostart),
    ("pvedaemon", Initiator::Person),
    ("pveproxy", Initiator::Person),
    ("qm", Initiator::Person),
    ("pct", Initiator::Person),
    ("pvesh", Initiator::Person),
    ("pve-ha-lrm", Initiator::HighAvailability),
];

impl Initiator {
    /// Who is behind a program of PVE's, by the identifier under which it writes to the journal.
    #[must_use]
    pub fn of(identifier: &str) -> Self {
        let known = PROGRAMS.iter().find(|(program, _)| *program == identifier);
        known.map_or(Self::Unknown, |(_, initiator)| *initiator)
    }

    /// The identifiers of all programs that are known.
    pub(crate) fn identifiers() -> impl Iterator<Item = &'static str> {
        PROGRAMS.iter().map(|(program, _)| *program)
    }
}

/// A task, as a source sees it begin or end.
///
/// What two sources tell of the same has the same identity: `begin:<UPID>`, and `ok:<UPID>`,
/// `warnings:<UPID>` or `error:<UPID>` for an end. The ends are told apart because a source may see a guest
/// run before its task has ended with warnings, or failed after all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) upid: &'a Upid,
    pub(crate) origin: Origin,
    pub(crate) initiator: Initiator,
}

/// What a task is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Job {
    Guest(GuestJob, GuestKind),
    StartAll,
    StopAll,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GuestJob {
    Start,
    Stop,
    /// Afterwards it runs, but what can go wrong is that it does not stop: a start of its own follows.
    Reboot,
    Migrate,
}

impl Job {
    /// The job of a task's type. What tells nothing of whether guests run is none: a request to the
    /// high-availability manager (`hastart`), a backup, a console.
    fn of(kind: &str) -> Option<Self> {
        use GuestKind::{Ct, Vm};
        Some(match kind {
            "qmstart" | "qmresume" => Self::Guest(GuestJob::Start, Vm),
            "vzstart" | "vzresume" => Self::Guest(GuestJob::Start, Ct),
            // A guest that is suspended does nothing until it is resumed.
            "qmstop" | "qmshutdown" | "qmsuspend" => Self::Guest(GuestJob::Stop, Vm),
            "vzstop" | "vzshutdown" | "vzsuspend" => Self::Guest(GuestJob::Stop, Ct),
            "qmreboot" => Self::Guest(GuestJob::Reboot, Vm),
            "vzreboot" => Self::Guest(GuestJob::Reboot, Ct),
            "qmigrate" => Self::Guest(GuestJob::Migrate, Vm),
            "vzmigrate" => Self::Guest(GuestJob::Migrate, Ct),
            "startall" => Self::StartAll,
            "stopall" => Self::StopAll,
            _ => return None,
        })
    }
}

impl Task<'_> {
    /// What it means that the task has begun. It happened when the task's process started, by the host's own
    /// ticks.
    pub(crate) fn begun(&self) -> Option<Occurrence> {
        let what: Happening = match Job::of(&self.upid.kind)? {
            Job::StartAll => Signal::SweepStarted.into(),
            Job::StopAll => Note::GuestsStopping.into(),
            Job::Guest(job, kind) => {
                let guest = self.guest(job, kind)?;
                match job {
                    GuestJob::Start => Note::GuestStarting(guest),
                    GuestJob::Stop | GuestJob::Reboot => Note::GuestStopping(guest),
                    GuestJob::Migrate => Note::GuestMigrating(guest),
                }
                .into()
            }
        };
        let identity = format!("begin:{}", self.upid);
        Some(Occurrence::new(self.origin, what).at(self.upid.started).identified(identity))
    }

    /// What it means that the task has ended so. `detail` is what the task's own log says of it, if it was read.
    pub(crate) fn ended(&self, status: &TaskStatus, detail: &str) -> Option<Occurrence> {
        let what: Happening = match Job::of(&self.upid.kind)? {
            // It is over whatever came of it: which guests did not start, their own tasks tell.
            Job::StartAll => Signal::SweepFinished.into(),
            Job::StopAll => Note::GuestsStopped.into(),
            Job::Guest(job, kind) => guest_ended(job, self.guest(job, kind)?, status, detail)?,
        };
        let identity = format!("{}:{}", status.identity(), self.upid);
        Some(Occurrence::new(self.origin, what).identified(identity))
    }

    /// Whether the task starts a guest of this id.
    pub(crate) fn starts(&self, kind: GuestKind, id: &str) -> bool {
        self.upid.id == *id && Job::of(&self.upid.kind) == Some(Job::Guest(GuestJob::Start, kind))
    }

    /// Whether there is more to be learnt from the task's log than from its status.
    pub(crate) fn has_reasons(&self, status: &TaskStatus) -> bool {
        let says_why = matches!(status, TaskStatus::Warnings(_) | TaskStatus::Error(_));
        says_why && matches!(Job::of(&self.upid.kind), Some(Job::Guest(..)))
    }

    /// The guest, by its id for a name: a task does not know the name.
    fn guest(&self, job: GuestJob, kind: GuestKind) -> Option<Guest> {
        let id = &self.upid.id;
        if id.is_empty() {
            return None;
        }
        let guest = Guest::new(id, id, kind);
        Some(match (job, self.initiator) {
            (GuestJob::Start, Initiator::Autostart) => guest.with_autostart(true),
            (GuestJob::Start, Initiator::Person) => guest.with_autostart(false),
            _ => guest,
        })
    }
}

fn guest_ended(
    job: GuestJob,
    guest: Guest,
    status: &TaskStatus,
    detail: &str,
) -> Option<Happening> {
    let failed = match status {
        TaskStatus::Error(status) => Some(with_detail(status, detail)),
        TaskStatus::CutOff => Some(Text::literal("the task was cut off before it ended")),
        TaskStatus::Ok | TaskStatus::Warnings(_) | TaskStatus::Unknown => None,
    };
    let warned = match status {
        TaskStatus::Warnings(1) => Some(with_detail("1 warning", detail)),
        TaskStatus::Warnings(count) => Some(with_detail(&format!("{count} warnings"), detail)),
        _ => None,
    };
    // Only `stopall` tells of an end without a status, of the guests it stops: their processes are gone.
    if *status == TaskStatus::Unknown && job != GuestJob::Stop {
        return None;
    }
    let at = None;
    let event = match (job, failed, warned) {
        (GuestJob::Migrate, Some(reason), _) => Event::Alert(not_migrated(&guest, &reason)),
        (GuestJob::Migrate, None, _) => return Some(Note::GuestMigrated(guest).into()),
        (_, Some(reason), _) => {
            let action = match job {
                GuestJob::Start => GuestAction::Start,
                _ => GuestAction::Stop,
            };
            Event::GuestFailed { guest, action, reason, at }
        }
        (GuestJob::Stop, None, Some(reason)) => {
            Event::GuestWarned { guest, action: GuestAction::Stop, reason, at }
        }
        (_, None, Some(reason)) => {
            Event::GuestWarned { guest, action: GuestAction::Start, reason, at }
        }
        (GuestJob::Stop, None, None) => Event::GuestStopped { guest, at },
        (_, None, None) => Event::GuestStarted { guest, at },
    };
    Some(event.into())
}

fn not_migrated(guest: &Guest, reason: &str) -> Alert {
    let text = format!("{} {} was not migrated: {reason}", guest.kind.label(), guest.id);
    Alert::new("vms", format!("migrate {}", guest.id), Severity::Warning, text)
}

fn with_detail(status: &str, detail: &str) -> Text {
    if detail.is_empty() { Text::new(status) } else { Text::new(format!("{status}: {detail}")) }
}

#[cfg(test)]
mod tests;
