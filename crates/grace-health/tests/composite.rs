//! Several sources as one, some of them broken.

mod support;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{
    Check, Guest, GuestKind, HealthSnapshot, HealthSource, PortError, PortErrorKind, Status,
};
use grace_health::Composite;
use grace_sim::fakes::FakeHealth;
use support::print;
use tokio::time::timeout;

fn composite(sources: &[&FakeHealth]) -> Composite {
    sources.iter().fold(Composite::new(), |all, &source| all.with(Arc::new(source.clone())))
}

#[tokio::test]
async fn a_category_of_two_sources_is_one() {
    let one = FakeHealth::well("one", "storage", "/");
    one.report("network", Check::new("eth0", Status::Critical, "link is down"));
    let two = FakeHealth::well("two", "Storage", "zpool");
    two.report("storage", Check::new("nas", Status::Warning, "slow"));
    two.report("network", Check::new("dns", Status::Warning, "slow"));
    two.set_starting(Some(true));
    one.set_starting(Some(false));
    assert_eq!(
        print(composite(&[&one, &two]).check().await),
        "CRITICAL (starting)\n\
         storage WARNING: nas: slow\n- / OK\n- zpool OK\n- nas WARNING: slow\n\
         network CRITICAL: eth0: link is down; dns: slow\n\
         - eth0 CRITICAL: link is down\n- dns WARNING: slow"
    );
}

#[tokio::test]
async fn a_category_that_is_not_known_is_named() {
    let well = FakeHealth::well("well", "storage", "/");
    let dark = FakeHealth::new("dark", HealthSnapshot::new(Status::Ok));
    dark.report("network", Check::new("eth0", Status::Unknown, "no carrier is read"));
    assert_eq!(
        print(composite(&[&well, &dark]).check().await),
        "UNKNOWN\nstorage OK\n- / OK\nnetwork UNKNOWN\n- eth0 UNKNOWN: no carrier is read\n\
         ? network: its state is not known"
    );
}

#[tokio::test]
async fn a_source_that_fails_costs_its_own_part() {
    let well = FakeHealth::well("well", "storage", "/");
    let broken = FakeHealth::well("broken", "network", "eth0");
    broken.break_down(PortErrorKind::PermissionDenied);
    assert_eq!(
        print(composite(&[&broken, &well]).check().await),
        "UNKNOWN\nstorage OK\n- / OK\n? broken: the fake source was broken"
    );
    // What this host does not have is not unknown.
    broken.break_down(PortErrorKind::Missing);
    assert_eq!(
        print(composite(&[&broken, &well]).check().await),
        "OK\nstorage OK\n- / OK\n? broken: the fake source was broken"
    );
}

#[tokio::test(start_paused = true)]
async fn a_source_that_hangs_is_late_by_its_own_limit() {
    let well = FakeHealth::well("well", "storage", "/");
    let slow = FakeHealth::well("slow", "network", "eth0");
    slow.hang();
    let composite =
        composite(&[&well]).with_timeout(Arc::new(slow.clone()), Duration::from_secs(20));
    let reading = timeout(Duration::from_secs(21), composite.check()).await;
    assert_eq!(
        print(reading.expect("an answer when the limit is over")),
        "UNKNOWN\nstorage OK\n- / OK\n? slow: no answer within 20s"
    );
    // It is asked anew, and now it answers.
    slow.repair();
    let again = print(composite.check().await);
    assert_eq!(again, "OK\nstorage OK\n- / OK\nnetwork OK\n- eth0 OK");
}

#[tokio::test(start_paused = true)]
async fn sources_are_asked_at_the_same_time() {
    let sources = ["a", "b", "c"].map(|name| FakeHealth::well(name, "storage", name));
    sources.iter().for_each(FakeHealth::hang);
    let composite = composite(&sources.each_ref());
    let reading = timeout(Duration::from_secs(6), composite.check()).await;
    assert_eq!(
        print(reading.expect("an answer when one limit is over")),
        "timed out: a: no answer within 5s; b: no answer within 5s; c: no answer within 5s"
    );
}

struct Panics;

#[async_trait]
impl HealthSource for Panics {
    fn name(&self) -> &str {
        "panics"
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        panic!("index out of\nbounds")
    }

    async fn expected_guests(&self) -> Result<Option<Vec<Guest>>, PortError> {
        panic!("again")
    }
}

#[tokio::test]
async fn a_source_that_panics_costs_its_own_part() {
    let well = FakeHealth::well("well", "storage", "/");
    well.expect_guests(vec![Guest::new("100", "web", GuestKind::Vm)]);
    let composite = Composite::new().with(Arc::new(Panics)).with(Arc::new(well));
    assert_eq!(
        print(composite.check().await),
        "UNKNOWN\nstorage OK\n- / OK\n? panics: panicked: index out of bounds"
    );
    assert!(composite.expected_guests().await.unwrap().is_some());
}

#[tokio::test]
async fn without_any_answer_the_reading_is_an_error() {
    assert_eq!(print(Composite::new().check().await), "missing: no health source is set up");
    let [one, two] = ["one", "two"].map(|name| FakeHealth::well(name, "storage", "/"));
    one.break_down(PortErrorKind::Missing);
    two.break_down(PortErrorKind::Missing);
    let words = "one: the fake source was broken; two: the fake source was broken";
    let all = composite(&[&one, &two]);
    assert_eq!(print(all.check().await), format!("missing: {words}"));
    two.break_down(PortErrorKind::Malformed);
    assert_eq!(print(all.check().await), format!("failed: {words}"));
}

#[tokio::test]
async fn expected_guests_are_the_first_answer() {
    let [silent, one, two] = ["silent", "one", "two"].map(|n| FakeHealth::well(n, "storage", "/"));
    let all = composite(&[&silent, &one, &two]);
    assert_eq!(all.expected_guests().await.unwrap(), None);

    let guests = |id: &str| vec![Guest::new(id, "web", GuestKind::Vm)];
    one.expect_guests(guests("1"));
    two.expect_guests(guests("2"));
    assert_eq!(all.expected_guests().await.unwrap(), Some(guests("1")));

    one.break_down(PortErrorKind::Other);
    assert_eq!(all.expected_guests().await.unwrap(), Some(guests("2")));

    two.break_down(PortErrorKind::Missing);
    let error = all.expected_guests().await.unwrap_err();
    assert_eq!(error.detail().as_str(), "one: the fake source was broken");
    // A source of what this host does not have cannot tell, and another need not know.
    one.break_down(PortErrorKind::Missing);
    assert_eq!(all.expected_guests().await.unwrap(), None);

    one.break_down(PortErrorKind::Other);
    two.break_down(PortErrorKind::Other);
    let error = all.expected_guests().await.unwrap_err();
    assert!(error.detail().starts_with("one: "), "{error}");
}
