//! Many random timelines, each before a witness of the laws.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use grace_sim::laws::{Law, Violation};
use grace_sim::strategy::{Distribution, timeline_from_seed};
use grace_sim::timeline::{Step, Timeline};

use super::witness;

/// How many runs a failing timeline is made smaller with, at most.
const SHRINKING_RUNS: usize = 1_000;

/// Which timelines a swarm runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is what a caller asks for, field by field")]
pub struct Swarm {
    /// How many.
    pub runs: u64,
    /// The seed of the first; the next has the next number.
    pub seed: u64,
    /// Whether the swarm goes on when a law was broken.
    pub keep_going: bool,
}

/// What a swarm found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SwarmReport {
    /// How many timelines were run.
    pub runs: u64,
    /// How many events they handed to the machine.
    pub events: u64,
    /// What the timelines were made of, and what was seen.
    pub distribution: Distribution,
    /// The runs in which a law was broken, by seed.
    pub failures: Vec<Failure>,
}

/// A run in which a law was broken.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Failure {
    /// The timeline's seed.
    pub seed: u64,
    /// What broke laws in the shrunk timeline.
    pub violations: Vec<Violation>,
    /// The timeline without the steps that the failure does not need.
    pub timeline: Timeline,
}

impl Swarm {
    /// Runs the timelines, on as many threads as the machine runs at once. `progress` is told after each
    /// run how many are done.
    ///
    /// # Errors
    /// A runtime could not be made.
    pub fn run(self, progress: impl Fn(u64) + Sync) -> std::io::Result<SwarmReport> {
        let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let next = AtomicU64::new(0);
        let stop = AtomicBool::new(false);
        let report = Mutex::new(SwarmReport::default());
        let work = || -> std::io::Result<()> {
            while !stop.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= self.runs {
                    break;
                }
                let judged = judge(self.seed.wrapping_add(index))
                    .inspect_err(|_| stop.store(true, Ordering::Relaxed))?;
                if judged.failure.is_some() && !self.keep_going {
                    stop.store(true, Ordering::Relaxed);
                }
                progress(lock(&report).add(judged));
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| match worker.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
        let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
        report.failures.sort_by_key(|failure| failure.seed);
        Ok(report)
    }
}

/// One run.
struct Judged {
    distribution: Distribution,
    failure: Option<Failure>,
}

impl SwarmReport {
    /// Counts a run in. Returns how many were.
    fn add(&mut self, judged: Judged) -> u64 {
        self.runs += 1;
        self.events += judged.distribution.outcomes().get("events");
        self.distribution.merge(&judged.distribution);
        self.failures.extend(judged.failure);
        self.runs
    }
}

fn judge(seed: u64) -> std::io::Result<Judged> {
    let timeline = timeline_from_seed(seed);
    let seen = witness(&timeline)?;
    let mut distribution = Distribution::default();
    distribution.count(&timeline);
    distribution.count_outcomes(seen.tally());
    let failure = match seen.violations().first() {
        None => None,
        Some(first) => {
            let run = |timeline: &Timeline| Ok(witness(timeline)?.violations().to_vec());
            let (timeline, violations) = shrink(timeline, first.law, &run)?;
            Some(Failure { seed, violations, timeline })
        }
    };
    Ok(Judged { distribution, failure })
}

/// The timeline without the steps that it breaks the law without too, and what then breaks laws.
///
/// Ever smaller runs of steps are left out, from half of all to one alone, and again until none can be.
fn shrink(
    timeline: Timeline,
    law: Law,
    run: &Run<'_>,
) -> std::io::Result<(Timeline, Vec<Violation>)> {
    let violations = run(&timeline)?;
    let mut shrinking = Shrinking { run, law, timeline, violations, runs_left: SHRINKING_RUNS };
    loop {
        let steps = shrinking.timeline.events.len();
        let mut length = steps.div_ceil(2);
        while length > 0 {
            shrinking.leave_out(length)?;
            length /= 2;
        }
        if shrinking.timeline.events.len() == steps || shrinking.runs_left == 0 {
            return Ok((shrinking.timeline, shrinking.violations));
        }
    }
}

/// Runs a timeline, and says what broke laws.
type Run<'a> = dyn Fn(&Timeline) -> std::io::Result<Vec<Violation>> + 'a;

struct Shrinking<'a> {
    run: &'a Run<'a>,
    law: Law,
    timeline: Timeline,
    violations: Vec<Violation>,
    runs_left: usize,
}

impl Shrinking<'_> {
    /// Leaves out each run of so many steps that the failure does not need.
    fn leave_out(&mut self, length: usize) -> std::io::Result<()> {
        let mut from = 0;
        while from < self.timeline.events.len() && self.runs_left > 0 {
            self.runs_left -= 1;
            let Some(smaller) = without(&self.timeline, from, length) else {
                from += length;
                continue;
            };
            let violations = (self.run)(&smaller)?;
            if violations.iter().any(|violation| violation.law == self.law) {
                self.violations = violations;
                self.timeline = smaller;
            } else {
                from += length;
            }
        }
        Ok(())
    }
}

/// The timeline without these steps; `None` if no file can tell of what is left.
fn without(timeline: &Timeline, from: usize, length: usize) -> Option<Timeline> {
    let left_out = from..from + length;
    let steps = timeline.events.iter().enumerate();
    let events: Vec<Step> = steps
        .filter(|(index, _)| !left_out.contains(index))
        .map(|(_, step)| step.clone())
        .collect();
    let smaller = Timeline { events, ..timeline.clone() };
    Timeline::parse("smaller.toml", &smaller.to_toml()).ok().filter(|read| *read == smaller)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use grace_core::Uptime;
    use grace_sim::timeline::Action;

    use super::*;

    #[test]
    fn what_a_failure_does_not_need_is_left_out() {
        let crashes = |timeline: &Timeline| {
            timeline.events.iter().filter(|step| matches!(step.action, Action::Crash)).count()
        };
        let run = |timeline: &Timeline| {
            let two = || Violation::new(Law::Bounds, Uptime::ZERO, "it crashed twice");
            Ok((crashes(timeline) > 1).then(two).into_iter().collect())
        };
        let mut seeds = (0..).map(timeline_from_seed);
        let timeline = seeds.find(|timeline| crashes(timeline) > 2).expect("one of all");
        let (smaller, violations) = shrink(timeline, Law::Bounds, &run).expect("no runtime");
        assert_eq!((crashes(&smaller), smaller.events.len()), (2, 2), "{}", smaller.to_toml());
        assert_eq!(violations.len(), 1);
    }
}
