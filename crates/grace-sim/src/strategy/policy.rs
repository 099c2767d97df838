//! Random policies, each within the limits of `Policy::validated`.

use std::time::Duration;

use grace_core::{
    Adaptive, Anchor, CategoryRule, Limits, Policy, RestartPolicy, Retry, Severity, SeveritySet,
};
use proptest::option;
use proptest::prelude::*;

/// The default policy, or one with anything changed.
pub(super) fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![
        2 => Just(Policy::default()),
        1 => adaptive(Policy::default()).boxed(),
        3 => changed().boxed(),
        1 => changed().prop_flat_map(adaptive).boxed(),
    ]
}

fn changed() -> impl Strategy<Value = Policy> {
    let windows = (window(180, 600), window(300, 900), window(120, 600));
    let boot_uptime = prop_oneof![4 => Just(600), 1 => Just(0), 1 => 1_u64..3_600];
    let anchor = prop_oneof![Just(Anchor::ServiceStart), Just(Anchor::Boot)];
    let restart = prop_oneof![2 => Just(RestartPolicy::Grace), 1 => Just(RestartPolicy::None)];
    let rest = (facts_timeout(), retry(), limits(), categories(), bypass());
    (windows, boot_uptime, anchor, restart, rest).prop_map(
        |((guest, health, shutdown), boot_uptime, anchor, restart, rest)| {
            let mut policy = Policy::default();
            (policy.guest, policy.health, policy.shutdown) = (guest, health, shutdown);
            policy.boot_uptime = Duration::from_secs(boot_uptime);
            (policy.anchor, policy.restart) = (anchor, restart);
            (policy.facts_timeout, policy.retry, policy.limits, policy.categories, policy.bypass) =
                rest;
            policy
        },
    )
}

fn adaptive(policy: Policy) -> impl Strategy<Value = Policy> {
    let quiet = prop_oneof![Just(60), Just(0), 1_u64..300];
    let beyond = prop_oneof![Just(0), 1_u64..900];
    let check_every = prop_oneof![4 => Just(15), 1 => 2_u64..120];
    (quiet, beyond, check_every).prop_map(move |(quiet, beyond, check_every)| {
        let longest = policy.guest.max(policy.health).max(policy.shutdown);
        let mut adaptive = Adaptive::default();
        adaptive.quiet = Duration::from_secs(quiet);
        adaptive.cap = longest + Duration::from_secs(beyond);
        adaptive.check_every = Duration::from_secs(check_every);
        let mut policy = policy.clone();
        policy.adaptive = Some(adaptive);
        policy
    })
}

fn window(usual: u64, most: u64) -> impl Strategy<Value = Duration> {
    prop_oneof![3 => Just(usual), 1 => Just(0), 1 => Just(1), 3 => 1..=most]
        .prop_map(Duration::from_secs)
}

fn facts_timeout() -> impl Strategy<Value = Duration> {
    prop_oneof![3 => Just(30), 1 => Just(1), 1 => 1_u64..300].prop_map(Duration::from_secs)
}

fn retry() -> impl Strategy<Value = Retry> {
    let jitter = prop_oneof![Just(0), 0..=Retry::MOST_JITTER];
    let give_up = prop_oneof![1 => Just(7 * 86_400), 1 => 660_u64..10_000];
    let other = (1_u64..60, 0_u64..600, 1_u64..200, jitter, give_up);
    let other = other.prop_map(|(first, more, answer, jitter, give_up)| {
        let mut retry = Retry::default();
        retry.first = Duration::from_secs(first);
        retry.max = Duration::from_secs(first + more);
        retry.answer = Duration::from_secs(answer);
        retry.jitter = jitter;
        retry.give_up = Duration::from_secs(give_up);
        retry
    });
    prop_oneof![1 => Just(Retry::default()), 1 => other]
}

/// Limits that are often reached.
fn limits() -> impl Strategy<Value = Limits> {
    let few = |most: usize, usual: usize| prop_oneof![1 => 1..=most, 1 => Just(usual)];
    let limits = (few(8, 10_000), few(4, 10_000), few(4, 1_000), 0_usize..3, 0_usize..3);
    let small = limits.prop_map(|(guests, alerts, outbox, journal_first, journal_last)| {
        let mut limits = Limits::default();
        (limits.guests, limits.alerts, limits.outbox) = (guests, alerts, outbox);
        (limits.journal_first, limits.journal_last) = (journal_first, journal_last);
        limits
    });
    prop_oneof![2 => Just(Limits::default()), 1 => small]
}

fn categories() -> impl Strategy<Value = Vec<CategoryRule>> {
    let own = || option::of((0_u64..900).prop_map(Duration::from_secs));
    let chosen = (own(), own(), any::<bool>()).prop_map(|(storage, services, vms)| {
        let rule = |name: &str, window: Option<Duration>| {
            let rule = CategoryRule::new(name);
            window.map_or(rule.clone(), |window| rule.with_window(window))
        };
        let mut rules =
            vec![rule("Storage", storage), rule("services", services).with_alias("PVE_services")];
        if vms {
            rules.push(rule("vms", None).with_alias("vmct"));
        }
        rules
    });
    prop_oneof![
        3 => Just(Policy::default().categories),
        1 => Just(Vec::new()),
        3 => chosen,
    ]
}

fn bypass() -> impl Strategy<Value = SeveritySet> {
    prop_oneof![
        2 => Just(SeveritySet::EMPTY),
        1 => Just(SeveritySet::EMPTY.with(Severity::Critical)),
        1 => Just(Severity::ALL.into_iter().collect()),
    ]
}
