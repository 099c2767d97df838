//! The uptime contract over this host's kernel, and over files in the shape of its `/proc`.

use std::fs::{self, File};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use grace_core::{BootIdentity, PortErrorKind, Uptime, UptimeSource as _};
use grace_proc::{ProcUptime, UptimeFile};
use grace_sim::contract::uptime::{Passing, UptimeSubject};
use tempfile::TempDir;

const BOOT_ID: &str = "7fd95082-faf0-4e70-afba-5c0248f506c7\n";

/// The host that the tests run on.
struct ThisHost;

impl UptimeSubject for ThisHost {
    type Port = ProcUptime;

    fn host(&self) -> ProcUptime {
        ProcUptime::new()
    }

    async fn pass(&self, how: Passing) -> Option<Duration> {
        if how == Passing::Suspended {
            return None;
        }
        // The kernel's own time is under test, so a little of it has to pass.
        let span = Duration::from_millis(2);
        tokio::time::sleep(span).await;
        Some(span)
    }

    fn unreadable(&self) -> Vec<ProcUptime> {
        vec![ProcUptime::with_root("/proc/self/no-such-directory")]
    }
}

mod this_host {
    grace_sim::contract!(uptime, Some(super::ThisHost));
}

/// A host made of files.
struct Files {
    root: TempDir,
}

impl Files {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        write(root.path(), "7.00 3.00\n", BOOT_ID);
        Self { root }
    }
}

impl UptimeSubject for Files {
    type Port = ProcUptime;

    fn host(&self) -> ProcUptime {
        ProcUptime::with_root(&self.root)
    }

    async fn pass(&self, _: Passing) -> Option<Duration> {
        let span = Duration::from_secs(90);
        let now = self.host().uptime().await.expect("readable");
        let later = now.saturating_add(span).as_secs_f64();
        write(self.root.path(), &format!("{later:.2} 3.00\n"), BOOT_ID);
        Some(span)
    }

    fn unreadable(&self) -> Vec<ProcUptime> {
        let cases = [
            ("empty", "", ""),
            ("torn", "17", "7fd9"),
            ("nan", "nan nan\n", "nan\n"),
            ("nil", "-0.01 0.00\n", "00000000-0000-0000-0000-000000000000\n"),
        ];
        let mut hosts: Vec<_> = cases
            .iter()
            .map(|(name, uptime, boot_id)| {
                let root = self.root.path().join(name);
                write(&root, uptime, boot_id);
                ProcUptime::with_root(root)
            })
            .collect();
        hosts.push(ProcUptime::with_root(self.root.path().join("missing")));
        hosts
    }
}

mod files {
    grace_sim::contract!(uptime, Some(super::Files::new()));
}

#[tokio::test]
async fn an_error_names_the_path_and_what_stands_there() {
    let root = tempfile::tempdir().expect("a temporary directory");
    write(root.path(), "nan \x1b[2J 3\n", &"x".repeat(500));
    let host = ProcUptime::with_root(&root);

    let error = host.uptime().await.expect_err("not an uptime");
    let path = root.path().join("proc/uptime");
    assert_eq!(error.kind(), PortErrorKind::Malformed);
    let words = "not two numbers, uptime and idle time: \"nan \u{fffd}[2J 3 \"";
    assert_eq!(error.to_string(), format!("{}: {words}", path.display()));

    let error = host.boot().await.expect_err("not a boot id");
    assert_eq!(error.kind(), PortErrorKind::Malformed);
    assert!(error.to_string().contains("bytes cut"), "{error}");
}

#[tokio::test]
async fn what_is_not_there_is_missing() {
    let host = ProcUptime::with_root("/proc/self/no-such-directory");
    let error = host.uptime().await.expect_err("missing");
    assert_eq!(error.kind(), PortErrorKind::Missing);
    assert!(error.to_string().contains("no-such-directory/proc/uptime"), "{error}");
    assert_eq!(host.boot().await.expect_err("missing").kind(), PortErrorKind::Missing);
}

#[tokio::test]
async fn what_is_no_regular_file_is_not_read() {
    let root = tempfile::tempdir().expect("a temporary directory");
    let proc = directory(root.path());
    let host = ProcUptime::with_root(&root);
    let uptime = proc.join("uptime");
    let check = async |what: &str| {
        let error = host.uptime().await.expect_err(what);
        assert_eq!(error.kind(), PortErrorKind::Malformed, "{what}");
        assert_eq!(error.to_string(), format!("{}: not a regular file", uptime.display()));
        fs::remove_file(&uptime).or_else(|_| fs::remove_dir(&uptime)).expect("ours");
    };
    fs::create_dir(&uptime).expect("a directory");
    check("a directory").await;
    std::os::unix::fs::symlink("/dev/zero", &uptime).expect("a link");
    check("a device").await;
    // A pipe is waited for when it is opened, and this one would be for ever.
    let _listener = UnixListener::bind(&uptime).expect("a socket");
    check("a socket").await;
}

