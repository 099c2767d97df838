//! The driver, with ports that count their calls and fail as they are told. Time is paused.

#![cfg(feature = "sim")]

use std::time::Duration;

use grace::driver::{Driver, Handle, Ports};
use grace_core::{
    Alert, BootId, BootIdentity, Decision, Envelope, Event, GapKind, Guest, GuestKind,
    HealthSnapshot, JournalExcerpt, Message, MockHealthSource, MockJournal, MockNotifier,
    MockUptimeSource, Policy, PortError, PortErrorKind, SavedState, Severity, Status, Subject,
    Uptime,
};
use grace_sim::fakes::{Conduct, FakeHealth, FakeJournal, FakeNotifier, FakeUptime};
use tokio::task::JoinHandle;
use tokio::time::sleep;

const BOOT: &str = "6d3b2f0a7c5e4e0f9a1b2c3d4e5f6071";

fn journal() -> FakeJournal {
    FakeJournal::new(BootId::new(BOOT))
}

fn health() -> FakeHealth {
    FakeHealth::new("health", HealthSnapshot::new(Status::Ok))
}

/// A host that has just booted and whose time passes with the runtime's.
fn host() -> FakeUptime {
    FakeUptime::following_tokio(Uptime::from_secs(20))
}

async fn run(ports: Ports, saved: Option<SavedState>) -> (Handle, JoinHandle<SavedState>) {
    let (driver, handle) = Driver::start(Policy::default(), ports, saved, ()).await;
    (handle, tokio::spawn(driver.run()))
}

fn started(id: &str) -> Event {
    Event::GuestStarted { guest: Guest::new(id, "web", GuestKind::Vm), at: None }
}

fn refusal(kind: PortErrorKind) -> PortError {
    PortError::new(kind, "as the test says")
}

/// The one report a notifier took.
fn report(person: &FakeNotifier) -> Envelope {
    let is_report = |envelope: &&Envelope| matches!(*envelope.message, Message::StartupReport(_));
    let taken = person.taken();
    let reports: Vec<&Envelope> = taken.iter().filter(is_report).collect();
    assert_eq!(reports.len(), 1, "{taken:?}");
    reports[0].clone()
}

