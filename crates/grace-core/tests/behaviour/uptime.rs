//! The boot timeline: it saturates, and never goes below zero or above its end.

use std::time::Duration;

use grace_core::Uptime;

#[test]
fn each_unit_names_the_same_instant() {
    let instant = Uptime::from_nanos(90_000_000_000);
    assert_eq!(Uptime::from_micros(90_000_000), instant);
    assert_eq!(Uptime::from_millis(90_000), instant);
    assert_eq!(Uptime::from_secs(90), instant);
    assert_eq!(Uptime::from(Duration::from_secs(90)), instant);
    assert_eq!(instant.as_nanos(), 90_000_000_000);
    assert_eq!(instant.since_boot(), Duration::from_secs(90));
    assert_eq!(Uptime::from_millis(1_500).as_secs_f64(), 1.5);
    assert_eq!(Uptime::default(), Uptime::ZERO);
}

#[test]
fn what_is_too_large_is_the_last_instant() {
    assert_eq!(Uptime::from_micros(u64::MAX), Uptime::MAX);
    assert_eq!(Uptime::from_millis(u64::MAX), Uptime::MAX);
    assert_eq!(Uptime::from_secs(u64::MAX), Uptime::MAX);
    assert_eq!(Uptime::from(Duration::MAX), Uptime::MAX);
    let almost = Duration::from_nanos(u64::MAX - 1);
    assert_eq!(Uptime::from(almost), Uptime::from_nanos(u64::MAX - 1));
    assert_eq!(Uptime::from(almost + Duration::from_nanos(1)), Uptime::MAX);
    assert_eq!(Uptime::from(almost + Duration::from_nanos(2)), Uptime::MAX);
}

#[test]
fn arithmetic_stops_at_both_ends() {
    let ten = Uptime::from_secs(10);
    let span = Duration::from_secs(4);
    assert_eq!(ten.saturating_add(span), Uptime::from_secs(14));
    assert_eq!(ten.saturating_sub(span), Uptime::from_secs(6));
    assert_eq!(ten.saturating_since(Uptime::from_secs(4)), Duration::from_secs(6));
    assert_eq!(Uptime::MAX.saturating_add(Duration::from_nanos(1)), Uptime::MAX);
    assert_eq!(Uptime::ZERO.saturating_sub(Duration::MAX), Uptime::ZERO);
    assert_eq!(Uptime::ZERO.saturating_since(ten), Duration::ZERO);
    assert_eq!(Uptime::MAX.saturating_sub(Duration::MAX), Uptime::ZERO);
}

#[test]
fn people_read_seconds_with_milliseconds() {
    let check = |nanos, expect: &str| assert_eq!(Uptime::from_nanos(nanos).to_string(), expect);
    check(0, "0.000s");
    check(999_999, "0.000s");
    check(1_000_000, "0.001s");
    check(12_345_678_901, "12.345s");
    check(u64::MAX, "18446744073.709s");
}
