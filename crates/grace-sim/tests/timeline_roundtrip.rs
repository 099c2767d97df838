//! A timeline written as a file is read back as itself, and no text makes the reader panic.

use std::time::Duration;

use grace_core::{
    Adaptive, Alert, Anchor, CategoryRule, Event, Guest, GuestAction, GuestKind, JournalEntry,
    Policy, Priority, RestartPolicy, Severity, ShutdownKind, Text, Uptime,
};
use grace_sim::timeline::{
    Action, Boot, ClockStep, HealthChange, HealthDocument, JournalChange, SavedState, Start, Step,
    Timeline,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_written_is_read_back(timeline in timelines()) {
        let text = timeline.to_toml();
        let read = Timeline::parse("random.toml", &text);
        prop_assert_eq!(read, Ok(timeline), "\n{}", text);
    }

    #[test]
    fn a_damaged_file_is_read_or_refused_with_a_place_in_it(
        timeline in timelines(),
        damage in vec((any::<prop::sample::Index>(), damage()), 1..4),
    ) {
        let mut text = timeline.to_toml();
        for (place, damage) in damage {
            damage.apply(&mut text, place);
        }
        if let Err(error) = Timeline::parse("damaged.toml", &text) {
            let lines = text.split('\n').count();
            prop_assert!((1..=lines).contains(&error.line), "{error}");
            let line = text.split('\n').nth(error.line - 1).unwrap_or_default();
            prop_assert!((1..=line.chars().count() + 1).contains(&error.column), "{error}");
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in r#"([a-z]{1,5}|[\[\]{}="'\\.\n ,#-]|[0-9]|\PC){0,80}"#) {
        let read = Timeline::parse("noise.toml", &text);
        prop_assert!(read.is_err(), "noise has no [start]: {read:?}");
    }
}

/// Something done to a file at some place of it.
#[derive(Debug, Clone)]
enum Damage {
    DeleteLine,
    RepeatLine,
    DeleteChar,
    Insert(String),
}

impl Damage {
    fn apply(&self, text: &mut String, place: prop::sample::Index) {
        match self {
            Self::DeleteLine | Self::RepeatLine => {
                let mut lines: Vec<&str> = text.split('\n').collect();
                let at = place.index(lines.len());
                let line = lines.remove(at);
                if matches!(self, Self::RepeatLine) {
                    lines.insert(at, line);
                    lines.insert(at, line);
                }
                *text = lines.join("\n");
            }
            Self::DeleteChar => {
                let at = char_at(text, place);
                text.remove(at);
            }
            Self::Insert(what) => {
                let at = char_at(text, place);
                text.insert_str(at, what);
            }
        }
    }
}

fn char_at(text: &str, place: prop::sample::Index) -> usize {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    places[place.index(places.len())]
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::DeleteLine),
        Just(Damage::RepeatLine),
        Just(Damage::DeleteChar),
        prop::sample::select(vec!["\"", "=", "[", "{", "\n", "-", "0", "nan", "ü", "\u{0}"])
            .prop_map(|what| Damage::Insert(what.to_owned())),
    ]
}

fn timelines() -> impl Strategy<Value = Timeline> {
    let guests = btree_map("[1-9][0-9]{2}", (name(), guest_kind()), 0..4);
    let steps = vec((span(), action()), 0..12);
    let start = (option::of(span()), option::of(any::<i64>()));
    let named = any::<bool>();
    (text(1), start, policy(), named, guests, steps).prop_map(
        |(title, (uptime, unix_time), policy, named, guests, steps)| {
            let start = Start { uptime: uptime.map(Uptime::from), unix_time };
            let guests = guests.into_iter();
            let guests = guests.map(|(id, (name, kind))| Guest::new(id, name, kind));
            Timeline {
                title: Text::new(title),
                start,
                policy,
                notifiers: NOTIFIERS.iter().filter(|_| named).map(Text::name).collect(),
                guests: guests.map(|guest| guest.with_autostart(true)).collect(),
                events: in_order(
                    start,
                    steps.into_iter().filter(|(_, action)| named || !names_one(action)).collect(),
                ),
            }
        },
    )
}

