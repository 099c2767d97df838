//! The commands on a Proxmox VE node: its journal, its task files, its configuration and its `pvesh`.

use std::time::{SystemTime, UNIX_EPOCH};

use expect_test::{Expect, expect};
use serde_json::Value;

use super::host::{Entry, Host, Run};

/// The fields of an entry that systemd itself writes.
const SYSTEMD: &[(&str, &str)] = &[("_SYSTEMD_UNIT", "init.scope"), ("_TRANSPORT", "journal")];
const STARTUP_FINISHED: &[(&str, &str)] = &[
    ("MESSAGE_ID", "b07a249cd024414a82dd00cd181378ff"),
    ("_SYSTEMD_UNIT", "init.scope"),
    ("_TRANSPORT", "journal"),
];

/// How long the node has been up, in seconds.
const UP: u32 = 7_230;

/// A task's id on node `pve`, begun so many hundredths of a second after boot.
fn upid(pid: u32, ticks: u32, kind: &str, id: &str) -> String {
    let began = unix_time(ticks);
    format!("UPID:pve:{pid:08X}:{ticks:08X}:{began:08X}:{kind}:{id}:root@pam:")
}

/// A line of the index of ended tasks.
fn index_line(upid: &str, ended: u32, status: &str) -> String {
    format!("{upid} {:08X} {status}\n", unix_time(ended))
}

/// The wall clock, so many hundredths of a second after the node's boot.
fn unix_time(ticks: u32) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a task's id names the wall clock's time")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is past 1970");
    now.as_secs() - u64::from(UP) + u64::from(ticks) / 100
}

fn starting(millis: u64, upid: &str) -> (u64, u8, &'static str, String) {
    (millis, 6, "pve-guests", format!("<root@pam> starting task {upid}"))
}

fn ended(millis: u64, upid: &str, status: &str) -> (u64, u8, &'static str, String) {
    let priority = if status == "OK" { 6 } else { 3 };
    (millis, priority, "pve-guests", format!("<root@pam> end task {upid} {status}"))
}

/// A node on which one guest fails to start, one is never started, and a storage is away. That a guest has started
/// stands in the task files alone, since the journal has lost the line.
fn node() -> Option<Host> {
    let host = Host::well()?.up_for(UP);
    let sweep = upid(0x3E0, 1_512, "startall", "");
    let web = upid(0x3E1, 1_530, "qmstart", "100");
    let db = upid(0x3E2, 1_840, "vzstart", "101");
    let eden = upid(0x3E3, 2_100, "qmstart", "153");
    let failure = "start failed: command '/usr/bin/kvm -id 153' failed: got timeout";
    let lines = [
        (1_000, 6, "kernel", "Linux version 6.8.12-4-pve".to_owned()),
        starting(15_125, &sweep),
        (15_300, 6, "pvesh", "Starting VM 100".to_owned()),
        starting(15_310, &web),
        ended(18_200, &web, "OK"),
        (18_300, 6, "pvesh", "Starting CT 101".to_owned()),
        starting(18_410, &db),
        starting(21_010, &eden),
        (51_000, 3, "pve-guests", failure.to_owned()),
        ended(51_010, &eden, failure),
        (51_020, 6, "pvesh", format!("Starting VM 153 failed: {failure}")),
        ended(51_100, &sweep, "OK"),
    ];
    let mut entries: Vec<Entry<'_>> = lines
        .iter()
        .map(|(at, priority, who, text)| {
            Entry::new(*priority, who, text).at(*at).with(&[("_TRANSPORT", "syslog")])
        })
        .collect();
    entries.push(
        Entry::new(6, "systemd", "Startup finished in 4.713s (kernel) + 51.1s (userspace).")
            .at(55_813)
            .with(STARTUP_FINISHED),
    );
    entries.push(Entry::new(6, "systemd", "Started cron.service.").at(55_900).with(SYSTEMD));
    let index = [
        index_line(&web, 1_820, "OK"),
        index_line(&db, 2_090, "OK"),
        index_line(&eden, 5_101, failure),
        index_line(&sweep, 5_110, "OK"),
        // A guest that failed in the boot before, long ago.
        "UPID:pve:00000AAA:00000BBB:5F000000:qmstart:100:root@pam: 5F000010 start failed\n"
            .to_owned(),
    ]
    .concat();
    Some(
        host.journal(&entries)
            .file("/etc/pve/qemu-server/100.conf", "name: web\nonboot: 1\n")
            .file("/etc/pve/qemu-server/153.conf", "name: Eden\nonboot: 1\n")
            .file("/etc/pve/lxc/101.conf", "hostname: db\nonboot: 1\n")
            .file("/etc/pve/lxc/104.conf", "hostname: dns\nonboot: 1\n[snapshot]\nonboot: 0\n")
            // There is no bus in a namespace.
            .file("/etc/grace/grace.toml", "[sources.logind]\nenabled = false\n")
            .file("/var/log/pve/tasks/index", &index)
            .file("/var/log/pve/tasks/active", "")
            .program("pvesh", PVESH),
    )
}

