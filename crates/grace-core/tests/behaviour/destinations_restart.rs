//! Several destinations, and a program that starts again: they are matched by name, and nothing is lost.

use grace_core::{Delivery, Effect, MessageId, Policy, Severity, Signal, Start, Uptime};

use crate::common::{Host, alert, at, identity, policy, secs};

const REFUSED: Option<Delivery> = Some(Delivery::NotTaken { retry_after: None });

/// A host on which `mail` has taken a message and `chat` has not.
fn half_taken() -> Host {
    let mut host = started(&["mail", "chat"], Policy::default());
    host.answer("chat", REFUSED);
    host.event(1_000.0, alert("cpu", "load", Severity::Warning));
    host.until(1_001.0);
    host
}

fn started(names: &[&str], policy: Policy) -> Host {
    let start = Start::new(Some(Uptime::ZERO), identity("b1")).with_destinations(names);
    let mut host = Host::start(policy, start);
    host.until(400.0);
    host.log.clear();
    host
}

/// The program starts again, with these destinations.
fn restart(host: &mut Host, uptime: f64, boot: &str, names: &[&str]) {
    host.log.clear();
    let start = Start::new(Some(at(uptime)), identity(boot)).with_saved(host.grace.save());
    host.restart_as(start.with_destinations(names));
}

/// What was sent, without closings of this start's own.
fn sent(host: &Host) -> Vec<String> {
    host.told().into_iter().filter(|line| !line.contains("closed")).collect()
}

fn ids(host: &Host) -> Vec<MessageId> {
    let id = |(_, effect): &(Uptime, Effect)| match effect {
        Effect::Deliver(envelope) => Some(envelope.id),
        _ => None,
    };
    host.log.iter().filter_map(id).collect()
}

#[test]
fn a_copy_goes_on_under_its_id_wherever_its_destination_stands_now() {
    let mut host = half_taken();
    let before = ids(&host);
    restart(&mut host, 1_010.0, "b1", &["chat", "mail"]);
    assert_eq!(sent(&host), ["1010.000s notice alert cpu/load warning to chat, attempt 1"]);
    assert_eq!(ids(&host), before[..1]);
    host.until(1_020.0);
    assert_eq!(sent(&host)[1..], ["1020.000s notice alert cpu/load warning to chat, attempt 2"]);
}

#[test]
fn a_copy_for_a_destination_that_is_gone_is_dropped() {
    let mut host = half_taken();
    restart(&mut host, 1_010.0, "b1", &["mail"]);
    host.until(9_000.0);
    assert_eq!(sent(&host), [""; 0]);
    assert_eq!(host.grace.usage().outbox, 0);
}

#[test]
fn a_new_destination_gets_no_old_message() {
    let mut host = half_taken();
    restart(&mut host, 1_010.0, "b1", &["mail", "chat", "pager"]);
    assert_eq!(sent(&host), ["1010.000s notice alert cpu/load warning to chat, attempt 1"]);
    host.answer("chat", Some(Delivery::Taken));
    host.event(1_100.0, alert("cpu", "heat", Severity::Warning));
    assert!(sent(&host).contains(&"1100.000s notice alert cpu/heat warning to pager".to_owned()));
}

#[test]
fn what_has_reached_no_one_goes_to_all_when_its_destinations_are_gone() {
    let mut host = started(&["mail"], Policy::default());
    host.delivery = REFUSED;
    host.event(1_000.0, alert("cpu", "load", Severity::Warning));
    host.delivery = Some(Delivery::Taken);
    restart(&mut host, 20.0, "b2", &["chat", "pager"]);
    assert_eq!(
        sent(&host),
        [
            "20.000s notice alert cpu/load warning to chat",
            "20.000s notice alert cpu/load warning to pager",
        ]
    );
    assert_eq!(host.grace.usage().outbox, 0);
}

#[test]
fn of_two_destinations_of_one_name_each_keeps_its_own_copies() {
    let mut host = started(&["mail", "mail"], Policy::default());
    host.delivery = REFUSED;
    host.event(1_000.0, alert("cpu", "load", Severity::Warning));
    restart(&mut host, 1_010.0, "b1", &["mail", "mail"]);
    let line = "1010.000s notice alert cpu/load warning to mail, attempt 1";
    assert_eq!(sent(&host), [line, line]);
}

#[test]
fn a_message_grows_old_across_a_reboot() {
    let mut host = started(&["mail"], policy(|p| p.retry.give_up = secs(600)));
    host.delivery = REFUSED;
    host.event(1_000.0, alert("cpu", "load", Severity::Warning));
    host.signal(1_400.0, Signal::SweepFinished);
    restart(&mut host, 20.0, "b2", &["mail"]);
    host.until(219.0);
    assert!(!sent(&host).iter().any(|line| line.contains("gave up")));
    host.until(220.0);
    let last = sent(&host).pop();
    assert_eq!(last.as_deref(), Some("220.000s gave up to mail, sent 8 times, lost"));
}

#[test]
fn what_was_given_up_and_not_told_is_told_after_a_restart() {
    let mut host = started(&["mail", "chat"], policy(|p| p.retry.give_up = secs(60)));
    host.answer("chat", REFUSED);
    for (at, key) in [(1_000.0, "a"), (1_100.0, "b")] {
        host.event(at, alert("cpu", key, Severity::Warning));
    }
    host.until(1_200.0);
    restart(&mut host, 1_300.0, "b1", &["chat", "mail"]);
    host.until(1_300.0);
    assert_eq!(
        sent(&host),
        ["1300.000s undelivered to chat: 1, 0 lost, the oldest 60s old to mail"]
    );
}
