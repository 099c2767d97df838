//! Mount units of a systemd on a bus of the test's own, played by python-dbusmock.

mod support;

use std::time::Duration;

use grace_core::HealthSource;
use grace_health::{Mounts, SystemBus};
use support::bus::PrivateBus;
use support::{Tree, print};

/// A host that has mounted its root alone, and whose fstab wants a share as well.
fn host() -> Tree {
    let tree = Tree::new();
    tree.write("etc/fstab", "/dev/sda1 / ext4\nnas:/v /mnt/share nfs nofail\n");
    tree.write("proc/1/mountinfo", "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
    tree
}

/// The checks of the host over a bus, but for the root's, and the gaps.
async fn read(tree: &Tree, bus: SystemBus) -> Vec<String> {
    let mounts = Mounts::new().with_root(tree.path()).with_bus(bus);
    let reading = print(mounts.with_deadline(Duration::from_millis(500)).check().await);
    reading.lines().skip(3).map(str::to_owned).collect()
}

const SHARE: &str = "- /mnt/share WARNING: not mounted (nfs from nas:/v, network mount, nofail";

#[tokio::test]
async fn a_unit_that_should_be_mounted_and_is_not_is_told_and_why() {
    let Some(bus) = PrivateBus::host().await else { return };
    bus.set_mounts(&[
        ("-.mount", "active"),
        ("mnt-share.mount", "failed"),
        ("mnt-nas.mount", "activating"),
        ("mnt-usb.mount", "inactive"),
        ("srv.mount", "failed"),
        ("opt.mount", "inactive"),
        ("tmp.mount", "inactive"),
    ]);
    bus.add_unit("tmp_2emount", "ConditionResult b false");
    assert_eq!(
        read(&host(), bus.bus()).await,
        [
            &format!("{SHARE}, its unit failed)"),
            "- /mnt/nas CRITICAL: not mounted (mnt-nas.mount: being mounted)",
            "- /mnt/usb WARNING: not mounted (mnt-usb.mount: its unit is inactive)",
            "- /srv WARNING: not mounted (srv.mount: its unit failed)",
        ]
    );
}

#[tokio::test]
async fn what_is_mounted_is_no_matter_of_its_unit() {
    let Some(bus) = PrivateBus::host().await else { return };
    bus.set_mounts(&[("mnt-nas.mount", "failed")]);
    let tree = host();
    let table = "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n28 27 8:2 / /mnt/nas rw - xfs /dev/sdb rw\n";
    tree.write("proc/1/mountinfo", table);
    assert_eq!(read(&tree, bus.bus()).await, [format!("{SHARE})")]);
}

#[tokio::test]
async fn without_a_bus_or_without_systemd_fstab_is_all_there_is() {
    let nowhere = SystemBus::at("unix:path=/nowhere/bus");
    assert_eq!(read(&host(), nowhere).await, [format!("{SHARE})")]);
    let Some(bus) = PrivateBus::empty().await else { return };
    assert_eq!(read(&host(), bus.bus()).await, [format!("{SHARE})")]);
}

#[tokio::test]
async fn a_bus_that_does_not_answer_is_a_gap() {
    let Some(bus) = PrivateBus::host().await else { return };
    bus.freeze();
    let why = "? mount units: system bus: org.freedesktop.systemd1 ListUnitsByPatterns: \
               no answer within 500ms";
    assert_eq!(read(&host(), bus.bus()).await, [&format!("{SHARE})"), why]);
}
