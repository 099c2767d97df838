//! A recording as a timeline.

use std::time::Duration;

use grace_core::{Event, Happening, JournalEntry, Note, Occurrence, Policy, Signal, Text, Uptime};
use grace_sim::timeline::{Action, ClockStep, HealthChange, JournalChange, Start, Step, Timeline};

use super::Recording;
use super::recording::{Moment, Recorded};
use crate::words::span;

/// Why a health source has no answer in a replayed boot.
const NO_HEALTH: &str = "health is not recorded in a journal";

impl Recording {
    /// The recording as a timeline: the program starts at `start`, or else at [`Self::userspace`], under
    /// `policy`.
    ///
    /// What was recorded before the start comes right at it, as the program's own reading of the journal
    /// would bring it, and has its own instants. The recording's end is a note; where the host was going down by
    /// then, the program stops with it, and else the windows that are open run out. Health is unavailable.
    #[must_use]
    pub fn timeline(&self, policy: Policy, start: Option<Uptime>) -> Timeline {
        let start = start.unwrap_or_else(|| self.userspace());
        let mut steps = vec![Step {
            at: Duration::ZERO,
            action: Action::Health(HealthChange::Unavailable(Text::literal(NO_HEALTH))),
        }];
        let moments = self.moments().iter().filter_map(|moment| {
            let at = moment.at.saturating_since(start);
            let action = action(moment, start)?;
            Some(Step { at, action })
        });
        steps.extend(moments);
        let at = self.end().saturating_since(start);
        steps.push(Step { at, action: Action::Note(Text::literal("the recording ends")) });
        if self.goes_down() {
            steps.push(Step { at, action: Action::Stop });
        }
        Timeline {
            notifiers: Vec::new(),
            title: Text::new(self.title()),
            start: Start { uptime: Some(start), unix_time: self.unix_time(start) },
            policy,
            guests: Vec::new(),
            events: steps,
        }
    }

    /// The recording in one line: which boot, when, how long.
    #[must_use]
    pub fn title(&self) -> String {
        let boot = match self.boot() {
            Some(boot) => format!("Boot {boot}"),
            None => "A boot".to_string(),
        };
        let booted = self.booted_unix().and_then(|secs| jiff::Timestamp::from_second(secs).ok());
        let booted = booted.map(|booted| format!(" of {booted}")).unwrap_or_default();
        format!("{boot}{booted}, recorded until {} after boot", span(self.end().since_boot()))
    }

    /// Whether the host was going down when the recording ended.
    #[must_use]
    pub fn goes_down(&self) -> bool {
        let events = self.moments().iter().rev().filter_map(|moment| match &moment.what {
            Recorded::Happened(Occurrence { what: Happening::Event(event), .. }) => Some(event),
            _ => None,
        });
        let mut shutdowns = events.filter_map(|event| match event {
            Event::Shutdown(_) => Some(true),
            Event::ShutdownCancelled => Some(false),
            _ => None,
        });
        shutdowns.next().unwrap_or(false)
    }

    /// What the wall clock showed at `start`, in whole seconds of Unix time.
    fn unix_time(&self, start: Uptime) -> Option<i64> {
        let steps = self.moments().iter().take_while(|moment| moment.at <= start);
        let stepped: i64 = steps
            .map(|moment| match moment.what {
                Recorded::ClockStep(ClockStep::Forward(by)) => seconds(by),
                Recorded::ClockStep(ClockStep::Back(by)) => -seconds(by),
                _ => 0,
            })
            .sum();
        let booted = self.booted_unix()?;
        Some(booted.saturating_add(seconds(start.since_boot())).saturating_add(stepped))
    }
}

fn seconds(span: Duration) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
}

/// What a moment is in a timeline; nothing for what changes nothing and explains little.
fn action(moment: &Moment, start: Uptime) -> Option<Action> {
    let is_past = moment.at <= start;
    Some(match &moment.what {
        Recorded::Happened(occurrence) => return occurred(occurrence, moment.at, is_past),
        Recorded::Error(entry) => Action::Journal(JournalChange::Entry(written(entry, moment.at))),
        // The clocks at the start have both in them.
        Recorded::ClockStep(_) | Recorded::Slept(_) if is_past => return None,
        Recorded::ClockStep(step) => Action::ClockStep(*step),
        Recorded::Slept(span) => Action::Suspend(*span),
    })
}

fn occurred(occurrence: &Occurrence, seen: Uptime, is_past: bool) -> Option<Action> {
    match &occurrence.what {
        Happening::Event(event) => {
            let happened = occurrence.at.unwrap_or(seen).min(seen);
            let is_told_late = is_past || happened < seen;
            let event = event.clone();
            Some(Action::Event(if is_told_late { event.happened(happened) } else { event }))
        }
        Happening::Signal(Signal::SweepStarted) => Some(Action::SweepStarted),
        Happening::Signal(Signal::SweepFinished) => Some(Action::SweepFinished),
        Happening::Note(note) => note_words(note).map(Action::Note),
        Happening::Gap(gap) => Some(Action::Note(Text::new(format!("not known: {gap}")))),
        _ => None,
    }
}

fn written(entry: &JournalEntry, at: Uptime) -> JournalEntry {
    let mut entry = entry.clone();
    entry.at = Some(entry.at.unwrap_or(at).min(at));
    entry
}

/// A note in words. What each guest is about to do is left out: what it did is told by its events.
fn note_words(note: &Note) -> Option<Text> {
    Some(match note {
        Note::StartupFinished => Text::literal("systemd has started all that it was to start"),
        Note::GuestsStopping => Text::literal("the host begins to stop its guests"),
        Note::GuestsStopped => Text::literal("the host has stopped its guests"),
        Note::ShutdownScheduled(kind) => {
            Text::new(format!("a shutdown is scheduled: {}", kind.as_str()))
        }
        Note::GuestMigrating(guest) => Text::new(format!("{guest} begins to move to another host")),
        Note::GuestMigrated(guest) => Text::new(format!("{guest} runs on another host now")),
        _ => return None,
    })
}
