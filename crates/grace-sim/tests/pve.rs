//! Journals of Proxmox VE hosts: the same from the same seed, and true.

use std::collections::BTreeMap;

use grace_core::{GuestKind, Uptime};
use grace_sim::pve::{PveBoot, PveFormat, PveJournal, PveOutcome};

type Entry = BTreeMap<String, String>;

fn written(journal: PveJournal, format: PveFormat) -> (Vec<u8>, Vec<PveBoot>) {
    let mut bytes = Vec::new();
    let boots = journal.write(format, &mut bytes).expect("memory");
    (bytes, boots)
}

/// The entries of a journal as JSON.
fn entries(journal: PveJournal) -> (Vec<Entry>, Vec<PveBoot>) {
    let (bytes, boots) = written(journal, PveFormat::Json);
    let text = String::from_utf8(bytes).expect("text");
    (text.lines().map(|line| serde_json::from_str(line).expect("an entry")).collect(), boots)
}

fn number(entry: &Entry, field: &str) -> u64 {
    entry[field].parse().expect("a number")
}

fn of_boot<'a>(entries: &'a [Entry], boot: &PveBoot) -> Vec<&'a Entry> {
    entries.iter().filter(|entry| entry["_BOOT_ID"] == boot.id.as_str()).collect()
}

#[test]
fn the_same_seed_gives_the_same_journal_and_another_seed_another() {
    let journal = |seed| written(PveJournal::new(seed).with_entries(2_000), PveFormat::Export);
    assert_eq!(journal(7), journal(7));
    assert_ne!(journal(7).0, journal(8).0);
    assert_eq!(PveJournal::new(7).with_entries(2_000).truth(), journal(7).1);
}

#[test]
fn it_has_as_many_entries_and_boots_as_asked_for_in_the_order_of_time() {
    let (entries, boots) = entries(PveJournal::new(3).with_entries(5_003).with_boots(4));
    assert_eq!(entries.len(), 5_003);
    assert_eq!(boots.len(), 4);
    for boot in &boots {
        let of_boot = of_boot(&entries, boot);
        assert_eq!(of_boot.len() as u64, boot.entries);
        assert_eq!(number(of_boot[0], "__REALTIME_TIMESTAMP"), boot.first_unix_micros);
        let errors = of_boot.iter().filter(|entry| number(entry, "PRIORITY") <= 3).count();
        assert_eq!(errors as u64, boot.errors);
    }
    for field in ["__REALTIME_TIMESTAMP", "__CURSOR"] {
        let values: Vec<_> = entries.iter().map(|entry| &entry[field]).collect();
        assert!(values.windows(2).all(|two| two[0] != two[1]), "{field}");
    }
    let times: Vec<_> = entries.iter().map(|it| number(it, "__REALTIME_TIMESTAMP")).collect();
    assert!(times.is_sorted());
    assert_eq!(times.last(), boots.last().map(|boot| &boot.last_unix_micros));
}

#[test]
fn what_becomes_of_each_guest_is_in_the_journal() {
    let mut outcomes = [0; 3];
    for seed in 0..8 {
        let (entries, boots) = entries(PveJournal::new(seed).with_entries(0).with_boots(2));
        for boot in &boots {
            let of_boot = of_boot(&entries, boot);
            let says =
                |message: &str| of_boot.iter().any(|entry| entry["MESSAGE"].starts_with(message));
            for guest in &boot.guests {
                let id = &guest.guest.id;
                let runs = match guest.guest.kind {
                    GuestKind::Ct => says(&format!("Started pve-container@{id}.service")),
                    _ => says(&format!("VM {id} started with PID ")),
                };
                let word = if guest.guest.kind == GuestKind::Ct { "CT" } else { "VM" };
                let failed = match &guest.outcome {
                    PveOutcome::Failed(why) => says(&format!("Starting {word} {id} failed: {why}")),
                    _ => says(&format!("Starting {word} {id} failed")),
                };
                let is_failed = matches!(guest.outcome, PveOutcome::Failed(_));
                assert_eq!((runs, failed), (!is_failed, is_failed), "seed {seed}: {guest:?}");
                outcomes[match guest.outcome {
                    PveOutcome::Started => 0,
                    PveOutcome::Warned(_) => 1,
                    PveOutcome::Failed(_) => 2,
                }] += 1;
            }
        }
    }
    assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
}

#[test]
fn a_tasks_id_agrees_with_the_time_since_boot_and_the_clock() {
    let (entries, _) = entries(PveJournal::new(5).with_entries(0).with_boots(2));
    let mut tasks = 0;
    for entry in &entries {
        let Some(upid) = entry["MESSAGE"].strip_prefix("<root@pam> starting task UPID:") else {
            continue;
        };
        let fields: Vec<_> = upid.split(':').collect();
        let hex = |at: usize| u64::from_str_radix(fields[at], 16).expect("hexadecimal");
        let ticks = number(entry, "__MONOTONIC_TIMESTAMP") / 10_000;
        assert!(ticks.abs_diff(hex(2)) <= 1, "{entry:?}");
        assert!((number(entry, "__REALTIME_TIMESTAMP") / 1_000_000).abs_diff(hex(3)) <= 1);
        tasks += 1;
    }
    assert!(tasks > 24, "{tasks}");
}

#[test]
fn each_boot_but_the_last_ends_in_a_shutdown() {
    let (entries, boots) = entries(PveJournal::new(9).with_entries(4_000).with_boots(3));
    for (number_of_boot, boot) in boots.iter().enumerate() {
        let of_boot = of_boot(&entries, boot);
        let down: Vec<_> = of_boot
            .iter()
            .filter(|entry| entry.get("SHUTDOWN").is_some_and(|kind| kind == "reboot"))
            .map(|entry| Uptime::from_micros(number(entry, "__MONOTONIC_TIMESTAMP")))
            .collect();
        assert_eq!(down, boot.shutdown.into_iter().collect::<Vec<_>>());
        assert_eq!(boot.shutdown.is_none(), number_of_boot == 2);
    }
}

#[test]
fn most_entries_have_as_many_fields_as_real_ones() {
    let (entries, _) = entries(PveJournal::new(1));
    let mut fields: Vec<_> = entries.iter().map(BTreeMap::len).collect();
    fields.sort_unstable();
    assert!((20..=26).contains(&fields[fields.len() / 2]), "{}", fields[fields.len() / 2]);
}
