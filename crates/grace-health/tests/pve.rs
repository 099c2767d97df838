//! A node of Proxmox VE, asked through a `pvesh` that says what the test wants.

#[path = "support/pve.rs"]
mod node;
mod support;

use std::fs;
use std::time::Duration;

use grace_core::HealthSource;
use grace_health::Pve;
use node::{Node, PARTS, WELL_READ};
use support::{Tree, print};

async fn read(node: &Node) -> String {
    let path = node.0.path().display().to_string();
    print(node.pve().check().await).replace(&path, "")
}

/// The lines of a reading that stand not in that of a node that is well.
async fn news(node: &Node) -> String {
    let reading = read(node).await;
    let lines = reading.lines().filter(|line| !WELL_READ.lines().any(|known| known == *line));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_node_that_is_well_is_well() {
    assert_eq!(read(&Node::new()).await, WELL_READ);
}

#[tokio::test]
async fn a_guest_that_should_run_and_does_not_is_a_warning() {
    let node = Node::new();
    node.change("lxc", "running", "stopped");
    assert_eq!(
        news(&node).await,
        "WARNING\nvms WARNING: CT 101 (db): not running (starts at boot)\n\
         - CT 101 (db) WARNING: not running (starts at boot)"
    );
}

#[tokio::test]
async fn a_guest_of_high_availability_is_looked_at_by_what_is_wanted_of_it() {
    let node = Node::new();
    node.change("lxc", "running", "stopped");
    node.configure("ha/resources.cfg", "ct: 101\n\tstate started\n\nct: 102\n\tstate started\n");
    assert_eq!(
        news(&node).await,
        "WARNING\n\
         vms WARNING: CT 101 (db): not running (high availability starts it); \
         CT 102 (lab): not running (high availability starts it)\n\
         - CT 101 (db) WARNING: not running (high availability starts it)\n\
         - CT 102 (lab) WARNING: not running (high availability starts it)"
    );
    node.configure("ha/resources.cfg", "ct: 101\n\tstate stopped\n");
    assert_eq!(news(&node).await, "");
}

#[tokio::test]
async fn a_guest_whose_state_is_not_told_is_unknown() {
    let node = Node::new();
    node.change("qemu", "100", "103");
    node.change("lxc", "running", "frozen");
    assert_eq!(
        news(&node).await,
        "UNKNOWN\nvms UNKNOWN\n\
         - VM 100 (web) UNKNOWN: not among the guests that Proxmox VE lists\n\
         - CT 101 (db) UNKNOWN: its state is `frozen`"
    );
}

#[tokio::test]
async fn a_storage_that_is_gone_is_as_bad_as_what_lies_on_it() {
    let node = Node::new();
    node.change("storage", r#""active":1"#, r#""active":0"#);
    assert_eq!(
        news(&node).await,
        "WARNING\nstorage WARNING: local: dir storage not available\n\
         - local WARNING: dir storage not available"
    );
    node.change("storage", r#"{"active":1,"avail":9"#, r#"{"active":0,"avail":9"#);
    assert_eq!(
        news(&node).await,
        "CRITICAL\n\
         storage CRITICAL: local-lvm: lvmthin storage not available, guests have disks on it\n\
         - local-lvm CRITICAL: lvmthin storage not available, guests have disks on it"
    );
    node.change("storage", r#""enabled":1"#, r#""enabled":0"#);
    let excluded = "- local EXCLUDED: dir storage not enabled on this node";
    assert_eq!(news(&node).await, excluded);
}

#[tokio::test]
async fn a_node_without_any_storage_is_one_that_was_not_shown() {
    let node = Node::new();
    node.0.write("storage", "[]");
    assert_eq!(
        news(&node).await,
        "UNKNOWN\nstorage UNKNOWN: Proxmox VE lists no storage; a token needs the role PVEAuditor"
    );
}

#[tokio::test]
async fn a_service_that_is_down_is_as_bad_as_its_loss() {
    let states = [
        ("pvestatd", "failed", "failed", "CRITICAL", "not running (failed)"),
        ("pvestatd", "inactive", "dead", "CRITICAL", "not running (dead)"),
        ("pvestatd", "activating", "auto-restart", "WARNING", "activating (auto-restart)"),
        ("pvescheduler", "failed", "failed", "WARNING", "not running (failed)"),
    ];
    for (name, active, state, status, reason) in states {
        let node = Node::new();
        let answer = |active, state| {
            let desc =
                if name == "pvestatd" { "PVE Status Daemon" } else { "Proxmox VE scheduler" };
            format!(
                r#""active-state":"{active}","desc":"{desc}","name":"{name}","service":"{name}","state":"{state}""#
            )
        };
        node.change("services", &answer("active", "running"), &answer(active, state));
        assert_eq!(
            news(&node).await,
            format!("{status}\nservices {status}: {name}: {reason}\n- {name} {status}: {reason}")
        );
    }
}

#[tokio::test]
async fn a_service_that_is_disabled_or_not_installed_is_not_looked_at() {
    let node = Node::new();
    node.change(
        "services",
        r#""service":"pvescheduler","state":"running","unit-state":"enabled""#,
        r#""service":"pvescheduler","state":"dead","unit-state":"disabled""#,
    );
    let reading = read(&node).await;
    assert!(reading.starts_with("OK") && !reading.contains("pvescheduler"), "{reading}");
}

#[tokio::test]
async fn a_node_of_a_cluster_needs_corosync() {
    let node = Node::new();
    node.configure("corosync.conf", "totem {\n}\n");
    assert_eq!(
        news(&node).await,
        "CRITICAL\nservices CRITICAL: corosync: not running (dead)\n\
         - corosync CRITICAL: not running (dead)"
    );
}

#[tokio::test]
async fn a_service_that_is_not_told_of_is_unknown() {
    let node = Node::new();
    node.change("services", r#""service":"pvestatd""#, r#""service":7"#);
    assert_eq!(
        news(&node).await,
        "UNKNOWN\nservices UNKNOWN\n\
         - pvestatd UNKNOWN: not among the services that Proxmox VE lists\n\
         ? services: entry 3 of the list is not understood"
    );
}

#[tokio::test]
async fn a_question_that_fails_costs_its_own_part() {
    let words = "? /pvesh get /nodes/localhost/";
    let fails = "--output-format json: exit status: 2: no such thing";
    for (part, news_of) in [
        ("storage", format!("UNKNOWN\nstorage UNKNOWN: {}storage {fails}", &words[2..])),
        ("services", format!("UNKNOWN\nservices UNKNOWN: {}services {fails}", &words[2..])),
        (
            "lxc",
            "UNKNOWN\nvms UNKNOWN\n- CT 101 (db) UNKNOWN: its state could not be read".to_owned(),
        ),
    ] {
        let node = Node::new();
        node.0.write(&format!("{part}.exit"), "2");
        node.0.write(&format!("{part}.err"), "no such thing\n");
        assert_eq!(news(&node).await, format!("{news_of}\n{words}{part} {fails}"));
    }
}

#[tokio::test]
async fn without_the_configuration_the_rest_is_read() {
    let node = Node::new();
    node.0.remove("etc/pve/qemu-server");
    node.0.remove("etc/pve/lxc");
    let words = "/etc/pve: nothing is mounted there; pve-cluster.service does not run";
    assert_eq!(news(&node).await, format!("UNKNOWN\nvms UNKNOWN: {words}\n? {words}"));
}

#[tokio::test]
async fn an_answer_that_is_none_is_named() {
    for (answer, words) in [
        ("200 OK", "trailing characters at line 1 column 5: 200 OK"),
        ("[{\"storage\":", "EOF while parsing a value at line 1 column 12: [{\"storage\":"),
        ("{\"data\":null}", "no data: {\"data\":null}"),
        ("", "an empty answer"),
    ] {
        let node = Node::new();
        node.0.write("storage", answer);
        let gap = format!("? /pvesh get /nodes/localhost/storage: not understood: {words}");
        let reading = read(&node).await;
        assert!(reading.lines().any(|line| line == gap), "{reading}");
    }
    let node = Node::new();
    node.0.write("storage", "x".repeat(5 << 20));
    let reading = read(&node).await;
    assert!(reading.contains("more than 4194304 bytes of output"), "{reading}");
}

/// The reading of a node whose `pvesh` fails at every question, with these words.
async fn failing(words: &str) -> String {
    let node = Node::new();
    for part in PARTS {
        node.0.write(&format!("{part}.exit"), "255");
        node.0.write(&format!("{part}.err"), words);
    }
    read(&node).await
}

#[tokio::test]
async fn a_pvesh_that_wants_root_is_permission_denied() {
    let asked = "permission denied: /pvesh get /nodes/localhost/qemu --output-format json: ";
    let remedy = "; it needs root; without it, use the API with a token of role PVEAuditor";
    let ipcc = "ipcc_send_rec[1] failed: Unknown error -1\n\
                Unable to load access control list: Unknown error -1\n";
    assert_eq!(
        failing(ipcc).await,
        format!(
            "{asked}ipcc_send_rec[1] failed: Unknown error -1 \
             Unable to load access control list: Unknown error -1{remedy}"
        )
    );
    assert_eq!(failing("please run as root\n").await, format!("{asked}please run as root{remedy}"));
}

#[tokio::test]
async fn a_node_without_its_cluster_file_system_says_so() {
    let reading = failing(
        "ipcc_send_rec[1] failed: Connection refused\n\
         Unable to load access control list: Connection refused\n",
    )
    .await;
    assert!(reading.starts_with("failed: /pvesh get /nodes/localhost/qemu"), "{reading}");
    assert!(reading.ends_with("; pve-cluster.service does not run"), "{reading}");
}

#[tokio::test]
async fn a_host_without_proxmox_is_missing_it() {
    let tree = Tree::new();
    let guests = Node::new().guests().with_directory(tree.path().join("etc/pve"));
    let pve = Pve::new().with_guests(guests).with_pvesh("/nowhere/pvesh", Pve::DEADLINE);
    let missing = "/etc/pve: Proxmox VE is not installed here";
    for reading in [pve.check().await, pve.clone().without_state().check().await] {
        let reading = print(reading);
        assert!(reading.starts_with("missing: ") && reading.ends_with(missing), "{reading}");
    }
    let error = pve.expected_guests().await.unwrap_err();
    assert_eq!(error.kind(), grace_core::PortErrorKind::Missing);
}

#[tokio::test]
async fn a_node_without_pvesh_is_not_a_host_without_proxmox() {
    let pve = Node::new();
    let reading = pve.pve().with_pvesh("/nowhere/pvesh", Pve::DEADLINE).check().await;
    assert_eq!(
        print(reading),
        "failed: /nowhere/pvesh get /nodes/localhost/qemu --output-format json: \
         No such file or directory (os error 2), though Proxmox VE is installed here"
    );
}

#[tokio::test]
async fn without_a_state_the_expected_guests_are_known() {
    let node = Node::new();
    let pve = node.pve().without_state();
    assert_eq!(
        print(pve.check().await),
        "OK\nvms OK\n- VM 100 (web) EXCLUDED: whether it runs is not asked\n\
         - CT 101 (db) EXCLUDED: whether it runs is not asked"
    );
    let expected = pve.expected_guests().await.unwrap().unwrap();
    let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(expected, ["web (100)", "db (101)"]);
}

#[tokio::test]
async fn a_pvesh_that_hangs_is_late_and_is_killed() {
    let node = Node::new();
    for part in PARTS {
        node.0.write(&format!("{part}.hang"), "");
    }
    let pve = node.pve().with_pvesh(node.pvesh(), Duration::from_secs(2));
    let reading = print(pve.check().await);
    assert!(reading.starts_with("timed out: "), "{reading}");
    assert!(reading.ends_with("/qemu --output-format json: no answer within 2s"), "{reading}");
    for part in PARTS {
        let pid = fs::read_to_string(node.0.path().join(format!("{part}.hang"))).unwrap();
        let dead = async {
            while is_alive(pid.trim()) {
                tokio::task::yield_now().await;
            }
        };
        let dead = tokio::time::timeout(Duration::from_secs(10), dead).await;
        assert!(dead.is_ok(), "{pid} lives on");
    }
}

#[tokio::test]
async fn one_question_that_hangs_costs_its_own_part() {
    let node = Node::new();
    node.0.write("storage.hang", "");
    let pve = node.pve().with_pvesh(node.pvesh(), Duration::from_secs(5));
    let reading = print(pve.check().await);
    assert!(reading.contains("\nvms OK\n") && reading.contains("\nservices OK\n"), "{reading}");
    assert!(reading.contains("\nstorage UNKNOWN: "), "{reading}");
    assert!(reading.ends_with(": no answer within 5s"), "{reading}");
}

/// Whether a process runs; one that only waits to be reaped does not.
fn is_alive(pid: &str) -> bool {
    assert!(!pid.is_empty(), "the fake pvesh was not reached in time");
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
