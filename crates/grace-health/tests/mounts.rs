//! Mounts of a host that is a tree of files.

mod support;

use grace_core::HealthSource;
use grace_health::Mounts;
use support::{Tree, print};

const FSTAB: &str = "\
# <file system> <mount point> <type> <options> <dump> <pass>
UUID=11-22 /            ext4 errors=remount-ro 0 1
UUID=33-44 /boot/efi    vfat defaults 0 1
/dev/pve/swap none      swap sw 0 0
proc       /proc        proc defaults 0 0
nas:/vol   /mnt/nas     nfs  vers=4.2,_netdev 0 0
//nas/b    /mnt/b\\040c cifs nofail 0 0
nas:/iso   /mnt/iso     nfs  noauto,x-systemd.automount 0 0
/dev/sr0   /mnt/cd      auto noauto,ro 0 0
/dev/sdb1  /srv         xfs  defaults 0 2
";

const MOUNTINFO: &str = "\
22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw
27 1 252:1 / / rw,relatime shared:1 - ext4 /dev/mapper/pve-root rw,errors=remount-ro
30 27 8:2 / /boot/efi rw,relatime shared:30 - vfat /dev/sda2 rw,fmask=0022
31 27 0:40 / /mnt/iso rw,relatime shared:31 - autofs systemd-1 rw,fd=51
32 27 8:17 / /srv rw,relatime shared:32 - xfs /dev/sdb1 ro,attr2
";

fn host(mountinfo_of: &str) -> Tree {
    let tree = Tree::new();
    tree.write("etc/fstab", FSTAB);
    tree.write(&format!("proc/{mountinfo_of}/mountinfo"), MOUNTINFO);
    tree
}

async fn read(tree: &Tree) -> String {
    let path = tree.path().display().to_string();
    print(Mounts::new().without_bus().with_root(tree.path()).check().await).replace(&path, "")
}

#[tokio::test]
async fn what_fstab_wants_is_compared_with_what_is_mounted() {
    let expect = "\
CRITICAL
storage CRITICAL: /mnt/nas: not mounted (nfs from nas:/vol, network mount); \
/mnt/b c: not mounted (cifs from //nas/b, network mount, nofail); \
/srv: mounted read-only (xfs from /dev/sdb1)
- / OK: mounted ext4 from /dev/mapper/pve-root
- /boot/efi OK: mounted vfat from /dev/sda2
- /proc OK: mounted proc from proc
- /mnt/nas CRITICAL: not mounted (nfs from nas:/vol, network mount)
- /mnt/b c WARNING: not mounted (cifs from //nas/b, network mount, nofail)
- /mnt/iso OK: automount in place, not in use (nfs from nas:/iso, network mount)
- /srv WARNING: mounted read-only (xfs from /dev/sdb1)";
    assert_eq!(read(&host("1")).await, expect);
    // Without the right to look at PID 1.
    assert_eq!(read(&host("self")).await, expect);
}

#[tokio::test]
async fn the_hosts_own_table_counts_and_not_the_units() {
    let tree = host("1");
    tree.write("proc/self/mountinfo", "");
    assert!(read(&tree).await.contains("- / OK"));
}

#[tokio::test]
async fn a_host_without_fstab_wants_nothing() {
    let tree = host("self");
    tree.remove("etc/fstab");
    assert_eq!(read(&tree).await, "OK\nstorage OK");
}

#[tokio::test]
async fn an_unreadable_line_is_a_gap() {
    let tree = host("1");
    tree.write("etc/fstab", b"/dev/a\xff\nUUID=11-22 / ext4\nrubbish /mnt\n");
    tree.write("proc/1/mountinfo", format!("{MOUNTINFO}rubbish\n"));
    assert_eq!(
        read(&tree).await,
        "OK\nstorage OK\n- / OK: mounted ext4 from /dev/mapper/pve-root\n\
         ? /etc/fstab line 1: it has fewer than three fields\n\
         ? /etc/fstab line 3: it has fewer than three fields\n\
         ? /proc/1/mountinfo line 6: it is not understood"
    );
}

#[tokio::test]
async fn a_table_that_cannot_be_read_is_an_error() {
    let tree = host("1");
    tree.remove("proc");
    assert_eq!(
        read(&tree).await,
        "missing: /proc/self/mountinfo: No such file or directory (os error 2)"
    );
    let tree = host("1");
    tree.remove("etc/fstab");
    tree.directory("etc/fstab");
    assert_eq!(read(&tree).await, "failed: /etc/fstab: Is a directory (os error 21)");
}