/// What `pvesh get PATH --output-format json` prints of such a node.
const PVESH: &str = r#"case $2 in
*/qemu) echo '[{"vmid":100,"name":"web","status":"running"},{"vmid":153,"name":"Eden","status":"stopped"}]' ;;
*/lxc) echo '[{"vmid":"101","name":"db","status":"running"},{"vmid":"104","name":"dns","status":"stopped"}]' ;;
*/storage) echo '[{"storage":"local","type":"dir","active":1,"enabled":1,"content":"iso"},
                  {"storage":"nas","type":"nfs","active":0,"enabled":1,"content":"images"}]' ;;
*/services) echo '[{"service":"pveproxy","name":"pveproxy","desc":"API","state":"running","active-state":"active","unit-state":"enabled"},
                   {"service":"pvedaemon","name":"pvedaemon","desc":"daemon","state":"running","active-state":"active","unit-state":"enabled"},
                   {"service":"pvestatd","name":"pvestatd","desc":"status","state":"running","active-state":"active","unit-state":"enabled"},
                   {"service":"pve-cluster","name":"pve-cluster","desc":"cluster","state":"running","active-state":"active","unit-state":"enabled"}]' ;;
*) exit 1 ;;
esac"#;

#[track_caller]
fn check(run: &Run, code: i32, expect: &Expect) {
    assert_eq!((run.code, run.stderr.as_str()), (Some(code), ""), "{run:?}");
    // An expectation has no indentation of its own.
    expect.assert_eq(&textwrap::dedent(&run.stdout));
}

