//! `grace replay` as people run it.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use expect_test::{expect, expect_file};
use serde_json::Value;

use super::run::{REBOOT, folder, journal_file, json, program, replay, replay_of};

const OTHER_BOOT: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
const THIS_BOOT: &str = "7b5f6e9c3f8d4e0a9d3c1b2a4e5f6a7b";

/// The reboot and, a day later, the boot after it.
fn two_boots() -> String {
    let later =
        REBOOT.replace(THIS_BOOT, OTHER_BOOT).replace("_TIMESTAMP=17747", "_TIMESTAMP=17748");
    format!("{REBOOT}\n{later}")
}

#[test]
fn a_recorded_reboot_gives_its_golden_log() {
    let folder = folder();
    let log = replay(folder.path(), &["--export", "reboot.export", "--log"]).well();
    expect_file!["pve-reboot.log"].assert_eq(&log);
}

#[test]
fn a_recorded_reboot_beside_what_the_raw_events_would_have_sent() {
    let folder = folder();
    let screen = replay(folder.path(), &["--export", "reboot.export"]).well();
    expect_file!["pve-reboot.screen"].assert_eq(&screen);
}

#[test]
fn policies_stand_side_by_side() {
    let folder = folder();
    fs::write(folder.path().join("short.toml"), "guest = \"30s\"\nhealth = \"60s\"\n")
        .expect("written");
    let policies = ["--policy", "default", "--policy", "adaptive", "--policy", "short.toml"];
    let args = [["--export", "reboot.export"].as_slice(), policies.as_slice()].concat();
    let table = replay(folder.path(), &args).well();
    expect_file!["pve-reboot.table"].assert_eq(&table);
    assert!(table.contains("short.toml"), "{table}");

    let lines = replay(folder.path(), &[args.as_slice(), &["--json"]].concat()).well();
    let lines: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
    assert_eq!(lines[0]["type"], "recording");
    assert_eq!(lines[0]["boot"], THIS_BOOT);
    assert_eq!(lines[0]["goes_down"], true);
    let totals = of("totals");
    let names: Vec<&Value> = totals.iter().map(|totals| &totals["policy"]).collect();
    assert_eq!(names, ["default", "adaptive", "short.toml"]);
    for totals in totals {
        let name = totals["policy"].as_str().expect("a name");
        let told = of("message").into_iter().filter(|message| !message["told"][name].is_null());
        assert_eq!(totals["messages"], told.count(), "{totals}");
        assert_eq!(totals["violations"], Value::Array(Vec::new()));
    }
}

#[test]
fn one_policy_in_json_is_the_recording_and_then_its_run() {
    let folder = folder();
    let lines = replay(folder.path(), &["--export", "reboot.export", "--json"]).well();
    let mut lines = lines.lines();
    expect![[r#"{"type":"recording","boot":"7b5f6e9c3f8d4e0a9d3c1b2a4e5f6a7b","booted_unix":1774736340,"begin_seconds":0.0,"start_seconds":2.871,"end_seconds":644.871,"goes_down":true,"entries":50,"events_left_out":0,"errors_left_out":0,"not_recorded":["health","expected_guests"],"gaps":[]}"#]].assert_eq(lines.next().expect("a line"));
    let types: Vec<Value> = lines
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["type"].clone())
        .collect();
    assert_eq!(types.first(), Some(&"host".into()));
    assert_eq!(types.last(), Some(&"end".into()));
    assert_eq!(types.iter().filter(|kind| *kind == "message").count(), 3);
}

#[test]
fn whichever_way_a_boot_was_recorded_it_is_the_same() {
    let folder = folder();
    let path = folder.path();
    let log = replay(path, &["--export", "reboot.export", "--log"]).well();
    let of_json = json(REBOOT);
    fs::write(path.join("reboot.json"), &of_json).expect("written");
    assert_eq!(replay(path, &["--export", "reboot.json", "--log"]).well(), log);
    assert_eq!(replay_of(path, &["--export", "-", "--log"], &of_json).well(), log);
    assert_eq!(replay_of(path, &["--export", "-", "--log"], REBOOT).well(), log);
    if journal_file(&path.join("journal"), REBOOT).is_some() {
        assert_eq!(replay(path, &["--journal", "journal", "--log"]).well(), log);
        assert_eq!(replay(path, &["--journal", "journal/system.journal", "--log"]).well(), log);
    }
}

#[test]
fn a_boot_is_found_by_its_place_and_by_its_id() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("two.export"), two_boots()).expect("written");
    let of_boot = |boot: &str| {
        let log = replay(path, &["--export", "two.export", "--boot", boot, "--log"]).well();
        log.lines().nth(1).expect("a title").to_owned()
    };
    assert!(of_boot("0").contains(OTHER_BOOT));
    assert!(of_boot("-1").contains(THIS_BOOT));
    assert!(of_boot(THIS_BOOT).contains(THIS_BOOT));
    assert!(of_boot("7b5f6e9c-3f8d-4e0a-9d3c-1b2a4e5f6a7b").contains(THIS_BOOT));
}

