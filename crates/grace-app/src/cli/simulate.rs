//! `grace simulate`: timelines through the engine, on virtual time.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use grace_sim::timeline::Timeline;

use super::{Outcome, style};
use crate::simulate::{Colors, DEMO, Log, run as run_timeline};

/// Runs timelines of boots through the engine, on virtual time, and shows what a person would have received.
///
/// The engine is the one the daemon runs; the host is simulated, and an hour passes in a moment. A timeline
/// is a TOML file: the host's uptime at the start, the policy, and one table for each thing that happens.
/// `grace simulate --demo` shows a built-in one, `--print-demo` prints its file as a beginning for your own.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 every timeline was run; 2 a timeline could not be read.")]
pub(super) struct Args {
    /// The timelines to run.
    #[arg(value_name = "FILE", required_unless_present_any = ["demo", "print_demo"])]
    files: Vec<PathBuf>,
    /// Run the built-in timeline.
    #[arg(long)]
    demo: bool,
    /// Print the built-in timeline's file, and run nothing.
    #[arg(long, conflicts_with_all = ["files", "demo", "json", "log", "svg"])]
    print_demo: bool,
    /// Print one JSON object a line: `t` in seconds since the start, `type`, and its data.
    #[arg(long, conflicts_with = "log")]
    json: bool,
    /// Print every step, decision, window and message, one a line.
    #[arg(long)]
    log: bool,
    /// Draw the timeline to this file: windows as bands, guests, alerts held and released, messages.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if args.print_demo {
        anstream::print!("{DEMO}");
        return Ok(Outcome::Well);
    }
    let timelines = timelines(args)?;
    if args.svg.is_some() && timelines.len() > 1 {
        bail!("--svg draws one timeline, and {} were given: run them one by one", timelines.len());
    }
    for (index, timeline) in timelines.iter().enumerate() {
        let log = run_timeline(timeline).context("the simulation could not be run")?;
        print(args, &log, index > 0).context("the result could not be printed")?;
        if let Some(path) = &args.svg {
            fs::write(path, log.to_svg())
                .with_context(|| format!("{} could not be written", path.display()))?;
        }
    }
    Ok(Outcome::Well)
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
    let colors = Colors { head: style::LABEL, message: style::GOOD, raw: style::ASIDE };
    log.write_screen(&mut out, colors)
}
