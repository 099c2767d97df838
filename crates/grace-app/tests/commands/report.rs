//! `grace report`, and what every command shares: usage, exit codes, streams.

use expect_test::{Expect, expect};
use serde_json::Value;

use super::host::{Entry, Host, Run, boot_id};

/// The fields of the original's report, in its order.
const ORIGINAL: [&str; 14] = [
    "vms_started",
    "cts_started",
    "vms_failed",
    "cts_failed",
    "services_ok",
    "services_failed",
    "storage_ok",
    "storage_unavailable",
    "health_status",
    "health_issues",
    "_journal_context",
    "_startup_errors",
    "startup_duration_seconds",
    "timestamp",
];

/// A boot that is not this one.
const ANOTHER: Option<&str> = Some("0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a");

/// The exit code of a run, and what it printed below its heading.
#[track_caller]
fn check(run: &Run, expect: &Expect) {
    assert_eq!(run.stderr, "", "{run:?}");
    let code = run.code.expect("it was not killed");
    expect.assert_eq(&format!("exit {code}\n{}", run.body()));
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn it_runs_on_this_machine_as_it_is() {
    let run = Run::here(&["report"]);
    assert!(matches!(run.code, Some(0 | 1 | 3)), "{run:?}");
    assert_eq!(run.stderr, "");
    let (heading, body) = run.stdout.split_once('\n').expect("lines");
    assert!(heading.contains(", up "), "{heading}");
    assert!(heading.ends_with(&format!(", boot {}", boot_id())), "{heading}");
    assert!(body.starts_with("System startup"), "{body}");
    let has_gaps = body.lines().any(|line| line.starts_with("Not known: "));
    assert_eq!(body.contains("issue(s) detected"), run.code == Some(1), "{body}");
    assert!(has_gaps || run.code != Some(3), "{body}");
    assert!(!has_gaps || run.code != Some(0), "{body}");
}

#[test]
fn json_begins_with_the_originals_fields_in_their_order() {
    let run = Run::here(&["report", "--json"]);
    let report = json(&run);
    assert_eq!(report["boot"]["id"], boot_id());
    assert!(report["timestamp"].is_i64(), "{report}");
    assert!(report["startup_duration_seconds"].is_f64(), "{report}");
    // A field of the report itself stands two spaces deep; a `Value` may not keep the order.
    let fields = run.stdout.lines().filter_map(|line| line.strip_prefix("  \"")?.split_once('"'));
    let fields: Vec<&str> = fields.map(|(name, _)| name).take(ORIGINAL.len()).collect();
    assert_eq!(fields, ORIGINAL);
}

#[test]
fn a_host_on_which_all_is_well() {
    let Some(host) = Host::well() else { return };
    check(
        &host.up_for(7_230).report(&[]),
        &expect![[r#"
        exit 0
        System startup completed
        All systems operational.
        Not at startup: the host has been up for 2 h 0 min
    "#]],
    );
}

#[test]
fn the_uptime_tells_a_boot_from_a_restart() {
    for (uptime, kind) in [(42, "boot"), (570, "boot"), (600, "restart"), (90_000, "restart")] {
        let Some(host) = Host::well() else { return };
        let run = host.up_for(uptime).report(&["--json"]);
        let report = json(&run);
        assert_eq!(report["boot"]["kind"], kind, "{uptime} s: {report}");
        let seen = report["boot"]["reported_seconds"].as_f64().expect("a number");
        let late = seen - f64::from(uptime);
        assert!((-1.0..29.0).contains(&late), "{uptime} s was seen as {seen} s");
    }
}

#[test]
fn errors_of_this_boot_are_told_and_those_of_another_are_not() {
    let Some(host) = Host::well() else { return };
    let error = |boot, message| Entry { boot, ..Entry::new(3, "pvestatd", message) };
    let host = host.up_for(7_230).journal(&[
        error(ANOTHER, "storage 'old' is not online"),
        Entry::new(6, "systemd", "Started."),
        error(None, "storage 'nas' is not online"),
        Entry::new(2, "kernel", "nvme0: I/O timeout"),
    ]);
    check(
        &host.report(&[]),
        &expect![[r#"
        exit 0
        System startup completed
        All systems operational.
        Journal: 2 errors in this boot, the first: [3.000s] pvestatd: storage 'nas' is not online
        Not at startup: the host has been up for 2 h 0 min

        Journal errors of this boot
          [3.000s] pvestatd: storage 'nas' is not online
          [4.000s] kernel: nvme0: I/O timeout
    "#]],
    );
    let report = json(&host.report(&["--json"]));
    assert_eq!(report["journal"]["total"], 2);
    assert_eq!(report["journal"]["entries"][1]["priority"], "crit");
}

#[test]
fn what_fstab_wants_and_is_not_mounted_is_an_issue() {
    let Some(host) = Host::well() else { return };
    let host = host.up_for(7_230).fstab(
        "proc /proc proc defaults 0 0\n\
         LABEL=tank /tank ext4 defaults 0 2\n\
         nas:/export /mnt/pve/nas nfs nofail,_netdev 0 0\n\
         /dev/cdrom /media/cdrom iso9660 noauto 0 0\n",
    );
    check(
        &host.report(&[]),
        &expect![[r#"
        exit 1
        System startup - 2 issue(s) detected
        Storage: 2 unavailable (/tank, /mnt/pve/nas)
        Not at startup: the host has been up for 2 h 0 min
    "#]],
    );
}

#[test]
fn a_line_of_fstab_that_cannot_be_read_is_not_known_and_the_others_count() {
    let Some(host) = Host::well() else { return };
    let host = host.up_for(7_230).fstab(
        "proc /proc proc defaults 0 0\n\
         LABEL=tank\n\
         LABEL=data srv ext4\n",
    );
    check(
        &host.report(&[]),
        &expect![[r#"
        exit 3
        System startup completed
        Not everything could be checked.
        Not at startup: the host has been up for 2 h 0 min
        Not known: health incomplete: /etc/fstab line 2: it has fewer than three fields
        Not known: health incomplete: /etc/fstab line 3: its mount point is not absolute
    "#]],
    );
    let host = host.fstab("LABEL=tank /tank\nLABEL=data /data ext4\n");
    check(
        &host.report(&[]),
        &expect![[r#"
        exit 1
        System startup - 1 issue(s) detected
        Storage: 1 unavailable (/data)
        Not at startup: the host has been up for 2 h 0 min
        Not known: health incomplete: /etc/fstab line 1: it has fewer than three fields
    "#]],
    );
}

#[test]
fn a_failed_unit_is_an_issue() {
    let Some(host) = Host::well() else { return };
    let unit = r#"[{"unit":"smartd.service","load":"loaded","active":"failed","sub":"failed",
                    "description":"SMART daemon"}]"#;
    check(
        &host.up_for(7_230).systemd("degraded", unit).report(&[]),
        &expect![[r#"
        exit 1
        System startup - 1 issue(s) detected
        Services: 1 failed (smartd.service)
        Not at startup: the host has been up for 2 h 0 min
    "#]],
    );
}

#[test]
fn a_host_without_systemctl() {
    let Some(host) = Host::well() else { return };
    check(
        &host.up_for(7_230).without("systemctl").report(&[]),
        &expect![[r#"
        exit 3
        System startup completed
        Not everything could be checked.
        Not at startup: the host has been up for 2 h 0 min
        Not known: health incomplete: systemd: systemctl is-system-running: No such file or directory (os error 2)
    "#]],
    );
}

#[test]
fn a_host_without_journalctl() {
    let Some(host) = Host::well() else { return };
    check(
        &host.up_for(7_230).without("journalctl").report(&[]),
        &expect![[r#"
        exit 3
        System startup completed
        Not everything could be checked.
        Not at startup: the host has been up for 2 h 0 min
        Not known: journal unreadable: journal missing: journalctl: No such file or directory (os error 2)
    "#]],
    );
}

#[test]
fn a_journal_that_the_user_may_not_read() {
    let Some(host) = Host::well() else { return };
    let host = host.up_for(7_230).for_nobody();
    check_unreadable_journal(&host, "permission denied");
}

#[test]
fn a_journal_without_an_entry_of_this_boot() {
    let Some(host) = Host::well() else { return };
    let error = Entry { boot: ANOTHER, ..Entry::new(3, "kernel", "long ago") };
    let host = host.up_for(7_230).journal(&[error]);
    check_unreadable_journal(&host, "missing");
}

/// The journal is all that is not known of the host; the words after `why` are journalctl's own.
#[track_caller]
fn check_unreadable_journal(host: &Host, why: &str) {
    let run = host.report(&[]);
    assert_eq!(run.code, Some(3), "{run:?}");
    let gaps = run.body().lines().filter_map(|line| line.strip_prefix("Not known: "));
    let gaps: Vec<&str> = gaps.collect();
    assert_eq!(gaps.len(), 1, "{run:?}");
    assert!(gaps[0].starts_with(&format!("journal unreadable: journal {why}: ")), "{gaps:?}");
    let report = json(&host.report(&["--json"]));
    assert_eq!(report["gaps"][0]["kind"], "journal_unreadable", "{report}");
    assert_eq!(report["journal"]["total"], 0, "{report}");
}

#[test]
fn a_systemctl_that_hangs_is_not_waited_for() {
    let Some(host) = Host::well() else { return };
    let host = host.up_for(7_230).systemd("; exec /bin/sleep 1000", "[]");
    check(
        &host.report(&["--timeout", "1s"]),
        &expect![[r#"
            exit 3
            System startup completed
            Not everything could be checked.
            Not at startup: the host has been up for 2 h 0 min
            Not known: health incomplete: systemd: systemctl is-system-running: no answer within 800ms
        "#]],
    );
}

#[test]
fn wrong_arguments_are_errors_of_usage() {
    for args in [
        &["report", "--nonsense"][..],
        &["report", "--timeout", "soon"],
        &["report", "--timeout"],
        &["report", "surplus"],
        &["--color", "blue", "report"],
        &["repport"],
        &[],
    ] {
        let run = Run::here(args);
        assert_eq!(run.code, Some(2), "{args:?}: {run:?}");
        assert_eq!(run.stdout, "", "{args:?}");
        let helps = run.stderr.contains("Usage: grace") || run.stderr.contains("--help");
        assert!(helps, "{args:?}: {}", run.stderr);
    }
}
