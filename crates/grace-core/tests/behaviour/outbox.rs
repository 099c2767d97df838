//! Delivery: sent again, later and later, until a notifier has taken it; and never lost.

use std::time::Duration;

use grace_core::{
    Delivery, Digest, DigestCause, Effect, Envelope, Limits, MessageId, Policy, Retry, Severity,
    ShutdownKind, Uptime,
};

use crate::common::{Host, alert, at, policy, resolved, secs, started, stopped};

const REFUSED: Option<Delivery> = Some(Delivery::NotTaken { retry_after: None });

fn outbox(limit: usize) -> Policy {
    policy(|p| {
        let mut limits = Limits::default();
        limits.outbox = limit;
        p.limits = limits;
    })
}

/// When a message was sent, each time.
fn sent(host: &Host) -> Vec<String> {
    let deliver = |(at, effect): &(Uptime, Effect)| match effect {
        Effect::Deliver(envelope) => Some(format!("{at} #{}", envelope.attempt)),
        _ => None,
    };
    host.log.iter().filter_map(deliver).collect()
}

/// The envelope that was sent first.
fn first(host: &Host) -> Envelope {
    let envelope = |(_, effect): &(Uptime, Effect)| match effect {
        Effect::Deliver(envelope) => Some(envelope.clone()),
        _ => None,
    };
    host.log.iter().find_map(envelope).expect("an envelope")
}

fn ids(host: &Host) -> Vec<MessageId> {
    let id = |(_, effect): &(Uptime, Effect)| match effect {
        Effect::Deliver(envelope) => Some(envelope.id),
        _ => None,
    };
    host.log.iter().filter_map(id).collect()
}

/// A host whose one message is refused for ever, a while after its report.
fn refusing(delivery: Option<Delivery>, retry: Retry) -> Host {
    let mut host = Host::with(policy(|p| p.retry = retry));
    host.until(400.0);
    host.log.clear();
    host.delivery = delivery;
    host.event(1_000.0, alert("cpu", "load", Severity::Warning));
    host
}

#[test]
fn a_message_taken_is_sent_once() {
    let mut host = refusing(Some(Delivery::Taken), Retry::default());
    host.until(10_000.0);
    assert_eq!(sent(&host), ["1000.000s #0"]);
    assert_eq!(host.grace.usage().outbox, 0);
    assert_eq!(host.grace.poll_timeout(), None);
}

#[test]
fn a_message_refused_is_sent_again_after_twice_as_long_each_time() {
    let mut host = refusing(REFUSED, Retry::default());
    host.until(2_300.0);
    let expect = [0, 5, 15, 35, 75, 155, 315, 615, 915, 1215];
    let expect = expect.iter().enumerate().map(|(n, t)| format!("{}.000s #{n}", 1_000 + t));
    assert_eq!(sent(&host), expect.collect::<Vec<_>>());
    assert_eq!(host.grace.usage().outbox, 1);
    let first = ids(&host)[0];
    assert!(ids(&host).iter().all(|id| *id == first), "always under the same id");
    host.delivery = Some(Delivery::Taken);
    host.until(9_999.0);
    assert_eq!(host.grace.usage().outbox, 0);
}

#[test]
fn the_wait_never_passes_its_longest() {
    let mut retry = Retry::default();
    retry.first = secs(7);
    retry.max = secs(7);
    let mut host = refusing(REFUSED, retry);
    host.until(1_400.0);
    assert_eq!(host.log.iter().filter(|(_, e)| matches!(e, Effect::Deliver(_))).count(), 58);

    retry.first = Duration::MAX;
    retry.max = Duration::MAX;
    let mut host = refusing(REFUSED, retry);
    host.until(1e9);
    assert_eq!(sent(&host), ["1000.000s #0"]);
}

#[test]
fn a_service_may_ask_for_a_longer_wait_and_not_for_a_shorter() {
    let asked = |secs| Some(Delivery::NotTaken { retry_after: Some(Duration::from_secs(secs)) });
    let mut host = refusing(asked(60), Retry::default());
    host.until(1_130.0);
    assert_eq!(sent(&host), ["1000.000s #0", "1060.000s #1", "1120.000s #2"]);
    let mut host = refusing(asked(1), Retry::default());
    host.until(1_020.0);
    assert_eq!(sent(&host), ["1000.000s #0", "1005.000s #1", "1015.000s #2"]);
    let mut host = refusing(asked(7_200), Retry::default());
    host.until(8_000.0);
    assert_eq!(sent(&host), ["1000.000s #0"]);
}

