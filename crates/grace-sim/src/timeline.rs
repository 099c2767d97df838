//! Timelines: what happens on a host around its boot, as a TOML file.
//!
//! ```
//! use grace_sim::timeline::Timeline;
//!
//! let timeline = Timeline::parse(
//!     "nfs-late.toml",
//!     r#"
//!         title = "NFS comes late"
//!         [start]
//!         uptime = "25s"
//!         [[event]]
//!         at = "12s"
//!         type = "guest-started"
//!         id = "100"
//!         name = "web"
//!     "#,
//! )?;
//! assert_eq!(timeline.events.len(), 1);
//! # Ok::<(), grace_sim::timeline::TimelineError>(())
//! ```
//!
//! # The file
//! | table | key | value | |
//! | --- | --- | --- | --- |
//! | | `title` | text | what the timeline shows |
//! | `[start]` | `uptime` | span or `"unknown"` | of the host, when the program first starts |
//! | | (`unix_time`) | whole number | what the wall clock shows then, in seconds of Unix time |
//! | `[policy]` | any policy key | | what differs from the default policy, as in the program's configuration |
//! | | (`notifiers`) | names, such as `["mail", "chat"]` | the notifiers; without it there is one that has no name |
//! | `[[guest]]` | `id`, `name`, `kind` | as in an event | a guest that the host starts at boot. With none listed, which guests those are is not known, and none can be missing |
//! | `[[event]]` | `at`, `type`, … | | one step; steps stand in the order of time |
//!
//! A span is `"25s"`, `"1m 30s"`, `"179.999s"`, `"1d"`; none is longer than 366 days.
//!
//! # Steps
//! `at` is the time since the program first started, on the host's boot clock: it runs on through crashes,
//! reboots and suspends. Keys in brackets may be left out. What steps at `0s` that begin the list say of health,
//! journal, notifiers and the wall clock is so already when the program starts.
//!
//! | `type` | keys | what happens |
//! | --- | --- | --- |
//! | `guest-started` | `id` (`name` `kind` `autostart` `happened`) | a guest started |
//! | `guest-warned` | `id` `reason` (`action` `name` `kind` `autostart` `happened`) | a guest started or stopped, with warnings |
//! | `guest-failed` | `id` `reason` (`action` `name` `kind` `autostart` `happened`) | a guest did not start or stop |
//! | `guest-stopped` | `id` (`name` `kind` `autostart` `happened`) | a guest stopped |
//! | `alert` | `category` `key` `severity` `text` | something is wrong |
//! | `resolved` | `category` `key` (`severity` `text`) | what an alert told is over |
//! | `shutdown` | (`kind`) | the host will go down |
//! | `shutdown-cancelled` | | the host will not go down after all |
//! | `sweep-started` | | the host begins to start its guests |
//! | `sweep-finished` | | the host has started its guests |
//! | `take-guests` | | the program's owner takes the guest starts collected so far, to tell in a message of its own |
//! | `health` | one of `document` `unavailable` `slow` | what the health source answers from now on |
//! | `journal` | one of `text` `unavailable` (`priority` `identifier` `unit` `happened`) | a line is written; or: the journal cannot be read from now on |
//! | `notifier` | `down` (`name`) | from now on no notifier takes messages (`true`), or they do (`false`); with a name, that one of `notifiers` |
//! | `crash` | | the program dies at once, as by `kill -9` |
//! | `stop` | | the program is stopped cleanly, as by `systemctl stop` or a host that goes down |
//! | `restart` | (`boot` `uptime` `state`) | the program starts again; one that runs is stopped cleanly before |
//! | `clock-step` | `by` | the wall clock jumps |
//! | `note` | `text` | nothing changes; the words stand in the log and in the picture |
//! | `suspend` | `for` | boot time passes and nothing runs; steps that fall into it come when it ends |
//!
//! | key | value | default |
//! | --- | --- | --- |
//! | `id` | text: the guest's id | |
//! | `name` | text: the guest's name | the id |
//! | `kind` of a guest | `vm`, `ct` | `vm` |
//! | `autostart` | whether the host starts the guest at boot | not known |
//! | `happened` | span since the program first started, or before (`"-5s"`): when it really happened, or the line was written, at most `at` | `at` |
//! | `action` | `start`, `stop` | `start` |
//! | `reason` | text: why the guest failed, or of what it warned | |
//! | `category`, `key` | text: what the alert is about | |
//! | `severity` | `info`, `warning`, `critical` | of a recovery, `info` |
//! | `text` | text: the alert, the journal line or the note, in words | of a recovery, empty |
//! | `kind` of a shutdown | `power-off`, `reboot`, `halt`, `kexec`, `soft-reboot`, `unknown` | `unknown` |
//! | `document` | table: a whole health document, in either shape that [`grace_core::wire`] reads | |
//! | `unavailable` | text: why the source fails from now on | |
//! | `slow` | span: how long the health source takes to answer from now on; `"0s"` is at once again | |
//! | `priority` | 0 to 7, or `emerg`, `alert`, `crit`, `err`, `warning`, `notice`, `info`, `debug` | `err` |
//! | `identifier` | text: who wrote the line | none |
//! | `unit` | text: the unit that the line came from | none |
//! | `boot` | `same`, or `new` if the host rebooted | `same` |
//! | `uptime` | of a restart in a new boot, and needed there: as in `[start]` | |
//! | `state` | `kept`, or `lost` if the program finds its state directory empty | `kept` |
//! | `by` | signed span: `"-1d"`, `"+3h"` | |
//! | `for` | span | |

