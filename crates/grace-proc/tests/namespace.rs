//! The clocks within a time namespace, which shifts each by an offset of its own.

use std::process::Command;
use std::time::Duration;

use grace_core::UptimeSource as _;
use grace_proc::{ProcUptime, UptimeFile, suspended};

/// Set in the namespace, where this test runs once more.
const INSIDE: &str = "GRACE_PROC_TEST_INSIDE";

#[test]
fn suspension_shows_through_a_time_namespace_and_uptime_is_the_namespaces() {
    if std::env::var_os(INSIDE).is_some() {
        println!("{} {}", readings().0.as_nanos(), readings().1.as_nanos());
        return;
    }
    let (uptime, asleep) = readings();
    for (boottime, monotonic) in [("5000", "100"), ("100", "5000")] {
        let Some((shifted, still)) = readings_within(boottime, monotonic) else { return };
        let moved = shifted.checked_sub(uptime).expect("shifted ahead");
        let offset = Duration::from_secs(boottime.parse().expect("seconds"));
        assert!(moved >= offset && moved < offset + Duration::from_secs(60), "{moved:?}");
        // Unlike the plain difference of the clocks, which is off by 4900 s here.
        let change = still.abs_diff(asleep);
        assert!(change < Duration::from_secs(60), "{asleep:?} outside, {still:?} inside");
    }
}

#[test]
fn this_host_has_slept_for_less_than_it_is_up() {
    let (uptime, asleep) = readings();
    assert!(asleep < uptime, "{asleep:?} of {uptime:?}");
    let again = suspended().expect("readable");
    assert!(again.abs_diff(asleep) < Duration::from_secs(60), "{asleep:?}, then {again:?}");
}

/// Uptime, and how long of it the host was suspended.
fn readings() -> (Duration, Duration) {
    let host = ProcUptime::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let uptime = runtime.block_on(host.uptime()).expect("readable");
    if std::env::var_os(INSIDE).is_some() {
        // Clock and file are shifted alike.
        assert_eq!(host.uptime_file().expect("readable"), UptimeFile::Agrees);
    }
    (uptime.since_boot(), suspended().expect("readable"))
}

/// The same within a namespace with these offsets; `None`, and a line that says so, if it cannot be had.
fn readings_within(boottime: &str, monotonic: &str) -> Option<(Duration, Duration)> {
    let test = "suspension_shows_through_a_time_namespace_and_uptime_is_the_namespaces";
    #[expect(clippy::disallowed_methods, reason = "the test's own child, waited for")]
    let output = Command::new("unshare")
        .args(["--time", "--boottime", boottime, "--monotonic", monotonic])
        .arg(std::env::current_exe().expect("a path"))
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: unshare: {error}");
            return None;
        }
    };
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if stderr.contains("unshare") {
        println!("skipped: {}", stderr.trim());
        return None;
    }
    assert!(output.status.success(), "{stdout}{stderr}");
    let numbers = stdout.lines().find_map(|line| {
        let (one, two) = line.split_once(' ')?;
        Some((one.parse().ok()?, two.parse().ok()?))
    });
    let (uptime, asleep) = numbers.expect("the readings");
    Some((Duration::from_nanos(uptime), Duration::from_nanos(asleep)))
}
