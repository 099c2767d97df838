//! What a random host is made of: guests, alerts, health documents, journal lines.

use grace_core::{Alert, Guest, GuestKind, JournalEntry, Priority, Severity, Text};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::timeline::{HealthChange, HealthDocument, JournalChange};

/// The keys alerts and health checks are about; few, so that they meet.
const KEYS: [&str; 5] = ["nas-nfs", "local-lvm", "pveproxy", "vmbr0", "CT 101"];
/// The categories of alerts: held ones under all their names, and others.
const CATEGORIES: [&str; 9] = [
    "storage",
    "STORAGE",
    "vms",
    "network",
    "services",
    "pve_services",
    "vmct",
    "cpu",
    "\u{212A}ernel",
];

/// The guest of this number: a virtual machine or a container, by its number.
pub(super) fn guest(number: usize) -> Guest {
    let kind = if number.is_multiple_of(3) { GuestKind::Ct } else { GuestKind::Vm };
    let guest = Guest::new((100 + number).to_string(), format!("guest-{number}"), kind);
    match number % 4 {
        0 => guest,
        1 => guest.with_autostart(false),
        _ => guest.with_autostart(true),
    }
}

/// What the host starts at boot; often not known.
pub(super) fn expected_guests() -> impl Strategy<Value = Vec<Guest>> {
    let some = (0_usize..45).prop_map(|count| {
        (0..count).map(|number| guest(number).with_autostart(true)).collect::<Vec<_>>()
    });
    prop_oneof![1 => Just(Vec::new()), 1 => some]
}

/// What an alert is about.
pub(super) fn about() -> impl Strategy<Value = (&'static str, &'static str)> {
    (prop::sample::select(&CATEGORIES[..]), prop::sample::select(&KEYS[..]))
}

pub(super) fn severity() -> impl Strategy<Value = Severity> {
    prop::sample::select(&Severity::ALL[..])
}

pub(super) fn alert((category, key): (&str, &str), severity: Severity) -> Alert {
    Alert::new(category, key, severity, format!("{key} is not well"))
}

/// What the health source answers from now on.
pub(super) fn health() -> impl Strategy<Value = HealthChange> {
    let slow = prop_oneof![2 => Just(0_u64), 2 => 1_u64..30_000, 1 => 30_000_u64..240_000];
    prop_oneof![
        5 => document(),
        1 => Just(HealthChange::Unavailable(Text::new("the monitor does not answer"))),
        1 => slow.prop_map(|millis| {
            HealthChange::Slow(std::time::Duration::from_millis(millis))
        }),
    ]
}

fn document() -> impl Strategy<Value = HealthChange> {
    let status =
        || prop::sample::select(&["OK", "OK", "OK", "WARNING", "CRITICAL", "UNKNOWN", "INFO"][..]);
    let checks = vec((prop::sample::select(&KEYS[..]), status()), 0..4);
    let names = prop::sample::select(&["storage", "vms", "network", "services", "cpu"][..]);
    let categories = vec((names, status(), checks), 0..5);
    (any::<bool>(), status(), categories).prop_filter_map(
        "a document that can be read",
        |(originals, overall, categories)| {
            let document = if originals {
                originals_shape(overall, &categories)
            } else {
                products_shape(overall, &categories)
            };
            HealthDocument::new(document).ok().map(HealthChange::Document)
        },
    )
}

type Category = (&'static str, &'static str, Vec<(&'static str, &'static str)>);

fn originals_shape(overall: &str, categories: &[Category]) -> Map<String, Value> {
    let categories = categories.iter().map(|(name, status, checks)| {
        let checks = checks.iter().map(|(name, status)| {
            json!({ "name": name, "status": status, "reason": format!("{name} failed to start") })
        });
        let checks: Vec<Value> = checks.collect();
        (
            (*name).to_owned(),
            json!({ "status": status, "reason": "by its checks", "checks": checks }),
        )
    });
    let categories: Map<String, Value> = categories.collect();
    members(json!({ "overall_status": overall, "categories": categories }))
}

fn products_shape(overall: &str, categories: &[Category]) -> Map<String, Value> {
    let categories = categories.iter().map(|(name, status, checks)| {
        let checks = checks.iter().map(|(name, status)| {
            ((*name).to_owned(), json!({ "status": status, "detail": "as found" }))
        });
        let checks: Map<String, Value> = checks.collect();
        ((*name).to_owned(), json!({ "status": status, "checks": checks }))
    });
    let details: Map<String, Value> = categories.collect();
    members(json!({ "overall": overall, "details": details }))
}

fn members(document: Value) -> Map<String, Value> {
    match document {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

pub(super) fn journal() -> impl Strategy<Value = JournalChange> {
    let line = (0_u8..8).prop_map(|level| {
        let entry = JournalEntry::new("nfs: server nas not responding, still trying");
        JournalChange::Entry(entry.with_priority(Priority::new(level).unwrap_or(Priority::ERR)))
    });
    let unavailable = JournalChange::Unavailable(Text::new("permission denied"));
    prop_oneof![6 => line, 1 => Just(unavailable)]
}
