//! `grace simulate`: timelines through the engine, on virtual time.

mod swarm;

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use grace_sim::timeline::Timeline;

use super::{Outcome, style};
use crate::simulate::{Colors, DEMO, Log, run_witnessed};

/// Runs timelines of boots through the engine, on virtual time, and shows what a person would have received.
///
/// Engine and driver are the real ones; the host is simulated, and an hour passes in a moment. A timeline
/// is a TOML file: the host's uptime at the start, the policy, and one table for each thing that happens.
/// `grace simulate --demo` shows a built-in one, `--print-demo` prints its file as a beginning for your own.
///
/// Every run is watched for grace's own laws: that no event is lost, that a boot has one report, that no
/// failure is held. A run that breaks one says so.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 every timeline was run and kept the laws; 1 a law was broken; 2 a timeline \
                        could not be read."
)]
pub(super) struct Args {
    /// The timelines to run.
    #[arg(value_name = "FILE", required_unless_present_any = ["demo", "print_demo", "swarm"])]
    files: Vec<PathBuf>,
    /// Run the built-in timeline.
    #[arg(long)]
    demo: bool,
    /// Print the built-in timeline's file, and run nothing.
    #[arg(long, conflicts_with_all = ["files", "demo", "json", "log", "svg"])]
    print_demo: bool,
    /// Print one JSON object a line: `t` in seconds since the start, `type`, and its data.
    ///
    /// Types: start, host, windows, event, unseen (no program ran), facts (asked for), send, message (a person
    /// has it), refused, settled, closed (the matter of the report), end.
    #[arg(long, conflicts_with = "log")]
    json: bool,
    /// Print every step, decision, window and message, one a line.
    #[arg(long)]
    log: bool,
    /// Draw the timeline to this file: windows as bands, guests, alerts held and released, messages.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Run so many random boots, with faults, and check the laws in each.
    ///
    /// A timeline that breaks one is made smaller and written to swarm-SEED.toml, which shows it again.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with_all = ["files", "demo", "print_demo", "json", "log", "svg"])]
    swarm: Option<u64>,
    /// The seed of the swarm's first boot; each further one has the next.
    #[arg(long, value_name = "S", default_value_t = 0, requires = "swarm")]
    seed: u64,
    /// Run the whole swarm, though a law was broken.
    #[arg(long, requires = "swarm")]
    keep_going: bool,
}

/// The colours of a run's screen.
pub(super) const COLORS: Colors =
    Colors { head: style::LABEL, message: style::GOOD, raw: style::ASIDE };

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if args.print_demo {
        anstream::print!("{DEMO}");
        return Ok(Outcome::Well);
    }
    if let Some(runs) = args.swarm {
        return swarm::run(runs, args.seed, args.keep_going);
    }
    let timelines = timelines(args)?;
    if args.svg.is_some() && timelines.len() > 1 {
        bail!("--svg draws one timeline, and {} were given: run them one by one", timelines.len());
    }
    let mut outcome = Outcome::Well;
    for (index, timeline) in timelines.iter().enumerate() {
        let (log, seen) = run_witnessed(timeline).context("the simulation could not be run")?;
        print(args, &log, index > 0).context("the result could not be printed")?;
        if let Some(path) = &args.svg {
            fs::write(path, log.to_svg())
                .with_context(|| format!("{} could not be written", path.display()))?;
        }
        for violation in seen.violations() {
            anstream::eprintln!("{}: {violation}", timeline.title);
            outcome = Outcome::Found;
        }
    }
    Ok(outcome)
}

fn timelines(args: &Args) -> anyhow::Result<Vec<Timeline>> {
    let demo = args.demo.then(|| ("demo".to_string(), Ok(DEMO.to_string())));
    let files =
        args.files.iter().map(|path| (path.display().to_string(), fs::read_to_string(path)));
    demo.into_iter()
        .chain(files)
        .map(|(name, text)| {
            let text = text.with_context(|| format!("{name} could not be read"))?;
            Ok(Timeline::parse(&name, &text)?)
        })
        .collect()
}

fn print(args: &Args, log: &Log, not_first: bool) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    if args.json {
        return log.write_json(&mut out);
    }
    if not_first {
        writeln!(out)?;
    }
    if args.log {
        return out.write_all(log.to_text().as_bytes());
    }
    log.write_screen(&mut out, COLORS)
}
