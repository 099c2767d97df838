//! In which order things come, and that each comes once.

use std::collections::BTreeSet;

use grace_core::HostEvents;
use proptest::collection::vec;
use proptest::prelude::*;

use super::sources::{Step, Steps, merged, start, timeless, told, wait};

#[tokio::test(start_paused = true)]
async fn what_had_happened_comes_in_the_order_of_its_time() {
    let journal = [start(1, 10), start(3, 30), start(4, 40), Step::CaughtUp];
    let tasks = [wait(5), start(2, 20), wait(5), start(5, 50), Step::CaughtUp];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    assert_eq!(told(both).await, ["1", "2", "3", "4", "5", "caught up"]);
}

#[tokio::test(start_paused = true)]
async fn what_lies_nowhere_comes_as_soon_as_it_is_told() {
    let journal = [start(1, 10), Step::CaughtUp];
    let tasks = [timeless(7), wait(5), start(2, 5), Step::CaughtUp];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    assert_eq!(told(both).await, ["7", "2", "1", "caught up"]);
}

#[tokio::test(start_paused = true)]
async fn a_source_whose_times_go_back_keeps_its_own_order() {
    let journal = [start(1, 30), start(2, 10), Step::CaughtUp];
    let tasks = [start(3, 20), start(4, 40), Step::CaughtUp];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    assert_eq!(told(both).await, ["3", "1", "2", "4", "caught up"]);
}

#[tokio::test(start_paused = true)]
async fn what_one_tells_as_news_while_another_catches_up_is_put_in_order_too() {
    let journal = [start(1, 10), wait(5), start(2, 90), Step::CaughtUp];
    let bus = [Step::CaughtUp, start(9, 80), start(8, 100)];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("bus", bus)]);
    assert_eq!(told(both).await, ["1", "9", "2", "caught up", "8"]);
}

#[tokio::test(start_paused = true)]
async fn news_come_as_they_come_whatever_time_they_bear() {
    let journal = [Step::CaughtUp, wait(10), start(1, 99)];
    let tasks = [Step::CaughtUp, wait(20), start(2, 3)];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    assert_eq!(told(both).await, ["caught up", "1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_flood_from_one_source_does_not_drown_another() {
    let flood = (1_000..2_000).map(|number| start(number, 0));
    let flood = [Step::CaughtUp].into_iter().chain(flood);
    let trickle = [Step::CaughtUp].into_iter().chain((1..=3).map(|number| start(number, 0)));
    let both = merged([Steps::boxed("flood", flood), Steps::boxed("trickle", trickle)]);
    let told = told(both).await;
    let place = |number: &str| told.iter().position(|told| told == number).expect("it comes");
    assert_eq!(told.len(), 1 + 1_000 + 3);
    assert!(place("3") <= 8, "{}", place("3"));
}

#[tokio::test(start_paused = true)]
async fn what_two_sources_see_comes_once() {
    let journal = [start(1, 10), start(2, 20), start(2, 20), Step::CaughtUp, wait(9), start(3, 60)];
    let tasks = [start(1, 10), start(2, 21), Step::CaughtUp, wait(1), start(3, 60)];
    let both = merged([Steps::boxed("journal", journal), Steps::boxed("tasks", tasks)]);
    assert_eq!(told(both).await, ["1", "2", "caught up", "3"]);
}

/// What a source sees of things that happen at times of their own: some of them, in the order of time, the first
/// so many before it was opened.
#[derive(Debug, Clone)]
struct Sight {
    numbers: BTreeSet<u32>,
    backlog: usize,
    waits: Vec<u64>,
}

fn sight() -> impl Strategy<Value = Sight> {
    let numbers = proptest::collection::btree_set(0_u32..60, 0..40);
    (numbers, 0_usize..40, vec(0_u64..3, 40)).prop_map(|(numbers, backlog, waits)| Sight {
        backlog: backlog.min(numbers.len()),
        numbers,
        waits,
    })
}

impl Sight {
    fn source(&self) -> Box<dyn HostEvents> {
        let tell = |(number, waits): (&u32, &u64)| [wait(*waits), start(*number, time(*number))];
        let mut steps: Vec<_> = self.numbers.iter().zip(&self.waits).flat_map(tell).collect();
        steps.insert(self.backlog * 2, Step::CaughtUp);
        Steps::boxed("random", steps)
    }

    fn backlog(&self) -> impl Iterator<Item = u32> {
        self.numbers.iter().copied().take(self.backlog)
    }
}

/// Several happen at one time.
const fn time(number: u32) -> u64 {
    number as u64 / 3
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_thing_comes_once_and_what_had_happened_in_order(sights in vec(sight(), 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let sources = sights.iter().fold(grace_journal::Merged::new(), |merged, sight| {
            merged.with(sight.source())
        });
        let mut told = runtime.block_on(told(sources));
        let caught_up = told.iter().position(|told| told == "caught up").expect("it catches up");
        told.remove(caught_up);
        let numbers: Vec<u32> = told.iter().map(|told| told.parse().expect("a start")).collect();

        let all: BTreeSet<u32> = sights.iter().flat_map(|sight| sight.numbers.clone()).collect();
        prop_assert_eq!(numbers.iter().copied().collect::<BTreeSet<_>>(), all);
        prop_assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
        let (before, news) = numbers.split_at(caught_up);
        let had_happened: BTreeSet<u32> = sights.iter().flat_map(Sight::backlog).collect();
        prop_assert!(news.iter().all(|number| !had_happened.contains(number)), "{:?}", news);
        // What one tells as news while others catch up may be late, and then comes late.
        let had_happened = before.iter().filter(|number| had_happened.contains(number));
        prop_assert!(had_happened.is_sorted_by_key(|number| time(*number)), "{:?}", before);
    }
}
