//! Several destinations: each gets every message, and acknowledges for itself.

use std::collections::BTreeMap;
use std::time::Duration;

use grace_core::{
    Delivery, Effect, Envelope, Limits, Message, Policy, Severity, Signal, Start, Undelivered,
    Uptime,
};

use crate::common::{Host, alert, at, identity, policy, secs};

const REFUSED: Option<Delivery> = Some(Delivery::NotTaken { retry_after: None });

/// A host with these destinations that has told of its boot.
fn host(names: &[&str], policy: Policy) -> Host {
    let start = Start::new(Some(Uptime::ZERO), identity("b1")).with_destinations(names);
    let mut host = Host::start(policy, start);
    host.until(400.0);
    host.log.clear();
    host
}

fn outbox(limit: usize) -> Policy {
    policy(|p| {
        let mut limits = Limits::default();
        limits.outbox = limit;
        p.limits = limits;
    })
}

fn give_up_after(span: Duration) -> Policy {
    policy(|p| p.retry.give_up = span)
}

/// A warning about this.
fn warn(host: &mut Host, secs: f64, key: &str) {
    host.event(secs, alert("cpu", key, Severity::Warning));
}

fn envelopes(host: &Host) -> Vec<Envelope> {
    let envelope = |(_, effect): &(Uptime, Effect)| match effect {
        Effect::Deliver(envelope) => Some(envelope.clone()),
        _ => None,
    };
    host.log.iter().filter_map(envelope).collect()
}

#[test]
fn a_destination_that_is_not_named_has_no_name() {
    let host = Host::boot();
    let [only] = host.grace.destinations() else { panic!("one destination") };
    assert_eq!((only.index(), only.name().as_str(), only.to_string().as_str()), (0, "", ""));
    let none = Start::new(None, identity("b1")).with_destinations::<&str>([]);
    let none = Host::start(Policy::default(), none);
    assert_eq!(none.grace.destinations().first(), Some(only));
}

#[test]
fn each_destination_gets_each_message_under_one_id() {
    let mut host = host(&["mail", "chat"], Policy::default());
    warn(&mut host, 1_000.0, "load");
    host.check(&[
        "1000.000s notice alert cpu/load warning to mail",
        "1000.000s notice alert cpu/load warning to chat",
    ]);
    let sent = envelopes(&host);
    assert_eq!(sent[0].id, sent[1].id);
    assert_eq!(host.grace.usage().outbox, 0);
    assert_eq!(host.grace.poll_timeout(), None);
}

#[test]
fn one_that_fails_gets_its_own_copy_again_and_the_other_does_not() {
    let mut host = host(&["mail", "chat"], Policy::default());
    host.answer("chat", REFUSED);
    warn(&mut host, 1_000.0, "load");
    host.until(1_020.0);
    assert_eq!(host.grace.usage().outbox, 1, "one message, however many copies");
    host.answer("chat", Some(Delivery::Taken));
    host.until(9_000.0);
    host.check(&[
        "1000.000s notice alert cpu/load warning to mail",
        "1000.000s notice alert cpu/load warning to chat",
        "1005.000s notice alert cpu/load warning to chat, attempt 1",
        "1015.000s notice alert cpu/load warning to chat, attempt 2",
        "1035.000s notice alert cpu/load warning to chat, attempt 3",
    ]);
    assert_eq!(host.grace.usage().outbox, 0);
}

#[test]
fn each_waits_as_long_as_its_own_service_asks() {
    let asks = |secs| Some(Delivery::NotTaken { retry_after: Some(Duration::from_secs(secs)) });
    let mut host = host(&["mail", "chat"], Policy::default());
    host.answer("mail", asks(60)).answer("chat", asks(40));
    warn(&mut host, 1_000.0, "load");
    host.until(1_065.0);
    assert_eq!(
        host.told()[2..],
        [
            "1040.000s notice alert cpu/load warning to chat, attempt 1",
            "1060.000s notice alert cpu/load warning to mail, attempt 1",
        ]
    );
}

