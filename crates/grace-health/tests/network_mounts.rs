//! Network mounts whose server answers, fails, or says nothing at all.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use grace_core::HealthSource;
use grace_health::Mounts;
use support::{Tree, is_alive, print};
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(20);

/// A host with a network mount that is not in fstab, as Proxmox VE mounts its storages.
fn host() -> Tree {
    let tree = Tree::new();
    tree.write("etc/fstab", "");
    tree.write("proc/1/mountinfo", "40 1 0:50 / /mnt/pve/nas rw - nfs4 nas:/vol rw\n");
    tree.directory("mnt/pve/nas");
    tree
}

/// The same host, whose network mounts are looked at by a program that does this.
fn host_where_looks(does: &str) -> (Tree, Mounts) {
    let tree = host();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/stat");
    symlink(program, tree.path().join("stat")).expect("ours");
    tree.write("stat.does", does);
    let mounts = mounts(&tree).with_program(tree.path().join("stat"));
    (tree, mounts)
}

fn mounts(tree: &Tree) -> Mounts {
    let mounts = Mounts::new().without_bus().with_root(tree.path());
    mounts.with_deadline(Duration::from_millis(500))
}

async fn read(mounts: &Mounts) -> String {
    print(mounts.check().await)
}

#[tokio::test]
async fn a_server_that_answers_is_well() {
    let (tree, mounts) = host_where_looks("answer");
    let expect = "OK\nstorage OK\n- /mnt/pve/nas OK: mounted nfs4 from nas:/vol";
    assert_eq!(read(&mounts).await, expect);
    let asked = fs::read_to_string(tree.path().join("stat.asked")).expect("it was asked");
    let target = tree.path().join("mnt/pve/nas");
    let expect = format!(" --file-system --format=%T -- {}\n", target.display());
    assert!(asked.ends_with(&expect), "{asked}");
}

#[tokio::test]
async fn a_server_that_has_forgotten_the_mount_is_critical_in_its_words() {
    let (_tree, mounts) = host_where_looks("fail");
    assert_eq!(
        read(&mounts).await.lines().last(),
        Some(
            "- /mnt/pve/nas CRITICAL: mounted nfs4 from nas:/vol, but: \
             stat: cannot read file system information: Stale file handle"
        )
    );
}

#[tokio::test]
async fn a_silent_server_is_critical_in_time_and_the_look_is_ended() {
    let (tree, mounts) = host_where_looks("hang");
    let reading = timeout(Duration::from_secs(5), read(&mounts)).await.expect("in time");
    let stale = "- /mnt/pve/nas CRITICAL: mounted nfs4 from nas:/vol, but stale: \
                 its server does not answer";
    assert_eq!(reading.lines().last(), Some(stale));
    assert!(!is_alive(&first_look(&tree)));
    tree.write("stat.does", "answer");
    assert!(read(&mounts).await.starts_with("OK"), "it answers again");
}

#[tokio::test]
async fn a_reading_that_is_given_up_ends_its_look() {
    let (tree, mounts) = host_where_looks("hang");
    let asked = tree.path().join("stat.asked");
    let begun = async {
        while fs::read_to_string(&asked).map_or(0, |asked| asked.lines().count()) == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = mounts.check() => {}
        () = begun => {}
    }
    let look = first_look(&tree);
    let ended = async {
        while is_alive(&look) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, ended).await.expect("it is ended");
}

/// The process id of the first look.
fn first_look(tree: &Tree) -> String {
    let asked = fs::read_to_string(tree.path().join("stat.asked")).expect("it was asked");
    asked.split(' ').next().expect("an id").to_owned()
}

#[tokio::test]
async fn one_file_system_is_looked_at_once_wherever_it_is_mounted() {
    let (tree, mounts) = host_where_looks("answer");
    let line = |target: &str| format!("40 1 0:50 / {target} rw - nfs4 nas:/vol rw\n");
    let table: String = ["/mnt/pve/nas", "/srv/a", "/srv/b"].map(line).concat();
    tree.write("proc/1/mountinfo", table);
    tree.write("etc/fstab", "nas:/vol /srv/b nfs4\n");
    tree.write("stat.does", "fail");
    let reading = read(&mounts).await;
    let asked = fs::read_to_string(tree.path().join("stat.asked")).expect("it was asked");
    assert_eq!(asked.lines().count(), 1, "{asked}");
    assert!(reading.contains("- /srv/b CRITICAL: mounted nfs4"), "{reading}");
    assert!(reading.contains("- /mnt/pve/nas CRITICAL: mounted nfs4"), "{reading}");
}

#[tokio::test]
async fn where_nobody_can_look_the_state_is_unknown_and_a_gap() {
    let tree = host();
    let reading = read(&mounts(&tree).with_program("/nowhere/stat")).await;
    let lines: Vec<_> = reading.lines().collect();
    let why = "/mnt/pve/nas UNKNOWN: mounted nfs4 from nas:/vol, but not looked at: /nowhere/stat ";
    assert!(lines[2].starts_with(&format!("- {why}")), "{reading}");
    assert!(lines[3].starts_with("? /mnt/pve/nas: mounted nfs4"), "{reading}");
}

/// A real one: the kernel lets nobody go who waits for its server, not even who is killed.
#[tokio::test]
async fn a_look_that_cannot_be_ended_is_the_only_one_at_its_mount_until_it_ends() {
    let tree = host();
    let Some(mut server) = SilentServer::mount(&tree.path().join("mnt/pve/nas")) else { return };
    let mounts = mounts(&tree);
    for _ in 0..3 {
        let reading = timeout(Duration::from_secs(5), read(&mounts)).await.expect("in time");
        assert!(reading.contains("but stale: its server does not answer"), "{reading}");
        assert_eq!(looks_at(tree.path()), 1);
    }
    server.answer();
    let well = async { while !read(&mounts).await.starts_with("OK") {} };
    timeout(PATIENCE, well).await.expect("it is well again");
    assert_eq!(looks_at(tree.path()), 0);
}

/// How many processes look at something below this folder.
fn looks_at(folder: &Path) -> usize {
    let folder = folder.display().to_string();
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let looks = processes.filter(|process| {
        let command = fs::read_to_string(process.path().join("cmdline")).unwrap_or_default();
        command.starts_with("stat\0") && command.contains(&folder)
    });
    looks.count()
}

/// A file system in user space whose server is silent. It is unmounted when this goes.
struct SilentServer(Child);

impl SilentServer {
    /// `None`, and a line that says why, where it cannot be mounted.
    fn mount(folder: &Path) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/fuse.py");
        #[expect(clippy::disallowed_methods, reason = "the tests' own child, waited for")]
        let server = Command::new("/usr/bin/python3")
            .arg(script)
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(server) = server else {
            println!("skipped: python3 is not there");
            return None;
        };
        let mut server = Self(server);
        let mut line = String::new();
        let stdout = server.0.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("it can be read");
        if line != "mounted\n" {
            println!("skipped: a file system in user space cannot be mounted");
            return None;
        }
        Some(server)
    }

    fn answer(&mut self) {
        let stdin = self.0.stdin.as_mut().expect("piped");
        stdin.write_all(b"answer\n").expect("it reads");
    }
}

impl Drop for SilentServer {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.0.wait().expect("it is ours");
    }
}