#[tokio::test]
async fn a_file_that_is_too_long_is_not_read_to_its_end() {
    let root = tempfile::tempdir().expect("a temporary directory");
    write(root.path(), &format!("1.00 2.00{}", " ".repeat(4096)), BOOT_ID);
    let boot_id = root.path().join("proc/sys/kernel/random/boot_id");
    File::create(boot_id).and_then(|file| file.set_len(1 << 40)).expect("a file with a hole");
    let host = ProcUptime::with_root(&root);
    for error in [host.uptime().await.expect_err("long"), host.boot().await.expect_err("long")] {
        assert_eq!(error.kind(), PortErrorKind::Malformed);
        assert!(error.to_string().ends_with(": longer than 4096 bytes"), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_fails_when_it_is_read_says_so() {
    let root = tempfile::tempdir().expect("a temporary directory");
    let proc = directory(root.path());
    // A process's memory has nothing at its address 0.
    std::os::unix::fs::symlink("/proc/self/mem", proc.join("uptime")).expect("a link");
    let error = ProcUptime::with_root(&root).uptime().await.expect_err("no memory there");
    assert_eq!(error.kind(), PortErrorKind::Other);
    assert!(
        error.to_string().ends_with("/proc/uptime: Input/output error (os error 5)"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_is_not_the_clocks_is_told() {
    let root = tempfile::tempdir().expect("a temporary directory");
    let host = ProcUptime::with_root(&root);
    let clock = ProcUptime::new().uptime().await.expect("readable").as_secs_f64();
    for other in [clock + 5.0, clock - 5.0, 0.25] {
        write(root.path(), &format!("{other:.2} 0.00\n"), BOOT_ID);
        let UptimeFile::Differs { clock: now, file } = host.uptime_file().expect("readable") else {
            panic!("{other} is not {clock}");
        };
        assert!(now.as_secs_f64() >= clock);
        assert_eq!(format!("{:.2}", file.as_secs_f64()), format!("{other:.2}"));
    }
    write(root.path(), "soon 0.00\n", BOOT_ID);
    host.uptime_file().expect_err("a file that cannot be read neither agrees nor differs");
}

#[tokio::test]
async fn a_container_view_may_differ_from_the_kernel_and_neither_replaces_the_other() {
    let root = tempfile::tempdir().expect("a temporary directory");
    write(root.path(), "0.25 0.00\n", BOOT_ID);
    let container = ProcUptime::with_root(&root).uptime().await.expect("readable");
    assert_eq!(container, Uptime::from_millis(250));
    let kernel = ProcUptime::new().uptime().await.expect("readable");
    assert!(kernel > container, "this host has been up for {kernel}");
}

#[tokio::test]
async fn clock_and_file_of_this_host_agree_where_nothing_fakes_the_file() {
    let Ok(mounts) = fs::read_to_string("/proc/self/mounts") else {
        println!("skipped: /proc/self/mounts cannot be read");
        return;
    };
    if mounts.lines().any(|mount| mount.split(' ').nth(1) == Some("/proc/uptime")) {
        println!("skipped: another file is mounted over /proc/uptime");
        return;
    }
    assert_eq!(ProcUptime::new().uptime_file().expect("readable"), UptimeFile::Agrees);
}

#[tokio::test]
async fn this_host_has_a_boot_id_and_a_wall_clock() {
    let boot = ProcUptime::new().boot().await.expect("readable");
    let BootIdentity { id: Some(id), soft_reboots: 0, .. } = boot else {
        panic!("{boot:?}");
    };
    assert_eq!(id.as_str().len(), 32);
    let year_2020 = 1_577_836_800;
    assert!(grace_proc::unix_time() > year_2020);
}

fn write(root: &Path, uptime: &str, boot_id: &str) {
    let proc = directory(root);
    fs::write(proc.join("uptime"), uptime).expect("written");
    fs::write(proc.join("sys/kernel/random/boot_id"), boot_id).expect("written");
}

fn directory(root: &Path) -> PathBuf {
    let proc = root.join("proc");
    fs::create_dir_all(proc.join("sys/kernel/random")).expect("a directory");
    proc
}