#[test]
fn a_late_refusal_does_not_put_off_what_is_out_again() {
    let mut host = host(&["mail"], Policy::default());
    host.delivery = None;
    warn(&mut host, 1_000.0, "load");
    host.until(1_120.0);
    let first = envelopes(&host)[0].clone();
    host.grace.handle_delivery(at(1_121.0), &first, Delivery::NotTaken { retry_after: None });
    assert_eq!(host.grace.poll_timeout(), Some(at(1_240.0)), "the second answer is awaited");
    host.grace.handle_delivery(at(1_122.0), &first, Delivery::Taken);
    assert_eq!(host.grace.usage().outbox, 0, "but taken is taken");
}

#[test]
fn an_answer_of_a_destination_that_no_one_named_changes_nothing() {
    let mut one = host(&["mail", "chat"], Policy::default());
    one.delivery = None;
    warn(&mut one, 1_000.0, "load");
    let mut other = host(&["pager", "ticket"], Policy::default());
    other.delivery = None;
    warn(&mut other, 1_000.0, "load");
    one.grace.handle_delivery(one.now, &envelopes(&other)[0], Delivery::Taken);
    one.until(1_120.0);
    assert_eq!(one.told().len(), 4, "both are sent again");
}

#[test]
fn the_report_is_acknowledged_by_the_first_that_takes_it_and_once() {
    let start = Start::new(Some(Uptime::ZERO), identity("b1")).with_destinations(["mail", "chat"]);
    let mut host = Host::start(Policy::default(), start);
    host.answer("mail", REFUSED);
    host.until(306.0);
    host.check(&[
        "300.000s report to mail",
        "300.000s report to chat",
        "300.000s closed: acknowledged",
        "305.000s report to mail, attempt 1",
    ]);
    host.answer("mail", Some(Delivery::Taken));
    host.until(1_000.0);
    assert_eq!(host.told()[4..], ["315.000s report to mail, attempt 2"]);
}

#[test]
fn what_a_destination_does_not_want_is_not_sent_there_again_and_is_no_acknowledgement() {
    let start = Start::new(Some(Uptime::ZERO), identity("b1")).with_destinations(["mail", "chat"]);
    let mut host = Host::start(Policy::default(), start);
    host.answer("mail", Some(Delivery::Unwanted)).answer("chat", REFUSED);
    host.until(301.0);
    host.check(&["300.000s report to mail", "300.000s report to chat"]);
    host.answer("chat", Some(Delivery::Taken));
    host.until(1_000.0);
    assert_eq!(
        host.told()[2..],
        ["305.000s report to chat, attempt 1", "305.000s closed: acknowledged"]
    );
}

#[test]
fn a_report_that_no_destination_wants_is_closed_as_such() {
    let start = Start::new(Some(Uptime::ZERO), identity("b1")).with_destinations(["mail", "chat"]);
    let mut host = Host::start(Policy::default(), start);
    host.delivery = Some(Delivery::Unwanted);
    host.until(9_000.0);
    host.check(&[
        "300.000s report to mail",
        "300.000s report to chat",
        "300.000s closed: unwanted",
    ]);
    assert_eq!(host.grace.poll_timeout(), None);
}

#[test]
fn a_report_that_reaches_no_one_until_it_is_given_up_is_closed_as_such() {
    let mut host = Host::with(give_up_after(secs(20)));
    host.delivery = REFUSED;
    host.until(9_000.0);
    host.check(&[
        "300.000s report",
        "305.000s report, attempt 1",
        "315.000s report, attempt 2",
        "320.000s gave up, sent 3 times, lost",
        "320.000s closed: given-up",
    ]);
    assert_eq!(host.grace.poll_timeout(), None);
}

#[test]
fn a_copy_is_given_up_when_its_message_is_too_old_and_the_others_are_told() {
    let mut host = host(&["mail", "chat"], give_up_after(secs(600)));
    host.answer("chat", REFUSED);
    warn(&mut host, 1_000.0, "load");
    host.until(1_599.0);
    assert_eq!(host.grace.usage().outbox, 1);
    host.log.clear();
    host.until(9_000.0);
    host.check(&[
        "1600.000s gave up to chat, sent 7 times",
        "1600.000s undelivered to chat: 1, 0 lost, the oldest 600s old to mail",
    ]);
    assert_eq!(host.grace.usage().outbox, 0);
}