#[test]
fn the_report_tells_started_failed_and_missing_guests_and_the_storage_that_is_away() {
    let Some(node) = node() else { return };
    let run = node.report(&[]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""), "{run:?}");
    // The journal's errors below name tasks, which are of today.
    let (findings, _) = run.body().split_once("\n\n").expect("errors");
    expect![[r#"
        System startup - 3 issue(s) detected
        1 VM and 1 CT started: web (100), db (101)
        VM failed: Eden (153) - start failed: command '/usr/bin/kvm -id 153' failed: got timeout
        Storage: 1 unavailable (nas)
        Missing: dns (104)
        Journal: 2 errors in this boot, the first: [51.000s] pve-guests: start failed: command '/usr/bin/kvm -id 153' failed: got timeout
        Not at startup: the host has been up for 2 h 0 min"#]].assert_eq(findings);
}

#[test]
fn journal_and_task_files_are_one_stream_and_each_task_is_told_once() {
    let Some(node) = node() else { return };
    check(
        &node.run(&["events"]),
        0,
        &expect![[r#"
                   15.120s  journal  sweep-started
                   15.300s  journal  guest-starting vm web (100) by the host
                   18.200s  journal  guest-started vm web (100) by the host
                   18.400s  journal  guest-starting ct db (101) by the host
                   20.400s  tasks    guest-started ct db (101) by the host
                   21.000s  journal  guest-starting vm Eden (153) by the host
                   51.000s  tasks    guest-failed vm Eden (153) by the host (start): start failed: command '/usr/bin/kvm -id 153' failed: got timeout
                   51.100s  journal  sweep-finished
                   55.813s  journal  startup-finished
        "#]],
    );
}

#[test]
fn events_are_json_for_programs() {
    let Some(node) = node() else { return };
    let run = node.run(&["events", "--json"]);
    let lines: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let failed = lines.iter().find(|line| line["event"] == "guest-failed").expect("Eden failed");
    assert_eq!(failed["guest"]["name"], "Eden", "{failed}");
    assert_eq!(failed["guest"]["autostart"], true, "{failed}");
    assert!(failed["reason"].as_str().is_some_and(|why| why.contains("got timeout")), "{failed}");
}

#[test]
fn a_node_whose_pvesh_fails_is_known_by_its_files_and_says_so() {
    let Some(node) = node() else { return };
    let node =
        node.program("pvesh", "echo 'ipcc_send_rec failed: Connection refused' >&2; exit 255");
    let run = node.report(&[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.body().contains("Missing: dns (104)"), "{run:?}");
    assert!(run.body().contains("Not known: "), "{run:?}");
    assert!(run.body().contains("ipcc_send_rec failed"), "{run:?}");
}

#[test]
fn each_health_source_says_what_it_reads() {
    let Some(node) = node() else { return };
    let run = node.run(&["health", "--json"]);
    let sources: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let pve = sources.as_array().expect("a list").iter().find(|one| one["source"] == "pve");
    let pve = pve.expect("the node is a source");
    let status = |category: &str, check: &str| {
        let categories = pve["categories"].as_array().expect("a list").iter();
        let mut checks = categories
            .filter(|one| one["name"] == category)
            .flat_map(|one| one["checks"].as_array().expect("a list"));
        checks.find(|one| one["name"] == check).map(|one| one["status"].clone())
    };
    assert_eq!(status("vms", "VM 100 (web)"), Some("OK".into()), "{pve:#}");
    assert_eq!(status("vms", "CT 104 (dns)"), Some("WARNING".into()), "{pve:#}");
    assert_eq!(status("storage", "local"), Some("OK".into()), "{pve:#}");
    assert_eq!(status("services", "pveproxy"), Some("OK".into()), "{pve:#}");
}

#[test]
fn a_health_document_of_another_monitor_is_a_source() {
    let Some(node) = node() else { return };
    let config = "[sources.logind]\nenabled = false\n\
                  [sources.monitor]\ntype = \"document\"\nfile = \"/run/health.json\"\n";
    let document = r#"{"overall": "WARNING", "details": {"disks": {"status": "WARNING",
        "reason": "sdc has bad sectors", "checks": {"sdc": {"status": "WARNING", "detail": "8 sectors"}}}}}"#;
    let node = node.file("/etc/grace/grace.toml", config).file("/run/health.json", document);
    let run = node.report(&[]);
    assert!(run.body().contains("Disks: WARNING - sdc has bad sectors"), "{run:?}");
}

#[test]
fn a_configuration_that_is_wrong_is_told_with_its_place() {
    let Some(node) = node() else { return };
    for (config, expected) in [
        ("[sources.pve]\ndirectry = \"/x\"\n", "/etc/grace/grace.toml:2:1: unknown field"),
        (
            "[sources.pve.api]\nurl = \"https://n\"\ntoken_file = \"/no\"\n",
            "sources.pve.api: token_file /no: ",
        ),
    ] {
        let host = node.run_with_config(config, &["report"]);
        assert_eq!(host.code, Some(2), "{host:?}");
        assert!(host.stderr.contains(expected), "{host:?}");
    }
}
