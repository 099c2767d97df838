//! `grace events`: what this host's own sources say happens, as the engine sees it.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use grace_core::{Event, Happening, HostEvents, Occurrence, Signal};
use owo_colors::{OwoColorize, Style};
use tokio::signal::unix::{SignalKind, signal};

use super::{Outcome, style};
use crate::config::Config;
use crate::document::OccurrenceDocument;
use crate::{host, words};

/// Prints what happens on this host, classified as the engine takes it, one line each.
///
/// Guests started, stopped, failed and migrated, by whom; the host's own start and stop of its guests; shutdowns,
/// scheduled ones and cancellations; failed units, processes killed for want of memory, clock changes, sleep.
/// It is read from the systemd journal, from the task files of Proxmox VE, and from systemd and logind over
/// D-Bus. What two of them tell is printed once.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  grace events                        what has happened in this boot
  grace events --follow               what happens from now on
  grace events --since-boot --follow  both
  grace events --json | jq 'select(.event == \"guest-failed\")'

Exit codes: 0 all could be read; 3 a part could not be, and is named; 2 no source could be read.")]
pub(super) struct Args {
    /// Print what has happened since this boot began. It is what happens without --follow too.
    #[arg(long)]
    since_boot: bool,
    /// Wait for what happens next, until interrupted.
    #[arg(long, short)]
    follow: bool,
    /// Print one JSON object a line: `at` in seconds since boot, `origin`, `event`, and what belongs to it.
    #[arg(long)]
    json: bool,
    /// The configuration to read sources from. /etc/grace/grace.toml if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let config = Config::load(args.config.as_deref())?;
    let runtime = super::runtime()?;
    runtime.block_on(async {
        let mut events = host::events(&config.sources).await;
        // A signal ends the stream and what it has started, as its end does.
        let mut terminated = signal(SignalKind::terminate()).context("signals")?;
        let mut interrupted = signal(SignalKind::interrupt()).context("signals")?;
        tokio::select! {
            outcome = print_all(args, &mut events) => outcome,
            _ = terminated.recv() => Ok(Outcome::Well),
            _ = interrupted.recv() => Ok(Outcome::Well),
        }
    })
}

async fn print_all(args: &Args, events: &mut dyn HostEvents) -> anyhow::Result<Outcome> {
    let mut out = anstream::stdout().lock();
    let mut outcome = Outcome::Well;
    let mut shows = args.since_boot || !args.follow;
    loop {
        let occurrence = match events.next().await {
            Ok(occurrence) => occurrence,
            // Each source has said for itself why it cannot be read.
            Err(_) if outcome == Outcome::Incomplete => {
                bail!("no source of what happens here can be read")
            }
            Err(error) => bail!("what happens here cannot be read: {error}"),
        };
        let is_gap = matches!(occurrence.what, Happening::Gap(_));
        if is_gap {
            outcome = Outcome::Incomplete;
        }
        if occurrence.what == Happening::CaughtUp {
            if !args.follow {
                return Ok(outcome);
            }
            shows = true;
        } else if shows || is_gap {
            let printed = if args.json {
                print_json(&mut out, &occurrence)
            } else {
                print(&mut out, &occurrence)
            };
            printed.context("the events could not be printed")?;
        }
    }
}

fn print_json(out: &mut impl Write, occurrence: &Occurrence) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &OccurrenceDocument::from(occurrence))?;
    writeln!(out)?;
    out.flush()
}

/// `    12.820s  journal  guest-started vm web (100)`
fn print(out: &mut impl Write, occurrence: &Occurrence) -> io::Result<()> {
    let at = occurrence.at.map(|at| at.to_string()).unwrap_or_default();
    let what = words::happening(&occurrence.what);
    let colored = what.style(color(&occurrence.what));
    writeln!(out, "{at:>14}  {:<7}  {colored}", occurrence.origin.style(style::ASIDE))?;
    out.flush()
}

fn color(what: &Happening) -> Style {
    match what {
        Happening::Event(Event::GuestFailed { .. } | Event::Alert(_)) => style::BAD,
        Happening::Event(Event::GuestStarted { .. } | Event::Resolved(_)) => style::GOOD,
        Happening::Event(_) | Happening::Signal(Signal::SweepStarted | Signal::SweepFinished) => {
            style::LABEL
        }
        Happening::Gap(_) => style::UNSURE,
        _ => style::ASIDE,
    }
}