/// The steps in the order of time, with what a file may not say made possible.
fn in_order(start: Start, mut steps: Vec<(Duration, Action)>) -> Vec<Step> {
    steps.sort_by_key(|(at, _)| *at);
    // Timeline time at which the present boot's uptime was zero, in nanoseconds.
    let zero = |uptime: Option<Uptime>, at: Duration| {
        at.as_nanos() as i128 - i128::from(uptime.unwrap_or_default().as_nanos())
    };
    let mut boot = zero(start.uptime, Duration::ZERO);
    let possible = steps.into_iter().map(|(at, mut action)| {
        let now = Uptime::from_nanos(u64::try_from(at.as_nanos() as i128 - boot).unwrap_or(0));
        match &mut action {
            Action::Event(
                Event::GuestStarted { at, .. }
                | Event::GuestWarned { at, .. }
                | Event::GuestFailed { at, .. }
                | Event::GuestStopped { at, .. },
            )
            | Action::Journal(JournalChange::Entry(JournalEntry { at, .. })) => {
                *at = at.map(|at| at.min(now));
            }
            Action::Restart { boot: Boot::New { uptime }, .. } => {
                *uptime = uptime.map(|uptime| uptime.min(Uptime::from(at)));
                boot = zero(*uptime, at);
            }
            _ => {}
        }
        Step { at, action }
    });
    possible.collect()
}

fn policy() -> impl Strategy<Value = Policy> {
    let windows = (secs(600), secs(900), secs(600));
    let categories = prop_oneof![
        Just(Policy::default().categories),
        Just(Vec::new()),
        Just(vec![
            CategoryRule::new("storage").with_window(Duration::from_millis(1_500)),
            CategoryRule::new("ha cluster").with_alias("pve_ha").with_alias("corosync"),
        ]),
    ];
    (windows, categories, any::<[bool; 6]>()).prop_map(|(windows, categories, flags)| {
        let [boot, none, adaptive, bypass, retry, limits] = flags;
        let mut policy = Policy::default();
        (policy.guest, policy.health, policy.shutdown) = windows;
        policy.categories = categories;
        if boot {
            policy.anchor = Anchor::Boot;
        }
        if none {
            policy.restart = RestartPolicy::None;
        }
        policy.adaptive = adaptive.then(Adaptive::default);
        if bypass {
            policy.bypass = [Severity::Critical, Severity::Info].into_iter().collect();
        }
        if retry {
            policy.retry.first = Duration::from_secs(7);
            policy.retry.answer = Duration::from_secs(77);
            policy.retry.jitter = 7;
            policy.retry.give_up = Duration::from_secs(7_777);
        }
        if limits {
            policy.limits.guests = 3;
        }
        policy
    })
}

const NOTIFIERS: [&str; 2] = ["mail", "a \"chat\""];

fn which() -> impl Strategy<Value = Option<Text>> {
    option::of(prop::sample::select(&NOTIFIERS[..]).prop_map(Text::name))
}

const fn names_one(action: &Action) -> bool {
    matches!(action, Action::NotifierDown(Some(_)) | Action::NotifierUp(Some(_)))
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => event().prop_map(Action::Event),
        1 => Just(Action::SweepStarted),
        1 => Just(Action::SweepFinished),
        1 => Just(Action::TakeGuests),
        1 => health().prop_map(Action::Health),
        1 => journal().prop_map(Action::Journal),
        1 => which().prop_map(Action::NotifierDown),
        1 => which().prop_map(Action::NotifierUp),
        1 => Just(Action::Crash),
        1 => Just(Action::Stop),
        1 => restart(),
        1 => span().prop_map(|by| Action::ClockStep(ClockStep::Forward(by))),
        1 => span().prop_map(|by| Action::ClockStep(ClockStep::Back(by))),
        1 => span().prop_map(Action::Suspend),
        1 => text(1).prop_map(|words| Action::Note(Text::new(words))),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let at = || option::of(span().prop_map(Uptime::from));
    let what = || prop_oneof![Just(GuestAction::Start), Just(GuestAction::Stop)];
    let reason = || text(0).prop_map(Text::new);
    prop_oneof![
        (guest(), at()).prop_map(|(guest, at)| Event::GuestStarted { guest, at }),
        (guest(), what(), reason(), at()).prop_map(|(guest, action, reason, at)| {
            Event::GuestWarned { guest, action, reason, at }
        }),
        (guest(), what(), reason(), at()).prop_map(|(guest, action, reason, at)| {
            Event::GuestFailed { guest, action, reason, at }
        }),
        (guest(), at()).prop_map(|(guest, at)| Event::GuestStopped { guest, at }),
        alert().prop_map(Event::Alert),
        alert().prop_map(Event::Resolved),
        prop::sample::select(vec![
            ShutdownKind::PowerOff,
            ShutdownKind::SoftReboot,
            ShutdownKind::Unknown,
        ])
        .prop_map(Event::Shutdown),
        Just(Event::ShutdownCancelled),
    ]
}

