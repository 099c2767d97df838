//! logind and systemd on a bus of the test's own, played by python-dbusmock.

mod support;

use std::os::unix::net::UnixListener;
use std::time::Duration;

use grace_core::{Event, Happening, HostEvents, Note, PortErrorKind};
use grace_health::{Logind, ShutdownDelay, SystemBus};
use support::bus::{self, LOGIND, PrivateBus, SYSTEMD};
use tempfile::TempDir;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

/// A source that has caught up, and what it told until then.
async fn open(bus: &PrivateBus) -> (Logind, Vec<String>) {
    let mut logind = Logind::new().with_bus(bus.bus());
    let mut told = Vec::new();
    loop {
        match next(&mut logind).await.as_str() {
            "caught-up" => return (logind, told),
            line => told.push(line.to_owned()),
        }
    }
}

/// The next occurrence as a line.
async fn next(logind: &mut Logind) -> String {
    let next = timeout(PATIENCE, logind.next()).await.expect("something happens");
    let occurrence = next.expect("the bus can be read");
    let name = occurrence.what.name();
    let at = occurrence.at.map(|at| format!(" at {at}")).unwrap_or_default();
    match &occurrence.what {
        Happening::Event(Event::Shutdown(kind))
        | Happening::Note(Note::ShutdownScheduled(kind)) => {
            format!("{name} {}{at}", kind.as_str())
        }
        Happening::Gap(gap) => gap.to_string(),
        _ => format!("{name}{at}"),
    }
}

/// That nothing else had been told before this: a signal that is told at once.
async fn nothing_more(bus: &PrivateBus, logind: &mut Logind) {
    bus.emit(LOGIND, "PrepareForSleep", &["b true"]);
    assert_eq!(next(logind).await, "sleeping");
    bus.emit(LOGIND, "PrepareForSleep", &["b false"]);
    assert_eq!(next(logind).await, "resumed");
}

#[tokio::test]
async fn what_is_so_already_is_told_first() {
    let Some(bus) = PrivateBus::host().await else { return };
    assert_eq!(open(&bus).await.1, ["startup-finished at 12.500s"]);

    bus.set(SYSTEMD, "SystemState s starting");
    bus.schedule("poweroff");
    assert_eq!(open(&bus).await.1, ["shutdown-scheduled power-off"]);

    bus.schedule("-");
    bus.set(LOGIND, "PreparingForShutdown b true");
    assert_eq!(open(&bus).await.1, ["shutdown unknown"]);
    bus.set_silently(LOGIND, "PreparingForShutdownWithMetadata a{sv} 1 type s kexec");
    assert_eq!(open(&bus).await.1, ["shutdown kexec"]);

    bus.set(LOGIND, "PreparingForShutdown b false");
    bus.set(SYSTEMD, "SystemState s stopping");
    bus.set_jobs(&[("halt.target", "waiting")]);
    assert_eq!(open(&bus).await.1, ["shutdown halt"]);
}

#[tokio::test]
async fn a_shutdown_is_told_once_and_so_is_its_end() {
    let Some(bus) = PrivateBus::host().await else { return };
    let (mut logind, _) = open(&bus).await;
    // In logind's order: the new signal first, systemd 257's logind-dbus.c.
    bus.emit(LOGIND, "PrepareForShutdownWithMetadata", &["b true", "a{sv} 1 type s reboot"]);
    bus.emit(LOGIND, "PrepareForShutdown", &["b true"]);
    assert_eq!(next(&mut logind).await, "shutdown reboot");
    bus.emit(LOGIND, "PrepareForShutdownWithMetadata", &["b false", "a{sv} 1 type s reboot"]);
    bus.emit(LOGIND, "PrepareForShutdown", &["b false"]);
    assert_eq!(next(&mut logind).await, "shutdown-cancelled");
    nothing_more(&bus, &mut logind).await;
}

#[tokio::test]
async fn a_shutdown_whose_kind_is_not_told_gets_it_from_systemds_job() {
    let Some(bus) = PrivateBus::host().await else { return };
    let (mut logind, _) = open(&bus).await;
    bus.emit(LOGIND, "PrepareForShutdown", &["b true"]);
    assert_eq!(next(&mut logind).await, "shutdown unknown");
    bus.emit(SYSTEMD, "JobNew", &["u 9", "o /j", "s poweroff.target"]);
    assert_eq!(next(&mut logind).await, "shutdown power-off");
    bus.emit(SYSTEMD, "JobRemoved", &["u 9", "o /j", "s poweroff.target", "s canceled"]);
    assert_eq!(next(&mut logind).await, "shutdown-cancelled");
}

