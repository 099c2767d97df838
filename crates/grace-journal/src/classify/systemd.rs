//! What systemd and its daemons write to the journal, by the ids of their messages.
//!
//! The ids are those of systemd's `sd-messages.h`, and the fields those of its catalogue and sources.

use grace_core::{Event, Happening, Note, Occurrence, Origin, ShutdownKind};

use super::guests::GuestName;
use super::is_from;
use super::pve::Tasks;
use super::rules::Rules;
use super::units::{Change, Units};
use crate::record::Record;
use crate::suspensions::{SLEEP_START, SLEEP_STOP};

/// A message that means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    StartupFinished,
    ClockChanged,
    Sleeping,
    Resumed,
    /// The host goes down now.
    Shutdown,
    ShutdownScheduled,
    ShutdownCancelled,
    Unit(Change),
    MachineStarted,
    MachineStopped,
}

/// What is known by the id of its message.
const MESSAGES: [(&str, Message); 14] = [
    ("b07a249cd024414a82dd00cd181378ff", Message::StartupFinished),
    ("c7a787079b354eaaa9e77b371893cd27", Message::ClockChanged),
    (SLEEP_START, Message::Sleeping),
    (SLEEP_STOP, Message::Resumed),
    ("98268866d1d54a499c4e98921d93bc40", Message::Shutdown),
    ("9e7066279dc8403da79ce4b1a69064b2", Message::ShutdownScheduled),
    ("249f6fb9e6e2428c96f3f0875681ffa3", Message::ShutdownCancelled),
    ("39f53479d3a045ac8e11786248231fbf", Message::Unit(Change::Started)),
    ("9d1aaa27d60140bd96365438aad20286", Message::Unit(Change::Stopped)),
    ("7ad2d189f7e94e70a38c781354912448", Message::Unit(Change::Stopped)),
    ("be02cf6855d2428ba40df7e9d022f03d", Message::Unit(Change::StartFailed)),
    ("d9b373ed55a64feb8242e02dbe79a49c", Message::Unit(Change::Failed)),
    ("24d8d4452573402496068381a6312df2", Message::MachineStarted),
    ("58432bd3bace477cb514b56381b8a758", Message::MachineStopped),
];

impl Message {
    pub(super) fn of(id: &str) -> Option<Self> {
        MESSAGES.iter().find(|(known, _)| *known == id).map(|(_, message)| *message)
    }

    /// The ids of all that is known.
    pub(super) fn ids() -> impl Iterator<Item = &'static str> {
        MESSAGES.iter().map(|(id, _)| *id)
    }

    pub(super) fn read(
        self,
        record: &Record,
        rules: &Rules,
        units: &mut Units,
        tasks: &mut Tasks,
    ) -> Option<Occurrence> {
        if !self.is_believed(record) {
            return None;
        }
        let seen = |what: Happening| Some(Occurrence::new(Origin::Journal, what));
        match self {
            Self::StartupFinished => seen(Note::StartupFinished.into()),
            Self::ClockChanged => seen(Note::ClockChanged.into()),
            Self::Sleeping => seen(Note::Sleeping.into()),
            Self::Resumed => seen(Note::Resumed.into()),
            Self::Shutdown => seen(Event::Shutdown(shutdown(&record.shutdown)).into()),
            Self::ShutdownScheduled => {
                seen(Note::ShutdownScheduled(shutdown(&record.action)).into())
            }
            Self::ShutdownCancelled => seen(Event::ShutdownCancelled.into()),
            Self::Unit(change) => units.read(change, record, rules, tasks),
            Self::MachineStarted => units.guest_started(&GuestName::of_machine(&record.machine)?),
            Self::MachineStopped => units.guest_stopped(&GuestName::of_machine(&record.machine)?),
        }
    }

    fn is_believed(self, record: &Record) -> bool {
        match self {
            Self::Shutdown | Self::ShutdownScheduled | Self::ShutdownCancelled => {
                record.unit == "systemd-logind.service"
            }
            Self::MachineStarted | Self::MachineStopped => {
                record.unit == "systemd-machined.service"
            }
            // systemd itself, timedated and systemd-sleep are root's.
            _ => is_from(record, &["init.scope"]),
        }
    }
}

/// How the host goes down, as logind writes it: `SHUTDOWN=power-off`, but `ACTION=poweroff`.
fn shutdown(word: &str) -> ShutdownKind {
    match word {
        "poweroff" => ShutdownKind::PowerOff,
        word => ShutdownKind::parse(word).unwrap_or_default(),
    }
}
