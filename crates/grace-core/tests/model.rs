//! The machine against a model written from the original's rules, over random timelines.
//!
//! `PROPTEST_CASES` sets how many timelines, `PROPTEST_RNG_SEED` repeats a run.

mod model {
    pub(crate) mod machine;
    pub(crate) mod reference;
    pub(crate) mod tally;
}

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher, Hasher};

use proptest::test_runner::{Config, RngSeed, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use self::model::machine::Machine;
use self::model::reference::Model;

/// How many steps a timeline has.
const STEPS: std::ops::RangeInclusive<usize> = 1..=60;

fn seed() -> u64 {
    let given = env::var("PROPTEST_RNG_SEED").ok();
    given
        .map(|seed| seed.parse().expect("PROPTEST_RNG_SEED is a number"))
        .unwrap_or_else(|| RandomState::new().build_hasher().finish())
}

#[test]
fn the_machine_does_what_the_original_does() {
    let seed = seed();
    let config =
        Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    println!("PROPTEST_RNG_SEED={seed} PROPTEST_CASES={} steps {STEPS:?}", config.cases);
    let result = TestRunner::new(config.clone()).run(
        &Model::sequential_strategy(STEPS),
        |(initial, transitions, seen)| {
            Machine::test_sequential(config.clone(), initial, transitions, seen);
            Ok(())
        },
    );
    println!("{}", model::tally::print());
    if let Err(error) = result {
        panic!("PROPTEST_RNG_SEED={seed}: {error}");
    }
    model::tally::check_all_seen();
}