#[tokio::test]
async fn plans_are_told_and_their_end() {
    let Some(bus) = PrivateBus::host().await else { return };
    let (mut logind, _) = open(&bus).await;
    bus.schedule("reboot");
    assert_eq!(next(&mut logind).await, "shutdown-scheduled reboot");
    bus.schedule("-");
    assert_eq!(next(&mut logind).await, "shutdown-cancelled");
    bus.schedule("dry-reboot");
    nothing_more(&bus, &mut logind).await;
}

#[tokio::test]
async fn the_end_of_the_start_is_told() {
    let Some(bus) = PrivateBus::host().await else { return };
    bus.set(SYSTEMD, "SystemState s starting");
    let (mut logind, told) = open(&bus).await;
    assert_eq!(told, [""; 0]);
    bus.emit(SYSTEMD, "StartupFinished", &["t 1", "t 2", "t 3", "t 4", "t 5", "t 6"]);
    assert_eq!(next(&mut logind).await, "startup-finished");
}

#[tokio::test]
async fn an_old_logind_is_asked_for_its_plans() {
    let Some(mut bus) = PrivateBus::empty().await else { return };
    bus.start_systemd().await;
    bus.start_logind(bus::Logind::Of252).await;
    let (mut logind, _) = open(&bus).await;
    // It keeps the plan and tells nobody.
    bus.set_silently(LOGIND, "ScheduledShutdown (st) reboot 7");
    assert_eq!(next(&mut logind).await, "shutdown-scheduled reboot");
}

#[tokio::test]
async fn what_an_old_logind_host_lacks_is_told_once() {
    let Some(mut bus) = PrivateBus::empty().await else { return };
    bus.start_logind(bus::Logind::Of252).await;
    let (mut logind, told) = open(&bus).await;
    assert_eq!(told.len(), 1, "{told:?}");
    bus.set_silently(LOGIND, "ScheduledShutdown (st) reboot 7");
    assert_eq!(next(&mut logind).await, "shutdown-scheduled reboot");
    nothing_more(&bus, &mut logind).await;
}

#[tokio::test]
async fn nobody_else_can_shut_the_host_down() {
    let Some(bus) = PrivateBus::host().await else { return };
    let (mut logind, _) = open(&bus).await;
    // Everyone may send any signal; this one comes from busctl's own connection.
    let forged =
        "emit /org/freedesktop/login1 org.freedesktop.login1.Manager PrepareForShutdown b true";
    assert!(bus.try_call(forged).status.success());
    for client in bus.clients() {
        let forged = forged.replacen("emit", &format!("emit --destination={client}"), 1);
        assert!(bus.try_call(&forged).status.success());
    }
    nothing_more(&bus, &mut logind).await;
}

#[tokio::test]
async fn a_signal_that_is_not_understood_is_a_gap() {
    let Some(bus) = PrivateBus::host().await else { return };
    let (mut logind, _) = open(&bus).await;
    bus.emit(LOGIND, "PrepareForShutdown", &["s soon"]);
    let gap = next(&mut logind).await;
    let expect = "events incomplete: org.freedesktop.login1.Manager.PrepareForShutdown: ";
    assert!(gap.starts_with(expect), "{gap}");
    nothing_more(&bus, &mut logind).await;
}

#[tokio::test]
async fn a_bus_that_goes_is_a_gap_and_what_changed_meanwhile_is_told() {
    let Some(mut bus) = PrivateBus::host().await else { return };
    let (mut logind, _) = open(&bus).await;
    bus.schedule("reboot");
    assert_eq!(next(&mut logind).await, "shutdown-scheduled reboot");
    bus.stop();
    let gap = next(&mut logind).await;
    assert!(gap.starts_with("events incomplete: system bus: "), "{gap}");
    bus.start().await;
    bus.start_systemd().await;
    bus.start_logind(bus::Logind::Of257).await;
    // The plan went with the bus.
    let mut told = Vec::new();
    while told.last().is_none_or(|line| line != "shutdown-cancelled") {
        told.push(next(&mut logind).await);
    }
    nothing_more(&bus, &mut logind).await;
    assert!(told.iter().all(|line| line != "caught-up" && line != "startup-finished"), "{told:?}");
}

