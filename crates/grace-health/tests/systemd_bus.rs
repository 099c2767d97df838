//! systemd on a bus of the test's own, played by python-dbusmock, and `systemctl` where that fails.

mod support;

use std::time::Duration;

use grace_core::HealthSource;
use grace_health::Systemd;
use support::bus::{PrivateBus, SYSTEMD};
use support::{Tree, print};
use tokio::time::{Instant, timeout};

/// A `systemctl` whose answers no bus gives.
fn systemctl() -> Tree {
    let tree = Tree::new();
    tree.write("state", "maintenance\n");
    tree.write("units", "[]");
    tree
}

fn by_bus_alone(bus: &PrivateBus) -> Systemd {
    Systemd::new().with_bus(bus.bus()).with_program("/nowhere/systemctl")
}

#[tokio::test]
async fn a_failed_unit_appears_and_goes() {
    let Some(bus) = PrivateBus::host().await else { return };
    let systemd = by_bus_alone(&bus);
    let well = "OK (started)\nservices OK\n- system OK: running";
    assert_eq!(print(systemd.check().await), well);

    bus.set(SYSTEMD, "SystemState s degraded");
    bus.set_units(&[("pvestatd.service", "failed"), ("mnt-nas.mount", "exit-code")]);
    assert_eq!(
        print(systemd.check().await),
        "CRITICAL (started)\n\
         services CRITICAL: pvestatd.service: unit failed; mnt-nas.mount: unit failed: exit-code\n\
         - system INFO: degraded by failed units\n\
         - pvestatd.service CRITICAL: unit failed\n\
         - mnt-nas.mount CRITICAL: unit failed: exit-code"
    );

    bus.set(SYSTEMD, "SystemState s running");
    bus.set_units(&[]);
    assert_eq!(print(systemd.check().await), well);
}

#[tokio::test]
async fn what_the_start_waits_for_is_named_and_degrades_nothing() {
    let Some(bus) = PrivateBus::host().await else { return };
    bus.set(SYSTEMD, "SystemState s starting");
    bus.set_jobs(&[("multi-user.target", "waiting"), ("pve-guests.service", "running")]);
    let systemd = by_bus_alone(&bus);
    assert_eq!(
        print(systemd.check().await),
        "OK (starting)\nservices INFO\n- system INFO: still starting: waits for \
         pve-guests.service; then comes 1 more job"
    );
    // A job of a host that runs is nobody's concern.
    bus.set(SYSTEMD, "SystemState s running");
    assert!(print(systemd.check().await).ends_with("- system OK: running"));
}

#[tokio::test]
async fn without_a_bus_systemctl_is_asked() {
    let tree = systemctl();
    let nowhere = grace_health::SystemBus::at("unix:path=/nowhere/bus");
    let systemd = Systemd::new().with_bus(nowhere).with_program(tree.systemctl());
    let reading = print(systemd.check().await);
    assert!(reading.ends_with("- system CRITICAL: in rescue or emergency mode"), "{reading}");
}

#[tokio::test]
async fn a_bus_that_does_not_answer_is_told_and_systemctl_asked() {
    let Some(bus) = PrivateBus::host().await else { return };
    let tree = systemctl();
    let systemd = Systemd::new().with_bus(bus.bus()).with_program(tree.systemctl());
    let systemd = systemd.with_deadline(Duration::from_secs(1));
    assert!(print(systemd.check().await).ends_with("- system OK: running"));
    bus.freeze();
    let reading = print(systemd.check().await);
    assert!(reading.contains("- system CRITICAL: in rescue or emergency mode"), "{reading}");
    let why = "- system bus INFO: system bus: org.freedesktop.systemd1 SystemState: \
               no answer within 500ms; systemctl was asked instead";
    assert!(reading.ends_with(why), "{reading}");
}

#[tokio::test]
async fn where_neither_answers_both_are_named_within_the_deadline() {
    let Some(bus) = PrivateBus::host().await else { return };
    let tree = systemctl();
    tree.write("state.hang", "");
    bus.freeze();
    let systemd = Systemd::new().with_bus(bus.bus()).with_program(tree.systemctl());
    let systemd = systemd.with_deadline(Duration::from_millis(600));
    #[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
    let began = Instant::now();
    let reading = print(systemd.check().await).replace(&tree.path().display().to_string(), "");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(
        reading,
        "timed out: system bus: org.freedesktop.systemd1 SystemState: no answer within 300ms; \
         /systemctl is-system-running: no answer within 300ms"
    );
}

#[tokio::test]
async fn a_bus_without_systemd_is_no_reading() {
    let Some(bus) = PrivateBus::empty().await else { return };
    let reading = print(by_bus_alone(&bus).check().await);
    assert!(reading.starts_with("missing: system bus: org.freedesktop.systemd1 "), "{reading}");
    assert!(reading.contains("; /nowhere/systemctl is-system-running: "), "{reading}");
}

#[tokio::test]
async fn a_bus_that_was_started_again_is_asked_again_and_no_task_is_left() {
    let Some(mut bus) = PrivateBus::host().await else { return };
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let systemd = by_bus_alone(&bus);
    for _ in 0..3 {
        assert!(print(systemd.check().await).ends_with("- system OK: running"));
        bus.stop();
        bus.start().await;
        bus.start_systemd().await;
    }
    assert!(print(systemd.check().await).ends_with("- system OK: running"));
    assert!(alive() <= before + 1, "one connection is one task, and there are {}", alive());
    drop(systemd);
    let gone = async {
        while alive() > before {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), gone).await.expect("every task has ended");
}