#[test]
fn the_boots_of_a_journal_are_listed() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("two.export"), two_boots()).expect("written");
    let list = replay(path, &["--export", "two.export", "--list"]).well();
    expect![[r#"
        -1   7b5f6e9c3f8d4e0a9d3c1b2a4e5f6a7b 2026-03-28T22:19:00Z to 2026-03-28T22:29:44Z, 50 entries
        0    0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a 2026-03-30T02:05:40Z to 2026-03-30T02:16:24Z, 50 entries
    "#]].assert_eq(&list);
    if journal_file(&path.join("journal"), &two_boots()).is_some() {
        let of_files = replay(path, &["--journal", "journal", "--list"]).well();
        let times = |list: &str| -> Vec<String> {
            list.lines().map(|line| line.split(',').next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(times(&of_files), times(&list));
    }
}

#[test]
fn the_picture_is_well_formed_and_shows_the_run() {
    let folder = folder();
    replay(folder.path(), &["--export", "reboot.export", "--svg", "boot.svg"]).well();
    let svg = fs::read_to_string(folder.path().join("boot.svg")).expect("drawn");
    let picture = roxmltree::Document::parse(&svg).expect("XML");
    let texts: Vec<_> = picture.descendants().filter_map(|node| node.text()).collect();
    for shown in ["guest 180 s", "the recording ends", "shutdown: reboot"] {
        assert!(texts.iter().any(|text| text.contains(shown)), "{shown}: {texts:?}");
    }
}

#[test]
fn the_boot_is_written_as_a_timeline_that_gives_the_same_run() {
    let folder = folder();
    let path = folder.path();
    let args = ["--export", "reboot.export", "--log", "--timeline", "boot.toml"];
    let log = replay(path, &args).well();
    let written = fs::read_to_string(path.join("boot.toml")).expect("written");
    let timeline = grace_sim::timeline::Timeline::parse("boot.toml", &written).expect("a timeline");
    let again = grace::simulate::run(&timeline).expect("a runtime").to_text();
    assert!(log.contains(&again), "{again}\nis not in\n{log}");
}

#[test]
fn a_program_that_is_started_late_is_no_boot() {
    let folder = folder();
    let args = ["--export", "reboot.export", "--start", "610s", "--log"];
    let log = replay(folder.path(), &args).well();
    assert!(log.contains("restart, host up 610.000s"), "{log}");
    assert!(!log.contains("startup-report"), "{log}");
}

#[test]
fn whoever_reads_no_further_is_let_go() {
    let folder = folder();
    for form in ["--log", "--json"] {
        let mut child = program()
            .current_dir(folder.path())
            .args(["--export", "-", form])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        // It waits for its input, and then nobody reads what it prints.
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(REBOOT.as_bytes()).expect("it reads its input");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
    }
}

#[test]
fn colours_are_there_when_they_are_asked_for() {
    let folder = folder();
    let plain = replay(folder.path(), &["--export", "reboot.export"]).well();
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let coloured =
        replay(folder.path(), &["--export", "reboot.export", "--color", "always"]).well();
    assert!(coloured.contains('\u{1b}'), "{coloured}");
}
