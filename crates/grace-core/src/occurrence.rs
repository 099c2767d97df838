//! What a source saw happen on the host.

use core::fmt;

use crate::{Event, Gap, Guest, ShutdownKind, Signal, Text, Uptime};

/// One thing that a source saw happen on the host: when, where it was read, and what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Occurrence {
    /// When it happened, on the boot timeline, if the source says.
    pub at: Option<Uptime>,
    /// Where it was read.
    pub origin: Origin,
    /// What makes it itself, however often and wherever it is read: two occurrences of one identity are one
    /// thing seen twice. `None` is a thing that no other source can see.
    pub identity: Option<Text>,
    /// What happened.
    pub what: Happening,
    /// The source's own words; empty if it has none.
    pub text: Text,
}

impl Occurrence {
    /// Something read at `origin`, of which it is not known when it happened.
    #[must_use]
    pub fn new(origin: Origin, what: impl Into<Happening>) -> Self {
        Self { at: None, origin, identity: None, what: what.into(), text: Text::default() }
    }

    /// The same, happened at `at`.
    #[must_use]
    pub fn at(mut self, at: Uptime) -> Self {
        self.at = Some(at);
        self
    }

    /// The same, and what makes it itself.
    #[must_use]
    pub fn identified(mut self, identity: impl AsRef<str>) -> Self {
        self.identity = Some(Text::bounded(identity.as_ref(), Text::LIMIT));
        self
    }

    /// The same, in the source's words.
    #[must_use]
    pub fn saying(mut self, words: impl AsRef<str>) -> Self {
        self.text = Text::new(words);
        self
    }

    /// The event for the machine, if it is one, with the time at which it happened.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        let Happening::Event(event) = &self.what else { return None };
        Some(match self.at {
            Some(at) => event.clone().happened(at),
            None => event.clone(),
        })
    }
}

/// Where an occurrence was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The systemd journal.
    Journal,
    /// The task files of Proxmox VE.
    Tasks,
    /// systemd or logind, over D-Bus.
    Bus,
    /// Several of these, of which the whole is told.
    Several,
}

impl Origin {
    /// `journal`, `tasks`, `bus` or `several`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Tasks => "tasks",
            Self::Bus => "bus",
            Self::Several => "several",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// Something for the machine to decide on.
    Event(Event),
    /// Something that moves the machine's windows.
    Signal(Signal),
    /// Something that explains what happens around it, and changes no decision.
    Note(Note),
    /// Something that could not be read.
    Gap(Gap),
    /// All that had happened when the source was opened has come; what follows is news.
    CaughtUp,
}

impl Happening {
    /// Its name in logs and JSON: the event's, the signal's or the note's, `gap` or `caught-up`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Event(event) => event.name(),
            Self::Signal(Signal::SweepStarted) => "sweep-started",
            Self::Signal(Signal::SweepFinished) => "sweep-finished",
            Self::Signal(Signal::Health(_)) => "health",
            Self::Signal(Signal::NetworkUp) => "network-up",
            Self::Note(note) => note.name(),
            Self::Gap(_) => "gap",
            Self::CaughtUp => "caught-up",
        }
    }

    /// The guest it is about, if it is about one.
    #[must_use]
    pub const fn guest(&self) -> Option<&Guest> {
        match self {
            Self::Event(event) => event.guest(),
            Self::Note(note) => note.guest(),
            Self::Signal(_) | Self::Gap(_) | Self::CaughtUp => None,
        }
    }

    /// The guest it is about, to be given what its source did not know of it.
    #[must_use]
    pub const fn guest_mut(&mut self) -> Option<&mut Guest> {
        match self {
            Self::Event(
                Event::GuestStarted { guest, .. }
                | Event::GuestWarned { guest, .. }
                | Event::GuestFailed { guest, .. }
                | Event::GuestStopped { guest, .. },
            )
            | Self::Note(
                Note::GuestStarting(guest)
                | Note::GuestStopping(guest)
                | Note::GuestMigrating(guest)
                | Note::GuestMigrated(guest),
            ) => Some(guest),
            _ => None,
        }
    }
}

impl From<Event> for Happening {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

impl From<Signal> for Happening {
    fn from(signal: Signal) -> Self {
        Self::Signal(signal)
    }
}

impl From<Note> for Happening {
    fn from(note: Note) -> Self {
        Self::Note(note)
    }
}

impl From<Gap> for Happening {
    fn from(gap: Gap) -> Self {
        Self::Gap(gap)
    }
}

/// Something that explains what happens around it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// systemd has started all that it was to start.
    StartupFinished,
    /// A guest has begun to start.
    GuestStarting(Guest),
    /// A guest has begun to stop.
    GuestStopping(Guest),
    /// A guest has begun to move to another host.
    GuestMigrating(Guest),
    /// A guest runs on another host now.
    GuestMigrated(Guest),
    /// The host has begun to stop its guests.
    GuestsStopping,
    /// The host has stopped its guests.
    GuestsStopped,
    /// The host will go down later, at a time that was set.
    ShutdownScheduled(ShutdownKind),
    /// The wall clock was set.
    ClockChanged,
    /// The host is about to sleep.
    Sleeping,
    /// The host has woken up.
    Resumed,
}

impl Note {
    /// The note's name in logs and JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::StartupFinished => "startup-finished",
            Self::GuestStarting(_) => "guest-starting",
            Self::GuestStopping(_) => "guest-stopping",
            Self::GuestMigrating(_) => "guest-migrating",
            Self::GuestMigrated(_) => "guest-migrated",
            Self::GuestsStopping => "guests-stopping",
            Self::GuestsStopped => "guests-stopped",
            Self::ShutdownScheduled(_) => "shutdown-scheduled",
            Self::ClockChanged => "clock-changed",
            Self::Sleeping => "sleeping",
            Self::Resumed => "resumed",
        }
    }

    /// The guest it is about, if it is about one.
    #[must_use]
    pub const fn guest(&self) -> Option<&Guest> {
        match self {
            Self::GuestStarting(guest)
            | Self::GuestStopping(guest)
            | Self::GuestMigrating(guest)
            | Self::GuestMigrated(guest) => Some(guest),
            _ => None,
        }
    }
}
