//! A boot's journal, entry by entry, into a recording.

use std::time::Duration;

use grace_core::{Happening, Note, Occurrence, Priority, Uptime};
use grace_journal::{Classifier, Record, Suspensions};
use grace_sim::timeline::ClockStep;

use super::{Limits, Recording};

/// Reads the entries of one boot, in the journal's order, and keeps of them what a run needs.
#[derive(Debug)]
pub struct Reader {
    classifier: Classifier,
    suspensions: Suspensions,
    recording: Recording,
    /// How long the host had slept by the last entry.
    asleep: Duration,
    /// The wall clock at boot, by the last entry.
    booted: Option<i64>,
}

/// Steps of the wall clock shorter than this are not told: it is a label in whole seconds.
const SHORTEST_STEP: Duration = Duration::from_secs(1);

impl Reader {
    /// One that has read nothing yet.
    #[must_use]
    pub fn new(classifier: Classifier, limits: Limits) -> Self {
        Self {
            classifier,
            suspensions: Suspensions::default(),
            recording: Recording::new(limits),
            asleep: Duration::ZERO,
            booted: None,
        }
    }

    /// Reads the next entry.
    pub fn read(&mut self, record: &Record) {
        let at = self.suspensions.place(record).unwrap_or_else(|| self.recording.end());
        self.recording.count_entry(at);
        if let Some(boot) = record.boot {
            self.recording.is_of(boot);
        }
        if record.identifier == "systemd" {
            self.recording.userspace_began(at);
        }
        self.sleep(at, record);
        if record.priority.is_some_and(|priority| priority <= Priority::ERR) {
            let mut entry = record.entry();
            entry.at = Some(at);
            self.recording.error(at, entry);
        }
        if let Some(occurrence) = self.classifier.classify(record) {
            self.happened(at, record, occurrence);
        }
        if let Some(booted) = booted(record, at) {
            self.recording.booted_at(booted);
            self.booted = Some(booted);
        }
    }

    /// What was read.
    #[must_use]
    pub fn finish(self) -> Recording {
        self.recording
    }

    /// Where the entry lies later than the journal's clock says by more than those before it, the host slept.
    fn sleep(&mut self, at: Uptime, record: &Record) {
        let Some(monotonic) = record.monotonic else { return };
        let asleep = at.saturating_since(monotonic);
        let slept = asleep.saturating_sub(self.asleep);
        if !slept.is_zero() {
            self.asleep = asleep;
            self.recording.slept(at.saturating_sub(slept), slept);
        }
    }

    fn happened(&mut self, at: Uptime, record: &Record, mut occurrence: Occurrence) {
        if occurrence.what == Happening::Note(Note::ClockChanged)
            && let (Some(before), Some(now)) = (self.booted, booted(record, at))
        {
            let by = Duration::from_micros(now.abs_diff(before));
            let step = if now < before { ClockStep::Back(by) } else { ClockStep::Forward(by) };
            if by >= SHORTEST_STEP {
                self.recording.clock_stepped(at, step);
            }
        }
        // An instant that is the entry's own is on the clock that stands still; any other is the host's.
        if occurrence.at == record.monotonic {
            occurrence.at = Some(at);
        }
        self.recording.happened(at, occurrence);
    }
}

/// The wall clock at boot, by the entry at `at`, in microseconds of Unix time.
fn booted(record: &Record, at: Uptime) -> Option<i64> {
    let unix = i64::try_from(record.unix_micros?).ok()?;
    let since_boot = i64::try_from(at.since_boot().as_micros()).ok()?;
    Some(unix.saturating_sub(since_boot))
}
