//! `grace simulate --swarm`: random timelines before the laws.

use std::fs;
use std::time::Duration;

use anyhow::Context;
use grace_sim::timeline::Timeline;
use indicatif::{ProgressBar, ProgressStyle};

use super::super::Outcome;
use crate::simulate::{Failure, Swarm, SwarmReport};

/// Runs `runs` random timelines, from the one of `seed` on, and writes each that breaks a law to a file.
///
/// # Errors
/// The simulation could not be run, or a file could not be written.
pub(super) fn run(runs: u64, seed: u64, keep_going: bool) -> anyhow::Result<Outcome> {
    // It draws on standard error, and nothing where that is no terminal.
    let bar = ProgressBar::new(runs).with_style(style()?);
    let started = now();
    let swarm = Swarm { runs, seed, keep_going };
    let report = swarm.run(|done| bar.set_position(done)).context("the swarm could not be run")?;
    let took = started.elapsed();
    bar.finish_and_clear();

    anstream::print!("{}", report.distribution);
    anstream::println!("{}", throughput(&report, took));
    for failure in &report.failures {
        tell(failure)?;
    }
    if report.failures.is_empty() {
        let last = seed.wrapping_add(report.runs.saturating_sub(1));
        anstream::println!("All laws held, seeds {seed} to {last}.");
        return Ok(Outcome::Well);
    }
    Ok(Outcome::Found)
}

fn style() -> anyhow::Result<ProgressStyle> {
    let template = "{bar:40} {pos}/{len} runs, {per_sec}, {eta} left";
    Ok(ProgressStyle::with_template(template)?)
}

fn now() -> std::time::Instant {
    #[expect(clippy::disallowed_methods, reason = "how long it took is for people to read")]
    std::time::Instant::now()
}

fn throughput(report: &SwarmReport, took: Duration) -> String {
    let SwarmReport { runs, events, .. } = report;
    let secs = took.as_secs_f64().max(f64::MIN_POSITIVE);
    let (runs_per_s, events_per_s) = (*runs as f64 / secs, *events as f64 / secs);
    format!(
        "{runs} runs and {events} events in {secs:.1} s: {runs_per_s:.0} runs/s, {events_per_s:.0} events/s"
    )
}

/// Writes the timeline that broke a law to a file that shows it again, and says what it broke.
fn tell(failure: &Failure) -> anyhow::Result<()> {
    let Failure { seed, violations, timeline, .. } = failure;
    let path = format!("swarm-{seed}.toml");
    fs::write(&path, Timeline::to_toml(timeline))
        .with_context(|| format!("{path} could not be written"))?;
    anstream::println!("Seed {seed} breaks a law; {path} shows it:");
    for violation in violations {
        anstream::println!("  {violation}");
    }
    Ok(())
}