#[test]
fn what_is_out_for_an_answer_is_not_given_up_before_that_is_overdue() {
    let mut host = host(&["mail"], give_up_after(secs(60)));
    host.delivery = None;
    warn(&mut host, 1_000.0, "load");
    host.until(1_119.0);
    assert_eq!(host.grace.usage().outbox, 1);
    host.until(1_120.0);
    assert_eq!(host.told()[1..], ["1120.000s gave up to mail, sent 1 times, lost"]);
}

#[test]
fn copies_given_up_together_are_told_in_one_message_and_later_ones_within_the_hour() {
    let mut host = host(&["mail", "chat"], give_up_after(secs(600)));
    host.answer("chat", REFUSED);
    for key in ["a", "b", "c"] {
        warn(&mut host, 1_000.0, key);
    }
    for key in ["d", "e"] {
        warn(&mut host, 1_100.0, key);
    }
    host.until(20_000.0);
    let told = host.told();
    let undelivered: Vec<_> = told.iter().filter(|line| line.contains("undelivered")).collect();
    assert_eq!(
        undelivered,
        [
            "1600.000s undelivered to chat: 3, 0 lost, the oldest 600s old to mail",
            "5200.000s undelivered to chat: 2, 0 lost, the oldest 600s old to mail",
        ]
    );
}

#[test]
fn what_tells_of_a_destination_is_not_sent_there_and_never_told_of_itself() {
    let mut host = host(&["mail", "chat"], give_up_after(secs(600)));
    host.delivery = REFUSED;
    warn(&mut host, 1_000.0, "load");
    host.until(100_000.0);
    let told = host.told();
    let ends: Vec<_> = told.iter().filter(|line| !line.contains("attempt")).collect();
    assert_eq!(
        ends[2..],
        [
            "1600.000s gave up to mail, sent 7 times",
            "1600.000s gave up to chat, sent 7 times, lost",
            "1600.000s undelivered to mail: 1, 0 lost, the oldest 600s old to chat",
            "1600.000s undelivered to chat: 1, 1 lost, the oldest 600s old to mail",
            "2200.000s gave up to chat, sent 7 times, lost",
            "2200.000s gave up to mail, sent 7 times, lost",
        ]
    );
    assert_eq!(host.grace.poll_timeout(), None, "and that is the end of it");
}

#[test]
fn what_was_given_up_is_told_in_one_sentence_and_is_a_warning() {
    let day = secs(86_400);
    let some = Undelivered::new("mail", 3, day);
    assert_eq!(
        some.to_string(),
        "mail does not take its messages: 3 given up, the oldest 24 hours old"
    );
    let mut lost = Undelivered::new("", 1, secs(90));
    lost.lost = 1;
    assert_eq!(
        lost.to_string(),
        "a destination does not take its messages: 1 given up, the oldest 1 minutes old; 1 of them \
         reached no one"
    );
    let [some, lost] = [some, lost].map(Message::Undelivered);
    assert_eq!((some.kind(), some.severity()), ("undelivered", Severity::Warning));
    assert_eq!(lost.severity(), Severity::Critical, "what was lost may have been anything");
}

