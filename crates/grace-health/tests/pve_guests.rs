//! The guests of a node, by configuration files that may be missing, broken, closed to us, or hang.

mod support;

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use grace_core::{GuestId, PortErrorKind};
use grace_health::{ConfiguredGuests, Error, GuestConfig, GuestConfigs, Starter};
use support::Tree;

/// A node with a VM and a container that start with it.
fn node() -> Tree {
    let tree = Tree::new();
    tree.write("qemu-server/100.conf", "name: web\nonboot: 1\nstartup: order=1,up=30\n");
    tree.write("lxc/101.conf", "hostname: db\nonboot: 1\n");
    tree
}

async fn read(tree: &Tree) -> String {
    let path = tree.path().display().to_string();
    let read = GuestConfigs::new().with_directory(tree.path()).read().await;
    print(read).replace(&path, "")
}

/// One line a guest, then the gaps.
fn print(read: Result<ConfiguredGuests, Error>) -> String {
    match read {
        Err(error) => format!("{}: {error}", error.kind().label()),
        Ok(found) => {
            let gaps = found.gaps.iter().map(|gap| format!("? {}", gap.detail));
            let lines = found.guests.iter().map(line).chain(gaps);
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

fn line(config: &GuestConfig) -> String {
    let guest = &config.guest;
    let starts = match config.starter() {
        Some(Starter::Host) => " starts",
        Some(Starter::Ha) => " starts by HA",
        _ => "",
    };
    assert_eq!(guest.autostart, Some(!starts.is_empty()), "{guest}");
    format!("{} {guest}{starts}", guest.kind.label())
}

#[tokio::test]
async fn each_guest_is_read_with_its_name_and_its_start() {
    let tree = node();
    tree.write("qemu-server/9.conf", "memory: 512\n");
    tree.write("lxc/1000.conf", "onboot: 0\nhostname: lab\n");
    tree.write("lxc/1001.conf", "");
    tree.write("qemu-server/8000.conf", "name: base\nonboot: 1\ntemplate: 1\n");
    // Files that are no guest's.
    tree.write("qemu-server/100.conf.tmp.4711", "onboot: 1\n");
    tree.write("lxc/.101.conf", "onboot: 1\n");
    tree.write("lxc/0101.conf", "onboot: 1\n");
    assert_eq!(
        read(&tree).await,
        "VM VM 9 (9)\nVM web (100) starts\nCT db (101) starts\nCT lab (1000)\nCT CT1001 (1001)\n\
         VM base (8000)"
    );
}

#[tokio::test]
async fn a_guest_is_found_by_its_id() {
    let found = GuestConfigs::new().with_directory(node().path()).read().await.unwrap();
    let names = found.names();
    assert_eq!(names[&GuestId::new("101")].to_string(), "db (101)");
    assert_eq!(names.get(&GuestId::new("102")), None);
    assert_eq!(found.guests[0].startup.order, Some(1));
    assert_eq!(found.guests[0].startup.up, Some(Duration::from_secs(30)));
    assert!(!found.in_cluster);
}

#[tokio::test]
async fn high_availability_decides_for_the_guests_it_manages() {
    let tree = node();
    for id in 102..=106 {
        tree.write(&format!("qemu-server/{id}.conf"), format!("name: g{id}\nonboot: 1\n"));
    }
    tree.write("qemu-server/107.conf", "name: g107\nonboot: 0\n");
    tree.write("corosync.conf", "totem {\n}\n");
    let resources = "vm: 102\n\tstate started\n\nvm: 103\n\tstate stopped\n\nvm: 104\n\tstate disabled\n\n\
                     vm: 105\n\tstate ignored\n\nvm: 107\n\tgroup a\n\nvm: 999\n\tstate started\n";
    tree.write("ha/resources.cfg", resources);
    assert_eq!(
        read(&tree).await,
        "VM web (100) starts\nCT db (101) starts\nVM g102 (102) starts by HA\nVM g103 (103)\n\
         VM g104 (104)\nVM g105 (105) starts\nVM g106 (106) starts\nVM g107 (107) starts by HA"
    );
    let found = GuestConfigs::new().with_directory(tree.path()).read().await.unwrap();
    assert!(found.in_cluster);
    let expected: Vec<_> = found.expected().iter().map(|guest| guest.id.to_string()).collect();
    assert_eq!(expected, ["100", "101", "102", "105", "106", "107"]);
}

#[tokio::test]
async fn a_host_without_proxmox_is_missing_it() {
    let tree = Tree::new();
    let nowhere = GuestConfigs::new().with_directory(tree.path().join("etc/pve"));
    let error = nowhere.read().await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Missing);
    assert!(error.to_string().ends_with("/etc/pve: Proxmox VE is not installed here"), "{error}");
}

#[tokio::test]
async fn a_node_whose_configuration_is_not_mounted_is_no_node_without_guests() {
    assert_eq!(
        read(&Tree::new()).await,
        "failed: : nothing is mounted there; pve-cluster.service does not run"
    );
}

#[tokio::test]
async fn a_node_without_guests_has_none() {
    let tree = Tree::new();
    tree.directory("qemu-server");
    tree.directory("lxc");
    assert_eq!(read(&tree).await, "");
}

#[tokio::test]
async fn a_file_that_went_away_was_a_guest_that_went_away() {
    let tree = node();
    // Listed, and not there when it is opened.
    symlink(tree.path().join("gone"), tree.path().join("lxc/102.conf")).unwrap();
    assert_eq!(read(&tree).await, "VM web (100) starts\nCT db (101) starts");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_spoils_only_itself() {
    let tree = node();
    tree.directory("lxc/102.conf");
    tree.write("lxc/103.conf", "x".repeat((1 << 20) + 1));
    tree.write("lxc/104.conf", b"hostname: \xff\xfe\nonboot: 1\nonbo");
    tree.write("ha/resources.cfg", "vm: web\n");
    assert_eq!(
        read(&tree).await,
        "VM web (100) starts\nCT db (101) starts\nCT \u{fffd}\u{fffd} (104) starts\n\
         ? /ha/resources.cfg line 1: it names no guest\n\
         ? /lxc/102.conf: Is a directory (os error 21)\n\
         ? /lxc/103.conf: longer than 1048576 bytes\n\
         ? /lxc/104.conf line 3: it is no `key: value`"
    );
    tree.remove("lxc");
    assert_eq!(
        read(&tree).await,
        "VM web (100) starts\n? /lxc: No such file or directory (os error 2)\n\
         ? /ha/resources.cfg line 1: it names no guest"
    );
}

#[tokio::test]
async fn a_node_of_whose_files_none_can_be_read_is_an_error() {
    let tree = Tree::new();
    tree.directory("lxc");
    tree.directory("qemu-server/100.conf");
    assert_eq!(read(&tree).await, "failed: /qemu-server/100.conf: Is a directory (os error 21)");
}

#[tokio::test]
async fn guests_past_the_limit_are_named_as_a_gap() {
    let tree = Tree::new();
    tree.directory("qemu-server");
    for id in 1..=10_001 {
        tree.write(&format!("lxc/{id}.conf"), "");
    }
    let found = GuestConfigs::new()
        .with_directory(tree.path())
        .with_deadline(Duration::from_secs(60))
        .read()
        .await
        .unwrap();
    assert_eq!(found.guests.len(), 10_000);
    assert!(found.gaps[0].detail.ends_with(": more than 10000 guests are not read"));
}

#[tokio::test]
async fn a_file_system_that_hangs_is_late_and_holds_one_thread() {
    let tree = node();
    // Whoever opens a pipe waits until somebody writes to it.
    let pipe = tree.path().join("lxc/102.conf");
    run("mkfifo", |mkfifo| mkfifo.arg(&pipe));
    let deadline = Duration::from_millis(200);
    let guests = GuestConfigs::new().with_directory(tree.path()).with_deadline(deadline);
    for _ in 0..5 {
        let error = guests.read().await.unwrap_err();
        assert_eq!(error.kind(), PortErrorKind::TimedOut);
        let words = ": no answer within 200ms; the cluster file system hangs";
        assert!(error.to_string().ends_with(words), "{error}");
    }
    let one = async {
        // Those of other tests end by themselves.
        while reading_threads() > 1 {
            tokio::task::yield_now().await;
        }
    };
    let one = tokio::time::timeout(Duration::from_secs(10), one).await;
    assert!(one.is_ok(), "{} threads hang", reading_threads());

    // It comes back, and so do the guests.
    drop(OpenOptions::new().write(true).open(&pipe).unwrap());
    tree.remove("lxc/102.conf");
    let again = guests.with_deadline(Duration::from_secs(10)).read().await.unwrap();
    assert_eq!(again.guests.len(), 2);
}

/// The threads of this process that read configuration.
fn reading_threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("/proc is mounted").flatten();
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with("grace-pve-files")).count()
}

#[tokio::test]
async fn files_that_only_root_and_www_data_may_read_are_permission_denied() {
    // This test again, in a process of a user who may not.
    const NODE: &str = "GRACE_TEST_CLOSED_NODE";
    if let Some(directory) = std::env::var_os(NODE) {
        let error = GuestConfigs::new().with_directory(directory).read().await.unwrap_err();
        assert_eq!(error.kind(), PortErrorKind::PermissionDenied);
        let words = "100.conf: permission denied; reading it needs root or the group www-data";
        assert!(error.to_string().ends_with(words), "{error}");
        return;
    }
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !is_root || !Path::new("/usr/bin/setpriv").exists() {
        println!("skipped: only root can become a user who may not read the files");
        return;
    }
    let tree = node();
    set_mode(tree.path(), 0o755);
    set_mode(&tree.path().join("qemu-server/100.conf"), 0o640);
    set_mode(&tree.path().join("lxc/101.conf"), 0o640);
    // A copy that this user can run, wherever the build directory lies.
    let program = tree.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let said = run("setpriv", |setpriv| {
        setpriv
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&program)
            .args(["--exact", "files_that_only_root_and_www_data_may_read_are_permission_denied"])
            .env(NODE, tree.path())
    });
    assert!(said.contains("1 passed"), "{said}");
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a file of the test");
}

/// Runs a program that has to succeed, and returns what it said.
fn run(program: &str, set_up: impl FnOnce(&mut Command) -> &mut Command) -> String {
    #[expect(clippy::disallowed_methods, reason = "the tests' own children, waited for")]
    let mut command = Command::new(program);
    let output = set_up(&mut command).output().expect("a program that is there");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program}: {said}");
    said
}
