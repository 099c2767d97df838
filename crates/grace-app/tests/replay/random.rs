//! Any recording, under any policy: the laws hold, and a file can tell of it.

use grace::replay::{Limits, Recording};
use grace::simulate::witness;
use grace_core::{
    Alert, Event, Gap, GapKind, Guest, GuestAction, GuestKind, Happening, JournalEntry, Note,
    Occurrence, Origin, Severity, ShutdownKind, Signal, Text, Uptime,
};
use grace_sim::strategy::timeline_from_seed;
use grace_sim::timeline::Timeline;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// The journal had this at so many milliseconds after boot; it had happened so many before.
#[derive(Debug, Clone)]
struct Told {
    at: u64,
    late: Option<u64>,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Happened(Happening),
    Error,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_recording_under_any_policy_keeps_the_laws_and_can_be_written(
        told in vec(told(), 0..40),
        start in option::of(0_u64..900_000),
        policy in any::<u64>(),
    ) {
        let mut recording = Recording::new(Limits::default());
        for told in told {
            told.to(&mut recording);
        }
        let policy = timeline_from_seed(policy).policy;
        let start = start.map(Uptime::from_millis).map(|start| start.min(recording.end()));
        let timeline = recording.timeline(policy, start);
        let seen = witness(&timeline).expect("a runtime");
        prop_assert_eq!(seen.violations(), []);
        prop_assert_eq!(Timeline::parse("boot.toml", &timeline.to_toml()), Ok(timeline));
    }
}

impl Told {
    fn to(self, recording: &mut Recording) {
        let at = Uptime::from_millis(self.at);
        match self.what {
            What::Error => recording.error(at, JournalEntry::new("an error").written("kernel", at)),
            What::Happened(what) => {
                let mut occurrence = Occurrence::new(Origin::Journal, what);
                occurrence.at =
                    self.late.map(|late| Uptime::from_millis(self.at.saturating_sub(late)));
                recording.happened(at, occurrence);
            }
        }
    }
}

fn told() -> impl Strategy<Value = Told> {
    let what = prop_oneof![
        1 => Just(What::Error),
        8 => event().prop_map(|event| What::Happened(event.into())),
        2 => other().prop_map(What::Happened),
    ];
    (0_u64..900_000, option::of(0_u64..60_000), what).prop_map(|(at, late, what)| Told {
        at,
        late,
        what,
    })
}

fn event() -> impl Strategy<Value = Event> {
    let guest = (100_u32..105).prop_map(|id| {
        let id = id.to_string();
        Guest::new(&id, &id, GuestKind::Vm)
    });
    (guest, 0_u8..9, alert()).prop_map(|(guest, kind, alert)| {
        let (at, reason) = (None, Text::literal("no such volume"));
        match kind {
            0 | 1 => Event::GuestStarted { guest, at },
            2 => Event::GuestFailed { guest, action: GuestAction::Start, reason, at },
            3 => Event::GuestWarned { guest, action: GuestAction::Stop, reason, at },
            4 => Event::GuestStopped { guest, at },
            5 => Event::Alert(alert),
            6 => Event::Resolved(alert),
            7 => Event::Shutdown(ShutdownKind::Reboot),
            _ => Event::ShutdownCancelled,
        }
    })
}

fn alert() -> impl Strategy<Value = Alert> {
    let category = prop::sample::select(vec!["services", "storage", "vms", "disks"]);
    let key = prop::sample::select(vec!["a", "b"]);
    let severity = prop::sample::select(Severity::ALL.to_vec());
    (category, key, severity)
        .prop_map(|(category, key, severity)| Alert::new(category, key, severity, "it failed"))
}

fn other() -> impl Strategy<Value = Happening> {
    prop::sample::select(vec![
        Happening::Signal(Signal::SweepStarted),
        Happening::Signal(Signal::SweepFinished),
        Happening::Note(Note::StartupFinished),
        Happening::Gap(Gap::new(GapKind::EventsIncomplete, "too long")),
        Happening::CaughtUp,
    ])
}
