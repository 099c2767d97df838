//! Boots of a journal that was made up, replayed, and compared with what is true of them.

use std::collections::BTreeMap;
use std::fs;

use expect_test::expect_file;
use grace_core::Text;
use grace_sim::pve::{PveBoot, PveFormat, PveJournal, PveOutcome};
use serde_json::Value;

use super::run::{folder, journal_file, replay};

/// Two boots, one of which ends with a shutdown, and what is true of them.
fn journal(format: PveFormat) -> (String, Vec<PveBoot>) {
    let mut text = Vec::new();
    let journal = PveJournal::new(7).with_entries(6_000).with_boots(2);
    let boots = journal.write(format, &mut text).expect("a vector takes all");
    (String::from_utf8(text).expect("text"), boots)
}

#[test]
fn a_generated_boot_under_two_policies() {
    let folder = folder();
    fs::write(folder.path().join("pve.export"), journal(PveFormat::Export).0).expect("written");
    let policies = ["--policy", "default", "--policy", "adaptive"];
    let args = [["--export", "pve.export", "--boot", "-1"].as_slice(), &policies].concat();
    expect_file!["generated.table"].assert_eq(&replay(folder.path(), &args).well());
}

#[test]
fn whichever_way_a_generated_boot_was_recorded_it_is_the_same() {
    let folder = folder();
    let path = folder.path();
    let (export, _) = journal(PveFormat::Export);
    fs::write(path.join("pve.export"), &export).expect("written");
    fs::write(path.join("pve.json"), journal(PveFormat::Json).0).expect("written");
    let has_files = journal_file(&path.join("journal"), &export).is_some();
    for boot in ["0", "-1"] {
        let rest = ["--boot", boot, "--log"];
        let log = replay(path, &[["--export", "pve.export"].as_slice(), &rest].concat()).well();
        let of_json = replay(path, &[["--export", "pve.json"].as_slice(), &rest].concat()).well();
        assert_eq!(of_json, log);
        if has_files {
            let of_files = replay(path, &[["--journal", "journal"].as_slice(), &rest].concat());
            assert_eq!(of_files.well(), log);
        }
    }
}

#[test]
fn what_is_true_of_a_boot_happens_in_its_run() {
    let folder = folder();
    let (export, boots) = journal(PveFormat::Export);
    fs::write(folder.path().join("pve.export"), export).expect("written");
    for boot in boots {
        let id = boot.id.to_string();
        let args = ["--export", "pve.export", "--boot", &id, "--start", "1s", "--json"];
        let lines = replay(folder.path(), &args).well();
        let lines: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines[0]["entries"], boot.entries);
        assert_eq!(lines[0]["goes_down"], boot.shutdown.is_some());
        for guest in &boot.guests {
            let id = guest.guest.id.as_str();
            let event = lines.iter().find(|line| line["guest"]["id"] == id).expect("the guest");
            let (name, reason) = match &guest.outcome {
                PveOutcome::Started => ("guest-started", None),
                PveOutcome::Warned(_) => ("guest-warned", event["reason"].as_str()),
                PveOutcome::Failed(why) => ("guest-failed", Some(Text::as_str(why))),
            };
            let found = (event["event"].as_str(), event["reason"].as_str());
            assert_eq!(found, (Some(name), reason), "{guest:?}");
            assert_eq!(event["guest"]["kind"], guest.guest.kind.as_str());
            let at = guest.at.as_secs_f64() - 1.0;
            let seen = event["t"].as_f64().expect("a time");
            assert!((seen - at).abs() < 1.0, "{guest:?} was told of at {seen}");
        }
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for line in &lines {
            *counts.entry(line["event"].as_str().unwrap_or_default()).or_default() += 1;
        }
        assert_eq!(counts.contains_key("shutdown"), boot.shutdown.is_some(), "{counts:?}");
    }
}
