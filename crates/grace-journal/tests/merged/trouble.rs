//! Sources that fail, panic, or keep the others waiting.

use std::time::Duration;

use grace_core::{Happening, HostEvents as _, Origin, PortErrorKind};
use grace_journal::Merged;
use tokio::time::timeout;

use super::sources::{Step, Steps, merged, start, told, wait};

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_is_a_gap_and_the_others_go_on() {
    let journal = [start(1, 10), Step::Fail(PortErrorKind::PermissionDenied)];
    let tasks = [start(2, 20), Step::CaughtUp, wait(60), start(3, 90)];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    let gap = "gap: events_unreadable: journal permission denied: no luck";
    assert_eq!(told(both).await, ["1", gap, "2", "caught up", "3"]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_this_host_does_not_have_is_told_of_once() {
    let bus = [Step::Fail(PortErrorKind::Missing)];
    let tasks = [start(2, 20), Step::CaughtUp, wait(60), start(3, 90)];
    let both = merged([Steps::boxed("logind", bus), Steps::boxed("tasks", tasks)]);
    let gap = "gap: events_unreadable: logind missing: no luck";
    assert_eq!(told(both).await, [gap, "2", "caught up", "3"]);
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_where_its_source_reads_and_having_caught_up_is_all_of_them() {
    let fails = [Step::Fail(PortErrorKind::Missing)];
    let mut both = merged([Steps::boxed("one", fails), Steps::boxed("two", [Step::CaughtUp])]);
    let gap = both.next().await.expect("a gap");
    assert_eq!((gap.what.name(), gap.origin), ("gap", Origin::Tasks));
    let caught_up = both.next().await.expect("the other goes on");
    assert_eq!((caught_up.what.name(), caught_up.origin), ("caught-up", Origin::Several));
}

#[tokio::test(start_paused = true)]
async fn when_none_is_left_it_is_an_error() {
    let journal = [Step::Fail(PortErrorKind::PermissionDenied)];
    let tasks = [start(2, 20), Step::CaughtUp, wait(60), Step::Fail(PortErrorKind::Missing)];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    let expected = [
        "gap: events_unreadable: journal permission denied: no luck",
        "2",
        "caught up",
        "gap: events_unreadable: tasks missing: no luck",
        "error: journal permission denied: no luck; tasks missing: no luck",
    ];
    assert_eq!(told(both).await, expected);
}

#[tokio::test(start_paused = true)]
async fn sources_that_all_fail_never_catch_up_and_the_error_stays() {
    let fail = || Steps::boxed("journal", [Step::Fail(PortErrorKind::PermissionDenied)]);
    let mut both = merged([fail(), fail()]);
    for _ in 0..2 {
        assert!(matches!(both.next().await.expect("a gap").what, Happening::Gap(_)));
    }
    for _ in 0..2 {
        assert_eq!(
            both.next().await.expect_err("none is left").kind(),
            PortErrorKind::PermissionDenied
        );
    }
}

#[tokio::test]
async fn without_a_source_there_is_nothing_to_read() {
    let error = Merged::new().next().await.expect_err("no source");
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (PortErrorKind::Missing, "no source of events is set up")
    );
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_costs_only_itself() {
    let journal = [start(1, 10), Step::Panic];
    let tasks = [start(2, 20), Step::CaughtUp];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    let gap = "gap: events_unreadable: journal failed: it ended without a word";
    assert_eq!(told(both).await, ["1", gap, "2", "caught up"]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_silent_is_not_waited_for() {
    let journal = [start(1, 10), wait(1_000), start(3, 5), Step::CaughtUp, start(4, 6)];
    let tasks = [start(2, 20), Step::CaughtUp];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    let gap = "gap: events_incomplete: journal: nothing for 30s, and more to tell";
    assert_eq!(told(both).await, ["1", gap, "2", "caught up", "3", "4"]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_slow_but_not_silent_is_waited_for() {
    let journal = [start(1, 10), wait(29), start(3, 15), wait(29), Step::CaughtUp];
    let tasks = [start(2, 20), Step::CaughtUp];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    assert_eq!(told(both).await, ["1", "3", "2", "caught up"]);
}

#[tokio::test(start_paused = true)]
async fn patience_ends_even_if_each_call_is_given_up() {
    let silent = Steps::boxed("journal", [wait(1_000)]);
    let mut both = merged([silent]).with_patience(Duration::from_secs(5));
    let mut told = Vec::new();
    for _ in 0..8 {
        if let Ok(next) = timeout(Duration::from_secs(1), both.next()).await {
            told.push(next.expect("no failure").what.name());
        }
    }
    assert_eq!(told, ["gap", "caught-up"]);
}

#[tokio::test(start_paused = true)]
async fn dropping_it_drops_its_sources() {
    let (guard, dropped) = tokio::sync::oneshot::channel::<()>();
    let mut both = merged([Box::new(Guarded(guard)) as Box<dyn grace_core::HostEvents>]);
    assert!(timeout(Duration::from_secs(1), both.next()).await.is_err());
    drop(both);
    dropped.await.expect_err("the other end is gone");
}

/// A source that says nothing, and is noticed when it goes.
struct Guarded(
    #[expect(dead_code, reason = "its end is what is noticed")] tokio::sync::oneshot::Sender<()>,
);

#[async_trait::async_trait]
impl grace_core::HostEvents for Guarded {
    fn name(&self) -> &str {
        "guarded"
    }

    fn origin(&self) -> Origin {
        Origin::Journal
    }

    async fn next(&mut self) -> Result<grace_core::Occurrence, grace_core::PortError> {
        std::future::pending().await
    }
}