#[tokio::test]
async fn a_host_without_logind_is_a_gap_and_systemd_tells_of_its_shutdown() {
    let Some(mut bus) = PrivateBus::empty().await else { return };
    bus.start_systemd().await;
    let (mut logind, told) = open(&bus).await;
    assert_eq!(told[0], "startup-finished at 12.500s");
    assert!(
        told[1].starts_with("events incomplete: system bus: org.freedesktop.login1 "),
        "{told:?}"
    );
    bus.emit(SYSTEMD, "JobNew", &["u 9", "o /j", "s reboot.target"]);
    assert_eq!(next(&mut logind).await, "shutdown reboot");
    bus.emit(SYSTEMD, "JobRemoved", &["u 9", "o /j", "s reboot.target", "s canceled"]);
    assert_eq!(next(&mut logind).await, "shutdown-cancelled");

    // It is listened to once it has come.
    bus.start_logind(bus::Logind::Of257).await;
    bus.emit(LOGIND, "PrepareForShutdown", &["b true"]);
    let mut line = next(&mut logind).await;
    while line.starts_with("events incomplete") {
        line = next(&mut logind).await;
    }
    assert_eq!(line, "shutdown unknown");
}

#[tokio::test]
async fn no_bus_is_missing_and_a_silent_one_is_late() {
    let nowhere = SystemBus::at("unix:path=/nowhere/bus");
    let error = Logind::new().with_bus(nowhere).next().await.expect_err("there is none");
    assert_eq!(error.kind(), PortErrorKind::Missing);
    let words = "system bus at unix:path=/nowhere/bus: No such file or directory (os error 2)";
    assert_eq!(error.to_string(), words);

    let dir = TempDir::new().expect("a folder");
    let path = dir.path().join("bus");
    let _silent = UnixListener::bind(&path).expect("ours");
    let silent = SystemBus::at(format!("unix:path={}", path.display()));
    let mut logind = Logind::new().with_bus(silent).with_deadline(Duration::from_millis(100));
    let error = logind.next().await.expect_err("it does not answer");
    assert_eq!(error.kind(), PortErrorKind::TimedOut);
    assert!(error.to_string().ends_with("no answer within 100ms"), "{error}");
}

#[tokio::test]
async fn a_delay_lock_is_held_until_it_is_dropped() {
    let Some(mut bus) = PrivateBus::empty().await else { return };
    bus.start_logind_template().await;
    let has_lock = |bus: &PrivateBus| bus.inhibitors().contains("shutdown");
    assert!(!has_lock(&bus));
    let delay = ShutdownDelay::take(&bus.bus(), "tests").await.expect("logind gives it");
    assert!(has_lock(&bus));
    assert!(bus.inhibitors().contains(r#""shutdown" "grace" "tests" "delay""#));
    drop(delay);
    bus.until("the lock is gone", |bus| !has_lock(bus)).await;
}

#[tokio::test]
async fn no_lock_is_to_be_had_without_logind() {
    let Some(bus) = PrivateBus::empty().await else { return };
    let error = ShutdownDelay::take(&bus.bus(), "tests").await.expect_err("nobody gives it");
    assert_eq!(error.kind(), PortErrorKind::Missing);
    assert!(
        error.to_string().starts_with("system bus: org.freedesktop.login1 Inhibit: "),
        "{error}"
    );
}

#[tokio::test]
async fn sources_that_come_and_go_leave_no_task_behind() {
    let Some(mut bus) = PrivateBus::host().await else { return };
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let (mut logind, _) = open(&bus).await;
    for _ in 0..3 {
        bus.stop();
        assert!(next(&mut logind).await.starts_with("events incomplete"));
        bus.start().await;
        bus.start_systemd().await;
        bus.start_logind(bus::Logind::Of257).await;
        bus.set(LOGIND, "PreparingForSleep b true");
        bus.emit(LOGIND, "PrepareForSleep", &["b true"]);
        while next(&mut logind).await != "sleeping" {}
        bus.set(LOGIND, "PreparingForSleep b false");
        bus.emit(LOGIND, "PrepareForSleep", &["b false"]);
        while next(&mut logind).await != "resumed" {}
    }
    drop(logind);
    let gone = async {
        while alive() > before {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, gone).await.expect("every task has ended");
}
