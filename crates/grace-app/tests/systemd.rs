//! `grace` on hosts with a real systemd: it boots, fails in part, is late, and goes down.
//!
//! The hosts are made by `e2e/mkrootfs`; see `e2e/README.md`.

mod systemd {
    pub(crate) mod guest;
}
#[path = "../../grace-health/examples/logind_events.rs"]
mod logind_events;

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use self::systemd::guest::{Guest, Lines};

/// A unit that fails, one that is late, a mount that waits for it, and one that fails.
const FILES: [(&str, &str); 5] = [
    (
        "/etc/systemd/system/broken.service",
        "[Service]\nType=oneshot\nExecStart=/bin/false\n[Unit]\nDescription=Always fails\n",
    ),
    (
        "/etc/systemd/system/slow.service",
        "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nTimeoutStartSec=infinity\n\
         ExecStart=/bin/sh -c 'until [ -e /run/go ]; do sleep 0.05; done'\n",
    ),
    (
        "/etc/systemd/system/multi-user.target.d/tests.conf",
        "[Unit]\nWants=broken.service slow.service mnt-broken.mount\nAfter=slow.service\n",
    ),
    (
        "/etc/systemd/system/mnt-broken.mount",
        "[Mount]\nWhat=nothing\nWhere=/mnt/broken\nType=no-such-kind\n",
    ),
    ("/etc/fstab", "late /mnt/late tmpfs nofail,x-systemd.after=slow.service 0 0\n"),
];

const HEALTH: [&str; 3] = ["grace", "health", "--json"];

#[test]
fn debian_12_boots_and_goes_down() {
    boots_and_goes_down("debian12", &["shutdown unknown", "shutdown reboot"]);
}

#[test]
fn debian_13_boots_and_goes_down() {
    boots_and_goes_down("debian13", &["shutdown reboot"]);
}