#[test]
fn without_an_answer_a_message_is_sent_again() {
    let mut host = refusing(None, Retry::default());
    host.until(1_241.0);
    assert_eq!(sent(&host), ["1000.000s #0", "1120.000s #1", "1240.000s #2"]);
}

#[test]
fn an_answer_that_comes_twice_or_to_no_message_changes_nothing() {
    let mut host = refusing(None, Retry::default());
    let sent_first = first(&host);
    host.grace.handle_delivery(at(1_001.0), &sent_first, Delivery::Taken);
    host.grace.handle_delivery(at(1_002.0), &sent_first, Delivery::Taken);
    host.grace.handle_delivery(at(1_003.0), &sent_first, Delivery::NotTaken { retry_after: None });
    host.until(5_000.0);
    assert_eq!(sent(&host), ["1000.000s #0"]);
}

#[test]
fn the_report_is_acknowledged_once_and_only_by_being_taken() {
    let mut host = Host::boot();
    host.delivery = REFUSED;
    host.until(304.0);
    host.check(&["300.000s report"]);
    host.delivery = Some(Delivery::Taken);
    host.until(1_000.0);
    host.check(&["300.000s report", "305.000s report, attempt 1", "305.000s closed: acknowledged"]);
    host.event(1_001.0, alert("cpu", "load", Severity::Info));
    assert_eq!(host.told().len(), 4, "another message closes nothing");
}

#[test]
fn what_finds_the_outbox_full_is_told_in_one_digest_when_there_is_room() {
    let mut host = Host::with(outbox(2));
    host.until(400.0);
    host.log.clear();
    host.delivery = None;
    for key in ["a", "b", "c", "d", "e"] {
        host.event(1_000.0, alert("cpu", key, Severity::Warning));
    }
    assert_eq!(host.grace.usage().outbox, 3, "two, and the digest to come");
    host.check(&["1000.000s notice alert cpu/a warning", "1000.000s notice alert cpu/b warning"]);
    assert_eq!((host.books.ended("delivered"), host.books.ended("digest")), (2, 3));

    let first = first(&host);
    host.grace.handle_delivery(at(1_001.0), &first, Delivery::Taken);
    host.now = at(1_001.0);
    assert!(host.grace.poll_timeout() <= Some(host.now), "there is room now");
    host.delivery = Some(Delivery::Taken);
    host.until(1_001.0);
    assert_eq!(
        host.told()[2],
        "1001.000s digest outbox-full; notice alert cpu/c warning; notice alert cpu/d warning; \
         1 beyond",
        "as many are listed as the outbox holds"
    );
    host.until(2_000.0);
    assert_eq!(host.grace.usage().outbox, 0);
    host.check_all_settled();
}

#[test]
fn what_comes_after_that_digest_is_not_told_before_it() {
    let mut host = Host::with(outbox(2));
    host.until(400.0);
    host.log.clear();
    host.delivery = None;
    for key in ["a", "b", "c"] {
        host.event(1_000.0, alert("cpu", key, Severity::Warning));
    }
    let first = first(&host);
    // There is room again, and a recovery comes before the machine is woken.
    host.grace.handle_delivery(host.now, &first, Delivery::Taken);
    host.event_now(resolved("cpu", "c"));
    host.delivery = Some(Delivery::Taken);
    host.until(1_000.0);
    assert_eq!(
        host.told()[2..],
        ["1000.000s digest outbox-full; notice alert cpu/c warning; notice resolved cpu/c info"]
    );
}

#[test]
fn a_digest_that_finds_the_outbox_full_is_told_within_the_other() {
    let mut host = Host::with(outbox(1));
    host.until(400.0);
    host.log.clear();
    host.delivery = None;
    host.event(1_000.0, grace_core::Event::Shutdown(ShutdownKind::Reboot));
    host.event(1_001.0, stopped("100"));
    host.event(1_002.0, stopped("101"));
    host.until(1_119.0);
    host.event(1_119.5, alert("cpu", "load", Severity::Info));
    host.until(1_121.0);
    host.delivery = Some(Delivery::Taken);
    host.until(2_000.0);
    assert_eq!(
        host.told().last().unwrap(),
        "1240.000s digest outbox-full; stopped g100 (100); notice alert cpu/load info; 1 beyond"
    );
    let [digest]: [&Digest; 1] = host.digests().try_into().unwrap();
    assert_eq!((digest.cause, digest.at), (DigestCause::OutboxFull, at(1_119.5)));
    host.check_all_settled();
}

