//! Which policies are refused, and in which words.

use std::time::Duration;

use grace_core::{Adaptive, CategoryRule, Policy};

use crate::common::{policy, secs};

const NANO: Duration = Duration::from_nanos(1);

#[track_caller]
fn check_refused(change: impl FnOnce(&mut Policy), expect: &str) {
    let error = policy(change).validated().expect_err(expect);
    assert_eq!(error.to_string(), expect);
}

#[track_caller]
fn check_taken(change: impl FnOnce(&mut Policy)) {
    let policy = policy(change);
    assert_eq!(policy.clone().validated(), Ok(policy));
}

/// A span is taken at both its limits, and refused just past each.
fn check_span(name: &str, least: Duration, most: Duration, set: fn(&mut Policy, Duration)) {
    check_taken(|p| set(p, least));
    check_taken(|p| set(p, most));
    let refused =
        |value: Duration| format!("{name} is {value:?}: it must be from {least:?} to {most:?}");
    if let Some(less) = least.checked_sub(NANO) {
        check_refused(|p| set(p, less), &refused(less));
    }
    check_refused(|p| set(p, most + NANO), &refused(most + NANO));
}

fn check_count(name: &str, least: usize, most: usize, set: fn(&mut Policy, usize)) {
    check_taken(|p| set(p, least));
    check_taken(|p| set(p, most));
    let refused = |value: usize| format!("{name} is {value}: it must be from {least} to {most}");
    if let Some(less) = least.checked_sub(1) {
        check_refused(|p| set(p, less), &refused(less));
    }
    check_refused(|p| set(p, most + 1), &refused(most + 1));
}

fn adaptive(policy: &mut Policy) -> &mut Adaptive {
    policy.adaptive.get_or_insert_with(Adaptive::default)
}

#[test]
fn the_default_is_the_originals_and_is_valid() {
    let policy = Policy::default();
    assert_eq!(policy.guest, secs(180));
    assert_eq!(policy.health, secs(300));
    assert_eq!(policy.shutdown, secs(120));
    assert_eq!(policy.boot_uptime, secs(600));
    assert_eq!(policy.adaptive, None);
    let names: Vec<&str> = policy.categories.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["storage", "vms", "network", "services"]);
    check_taken(|_| {});
}

#[test]
fn every_span_has_its_limits() {
    let day = secs(86_400);
    check_span("guest", secs(0), day, |p, span| p.guest = span);
    check_span("health", secs(0), day, |p, span| p.health = span);
    check_span("shutdown", secs(0), day, |p, span| p.shutdown = span);
    check_span("boot_uptime", secs(0), day, |p, span| p.boot_uptime = span);
    check_span("facts_timeout", secs(1), secs(600), |p, span| p.facts_timeout = span);
    check_span("retry.first", secs(1), secs(3_600), |p, span| {
        p.retry.first = span;
        p.retry.max = secs(3_601);
    });
    check_span("retry.max", secs(5), day, |p, span| p.retry.max = span);
    check_span("retry.answer", secs(1), secs(3_600), |p, span| p.retry.answer = span);
    check_span("adaptive.quiet", secs(0), secs(3_600), |p, span| adaptive(p).quiet = span);
    check_span("adaptive.check_every", secs(1), secs(600), |p, span| {
        adaptive(p).check_every = span;
    });
    check_span("categories.window", secs(0), day, |p, span| {
        p.categories = vec![CategoryRule::new("a"), CategoryRule::new("b").with_window(span)];
    });
}

#[test]
fn the_cap_is_no_shorter_than_any_window() {
    check_span("adaptive.cap", secs(300), secs(86_400), |p, span| adaptive(p).cap = span);
    check_span("adaptive.cap", secs(400), secs(86_400), |p, span| {
        p.guest = secs(400);
        adaptive(p).cap = span;
    });
    check_span("adaptive.cap", secs(500), secs(86_400), |p, span| {
        p.shutdown = secs(500);
        adaptive(p).cap = span;
    });
}

#[test]
fn every_count_has_its_limits() {
    check_count("limits.guests", 1, 100_000, |p, count| p.limits.guests = count);
    check_count("limits.alerts", 1, 1_000_000, |p, count| p.limits.alerts = count);
    check_count("limits.outbox", 1, 100_000, |p, count| p.limits.outbox = count);
    check_count("limits.journal_first", 0, 1_000, |p, count| p.limits.journal_first = count);
    check_count("limits.journal_last", 0, 1_000, |p, count| p.limits.journal_last = count);
}

#[test]
fn categories_are_few_short_and_different() {
    check_count("categories", 0, 16, |p, count| {
        p.categories = (0..count).map(|n| CategoryRule::new(n.to_string())).collect();
    });
    check_refused(
        |p| {
            let rule =
                (0..16).fold(CategoryRule::new("a"), |rule, n| rule.with_alias(n.to_string()));
            p.categories = vec![rule];
        },
        "categories is 17: it must be from 0 to 16",
    );
    check_count("categories (bytes of a name)", 1, 31, |p, count| {
        p.categories = vec![CategoryRule::new("a".repeat(count))];
    });
    check_refused(
        |p| p.categories = vec![CategoryRule::new("vms").with_alias("")],
        "categories (bytes of a name) is 0: it must be from 1 to 31",
    );
    let twice = "categories names \"VMS\" twice: each name and alias may stand there once";
    check_refused(
        |p| p.categories = vec![CategoryRule::new("vms"), CategoryRule::new("VMS")],
        twice,
    );
    check_refused(|p| p.categories = vec![CategoryRule::new("vms").with_alias("VMS")], twice);
}
