//! What the fakes and faults do beyond their ports' contracts.

use std::num::NonZeroU32;
use std::time::Duration;

use grace_core::{
    Envelope, Event, Message, MessageId, Notice, Notifier as _, PortErrorKind, Sequence, Uptime,
    UptimeSource,
};
use grace_sim::fakes::{Conduct, FakeNotifier, FakeUptime};
use grace_sim::faults::Faulty;
use tokio::time::{advance, timeout};

fn envelope() -> Envelope {
    let notice = Notice::single(Event::ShutdownCancelled, Uptime::ZERO);
    Envelope::new(MessageId::new(None, Sequence::new(1)), Message::Notice(notice))
}

#[tokio::test(start_paused = true)]
async fn a_host_that_follows_tokio_alone_goes_on_while_suspended() {
    let host = FakeUptime::following_tokio(Uptime::from_secs(10));
    advance(Duration::from_secs(5)).await;
    assert_eq!(host.now(), Uptime::from_secs(15));
    host.suspend(Duration::from_secs(3600));
    assert_eq!(host.now(), Uptime::from_secs(3615));
    advance(Duration::from_secs(1)).await;
    assert_eq!(host.now(), Uptime::from_secs(3616));
}

#[tokio::test(start_paused = true)]
async fn a_reboot_begins_uptime_anew_under_another_id() {
    let host = FakeUptime::following_tokio(Uptime::from_secs(10));
    let before = host.boot().await.expect("readable");
    host.soft_reboot();
    let soft = host.boot().await.expect("readable");
    assert_eq!((soft.id, soft.soft_reboots), (before.id, 1));

    host.reboot();
    advance(Duration::from_secs(2)).await;
    let after = host.boot().await.expect("readable");
    assert_ne!(after.id, before.id);
    assert_eq!(after.soft_reboots, 0);
    assert_eq!(host.now(), Uptime::from_secs(2));
}

#[tokio::test]
async fn a_host_that_was_repaired_answers_again() {
    let host = FakeUptime::new(Uptime::from_secs(7));
    host.break_down(PortErrorKind::TimedOut);
    let error = host.uptime().await.expect_err("broken");
    assert_eq!(error.kind(), PortErrorKind::TimedOut);
    host.repair();
    assert_eq!(host.uptime().await.expect("repaired"), Uptime::from_secs(7));
}

#[tokio::test]
async fn a_service_is_down_until_its_instant() {
    let host = FakeUptime::new(Uptime::ZERO);
    let service = FakeNotifier::new("mail");
    service.behave(Conduct::DownUntil(Uptime::from_secs(60), host.clone()));
    assert!(service.notify(&envelope()).await.is_err());
    host.advance(Duration::from_secs(60));
    assert!(service.notify(&envelope()).await.is_ok());
    assert_eq!((service.asked(), service.taken().len()), (2, 1));
}

#[tokio::test]
async fn a_lost_answer_is_a_time_out_of_a_message_that_was_taken() {
    let service = FakeNotifier::new("mail");
    service.behave(Conduct::LosesAnswer);
    let error = service.notify(&envelope()).await.expect_err("the answer was lost");
    assert_eq!(error.kind(), PortErrorKind::TimedOut);
    assert_eq!(service.taken(), [envelope()]);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_hangs_takes_nothing() {
    let service = FakeNotifier::new("mail");
    service.behave(Conduct::Hangs);
    let answer = timeout(Duration::from_secs(3600), service.notify(&envelope())).await;
    assert!(answer.is_err());
    assert_eq!((service.asked(), service.taken().len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_slow_port_answers_in_its_time_and_sees_the_host_as_it_is_then() {
    let host = FakeUptime::following_tokio(Uptime::ZERO);
    let slow = Faulty::new(host).slow(Duration::from_secs(2));
    assert!(timeout(Duration::from_secs(1), slow.uptime()).await.is_err());
    let read = timeout(Duration::from_secs(3), slow.uptime()).await;
    assert_eq!(read.expect("in time").expect("readable"), Uptime::from_secs(3));
    assert_eq!(slow.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_dead_port_never_answers() {
    let dead = Faulty::new(FakeUptime::new(Uptime::ZERO)).dead();
    assert!(timeout(Duration::from_secs(86_400), dead.uptime()).await.is_err());
}

#[tokio::test]
async fn every_nth_answer_fails() {
    let third = NonZeroU32::new(3).expect("three");
    let host = Faulty::new(FakeUptime::new(Uptime::ZERO)).failing(third, PortErrorKind::Refused);
    let mut answers = Vec::new();
    for _ in 0..7 {
        answers.push(host.uptime().await.map_err(|error| error.kind()).is_ok());
    }
    assert_eq!(answers, [true, true, false, true, true, false, true]);
}