#[test]
fn the_report_finds_room_in_a_full_outbox() {
    let mut host = Host::with(outbox(1));
    host.delivery = None;
    host.event(10.0, alert("cpu", "load", Severity::Warning));
    host.until(300.0);
    assert_eq!(host.reports().len(), 1);
    assert_eq!(host.grace.usage().outbox, 2);
}

#[test]
fn an_outbox_without_room_holds_one_message_all_the_same() {
    let mut host = Host::with(outbox(0));
    host.event(10.0, alert("cpu", "load", Severity::Warning));
    host.event(20.0, alert("cpu", "heat", Severity::Warning));
    assert_eq!(host.notices().len(), 2);
    host.check_all_settled();
}

#[test]
fn without_any_wait_nothing_hangs() {
    let mut retry = Retry::default();
    (retry.first, retry.max, retry.answer) = (secs(0), secs(0), secs(0));
    let mut host = Host::with(policy(|p| p.retry = retry));
    host.delivery = None;
    host.event(10.0, alert("cpu", "load", Severity::Warning));
    host.grace.handle_timeout(at(10.0));
    host.drain();
    assert_eq!(sent(&host), ["10.000s #0", "10.000s #1"], "once a time-out");
}

#[test]
fn at_the_end_of_time_nothing_hangs() {
    let mut host = Host::boot();
    host.delivery = None;
    host.event(10.0, alert("cpu", "load", Severity::Warning));
    host.grace.handle_timeout(Uptime::MAX);
    host.now = Uptime::MAX;
    host.drain();
    host.grace.handle_timeout(Uptime::MAX);
    host.drain();
    assert_eq!(sent(&host)[0], "10.000s #0");
    host.books.check();
}

#[test]
fn after_a_restart_messages_are_sent_again_under_their_ids() {
    let mut host = refusing(None, Retry::default());
    host.event(1_001.0, alert("cpu", "heat", Severity::Warning));
    let before = ids(&host);
    host.log.clear();
    host.restart(1_010.0, "b1");
    assert_eq!(sent(&host), ["1010.000s #1", "1010.000s #1"]);
    assert_eq!(ids(&host), before);
    host.log.clear();
    host.until(1_130.0);
    assert_eq!(sent(&host), ["1130.000s #2", "1130.000s #2"], "answers are awaited anew");
    host.log.clear();
    host.restart(5.0, "b2");
    assert_eq!(ids(&host), before, "also in the next boot");
    host.delivery = Some(Delivery::Taken);
    host.until(200.0);
    assert_eq!(host.grace.usage().outbox, 0);
    host.event(250.0, alert("cpu", "x", Severity::Warning));
    assert!(!before.contains(ids(&host).last().unwrap()));
}

#[test]
fn a_digest_that_waits_for_room_outlives_a_restart() {
    let mut host = Host::with(outbox(1));
    host.until(400.0);
    host.delivery = None;
    host.event(1_000.0, alert("cpu", "a", Severity::Warning));
    host.event(1_000.0, alert("cpu", "b", Severity::Warning));
    host.log.clear();
    host.restart(20.0, "b2");
    host.delivery = Some(Delivery::Taken);
    host.until(200.0);
    host.check(&[
        "20.000s notice alert cpu/a warning, attempt 1",
        "140.000s notice alert cpu/a warning, attempt 2",
        "140.000s digest outbox-full; notice alert cpu/b warning",
    ]);
    host.event(201.0, started("100"));
}

#[test]
fn an_id_names_the_boot_and_a_number_that_only_grows() {
    let mut host = refusing(None, Retry::default());
    host.event(1_001.0, alert("cpu", "heat", Severity::Warning));
    let ids = ids(&host);
    assert!(ids[0] < ids[1] && ids[0].sequence() < ids[1].sequence());
    assert_eq!(ids[0].to_string(), format!("b1-{}", ids[0].sequence()));
    assert_eq!(ids[0].sequence().to_string(), ids[0].sequence().get().to_string());
    let unknown = MessageId::new(None, ids[0].sequence());
    assert_eq!(unknown.to_string(), format!("unknown-boot-{}", ids[0].sequence()));
}
