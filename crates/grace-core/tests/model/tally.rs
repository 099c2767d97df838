//! What was generated, and how much of it did anything.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

#[derive(Default, Clone, Copy)]
struct Count {
    done: u64,
    without_effect: u64,
}

static TALLY: Mutex<BTreeMap<&'static str, Count>> = Mutex::new(BTreeMap::new());

/// Counts one step of this name.
pub(crate) fn count(step: &'static str, had_effect: bool) {
    let mut tally = TALLY.lock().unwrap_or_else(PoisonError::into_inner);
    let count = tally.entry(step).or_default();
    count.done += 1;
    count.without_effect += u64::from(!had_effect);
}

pub(crate) fn print() -> String {
    let tally = TALLY.lock().unwrap_or_else(PoisonError::into_inner);
    let line = |(step, count): (&&str, &Count)| {
        format!("{step:<22} {:>7}, {:>6} without effect", count.done, count.without_effect)
    };
    tally.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A generator that never makes something happen tests nothing of it.
pub(crate) fn check_all_seen() {
    let tally = TALLY.lock().unwrap_or_else(PoisonError::into_inner);
    for (step, count) in tally.iter() {
        assert!(count.done > count.without_effect, "{step} never did anything");
    }
    let results =
        ["=> report", "=> hold", "=> aggregate", "=> deliver", "=> recovered", "=> digest"];
    for result in results {
        assert!(tally.contains_key(result), "{result} never came about:\n{:?}", tally.keys());
    }
}
