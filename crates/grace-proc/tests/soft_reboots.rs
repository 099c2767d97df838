//! Soft reboots, as a systemd tells them that python-dbusmock plays on a bus of the test's own.
#![cfg(feature = "soft-reboot")]

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use grace_core::{PortErrorKind, UptimeSource as _};
use grace_proc::{ProcUptime, SoftReboots};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

const SYSTEMD: &str = "org.freedesktop.systemd1";
const OBJECT: &str = "/org/freedesktop/systemd1";
const MANAGER: &str = "org.freedesktop.systemd1.Manager";

/// What is needed, and where Debian has it.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("dbus-daemon", &["dbus-daemon", "--version"]),
    ("busctl", &["busctl", "--version"]),
    ("python3-dbusmock", &["/usr/bin/python3", "-c", "import dbusmock"]),
];

#[tokio::test]
async fn a_boot_has_the_count_that_systemd_tells() {
    let Some(mut host) = Host::new().await else { return };
    host.start_systemd(Some("u 3")).await;
    let boot = host.boot().await.expect("readable");
    assert_eq!((boot.id.is_some(), boot.soft_reboots), (true, 3));

    let without = ProcUptime::new().boot().await.expect("readable");
    assert_eq!((without.id, without.soft_reboots), (boot.id, 0));
}

#[tokio::test]
async fn a_systemd_that_knows_no_soft_reboots_has_had_none() {
    let Some(mut host) = Host::new().await else { return };
    host.start_systemd(None).await;
    assert_eq!(host.boot().await.expect("readable").soft_reboots, 0);
}

#[tokio::test]
async fn a_count_that_is_none_is_malformed() {
    let Some(mut host) = Host::new().await else { return };
    host.start_systemd(Some("s three")).await;
    let error = host.boot().await.expect_err("a word");
    assert_eq!(error.kind(), PortErrorKind::Malformed, "{error}");
    assert!(error.to_string().starts_with("SoftRebootsCount of systemd: "), "{error}");
}

#[tokio::test]
async fn a_bus_without_systemd_is_an_error_and_no_zero() {
    let Some(host) = Host::new().await else { return };
    let error = host.boot().await.expect_err("nobody to ask");
    assert_eq!(error.kind(), PortErrorKind::Missing, "{error}");
}

#[tokio::test]
async fn a_bus_that_is_not_there_is_an_error_and_no_zero() {
    let root = booted();
    let soft_reboots = SoftReboots::new().with_root(&root).with_address("unix:path=/nowhere/bus");
    let error = ProcUptime::new().with_soft_reboots(soft_reboots).boot().await;
    let error = error.expect_err("no bus");
    assert_eq!(error.kind(), PortErrorKind::Missing, "{error}");
    assert!(error.to_string().contains("No such file or directory"), "{error}");

    let odd = SoftReboots::new().with_root(&root).with_address("carrier pigeon");
    odd.count().await.expect_err("no address");
}

#[tokio::test]
async fn a_bus_that_does_not_answer_is_late() {
    let Some(mut host) = Host::new().await else { return };
    host.start_systemd(Some("u 3")).await;
    host.freeze();
    let error = host.boot().await.expect_err("frozen");
    assert_eq!(error.kind(), PortErrorKind::TimedOut);
    assert_eq!(error.to_string(), "SoftRebootsCount of systemd: no answer within 2s");
}

#[tokio::test]
async fn a_host_with_another_init_has_no_soft_reboots_and_nobody_is_asked() {
    let root = TempDir::new().expect("a temporary directory");
    let soft_reboots = SoftReboots::new().with_root(&root).with_address("unix:path=/nowhere/bus");
    assert_eq!(soft_reboots.count().await.expect("known"), 0);
}

/// A root on which systemd runs.
fn booted() -> TempDir {
    let root = TempDir::new().expect("a temporary directory");
    fs::create_dir_all(root.path().join("run/systemd/system")).expect("a directory");
    root
}

/// A host with a bus, on which systemd may be.
struct Host {
    root: TempDir,
    daemon: Process,
    systemd: Option<Process>,
}

impl Host {
    /// `None`, and a line that says so, where it cannot be had.
    async fn new() -> Option<Self> {
        for (package, argv) in PROGRAMS {
            if !command(argv).output().is_ok_and(|output| output.status.success()) {
                println!("skipped: {package} is not there");
                return None;
            }
        }
        let root = booted();
        let address = address(&root);
        let config = root.path().join("bus.conf");
        let text = format!(
            "<busconfig><type>system</type><listen>{address}</listen><auth>EXTERNAL</auth>\
             <policy context='default'><allow send_destination='*' eavesdrop='true'/>\
             <allow eavesdrop='true'/><allow own='*'/></policy></busconfig>"
        );
        fs::write(&config, text).expect("written");
        let config = format!("--config-file={}", config.display());
        let argv = ["dbus-daemon", &config, "--nofork", "--nopidfile"];
        let host = Self { daemon: Process::start(&argv, &address), root, systemd: None };
        host.until_busctl_can("list").await;
        Some(host)
    }

    /// A systemd whose count of soft reboots is this, as busctl writes it.
    async fn start_systemd(&mut self, count: Option<&str>) {
        let argv = ["/usr/bin/python3", "-m", "dbusmock", "--system", SYSTEMD, OBJECT, MANAGER];
        self.systemd = Some(Process::start(&argv, &address(&self.root)));
        self.until_busctl_can(&format!("status {SYSTEMD}")).await;
        if let Some(count) = count {
            let mock = format!("call {SYSTEMD} {OBJECT} org.freedesktop.DBus.Mock AddProperty");
            let property = format!("{mock} ssv {MANAGER} SoftRebootsCount {count}");
            assert!(self.busctl(&property), "{property}");
        }
    }

    /// The bus is there, and does not answer.
    fn freeze(&self) {
        let pid = self.daemon.0.id().to_string();
        assert!(command(&["kill", "-STOP", &pid]).status().is_ok_and(|status| status.success()));
    }

    async fn boot(&self) -> Result<grace_core::BootIdentity, grace_core::PortError> {
        let soft_reboots = SoftReboots::new()
            .with_root(&self.root)
            .with_address(address(&self.root))
            .with_deadline(Duration::from_secs(2));
        ProcUptime::new().with_soft_reboots(soft_reboots).boot().await
    }

    async fn until_busctl_can(&self, words: &str) {
        let waiting = async {
            while !self.busctl(words) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = timeout(Duration::from_secs(20), waiting).await;
        waited.unwrap_or_else(|_| panic!("busctl {words}"));
    }

    fn busctl(&self, words: &str) -> bool {
        let address = format!("--address={}", address(&self.root));
        let mut busctl = command(&["busctl", &address, "--timeout=10", "--no-pager"]);
        let output = busctl.args(words.split(' ')).output();
        output.is_ok_and(|output| output.status.success())
    }
}

fn address(root: &TempDir) -> String {
    format!("unix:path={}", root.path().join("bus").display())
}

/// A child that is killed and waited for when this goes.
struct Process(Child);

impl Process {
    fn start(argv: &[&str], address: &str) -> Self {
        let mut command = command(argv);
        command.env("DBUS_SYSTEM_BUS_ADDRESS", address);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a child"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().expect("it is ours");
        self.0.wait().expect("it is ours");
    }
}

fn command(argv: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the tests' own children, waited for")]
    let mut command = Command::new(argv[0]);
    command.args(&argv[1..]).stdin(Stdio::null());
    command
}
