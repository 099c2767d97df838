//! Random timelines are what they are said to be: files that can be read, the same each time, and of every kind.

use grace_sim::strategy::{Distribution, timeline_from_seed};
use grace_sim::timeline::Timeline;

#[test]
fn each_is_a_file_that_can_be_read() {
    for seed in 0..400 {
        let timeline = timeline_from_seed(seed);
        let text = timeline.to_toml();
        let read = Timeline::parse("random.toml", &text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read, timeline, "seed {seed}");
    }
}

#[test]
fn a_seed_gives_one_timeline_and_another_seed_another() {
    for seed in [0, 1, u64::MAX] {
        assert_eq!(timeline_from_seed(seed), timeline_from_seed(seed));
    }
    assert_ne!(timeline_from_seed(1), timeline_from_seed(2));
}

#[test]
fn every_kind_of_step_is_drawn() {
    let mut distribution = Distribution::default();
    for seed in 0..600 {
        distribution.count(&timeline_from_seed(seed));
    }
    let kinds = [
        "alert",
        "clock-step",
        "crash",
        "guest event, late",
        "guest-failed",
        "guest-started",
        "guest-stopped",
        "guest-warned",
        "health",
        "health, slow",
        "health, unavailable",
        "journal",
        "journal, unavailable",
        "notifier",
        "notifier, down",
        "notifier, one down",
        "resolved",
        "restart",
        "restart, new boot",
        "restart, state lost",
        "shutdown",
        "shutdown-cancelled",
        "stop",
        "suspend",
        "sweep-finished",
        "sweep-started",
        "take-guests",
    ];
    for kind in kinds {
        assert!(distribution.steps(kind) > 0, "no {kind} in\n{distribution}");
    }
}
