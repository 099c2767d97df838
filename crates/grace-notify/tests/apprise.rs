//! The real Apprise library behind the door of its API: what arrives at a service it opens.

mod support;

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use grace_core::{Notifier, PortErrorKind};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use self::support::build::notifier;
use self::support::samples::{envelope, messages};
use self::support::server::{Conduct, Loopback};

/// An Apprise that ends with its test.
struct Apprise {
    _child: Child,
    port: u16,
}

impl Apprise {
    /// One that sends on to `sink`; `None`, and a line that says why, where there is none.
    async fn start(sink: &str) -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/apprised.py");
        // Debian's python, which has Debian's packages.
        #[expect(clippy::disallowed_methods, reason = "killed when its test ends")]
        let child = Command::new("/usr/bin/python3")
            .arg(program)
            .arg(sink)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let Ok(mut child) = child else {
            println!("skipped: /usr/bin/python3 is not installed");
            return None;
        };
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let ready = timeout(Duration::from_secs(60), lines.next_line()).await;
        let ready = ready.expect("in time").expect("a line").expect("a word from Apprise");
        if let Some(what) = ready.strip_prefix("MISSING ") {
            println!("skipped: apprise is not installed: {what}");
            return None;
        }
        let port = ready.strip_prefix("READY ").and_then(|port| port.parse().ok());
        Some(Self { _child: child, port: port.unwrap_or_else(|| panic!("Apprise says {ready}")) })
    }

    fn notifier(&self, key: &str) -> Arc<dyn Notifier> {
        let port = self.port;
        notifier(&format!(
            "name = \"all\"\ntype = \"apprise\"\nurl = \"http://127.0.0.1:{port}\"\nkey = \"{key}\""
        ))
    }
}

#[tokio::test]
async fn each_message_arrives_with_its_words_and_its_type() {
    let sink = Loopback::start(Conduct::says(200, ""));
    let Some(apprise) = Apprise::start(&format!("json://{}", sink.address)).await else { return };
    let notifier = apprise.notifier("home");
    for (name, message) in messages() {
        notifier.notify(&envelope(message)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let received = sink.received();
    assert_eq!(received.len(), messages().len());
    let types: Vec<_> = received.iter().map(|one| one.json()["type"].to_string()).collect();
    let expected = [
        "success", "failure", "warning", "info", "failure", "failure", "failure", "success",
        "warning", "warning", "info", "success",
    ];
    assert_eq!(types, expected.map(|kind| format!("\"{kind}\"")));
    let report = received[1].json();
    assert_eq!(report["title"], "pve1: System startup - 4 issue(s) detected");
    let words = report["message"].as_str().expect("words");
    assert!(words.contains("VM failed:"), "{words}");
}

#[tokio::test]
async fn what_apprise_could_not_send_is_not_taken() {
    let Some(apprise) = Apprise::start("json://127.0.0.1:9").await else { return };
    let (_, message) = messages().remove(0);
    let envelope = envelope(message);
    let error = apprise.notifier("home").notify(&envelope).await.expect_err("not taken");
    assert!(error.to_string().contains("status 424"), "{error}");
    let error = apprise.notifier("an-unknown-key").notify(&envelope).await.expect_err("not taken");
    assert_eq!(error.kind(), PortErrorKind::Refused, "{error}");
    assert!(error.to_string().contains("nothing is stored for this key"), "{error}");
}