#[test]
fn when_there_is_no_room_the_oldest_that_has_reached_somebody_is_given_up() {
    let mut host = host(&["mail", "chat"], outbox(3));
    host.answer("chat", None);
    for key in ["a", "b", "c", "d", "e"] {
        warn(&mut host, 1_000.0, key);
    }
    let is_for_mail = |line: &&String| line.contains("notice") && line.ends_with("to mail");
    let taken = host.told().iter().filter(is_for_mail).count();
    assert_eq!(taken, 5, "a destination that takes nothing keeps no other from its messages");
    assert_eq!(host.grace.usage().outbox, 3);
    assert_eq!(host.books.ended("digest"), 0);
    let gave_up = |line: &&String| line.contains("gave up");
    let told = host.told();
    assert_eq!(
        told.iter().filter(gave_up).collect::<Vec<_>>(),
        ["1000.000s gave up to chat, sent 1 times", "1000.000s gave up to chat, sent 1 times"]
    );
    host.until(1_000.0);
    assert!(host.messages().any(|message| matches!(message, Message::Undelivered(_))));
    assert_eq!(host.grace.usage().outbox, 3, "and the word of it takes no room from others");
}

#[test]
fn what_has_reached_no_one_is_not_given_up_for_want_of_room() {
    let mut host = host(&["mail", "chat"], outbox(2));
    host.delivery = REFUSED;
    for key in ["a", "b", "c"] {
        warn(&mut host, 1_000.0, key);
    }
    assert!(!host.told().iter().any(|line| line.contains("gave up")));
    assert_eq!(host.books.ended("digest"), 1, "the third waits for room");
    host.answer("mail", Some(Delivery::Taken));
    host.until(1_005.0);
    let told = host.told();
    let digests: Vec<_> = told.iter().filter(|line| line.contains("digest")).collect();
    assert_eq!(
        digests,
        [
            "1005.000s digest outbox-full; notice alert cpu/c warning to mail",
            "1005.000s digest outbox-full; notice alert cpu/c warning to chat",
        ],
        "which there is when one of them has reached somebody"
    );
}

#[test]
fn a_network_that_is_up_again_makes_due_what_waits_and_not_what_is_out() {
    let mut host = host(&["mail", "chat"], Policy::default());
    host.answer("mail", REFUSED).answer("chat", None);
    warn(&mut host, 1_000.0, "load");
    host.until(1_100.0);
    host.log.clear();
    host.delivery = Some(Delivery::Taken);
    host.deliveries.clear();
    host.signal(1_100.0, Signal::NetworkUp);
    assert!(host.log.is_empty(), "it is the time-out that sends");
    host.until(1_119.0);
    host.check(&["1100.000s notice alert cpu/load warning to mail, attempt 5"]);
    host.until(1_120.0);
    assert_eq!(host.told()[1..], ["1120.000s notice alert cpu/load warning to chat, attempt 1"]);
}

/// When a message was sent to each, without the first time.
fn waits(jitter: u8, boot: &str) -> BTreeMap<String, Vec<Uptime>> {
    let start = Start::new(Some(Uptime::ZERO), identity(boot)).with_destinations(["mail", "chat"]);
    let mut host = Host::start(policy(|p| p.retry.jitter = jitter), start);
    host.until(400.0);
    host.delivery = REFUSED;
    host.log.clear();
    warn(&mut host, 1_000.0, "load");
    host.until(4_000.0);
    let mut waits: BTreeMap<String, Vec<Uptime>> = BTreeMap::new();
    for (at, effect) in &host.log {
        if let Effect::Deliver(envelope) = effect {
            waits.entry(envelope.to.to_string()).or_default().push(*at);
        }
    }
    waits
}

#[test]
fn jitter_makes_waits_shorter_each_its_own_way_and_the_same_in_every_run() {
    let plain = waits(0, "b1");
    assert_eq!(plain["mail"], plain["chat"]);
    let shorter = waits(50, "b1");
    assert_eq!(shorter, waits(50, "b1"));
    assert_ne!(shorter, waits(50, "b2"), "another host comes at another time");
    assert_ne!(shorter["mail"], shorter["chat"]);
    for times in shorter.values() {
        for (n, pair) in times.windows(2).enumerate() {
            let longest = (5.0 * 2_f64.powi(n as i32)).min(300.0);
            let wait = pair[1].saturating_since(pair[0]).as_secs_f64();
            assert!(wait <= longest && wait >= longest / 2.0, "{wait} of {longest}");
        }
    }
    assert_eq!(waits(200, "b1"), shorter, "half is the most");
}
