//! `grace health`: what each source says of this host, and how long it took.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use futures_util::future::join_all;
use grace_core::wire::duration;
use grace_core::{Check, HealthSnapshot, HealthSource, PortError, Status};
use owo_colors::{OwoColorize, Style};
use serde::Serialize;

use super::timed::timed;
use super::{Outcome, style};
use crate::config::Config;
use crate::host;

/// Says what each health source reads on this host now, check by check, and how long it took.
///
/// These are the readings that `grace report` is made of. A source that this host does not have, or that cannot
/// be read, says so and why.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 all well; 1 a check failed; 3 no check failed, but not everything could \
                        be read; 2 grace could not run."
)]
pub(super) struct Args {
    /// Print one JSON array instead of text, an object for each source.
    #[arg(long)]
    json: bool,
    /// The longest to wait for each source.
    #[arg(long, value_name = "SPAN", default_value = "10s", value_parser = duration)]
    timeout: Duration,
    /// The configuration to read sources from. /etc/grace/grace.toml if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What one source said.
struct Reading {
    source: String,
    took: Duration,
    said: Result<HealthSnapshot, PortError>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let config = Config::load(args.config.as_deref())?;
    let sources = host::health_sources(&config.sources, args.timeout)?;
    let runtime = super::runtime()?;
    let readings = runtime.block_on(async {
        let readings = sources.iter().map(|one| read(&*one.source, one.patience));
        join_all(readings).await
    });
    let mut out = anstream::stdout().lock();
    let printed =
        if args.json { print_json(&mut out, &readings) } else { print(&mut out, &readings) };
    printed.context("the readings could not be printed")?;
    Ok(outcome(&readings))
}

async fn read(source: &dyn HealthSource, patience: Duration) -> Reading {
    let (took, said) = timed(patience, source.check()).await;
    Reading { source: source.name().to_string(), took, said }
}

fn outcome(readings: &[Reading]) -> Outcome {
    let said = || readings.iter().filter_map(|reading| reading.said.as_ref().ok());
    let failed = said().any(|health| health.overall.is_failed());
    let unknown =
        |health: &HealthSnapshot| health.overall == Status::Unknown || !health.gaps.is_empty();
    if failed {
        Outcome::Found
    } else if said().any(unknown) || readings.iter().any(|reading| reading.said.is_err()) {
        Outcome::Incomplete
    } else {
        Outcome::Well
    }
}

fn print(out: &mut impl Write, readings: &[Reading]) -> io::Result<()> {
    for reading in readings {
        let took = format!("{:.1} ms", reading.took.as_secs_f64() * 1_000.0);
        write!(
            out,
            "{:<10} {:>9}  ",
            reading.source.style(style::LABEL),
            took.style(style::ASIDE)
        )?;
        match &reading.said {
            Ok(health) => {
                let starting = if health.starting == Some(true) { ", still starting" } else { "" };
                writeln!(out, "{}{starting}", shown(health.overall))?;
                print_categories(out, health)?;
            }
            Err(error) => {
                let kind = error.kind().label();
                writeln!(out, "{} {error}", format!("{kind}:").style(style::UNSURE))?;
            }
        }
    }
    Ok(())
}

fn print_categories(out: &mut impl Write, health: &HealthSnapshot) -> io::Result<()> {
    for category in &health.categories {
        writeln!(out, "  {:<10} {}", category.name, shown(category.status))?;
        for Check { name, status, reason, .. } in &category.checks {
            writeln!(out, "    {}  {name}: {reason}", shown(*status))?;
        }
        if category.checks.is_empty() && !category.reason.is_empty() {
            writeln!(out, "    {}", category.reason)?;
        }
    }
    for gap in &health.gaps {
        writeln!(out, "  {} {gap}", "not known:".style(style::UNSURE))?;
    }
    Ok(())
}

/// A status in its colour.
fn shown(status: Status) -> impl std::fmt::Display {
    let color: Style = match status {
        Status::Ok | Status::Info | Status::Excluded => style::GOOD,
        status if status.is_failed() => style::BAD,
        _ => style::UNSURE,
    };
    format!("{:<8}", status.as_str()).style(color).to_string()
}

#[derive(Serialize)]
struct ReadingDocument<'a> {
    source: &'a str,
    took_seconds: f64,
    status: Option<&'static str>,
    starting: Option<bool>,
    categories: Vec<CategoryDocument<'a>>,
    gaps: Vec<String>,
    error: Option<String>,
}

#[derive(Serialize)]
struct CategoryDocument<'a> {
    name: &'a str,
    status: &'static str,
    reason: &'a str,
    checks: Vec<CheckDocument<'a>>,
}

#[derive(Serialize)]
struct CheckDocument<'a> {
    name: &'a str,
    status: &'static str,
    reason: &'a str,
}

fn print_json(out: &mut impl Write, readings: &[Reading]) -> io::Result<()> {
    let documents: Vec<ReadingDocument<'_>> = readings.iter().map(ReadingDocument::from).collect();
    serde_json::to_writer_pretty(&mut *out, &documents)?;
    writeln!(out)
}

impl<'a> From<&'a Reading> for ReadingDocument<'a> {
    fn from(reading: &'a Reading) -> Self {
        let health = reading.said.as_ref().ok();
        let error = reading.said.as_ref().err();
        Self {
            source: &reading.source,
            took_seconds: reading.took.as_secs_f64(),
            status: health.map(|health| health.overall.as_str()),
            starting: health.and_then(|health| health.starting),
            categories: health.map(categories).unwrap_or_default(),
            gaps: health.iter().flat_map(|health| &health.gaps).map(ToString::to_string).collect(),
            error: error.map(|error| format!("{}: {error}", error.kind().label())),
        }
    }
}

fn categories(health: &HealthSnapshot) -> Vec<CategoryDocument<'_>> {
    health
        .categories
        .iter()
        .map(|category| CategoryDocument {
            name: &category.name,
            status: category.status.as_str(),
            reason: &category.reason,
            checks: category.checks.iter().map(CheckDocument::from).collect(),
        })
        .collect()
}

impl<'a> From<&'a Check> for CheckDocument<'a> {
    fn from(check: &'a Check) -> Self {
        Self { name: &check.name, status: check.status.as_str(), reason: &check.reason }
    }
}