mod action;
mod error;
mod fields;
mod health;
mod parse;
mod span;
mod write;

use std::time::Duration;

use grace_core::{Event, Guest, JournalEntry, Policy, Text, Uptime};

pub use self::error::{TimelineError, TimelineErrorKind};
pub use self::health::HealthDocument;
pub use self::parse::parse_policy_file;

/// What happens on a host around one boot or more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "strategies build timelines field by field, and a new field must reach them"
)]
pub struct Timeline {
    /// What it shows.
    pub title: Text,
    /// How it begins.
    pub start: Start,
    /// The policy it runs under.
    pub policy: Policy,
    /// The names of the notifiers; empty if there is one without a name.
    pub notifiers: Vec<Text>,
    /// The guests the host starts at boot; empty if those are not known.
    pub guests: Vec<Guest>,
    /// What happens, in the order of time.
    pub events: Vec<Step>,
}

/// How a timeline begins: the program starts for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "strategies build timelines field by field, and a new field must reach them"
)]
pub struct Start {
    /// The host's uptime then; `None` if it cannot be read.
    pub uptime: Option<Uptime>,
    /// What the wall clock shows then, in whole seconds of Unix time; `None` if it does not matter.
    pub unix_time: Option<i64>,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "strategies build timelines field by field, and a new field must reach them"
)]
pub struct Step {
    /// When: since the program first started, on the host's boot clock.
    pub at: Duration,
    /// What.
    pub action: Action,
}

/// What happens in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new action must break every driver of timelines loudly"
)]
pub enum Action {
    /// An event for the machine to account for. Its own instant, if it has one, is on the boot timeline of
    /// the boot it falls in; where uptime is unknown, that timeline begins with the program.
    Event(Event),
    /// The host begins to start its guests.
    SweepStarted,
    /// The host has started its guests.
    SweepFinished,
    /// The program's owner takes the guest starts collected so far, to tell in a message of its own.
    TakeGuests,
    /// The health source answers otherwise from now on.
    Health(HealthChange),
    /// The journal changes.
    Journal(JournalChange),
    /// The notifier of this name, or every one, takes no messages from now on.
    NotifierDown(Option<Text>),
    /// The notifier of this name, or every one, takes messages again.
    NotifierUp(Option<Text>),
    /// The program dies at once.
    Crash,
    /// The program is stopped cleanly.
    Stop,
    /// The program starts again; one that still runs is stopped cleanly before.
    Restart {
        /// In which boot of the host.
        boot: Boot,
        /// What it finds in its state directory.
        state: SavedState,
    },
    /// The wall clock jumps. Boot time does not.
    ClockStep(ClockStep),
    /// The host sleeps: boot time passes and nothing runs.
    Suspend(Duration),
    /// Nothing changes; something is said, for whoever reads the log.
    Note(Text),
}

/// What a health source answers from some instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new change must break every driver of timelines")]
pub enum HealthChange {
    /// This document.
    Document(HealthDocument),
    /// Nothing: it fails, in these words.
    Unavailable(Text),
    /// The same, but so long after it was asked.
    Slow(Duration),
}

/// What changes about the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new change must break every driver of timelines")]
pub enum JournalChange {
    /// An entry is written. Its own instant, if it has one, is on the boot timeline, and at most the step's; the
    /// step's if it has none.
    Entry(JournalEntry),
    /// It cannot be read from now on, in these words.
    Unavailable(Text),
}

/// The boot of the host in which a program starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the host has rebooted or it has not")]
pub enum Boot {
    /// The one it ran in before.
    Same,
    /// A new one.
    New {
        /// The host's uptime at the start; `None` if it cannot be read.
        uptime: Option<Uptime>,
    },
}

/// What a program that starts again finds of what it had saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "state is there or it is not")]
pub enum SavedState {
    /// All of it.
    Kept,
    /// An empty directory.
    Lost,
}

/// A jump of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "time has these two directions")]
pub enum ClockStep {
    /// The clock shows a later time than it would have.
    Forward(Duration),
    /// The clock shows an earlier time than it would have.
    Back(Duration),
}

impl Timeline {
    /// The longest span in a timeline: 366 days.
    pub const LONGEST: Duration = Duration::from_secs(366 * 86_400);
}

impl Action {
    /// The step's `type` in a file.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Event(event) => event.name(),
            Self::SweepStarted => "sweep-started",
            Self::SweepFinished => "sweep-finished",
            Self::TakeGuests => "take-guests",
            Self::Health(_) => "health",
            Self::Journal(_) => "journal",
            Self::NotifierDown(_) | Self::NotifierUp(_) => "notifier",
            Self::Crash => "crash",
            Self::Stop => "stop",
            Self::Restart { .. } => "restart",
            Self::ClockStep(_) => "clock-step",
            Self::Suspend(_) => "suspend",
            Self::Note(_) => "note",
        }
    }
}