fn guest() -> impl Strategy<Value = Guest> {
    (name(), name(), guest_kind(), option::of(any::<bool>())).prop_map(
        |(id, name, kind, autostart)| {
            let mut guest = Guest::new(id, name, kind);
            guest.autostart = autostart;
            guest
        },
    )
}

fn guest_kind() -> impl Strategy<Value = GuestKind> {
    prop_oneof![Just(GuestKind::Vm), Just(GuestKind::Ct)]
}

fn alert() -> impl Strategy<Value = Alert> {
    let severity = prop::sample::select(Severity::ALL.to_vec());
    (name(), name(), severity, text(0))
        .prop_map(|(category, key, severity, text)| Alert::new(category, key, severity, text))
}

fn health() -> impl Strategy<Value = HealthChange> {
    prop_oneof![
        (text(0), any::<f32>(), any::<i64>()).prop_filter_map("a document", |(reason, load, count)| {
            let document = serde_json::json!({
                "overall": "CRITICAL",
                "details": {
                    "storage": {
                        "status": "CRITICAL",
                        "reason": reason,
                        "checks": { "nas-nfs": { "status": "CRITICAL", "detail": reason } },
                        "nothing": null,
                    },
                    "CT 101 (db)": { "status": "OK", "load": load, "count": count, "list": [1, true, []] },
                },
            });
            let members = document.as_object().cloned().unwrap_or_default();
            HealthDocument::new(members).ok().map(HealthChange::Document)
        }),
        text(0).prop_map(|words| HealthChange::Unavailable(Text::new(words))),
        span().prop_map(HealthChange::Slow),
    ]
}

fn journal() -> impl Strategy<Value = JournalChange> {
    let priorities: Vec<_> = (0..=7).filter_map(Priority::new).collect();
    let priority = prop::sample::select(priorities);
    let written = option::of(span().prop_map(Uptime::from));
    prop_oneof![
        (text(0), priority, option::of(name()), name(), written).prop_map(
            |(message, priority, identifier, unit, at)| {
                let mut entry = JournalEntry::new(message);
                entry.priority = priority;
                entry.identifier = Text::name(identifier.unwrap_or_default());
                entry.unit = Text::name(unit);
                entry.at = at;
                JournalChange::Entry(entry)
            }
        ),
        text(0).prop_map(|words| JournalChange::Unavailable(Text::new(words))),
    ]
}

fn restart() -> impl Strategy<Value = Action> {
    let boot = prop_oneof![
        Just(Boot::Same),
        option::of(span()).prop_map(|span| Boot::New { uptime: span.map(Uptime::from) }),
    ];
    let state = prop_oneof![Just(SavedState::Kept), Just(SavedState::Lost)];
    (boot, state).prop_map(|(boot, state)| Action::Restart { boot, state })
}

/// A span of up to a day, often a whole number of some unit.
fn span() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0_u64..86_400_000_000_000).prop_map(Duration::from_nanos),
        (0_u64..86_400_000).prop_map(Duration::from_millis),
        (0_u64..1_440).prop_map(|minutes| Duration::from_secs(minutes * 60)),
        secs(86_400),
    ]
}

fn secs(most: u64) -> impl Strategy<Value = Duration> {
    (0..=most).prop_map(Duration::from_secs)
}

/// A name, with the characters that give files trouble among others.
fn name() -> impl Strategy<Value = String> {
    r#"[a-z0-9 "'\\=#\[\].,ü€🦀-]{1,12}"#
}

fn text(least: usize) -> impl Strategy<Value = String> {
    vec(r#"[ -~]|\PC|[\n\t"\\]"#, least..20).prop_map(|parts| parts.concat())
}