/// A boot from its first seconds to its end. `shutdown` is how logind and systemd tell of the end.
fn boots_and_goes_down(rootfs: &str, shutdown: &[&str]) {
    let me = std::env::current_exe().expect("Linux");
    let programs =
        [("grace", Path::new(env!("CARGO_BIN_EXE_grace"))), ("tells-events", me.as_path())];
    let Some(guest) = Guest::boot(rootfs, &FILES, &programs) else { return };

    // While it starts.
    let health = guest.until(&HEALTH, |output| {
        let health = Health::of(output)?;
        let waits = health.check("systemd", "system")?.1.contains("waits for slow.service");
        let failed = ["broken.service", "mnt-broken.mount"];
        let has_failed = failed.iter().all(|unit| health.check("systemd", unit).is_some());
        let is_seen = health.check("mounts", "/mnt/broken").is_some();
        (waits && has_failed && is_seen).then_some(health)
    });
    assert_eq!(health.source("systemd")["starting"], true);
    assert_eq!(health.status("systemd", "broken.service"), "CRITICAL");
    assert_eq!(health.status("mounts", "/mnt/late"), "WARNING");
    let broken = health.check("mounts", "/mnt/broken");
    assert_eq!(broken, Some(("WARNING", "not mounted (mnt-broken.mount: its unit failed)")));
    let mut events = guest.start_program(&EVENTS);
    let holds = until(&mut events, |line| line.starts_with("holds for "));
    assert_eq!(holds, "holds for Some(5s)");
    assert_eq!(until(&mut events, |_| true), "caught-up");
    // What is told of the same host from all its sources.
    let mut stream = guest.start_program(&["grace", "events", "--since-boot", "--follow"]);
    let mut failed = ["broken.service", "mnt-broken.mount"].to_vec();
    until(&mut stream, |line| {
        failed.retain(|unit| !line.contains(&format!("journal  alert services/{unit} critical")));
        failed.is_empty()
    });

    // Once it has started.
    guest.run(&["touch", "/run/go"]);
    assert_eq!(until(&mut events, |_| true), "startup-finished");
    until(&mut stream, |line| line.ends_with("startup-finished"));
    let report = guest.run(&["grace", "report"]);
    let report = String::from_utf8_lossy(&report.stdout).into_owned();
    let line = |label: &str| report.lines().find(|line| line.starts_with(label)).unwrap_or("");
    let services = line("Services: 2 failed (");
    assert!(
        services.contains("broken.service") && services.contains("mnt-broken.mount"),
        "{report}"
    );
    assert_eq!(line("Storage: "), "Storage: 1 unavailable (/mnt/broken)", "{report}");
    // The guest has no network; all else is known.
    let gaps: Vec<&str> = report.lines().filter(|line| line.starts_with("Not known: ")).collect();
    assert_eq!(
        gaps,
        ["Not known: health incomplete: network: no interface to look at"],
        "{report}"
    );
    let health = Health::of(&guest.run(&HEALTH)).expect("it can be read");
    assert_eq!(health.source("systemd")["starting"], false);
    assert_eq!(health.status("systemd", "broken.service"), "CRITICAL");
    assert_eq!(health.status("mounts", "/mnt/late"), "OK");
    assert_eq!(health.source("systemd")["error"], Value::Null);

    // It plans to go down, and does not.
    guest.run(&["shutdown", "--reboot", "+60"]);
    assert_eq!(until(&mut events, |_| true), "shutdown-scheduled reboot");
    until(&mut stream, |line| line.ends_with("shutdown-scheduled reboot"));
    guest.run(&["shutdown", "-c"]);
    assert_eq!(until(&mut events, |_| true), "shutdown-cancelled");
    until(&mut stream, |line| line.ends_with("shutdown-cancelled"));

    // It goes down, and waits for whoever has a lock.
    let locks = guest.run(&["systemd-inhibit", "--list", "--no-pager", "--no-legend"]);
    let locks = String::from_utf8_lossy(&locks.stdout).into_owned();
    assert!(locks.contains("grace") && locks.contains("delay"), "{locks}");
    guest.run(&["systemctl", "reboot"]);
    for line in shutdown {
        assert_eq!(until(&mut events, |_| true), *line);
    }
    until(&mut stream, |line| line.ends_with("shutdown reboot"));
    assert_eq!(guest.end(), "ended 133");
}

/// This program, in the guest.
const EVENTS: [&str; 5] = ["tells-events", "--exact", "--ignored", "--nocapture", "tells_events"];

/// The next line that is the program's own and `wanted`.
fn until(events: &mut Lines, mut wanted: impl FnMut(&str) -> bool) -> String {
    loop {
        let line = events.next();
        let is_own = !line.is_empty() && !line.starts_with("running ");
        if is_own && wanted(&line) {
            return line;
        }
    }
}

#[test]
#[ignore = "it runs in the guests of the other tests"]
fn tells_events() {
    logind_events::main().expect("logind can be read");
}

/// What `grace health --json` printed.
struct Health(Value);

impl Health {
    /// `None` before it can be run at all.
    fn of(output: &Output) -> Option<Self> {
        serde_json::from_slice(&output.stdout).ok().map(Self)
    }

    fn source(&self, name: &str) -> &Value {
        let mut sources = self.0.as_array().into_iter().flatten();
        sources.find(|source| source["source"] == name).unwrap_or(&Value::Null)
    }

    /// The status and reason of a check.
    fn check(&self, source: &str, name: &str) -> Option<(&str, &str)> {
        let categories = self.source(source)["categories"].as_array()?;
        let mut checks =
            categories.iter().filter_map(|category| category["checks"].as_array()).flatten();
        let check = checks.find(|check| check["name"] == name)?;
        Some((check["status"].as_str()?, check["reason"].as_str()?))
    }

    #[track_caller]
    fn status(&self, source: &str, name: &str) -> &str {
        self.check(source, name).unwrap_or_else(|| panic!("no {name} in {:#}", self.0)).0
    }
}
