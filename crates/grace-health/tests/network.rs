//! Interfaces of a host that is a tree of files.

mod support;

use grace_core::HealthSource;
use grace_health::Network;
use support::{Tree, print};

async fn read(tree: &Tree) -> String {
    let path = tree.path().display().to_string();
    print(Network::new().with_root(tree.path()).check().await).replace(&path, "")
}

#[tokio::test]
async fn each_interface_that_is_set_up_is_a_check() {
    let tree = Tree::new();
    tree.interface("enp3s0", "up");
    tree.interface("enp4s0", "down");
    tree.interface("enp5s0", "down");
    tree.write("sys/class/net/enp5s0/flags", "0x1002\n");
    tree.interface("tap100i0", "down");
    tree.remove("sys/class/net/tap100i0/device");
    tree.interface("vmbr0", "up");
    tree.write("sys/class/net/vmbr0/brif/enp3s0/state", "3\n");
    tree.interface("vmbr1", "down");
    tree.directory("sys/class/net/vmbr1/brif");
    tree.write("sys/class/net/bonding_masters", "bond0\n");
    assert_eq!(
        read(&tree).await,
        "CRITICAL\n\
         network CRITICAL: enp4s0: link is down\n\
         - enp3s0 OK: UP\n\
         - enp4s0 CRITICAL: link is down\n\
         - vmbr0 OK: UP\n\
         - vmbr1 INFO: bridge without ports"
    );
}

#[tokio::test]
async fn an_ignored_interface_is_excluded() {
    let tree = Tree::new();
    tree.interface("enp3s0", "up");
    tree.interface("enp4s0", "down");
    let network = Network::new().with_root(tree.path()).with_ignored("enp4s0");
    assert_eq!(
        print(network.check().await),
        "OK\nnetwork OK\n- enp3s0 OK: UP\n- enp4s0 EXCLUDED: ignored by configuration"
    );
}

#[tokio::test]
async fn an_interface_that_cannot_be_read_spoils_only_itself() {
    let tree = Tree::new();
    tree.interface("enp3s0", "up");
    tree.interface("enp4s0", "up");
    tree.remove("sys/class/net/enp4s0/operstate");
    tree.interface("enp5s0", "sideways");
    assert_eq!(
        read(&tree).await,
        "OK\nnetwork OK\n- enp3s0 OK: UP\n\
         ? interface enp4s0: /sys/class/net/enp4s0/operstate: No such file or directory (os error 2)\n\
         ? interface enp5s0: operstate is \"sideways\""
    );
}

#[tokio::test]
async fn a_host_with_nothing_to_look_at_is_unknown() {
    let tree = Tree::new();
    tree.interface("lo", "unknown");
    tree.write("sys/class/net/lo/type", "772\n");
    assert_eq!(read(&tree).await, "UNKNOWN\nnetwork UNKNOWN: no interface to look at");
}

#[tokio::test]
async fn a_host_without_the_directory_is_an_error() {
    assert_eq!(
        read(&Tree::new()).await,
        "missing: /sys/class/net: No such file or directory (os error 2)"
    );
}