/// The kinds of gap in a report.
fn gaps(envelope: &Envelope) -> Vec<GapKind> {
    match &*envelope.message {
        Message::StartupReport(report) => report.gaps.iter().map(|gap| gap.kind).collect(),
        other => panic!("no report: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_sent_again_until_a_notifier_takes_it() {
    let mut person = MockNotifier::new();
    let mut refused = 0;
    person.expect_name().return_const("person".to_string());
    person.expect_wants().return_const(true);
    person.expect_notify().times(4).returning(move |envelope| {
        assert_eq!(envelope.attempt, refused);
        refused += 1;
        if refused <= 3 { Err(refusal(PortErrorKind::Refused)) } else { Ok(()) }
    });
    let ports = Ports::new(host(), journal(), health()).with_notifier(person);
    let (handle, driver) = run(ports, None).await;
    let disk = Alert::new("disks", "sdb", Severity::Critical, "failing");
    assert_eq!(handle.send(Event::Alert(disk)).await, Ok(Decision::Deliver));
    // 5 s, 10 s and 20 s after the attempt before; a fifth attempt would be a failure of the mock.
    sleep(Duration::from_secs(120)).await;
    handle.stop().await.expect("the driver runs");
    driver.await.expect("the driver ends");
}

#[tokio::test(start_paused = true)]
async fn one_notifier_that_fails_or_hangs_keeps_no_other_from_its_message() {
    let hanging = FakeNotifier::new("hanging");
    hanging.behave(Conduct::Hangs);
    let refusing = FakeNotifier::new("refusing");
    refusing.behave(Conduct::Refuses(PortErrorKind::Refused));
    let person = FakeNotifier::new("person");
    let ports = Ports::new(host(), journal(), health())
        .with_notifier(hanging)
        .with_notifier(refusing)
        .with_notifier(person.clone());
    let (handle, _driver) = run(ports, None).await;
    let disk = Alert::new("disks", "sdb", Severity::Critical, "failing");
    handle.send(Event::Alert(disk)).await.expect("the driver runs");
    sleep(Duration::from_secs(600)).await;
    let alerts = person.taken().len();
    assert_eq!(alerts, 2, "the alert and the report, each once: {:?}", person.taken());
}

#[tokio::test(start_paused = true)]
async fn each_notifier_gets_its_own_message_again_and_no_other_does() {
    let (mail, chat) = (FakeNotifier::new("mail"), FakeNotifier::new("chat"));
    mail.behave(Conduct::Refuses(PortErrorKind::Other));
    let ports = Ports::new(host(), journal(), health())
        .with_notifier(mail.clone())
        .with_notifier(chat.clone());
    let (handle, _driver) = run(ports, None).await;
    let disk = Alert::new("disks", "sdb", Severity::Critical, "failing");
    handle.send(Event::Alert(disk)).await.expect("the driver runs");
    sleep(Duration::from_secs(120)).await;
    assert_eq!((mail.asked(), chat.asked()), (5, 1));
    mail.behave(Conduct::Takes);
    sleep(Duration::from_secs(60)).await;
    let [taken, other] = [&mail, &chat].map(|notifier| notifier.taken()[0].clone());
    assert_eq!((taken.id, taken.to.name().as_str()), (other.id, "mail"));
    assert_eq!(chat.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_notifier_that_panics_costs_itself_alone() {
    let mut broken = MockNotifier::new();
    broken.expect_name().return_const("broken".to_string());
    broken.expect_wants().return_const(true);
    broken.expect_notify().returning(|_| panic!("as the test says"));
    let person = FakeNotifier::new("person");
    let ports =
        Ports::new(host(), journal(), health()).with_notifier(broken).with_notifier(person.clone());
    let (_handle, _driver) = run(ports, None).await;
    sleep(Duration::from_secs(900)).await;
    assert_eq!(report(&person).attempt, 0);
    assert_eq!(person.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_notifier_is_not_handed_what_it_does_not_want() {
    let mut quiet = MockNotifier::new();
    quiet.expect_name().return_const("quiet".to_string());
    quiet.expect_wants().returning(|message| matches!(message, Message::Notice(_)));
    quiet.expect_notify().never();
    let ports = Ports::new(host(), journal(), health()).with_notifier(quiet);
    let (handle, driver) = run(ports, None).await;
    sleep(Duration::from_secs(900)).await;
    handle.stop().await.expect("the driver runs");
    driver.await.expect("no message was handed to it");
}

#[tokio::test(start_paused = true)]
async fn a_notifier_is_left_alone_for_as_long_as_its_service_asks() {
    let mut busy = MockNotifier::new();
    busy.expect_name().return_const("busy".to_string());
    busy.expect_wants().return_const(true);
    busy.expect_notify().times(2).returning(|_| {
        Err(refusal(PortErrorKind::Refused).with_retry_after(Duration::from_secs(600)))
    });
    let ports = Ports::new(host(), journal(), health()).with_notifier(busy);
    let (handle, driver) = run(ports, None).await;
    // The report at 300 s, and once more ten minutes later.
    sleep(Duration::from_secs(1_400)).await;
    handle.stop().await.expect("the driver runs");
    driver.await.expect("it was asked twice");
}

#[tokio::test(start_paused = true)]
async fn facts_are_read_once_for_the_report_and_an_error_is_a_gap() {
    let mut journal = MockJournal::new();
    journal.expect_excerpt().times(1).returning(|_| Err(refusal(PortErrorKind::PermissionDenied)));
    let mut health = MockHealthSource::new();
    health.expect_name().return_const("health".to_string());
    health.expect_check().times(1).returning(|| Ok(HealthSnapshot::new(Status::Ok)));
    health.expect_expected_guests().times(1).returning(|| Ok(Some(Vec::new())));
    let person = FakeNotifier::new("person");
    let ports = Ports::new(host(), journal, health).with_notifier(person.clone());
    let (_handle, _driver) = run(ports, None).await;
    sleep(Duration::from_secs(299)).await;
    assert!(person.taken().is_empty(), "not before the health window ends");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(gaps(&report(&person)), [GapKind::JournalUnreadable]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_never_answers_is_a_gap_and_the_report_is_sent_without_it() {
    let slow = health();
    slow.hang();
    let person = FakeNotifier::new("person");
    let ports = Ports::new(host(), journal(), slow).with_notifier(person.clone());
    let (_handle, _driver) = run(ports, None).await;
    sleep(Duration::from_secs(329)).await;
    assert_eq!(
        gaps(&report(&person)),
        [GapKind::HealthUnknown, GapKind::ExpectedGuestsUnknown],
        "what did come is not lost with what did not"
    );
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_costs_its_answer_and_not_the_driver() {
    let mut broken = MockHealthSource::new();
    broken.expect_name().return_const("broken".to_string());
    broken.expect_check().returning(|| panic!("as the test says"));
    broken.expect_expected_guests().returning(|| Ok(None));
    let person = FakeNotifier::new("person");
    let ports = Ports::new(host(), journal(), broken).with_notifier(person.clone());
    let (handle, _driver) = run(ports, None).await;
    sleep(Duration::from_secs(331)).await;
    assert!(gaps(&report(&person)).contains(&GapKind::FactsLate));
    assert_eq!(handle.send(started("100")).await, Ok(Decision::Deliver));
}

#[tokio::test(start_paused = true)]
async fn an_uptime_that_cannot_be_read_is_a_boot_and_time_goes_on() {
    let mut uptime = MockUptimeSource::new();
    uptime.expect_uptime().times(1).returning(|| Err(refusal(PortErrorKind::Missing)));
    uptime.expect_boot().returning(|| Ok(BootIdentity::new(BootId::new(BOOT))));
    let person = FakeNotifier::new("person");
    let ports = Ports::new(uptime, journal(), health()).with_notifier(person.clone());
    let (handle, _driver) = run(ports, None).await;
    assert_eq!(handle.now(), Uptime::ZERO);
    sleep(Duration::from_secs(301)).await;
    assert_eq!(handle.now(), Uptime::from_secs(301));
    assert!(gaps(&report(&person)).contains(&GapKind::UptimeUnknown));
}

#[tokio::test(start_paused = true)]
async fn a_suspend_is_seen_though_the_runtime_slept_through_it() {
    let host = host();
    let person = FakeNotifier::new("person");
    let ports = Ports::new(host.clone(), journal(), health()).with_notifier(person.clone());
    let (handle, _driver) = run(ports, None).await;
    handle.send(started("100")).await.expect("the driver runs");
    host.suspend(Duration::from_secs(3_600));
    // Well before the runtime's clock has come to the window's end.
    sleep(Duration::from_secs(31)).await;
    report(&person);
    let late = handle.decide(Subject::GuestStarted);
    assert_eq!(late, Decision::Deliver);
}

#[tokio::test(start_paused = true)]
async fn what_is_saved_goes_on_in_the_next_run() {
    let host = host();
    let person = FakeNotifier::new("person");
    let ports = Ports::new(host, journal(), health()).with_notifier(person.clone());
    let (handle, driver) = run(ports.clone(), None).await;
    handle.send(started("100")).await.expect("the driver runs");
    handle.stop().await.expect("the driver runs");
    let saved = driver.await.expect("the driver ends");
    assert!(handle.send(started("101")).await.is_err());

    sleep(Duration::from_secs(100)).await;
    let (_handle, _driver) = run(ports, Some(saved)).await;
    sleep(Duration::from_secs(199)).await;
    assert!(person.taken().is_empty(), "the windows are those of the first run");
    sleep(Duration::from_secs(2)).await;
    let Message::StartupReport(report) = &*report(&person).message else { unreachable!() };
    assert_eq!(report.guests.started.len(), 1);
    assert_eq!(report.journal, JournalExcerpt::default());
}
