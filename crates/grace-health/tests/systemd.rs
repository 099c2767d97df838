//! systemd, asked through a `systemctl` that says what the test wants.

mod support;

use std::fs;
use std::time::Duration;

use grace_core::HealthSource;
use grace_health::Systemd;
use support::{Tree, is_alive, print};

/// The reading on a host whose `systemctl` answers with these files.
async fn read(files: &[(&str, &str)]) -> String {
    let tree = Tree::new();
    tree.write("state", "running\n");
    tree.write("units", "[]\n");
    for (name, text) in files {
        tree.write(name, text);
    }
    let systemd = Systemd::new().without_bus().with_program(tree.systemctl());
    let path = tree.path().display().to_string();
    print(systemd.check().await).replace(&path, "")
}

#[tokio::test]
async fn a_running_system_is_well() {
    let expect = "OK (started)\nservices OK\n- system OK: running";
    assert_eq!(read(&[]).await, expect);
}

#[tokio::test]
async fn each_failed_unit_is_a_check() {
    let units = [
        // systemd 252 and 257.
        r#"[{"unit":"pvestatd.service","load":"loaded","active":"failed","sub":"failed","description":"PVE Status Daemon"},{"unit":"mnt-nas.mount","load":"loaded","active":"failed","sub":"failed","description":"/mnt/nas"}]"#,
        // Before JSON.
        "pvestatd.service loaded failed failed PVE Status Daemon\nmnt-nas.mount loaded failed failed /mnt/nas\n",
    ];
    for units in units {
        let answers = [("state", "degraded\n"), ("state.exit", "1"), ("units", units)];
        assert_eq!(
            read(&answers).await,
            "CRITICAL (started)\n\
             services CRITICAL: pvestatd.service: unit failed; mnt-nas.mount: unit failed\n\
             - system INFO: degraded by failed units\n\
             - pvestatd.service CRITICAL: unit failed\n\
             - mnt-nas.mount CRITICAL: unit failed"
        );
    }
}

#[tokio::test]
async fn every_state_of_the_system_has_its_status() {
    let states = [
        ("initializing", "OK (starting)", "INFO: still starting"),
        ("starting", "OK (starting)", "INFO: still starting"),
        ("degraded", "WARNING (started)", "WARNING: degraded, and no failed unit is listed"),
        ("maintenance", "CRITICAL (started)", "CRITICAL: in rescue or emergency mode"),
        ("stopping", "OK (started)", "INFO: shutting down"),
        ("unknown", "UNKNOWN", "UNKNOWN: systemd does not know its state"),
    ];
    for (state, overall, check) in states {
        let reading = read(&[("state", state), ("state.exit", "1")]).await;
        let lines: Vec<_> = reading.lines().collect();
        assert_eq!(lines[0], overall, "{state}");
        assert_eq!(lines[2], format!("- system {check}"), "{state}");
    }
}

#[tokio::test]
async fn a_host_without_systemd_is_missing_it() {
    let no_init =
        "System has not been booted with systemd as init system (PID 1). Can't operate.\n";
    let no_bus = "Failed to connect to bus: Host is down\n";
    let hosts: [&[(&str, &str)]; 3] = [
        &[("state", "offline\n"), ("state.exit", "1")],
        &[("state", "unknown\n"), ("state.exit", "1"), ("state.err", no_bus)],
        &[("units", ""), ("units.exit", "1"), ("units.err", no_init)],
    ];
    for answers in hosts {
        let reading = read(answers).await;
        let words = "missing: systemd does not run here: ";
        assert!(reading.starts_with(words), "{reading}");
    }
    let nowhere = Systemd::new().without_bus().with_program("/nowhere/systemctl");
    assert_eq!(
        print(nowhere.check().await),
        "missing: /nowhere/systemctl is-system-running: No such file or directory (os error 2)"
    );
}

#[tokio::test]
async fn an_answer_that_is_none_is_an_error() {
    assert_eq!(
        read(&[("state", "fine, thanks\n")]).await,
        "malformed: /systemctl is-system-running: not understood: fine, thanks"
    );
    assert_eq!(
        read(&[("state", ""), ("state.exit", "3"), ("state.err", "Access denied\n")]).await,
        "failed: /systemctl is-system-running: exit status: 3: Access denied"
    );
    let refused =
        read(&[("units", "[]"), ("units.exit", "1"), ("units.err", "Access denied")]).await;
    assert!(refused.starts_with("failed: /systemctl list-units"), "{refused}");
    let broken = read(&[("units", "[{\"unit\":")]).await;
    assert!(broken.starts_with("malformed: /systemctl list-units"), "{broken}");
    let endless = read(&[("units", &"x".repeat(5 << 20))]).await;
    assert!(endless.ends_with("more than 4194304 bytes of output"), "{endless}");
}

#[tokio::test]
async fn a_systemctl_that_hangs_is_late_and_is_killed() {
    for question in ["state.hang", "units.hang"] {
        let tree = Tree::new();
        tree.write("state", "running\n");
        tree.write(question, "");
        let systemd = Systemd::new()
            .without_bus()
            .with_program(tree.systemctl())
            .with_deadline(Duration::from_millis(500));
        let reading = print(systemd.check().await);
        assert!(reading.starts_with("timed out: "), "{reading}");
        assert!(reading.ends_with(": no answer within 500ms"), "{reading}");

        let pid = fs::read_to_string(tree.path().join(question)).unwrap();
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
async fn complaints_without_end_neither_block_nor_fill_memory() {
    let complaints = "e".repeat(1 << 20);
    let reading = read(&[("units.err", &complaints)]).await;
    assert!(reading.starts_with("OK"), "{reading}");
    let refused = read(&[("units.err", &complaints), ("units.exit", "1")]).await;
    assert!(refused.len() < 2048, "{} bytes", refused.len());
}
