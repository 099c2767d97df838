//! What `grace replay` says of what it cannot read.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use expect_test::{Expect, expect};

use super::run::{REBOOT, command, folder, journal_file, replay, replay_of, run};

/// What is said of these files, each its name and what is in it, with these arguments.
#[track_caller]
fn check(files: &[(&str, &str)], args: &[&str], expect: &Expect) {
    let folder = folder();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    expect.assert_eq(&replay(folder.path(), args).error());
}

fn two_boots() -> String {
    let boots = ["7b5f6e9c3f8d4e0a9d3c1b2a4e5f6a7b", "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"];
    format!(
        "{REBOOT}\n{}",
        REBOOT.replace(boots[0], boots[1]).replace("STAMP=17747", "STAMP=17748")
    )
}

#[test]
fn a_boot_that_is_not_there() {
    check(
        &[],
        &["--export", "reboot.export", "--boot", "-7"],
        &expect![[r#"
            grace: no boot -7 among the 1 of reboot.export: name one of these with --boot
            0    7b5f6e9c3f8d4e0a9d3c1b2a4e5f6a7b 2026-03-28T22:19:00Z to 2026-03-28T22:29:44Z, 50 entries
        "#]],
    );
    let id = "deadbeefdeadbeefdeadbeefdeadbeef";
    check(
        &[],
        &["--export", "reboot.export", "--boot", id],
        &expect![[r#"
            grace: no boot deadbeefdeadbeefdeadbeefdeadbeef among the 1 of reboot.export: name one of these with --boot
            0    7b5f6e9c3f8d4e0a9d3c1b2a4e5f6a7b 2026-03-28T22:19:00Z to 2026-03-28T22:29:44Z, 50 entries
        "#]],
    );
}

#[test]
fn a_boot_in_words_that_name_none() {
    let folder = folder();
    for word in ["yesterday", "--1", "1", "7b5f"] {
        let said = replay(folder.path(), &["--boot", word]).error();
        assert!(
            said.contains("write 0 for the last boot, -1 for the one before"),
            "{word}: {said}"
        );
    }
}

#[test]
fn an_export_of_several_boots_and_none_named() {
    check(
        &[("two.export", &two_boots())],
        &["--export", "two.export"],
        &expect![[r#"
            grace: two.export holds 2 boots: name one with --boot
            -1   7b5f6e9c3f8d4e0a9d3c1b2a4e5f6a7b 2026-03-28T22:19:00Z to 2026-03-28T22:29:44Z, 50 entries
            0    0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a 2026-03-30T02:05:40Z to 2026-03-30T02:16:24Z, 50 entries
        "#]],
    );
}

#[test]
fn nothing_at_all() {
    check(
        &[("empty", "")],
        &["--export", "empty"],
        &expect![[r#"
        grace: empty holds no entry of any boot
    "#]],
    );
    let folder = folder();
    let said = replay_of(folder.path(), &["--export", "-"], "").error();
    expect![[r#"
        grace: standard input holds no entry of any boot
    "#]]
    .assert_eq(&said);
    fs::create_dir(folder.path().join("none")).expect("a folder");
    // The words are those of the reader that is built in.
    let said = replay(folder.path(), &["--journal", "none"]).error();
    assert!(said.to_lowercase().contains("no journal files"), "{said}");
}

#[test]
fn what_is_of_another_kind() {
    let toml = [("boot.toml", "title = \"x\"\n")];
    check(
        &toml,
        &["--export", "boot.toml"],
        &expect![[r#"
        grace: boot.toml is no export of a journal: give what `journalctl --output=export` or `--output=json` has printed
    "#]],
    );
    check(
        &[],
        &["--journal", "reboot.export"],
        &expect![[r#"
        grace: reboot.export is no journal file: if journalctl printed it, give it with --export
    "#]],
    );
    check(
        &[],
        &["--export", "."],
        &expect![[r#"
        grace: . is a directory: if it holds journal files, give it with --journal
    "#]],
    );
    check(
        &[],
        &["--export", "nowhere"],
        &expect![[r#"
        grace: nowhere: No such file or directory (os error 2)
    "#]],
    );
    check(
        &[],
        &["--journal", "nowhere"],
        &expect![[r#"
        grace: nowhere: No such file or directory (os error 2)
    "#]],
    );
    let folder = folder();
    let journal = folder.path().join("journal");
    if journal_file(&journal, REBOOT).is_some() {
        let said = replay(folder.path(), &["--export", "journal/system.journal"]).error();
        expect![[r#"
            grace: journal/system.journal is a journal file: give it with --journal
        "#]]
        .assert_eq(&said);
    }
}

#[test]
fn a_journal_file_that_is_broken() {
    let folder = folder();
    fs::write(folder.path().join("broken.journal"), "LPKSHHRH and nothing more").expect("written");
    let said = replay(folder.path(), &["--journal", "broken.journal"]).error();
    assert!(said.starts_with("grace: ") && said.contains("broken.journal"), "{said}");
}

#[test]
fn an_export_that_is_cut_off_is_run_and_said_to_be() {
    let folder = folder();
    let cut = &REBOOT[..REBOOT.len() / 2];
    fs::write(folder.path().join("cut.export"), cut).expect("written");
    let run = replay(folder.path(), &["--export", "cut.export"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(3), ""), "{run:?}");
    let last = run.stdout.lines().last().expect("lines");
    expect!["Not known: journal incomplete: cut.export: the entry at byte 11719: it ends in the middle of a field."].assert_eq(last);
}

#[test]
fn a_directory_that_may_not_be_read() {
    let folder = folder();
    let journal = folder.path().join("secret");
    fs::create_dir(&journal).expect("a folder");
    fs::set_permissions(&journal, fs::Permissions::from_mode(0o700)).expect("ours");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    let Some(said) = as_nobody(folder.path(), &["--journal", "secret"]) else { return };
    expect![[r#"
        grace: secret: Permission denied (os error 13): try as root, or as a member of the group systemd-journal
    "#]].assert_eq(&said);
}

/// What is said to a user who may read no more than everyone.
fn as_nobody(folder: &Path, args: &[&str]) -> Option<String> {
    let program = folder.join("grace");
    fs::copy(env!("CARGO_BIN_EXE_grace"), &program).expect("copied");
    let mut setpriv = command("setpriv");
    setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    let tried = setpriv.arg("true").output();
    if !tried.is_ok_and(|output| output.status.success()) {
        println!("skipped: setpriv is not installed, or this is not root");
        return None;
    }
    let mut setpriv = command("setpriv");
    setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
    Some(run(setpriv.arg("replay").args(args).current_dir(folder)).error())
}

#[test]
fn a_terminal_on_standard_input() {
    let folder = folder();
    let mut script = command("script");
    let program = format!("{} replay --export -", env!("CARGO_BIN_EXE_grace"));
    script.args(["--quiet", "--return", "--command", &program, "/dev/null"]);
    let Ok(output) = script.current_dir(folder.path()).output() else {
        println!("skipped: script is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("standard input is a terminal: pipe an export into it"), "{said}");
}

#[test]
fn a_policy_that_cannot_be_read() {
    let refused = |text: &str, expect: &Expect| {
        let args = ["--export", "reboot.export", "--policy", "mine.toml"];
        check(&[("mine.toml", text)], &args, expect);
    };
    refused(
        "guest = \"3m\"\nhelth = \"5m\"\n",
        &expect![[r#"
        grace: mine.toml:2:1: policy: unknown field `helth`, expected one of `guest`, `health`, `shutdown`, `boot_uptime`, `anchor`, `restart`, `adaptive`, `categories`, `bypass`, `facts_timeout`, `retry`, `limits`; did you mean `health`?
    "#]],
    );
    refused(
        "adaptive = { quite = \"5m\" }\n",
        &expect![[r#"
        grace: mine.toml:1:14: policy: unknown field `quite`, expected one of `quiet`, `cap`, `check_every`; did you mean `quiet`?
    "#]],
    );
    refused(
        "guest = \"3 moons\"\n",
        &expect![[r#"
        grace: mine.toml:1:9: policy: "3 moons" is not a duration: write numbers with their units (h, m, s, ms), not negative, such as "180s", "5m" or "10m 30s"
    "#]],
    );
    refused(
        "\nguest = \"3d\"\n",
        &expect![[r#"
        grace: mine.toml:2:9: policy: "3d" is not a duration: write numbers with their units (h, m, s, ms), not negative, such as "180s", "5m" or "10m 30s"
    "#]],
    );
    refused(
        "guest = \n",
        &expect![[r#"
        grace: mine.toml:1:9: not TOML: string values must be quoted, expected literal string
    "#]],
    );
    check(
        &[],
        &["--export", "reboot.export", "--policy", "nowhere.toml"],
        &expect![[r#"
            grace: nowhere.toml: No such file or directory (os error 2): name a file, or write default or adaptive
        "#]],
    );
}

#[test]
fn the_same_policy_twice() {
    let export = ["--export", "reboot.export"];
    let twice =
        |first, second| [export.as_slice(), &["--policy", first, "--policy", second]].concat();
    check(
        &[],
        &twice("default", "default"),
        &expect![[r#"
        grace: --policy default is given twice: a policy stands beside others once
    "#]],
    );
    let files = [("mine.toml", "guest = \"3m\"\n")];
    check(
        &files,
        &twice("mine.toml", "./mine.toml"),
        &expect![[r#"
        grace: --policy ./mine.toml is given twice: a policy stands beside others once
    "#]],
    );
}

#[test]
fn a_start_after_the_end() {
    check(
        &[],
        &["--export", "reboot.export", "--start", "1h"],
        &expect![[r#"
        grace: --start 3600.000s is after the recording's end, 644.871s after boot
    "#]],
    );
}

#[test]
fn several_policies_in_one_picture() {
    let args = ["--policy", "default", "--policy", "adaptive", "--svg", "x.svg"];
    check(
        &[],
        &[["--export", "reboot.export"].as_slice(), &args].concat(),
        &expect![[r#"
        grace: --svg draws the run of one policy, and 2 were given: leave all but one out
    "#]],
    );
}

#[test]
fn options_that_exclude_each_other() {
    let folder = folder();
    for args in [
        ["--export", "reboot.export", "--journal", "x"].as_slice(),
        &["--export", "reboot.export", "--list", "--json"],
        &["--export", "reboot.export", "--log", "--json"],
    ] {
        let said = replay(folder.path(), args).error();
        assert!(said.contains("cannot be used with"), "{args:?}: {said}");
    }
}
