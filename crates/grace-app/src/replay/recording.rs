//! What is kept of one recorded boot.

use std::collections::BTreeMap;
use std::time::Duration;

use grace_core::{BootId, Gap, GuestId, JournalEntry, Occurrence, Text, Uptime};
use grace_sim::timeline::ClockStep;

/// One boot of a host, as far as its journal tells what a run needs to know.
///
/// It is bounded: past its [`Limits`] what comes is counted and not kept, and whoever shows the run says so.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    limits: Limits,
    boot: Option<BootId>,
    /// The wall clock at boot, in microseconds of Unix time, as the first entry has it.
    booted_unix_micros: Option<i64>,
    begin: Option<Uptime>,
    userspace: Option<Uptime>,
    end: Uptime,
    entries: u64,
    moments: Vec<Moment>,
    occurrences: Bounded,
    errors: Bounded,
    gaps: Vec<Gap>,
}

/// How much of a recording is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is what a caller asks for, field by field")]
pub struct Limits {
    /// Things that happened. 100,000.
    pub occurrences: u64,
    /// The journal's errors. 10,000.
    pub errors: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { occurrences: 100_000, errors: 10_000 }
    }
}

/// How much of something is kept.
#[derive(Debug, Clone, Copy, Default)]
struct Bounded {
    kept: u64,
    left_out: u64,
    /// Where the first stood that was left out.
    from: Option<Uptime>,
}

/// What was counted and not kept, for there was too much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// How much.
    pub count: u64,
    /// Since when nothing was kept any more.
    pub from: Uptime,
}

/// Something in a recording, and when the journal had it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moment {
    pub(super) at: Uptime,
    pub(super) what: Recorded,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Recorded {
    Happened(Occurrence),
    Error(JournalEntry),
    ClockStep(ClockStep),
    Slept(Duration),
}

impl Recording {
    /// A recording that holds nothing yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Something happened, and the journal had it at `at`. What is told of an earlier instant than the moment
    /// before is taken to have come right after that.
    pub fn happened(&mut self, at: Uptime, occurrence: Occurrence) {
        if self.occurrences.keeps(self.limits.occurrences, at) {
            self.push(at, Recorded::Happened(occurrence));
        } else {
            self.goes_on_until(at);
        }
    }

    /// The journal had an error at `at`.
    pub fn error(&mut self, at: Uptime, entry: JournalEntry) {
        if self.errors.keeps(self.limits.errors, at) {
            self.push(at, Recorded::Error(entry));
        } else {
            self.goes_on_until(at);
        }
    }

    /// A part of the journal could not be read.
    pub fn add_gaps(&mut self, gaps: impl IntoIterator<Item = Gap>) {
        self.gaps.extend(gaps);
    }

    /// Gives the guests their names, which a journal seldom has. One that has a name of its own keeps it.
    pub fn name_guests(&mut self, names: &BTreeMap<GuestId, Text>) {
        for moment in &mut self.moments {
            let Recorded::Happened(occurrence) = &mut moment.what else { continue };
            if let Some(guest) = occurrence.what.guest_mut()
                && guest.name == guest.id.as_str()
                && let Some(name) = names.get(&guest.id)
            {
                guest.name = name.clone();
            }
        }
    }

    /// Which boot it is of, if the journal says.
    #[must_use]
    pub const fn boot(&self) -> Option<BootId> {
        self.boot
    }

    /// The wall clock at boot, in whole seconds of Unix time, if the journal says.
    #[must_use]
    pub fn booted_unix(&self) -> Option<i64> {
        self.booted_unix_micros.map(|micros| micros.div_euclid(1_000_000))
    }

    /// The first instant that is recorded. A journal that was cut to size may begin long after its boot.
    #[must_use]
    pub fn begin(&self) -> Uptime {
        self.begin.unwrap_or_default()
    }

    /// When user space began: the first entry that systemd wrote, or else the first of all.
    #[must_use]
    pub fn userspace(&self) -> Uptime {
        self.userspace.unwrap_or(self.begin())
    }

    /// The last instant that is recorded.
    #[must_use]
    pub const fn end(&self) -> Uptime {
        self.end
    }

    /// How many entries were read.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// The things that happened and were not kept, if there are any.
    #[must_use]
    pub fn occurrences_left_out(&self) -> Option<LeftOut> {
        self.occurrences.left_out()
    }

    /// The journal's errors that were not kept, if there are any.
    #[must_use]
    pub fn errors_left_out(&self) -> Option<LeftOut> {
        self.errors.left_out()
    }

    /// What could not be read.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    pub(super) fn moments(&self) -> &[Moment] {
        &self.moments
    }

    pub(super) fn is_of(&mut self, boot: BootId) {
        self.boot.get_or_insert(boot);
    }

    pub(super) fn booted_at(&mut self, unix_micros: i64) {
        self.booted_unix_micros.get_or_insert(unix_micros);
    }

    pub(super) fn userspace_began(&mut self, at: Uptime) {
        self.userspace.get_or_insert(at);
    }

    pub(super) fn count_entry(&mut self, at: Uptime) {
        self.entries += 1;
        self.goes_on_until(at);
    }

    pub(super) fn clock_stepped(&mut self, at: Uptime, step: ClockStep) {
        self.push(at, Recorded::ClockStep(step));
    }

    /// The host slept from `from` on for so long.
    pub(super) fn slept(&mut self, from: Uptime, span: Duration) {
        self.push(from, Recorded::Slept(span));
    }

    fn push(&mut self, at: Uptime, what: Recorded) {
        self.goes_on_until(at);
        let last = self.moments.last().map_or(Uptime::ZERO, |moment| moment.at);
        self.moments.push(Moment { at: at.max(last), what });
    }

    fn goes_on_until(&mut self, at: Uptime) {
        self.begin.get_or_insert(at);
        self.end = self.end.max(at);
    }
}

impl Bounded {
    /// Counts one more, at `at`. Whether it is to be kept, where `limit` are.
    fn keeps(&mut self, limit: u64, at: Uptime) -> bool {
        let keeps = self.kept < limit;
        if keeps {
            self.kept += 1;
        } else {
            self.left_out += 1;
            self.from.get_or_insert(at);
        }
        keeps
    }

    fn left_out(&self) -> Option<LeftOut> {
        self.from.map(|from| LeftOut { count: self.left_out, from })
    }
}
