//! A real Alertmanager, asked by `amtool` what it makes of our alerts.

mod support;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use grace_core::{Alert, Event, Message, Notice, Notifier, Severity};
use grace_notify::{Clock, Now, SecretStore, Surroundings};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use self::support::build::form;
use self::support::samples::{envelope, failed, failures, notice, secs};

/// An Alertmanager that ends with its test.
struct Alertmanager {
    _child: Child,
    _folder: TempDir,
    url: String,
}

impl Alertmanager {
    /// `None`, and a line that says why, where there is none.
    async fn start() -> Option<Self> {
        let [server, amtool] = ["prometheus-alertmanager", "amtool"].map(find);
        if server.is_none() || amtool.is_none() {
            println!("skipped: prometheus-alertmanager is not installed");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("am.yml");
        std::fs::write(&config, "route: {receiver: none}\nreceivers: [{name: none}]\n")
            .expect("written");
        let port = free_port();
        let args = [
            format!("--config.file={}", config.display()),
            format!("--storage.path={}", folder.path().join("data").display()),
            format!("--web.listen-address=127.0.0.1:{port}"),
            "--cluster.listen-address=".to_owned(),
        ];
        #[expect(clippy::disallowed_methods, reason = "killed when its test ends")]
        let child = Command::new(server?)
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("a server");
        let url = format!("http://127.0.0.1:{port}");
        let this = Self { _child: child, _folder: folder, url };
        this.ready().await;
        Some(this)
    }

    async fn ready(&self) {
        let deadline = Duration::from_secs(30);
        let ready = async {
            while self.amtool(&["config", "show"]).await.is_none() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(deadline, ready).await.expect("Alertmanager is up");
    }

    async fn amtool(&self, args: &[&str]) -> Option<String> {
        #[expect(clippy::disallowed_methods, reason = "ends by itself")]
        let output = Command::new("amtool")
            .arg(format!("--alertmanager.url={}", self.url))
            .args(args)
            .kill_on_drop(true)
            .output()
            .await
            .expect("amtool runs");
        output.status.success().then(|| String::from_utf8(output.stdout).expect("text"))
    }

    /// The alerts that fire, each as `name severity: summary`.
    async fn firing(&self) -> Vec<String> {
        let alerts = self.amtool(&["alert", "query", "--output=json"]).await.expect("alerts");
        let alerts: Value = serde_json::from_str(&alerts).expect("JSON");
        let alerts = alerts.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |alert: &Value| {
            let labels = &alert["labels"];
            let [name, severity] = ["alertname", "severity"].map(|key| text(&labels[key]));
            format!("{name} {severity}: {}", text(&alert["annotations"]["summary"]))
        };
        let mut lines: Vec<_> = alerts.iter().map(line).collect();
        lines.sort();
        lines
    }

    fn notifier(&self) -> Arc<dyn Notifier> {
        let table = format!(
            "name = \"am\"\ntype = \"alertmanager\"\nurl = \"{}\"\nlabels = {{ team = \"x\" }}",
            self.url
        );
        let clock = Clock::new(|| {
            #[expect(clippy::disallowed_methods, reason = "the server reads the same clock")]
            let wall = SystemTime::now();
            Now { wall, uptime: Some(secs(400)) }
        });
        let surroundings = Surroundings::new("pve1", clock, SecretStore::new(|_| None));
        form(&table).build(&surroundings).expect("a route").notifier
    }
}

fn find(name: &str) -> Option<PathBuf> {
    ["/usr/bin", "/usr/local/bin"]
        .into_iter()
        .map(|bin| PathBuf::from(bin).join(name))
        .find(|p| p.exists())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn alert(severity: Severity) -> Alert {
    Alert::new("storage", "nas", severity, "NFS server not responding")
}

#[tokio::test]
async fn an_alert_fires_gets_worse_and_is_resolved_by_its_recovery() {
    let Some(server) = Alertmanager::start().await else { return };
    let notifier = server.notifier();
    let tell = async |event| notifier.notify(&envelope(notice(event))).await.expect("taken");

    tell(Event::Alert(alert(Severity::Warning))).await;
    let warning = "GraceAlert warning: pve1: storage/nas: NFS server not responding (warning)";
    assert_eq!(server.firing().await, [warning]);

    tell(Event::Alert(alert(Severity::Critical))).await;
    let critical = "GraceAlert critical: pve1: storage/nas: NFS server not responding (critical)";
    assert_eq!(server.firing().await, [critical], "it is one alert, and it got worse");

    // A recovery does not know how bad its alert was.
    tell(Event::Resolved(alert(Severity::Info))).await;
    assert_eq!(server.firing().await, [""; 0]);
}

#[tokio::test]
async fn a_recovery_ends_the_alert_of_its_own_key_alone() {
    let Some(server) = Alertmanager::start().await else { return };
    let notifier = server.notifier();
    let other = Alert::new("storage", "backup", Severity::Warning, "offline");
    for event in [
        Event::Alert(alert(Severity::Critical)),
        Event::Alert(other),
        Event::Resolved(alert(Severity::Info)),
    ] {
        notifier.notify(&envelope(notice(event))).await.expect("taken");
    }
    let left = "GraceAlert warning: pve1: storage/backup: offline (warning)";
    assert_eq!(server.firing().await, [left]);
}

#[tokio::test]
async fn a_report_fires_with_each_alert_that_it_tells_of() {
    let Some(server) = Alertmanager::start().await else { return };
    let notifier = server.notifier();
    notifier.notify(&envelope(failures())).await.expect("taken");
    notifier.notify(&envelope(failures())).await.expect("taken again");
    let expected = [
        "GraceAlert critical: NFS server <10.0.0.9> not responding",
        "GraceStartupReport critical: pve1: System startup - 4 issue(s) detected",
    ];
    assert_eq!(server.firing().await, expected);
}

#[tokio::test]
async fn other_messages_are_alerts_of_their_own() {
    let Some(server) = Alertmanager::start().await else { return };
    let notifier = server.notifier();
    for message in [notice(failed()), Message::Test, support::samples::guests()] {
        notifier.notify(&envelope(message)).await.expect("taken");
    }
    let firing = server.firing().await;
    let names: Vec<_> = firing.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(names, ["GraceDigest info", "GraceEvent critical", "GraceTest info"]);
}

#[tokio::test]
async fn a_clock_that_is_wrong_costs_no_alert() {
    let Some(server) = Alertmanager::start().await else { return };
    let notifier = server.notifier();
    // Later in the boot than the clock says it is, and a first sight after the alert itself.
    let mut late = Notice::single(Event::Alert(alert(Severity::Warning)), secs(100_000));
    late.first_seen = Some(secs(200_000));
    notifier.notify(&envelope(Message::Notice(late))).await.expect("taken");
    assert_eq!(server.firing().await.len(), 1);
}
