//! `grace replay`: a recorded boot through the engine, under any policy.

mod policies;
mod source;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use grace_core::Uptime;
use grace_core::wire::duration;
use grace_journal::BootChoice;
use owo_colors::OwoColorize;

use self::source::Source;
use super::simulate::COLORS;
use super::{Outcome, style};
use crate::config::Config;
use crate::host;
use crate::replay::{Comparison, Contender, Recording, Trial};

/// Runs a recorded boot through the engine, and shows what a person would have received.
///
/// A boot is read from the journal, and what it tells of guests, units and the host's going down is run as
/// `grace simulate` runs a timeline: by the real engine and driver, on virtual time. So a policy can be tried on
/// the boots that the host has had, and several side by side: then each has a column, which says of how many
/// events a message told, and has a dash where the policy sent no such message then.
///
/// The program is taken to have started with the host, as its unit would, and to have stopped with it. If the
/// recording ends in another way, the windows that are open then run out, and where it ends is shown. A journal
/// records neither health nor which guests the host was to start; the report says that it does not know them.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Which boot: 0 the last one, -1 the one before, and so on, or a boot's id.
    ///
    /// Without it the last; of an export, which may hold several boots, the only one.
    #[arg(long, value_name = "BOOT", allow_hyphen_values = true, value_parser = source::boot)]
    boot: Option<BootChoice>,
    /// The journal to read instead of this host's: a directory of journal files, or one such file.
    #[arg(long, value_name = "PATH", conflicts_with = "export")]
    journal: Option<PathBuf>,
    /// What `journalctl --output=export` or `--output=json` printed, in a file; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// Print the journal's boots, the oldest first, and run nothing.
    #[arg(long, conflicts_with_all = ["boot", "policy", "start", "json", "log", "svg", "timeline"])]
    list: bool,
    /// The policy: a file with the keys of a configuration's [policy], or the word `default` or `adaptive`.
    ///
    /// Several stand side by side.
    #[arg(long, value_name = "POLICY")]
    policy: Vec<String>,
    /// How long after boot the program starts. Without it, with the first entry that systemd wrote.
    #[arg(long, value_name = "SPAN", value_parser = duration)]
    start: Option<Duration>,
    /// Print one JSON object a line: first the `recording`, then as `grace simulate --json` does.
    ///
    /// Of several policies: each message with the number of events it told of by policy, and each policy's totals.
    #[arg(long, conflicts_with = "log")]
    json: bool,
    /// Print every step, decision, window and message, one a line.
    #[arg(long)]
    log: bool,
    /// Draw the run to this file: windows as bands, guests, alerts held and released, messages.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the boot to this file as a timeline, which `grace simulate` runs.
    #[arg(long, value_name = "FILE")]
    timeline: Option<PathBuf>,
    /// The configuration: its policy if no --policy is given, its units that are guests, and where this host's
    /// guests have their names. /etc/grace/grace.toml if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  grace replay --boot -1
      the boot before this one, under the default policy
  grace replay --boot -1 --policy default --policy adaptive --policy mine.toml
      the same under three policies, side by side
  grace replay --journal /srv/collected/pve1 --list
      the boots of a journal that was copied from another host
  ssh pve1 journalctl -b -1 -o export | grace replay --export - --svg boot.svg
      a boot of another host, drawn

Exit codes: 0 the boot was run and kept grace's laws; 1 a law was broken; 2 the journal or a policy could not be read; \
3 the boot was run, but a part of the journal could not be read or was too much.";

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let config = Config::load(args.config.as_deref())?;
    let rules = host::rules(&config.sources);
    let source = Source::of(args.journal.as_deref(), args.export.as_deref(), rules)?;
    let runtime = super::runtime()?;
    if args.list {
        let boots = runtime.block_on(source.boots())?;
        list(&boots).context("the boots could not be printed")?;
        return Ok(Outcome::Well);
    }
    let contenders = policies::read(&args.policy, &config.policy)?;
    if args.svg.is_some() && contenders.len() > 1 {
        bail!(
            "--svg draws the run of one policy, and {} were given: leave all but one out",
            contenders.len()
        );
    }
    let mut recording = runtime.block_on(source.record(args.boot))?;
    // Ids are this host's guests only in its own journal.
    if args.journal.is_none() && args.export.is_none() {
        recording.name_guests(&runtime.block_on(host::guest_names(&config.sources)));
    }
    // Only now, for a runtime that runs cannot hold another.
    drop(runtime);
    replay(args, &recording, contenders)
}

fn replay(
    args: &Args,
    recording: &Recording,
    contenders: Vec<Contender>,
) -> anyhow::Result<Outcome> {
    let start = args.start.map(Uptime::from);
    if let Some(start) = start.filter(|start| *start > recording.end()) {
        bail!("--start {start} is after the recording's end, {} after boot", recording.end());
    }
    if let (Some(path), Some(first)) = (&args.timeline, contenders.first()) {
        write_file(path, &recording.timeline(first.policy.clone(), start).to_toml())?;
    }
    let comparison =
        Comparison::run(recording, start, contenders).context("the recording could not be run")?;
    print(args, recording, &comparison).context("the result could not be printed")?;
    if let (Some(path), Some(trial)) = (&args.svg, comparison.trials.first()) {
        write_file(path, &trial.log.to_svg())?;
    }
    let violations = comparison.trials.iter().flat_map(Trial::complaints);
    let violations: Vec<String> = violations.collect();
    for violation in &violations {
        anstream::eprintln!("{violation}");
    }
    Ok(match violations.len() {
        0 if recording.is_incomplete() => Outcome::Incomplete,
        0 => Outcome::Well,
        _ => Outcome::Found,
    })
}

fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("{} could not be written", path.display()))
}

fn print(args: &Args, recording: &Recording, comparison: &Comparison) -> std::io::Result<()> {
    let start = args.start.map(Uptime::from);
    let mut out = anstream::stdout().lock();
    let only = match comparison.trials.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    if args.json {
        recording.write_json(&mut out, start)?;
        return match only {
            Some(only) => only.log.write_json(&mut out),
            None => comparison.write_json(&mut out),
        };
    }
    if args.log {
        for trial in &comparison.trials {
            writeln!(out, "# policy: {}", trial.name)?;
            out.write_all(trial.log.to_text().as_bytes())?;
        }
        return recording.footnotes(start).iter().try_for_each(|note| writeln!(out, "# {note}"));
    }
    match only {
        Some(only) => only.log.write_screen(&mut out, COLORS)?,
        None => {
            writeln!(out, "{}\n", comparison.title.style(style::LABEL))?;
            comparison.write_table(&mut out, COLORS)?;
        }
    }
    writeln!(out)?;
    let notes = recording.footnotes(start);
    notes.iter().try_for_each(|note| writeln!(out, "{}", note.style(style::ASIDE)))
}

/// One line for each boot, numbered as `--boot` takes it.
fn list(boots: &[grace_journal::ArchivedBoot]) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    boots
        .iter()
        .rev()
        .enumerate()
        .rev()
        .try_for_each(|(back, boot)| writeln!(out, "{}", source::line(back, boot)))
}
