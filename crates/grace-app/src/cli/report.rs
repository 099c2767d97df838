//! `grace report`: one report about this boot of this host.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use grace_core::wire::{ReportDocument, duration};
use grace_core::{StartupReport, Status};
use owo_colors::OwoColorize;

use super::{Outcome, style};
use crate::config::Config;
use crate::words::span;
use crate::{host, retrospect};

/// How many journal entries are printed; `--json` has them all.
const JOURNAL_LINES: usize = 10;

/// Reports on this boot of this host, now, from what the host itself says.
///
/// It needs no configuration and no daemon: uptime and boot id from the kernel, the system's state, failed units
/// and mounts from systemd, links from /sys, errors of this boot and what became of its guests from the journal
/// and from the task files of Proxmox VE, and from a Proxmox VE node its guests, storage and services. What
/// cannot be read is named under "Not known": it is neither an error nor well. The journal's errors are shown, and
/// are no issue by themselves.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 all well; 1 issues were found; 3 no issue was found, but not \
                        everything could be read; 2 grace could not run."
)]
pub(super) struct Args {
    /// Print one JSON object instead of text.
    ///
    /// Its first fields, vms_started to timestamp, are those of the startup report of ProxMenux.
    #[arg(long)]
    json: bool,
    /// The longest to wait for each source.
    #[arg(long, value_name = "SPAN", default_value = "20s", value_parser = duration)]
    timeout: Duration,
    /// The configuration to read policy and sources from. /etc/grace/grace.toml if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let config = Config::load(args.config.as_deref())?;
    let runtime = super::runtime()?;
    let report = runtime.block_on(make(&config, args.timeout))?;
    let mut out = anstream::stdout().lock();
    let printed = if args.json { print_json(&mut out, &report) } else { print(&mut out, &report) };
    printed.context("the report could not be printed")?;
    Ok(match report.issues() {
        0 if report.gaps.is_empty() && report.health_status != Status::Unknown => Outcome::Well,
        0 => Outcome::Incomplete,
        _ => Outcome::Found,
    })
}

async fn make(config: &Config, timeout: Duration) -> anyhow::Result<StartupReport> {
    let ports = host::ports(&config.sources, timeout).await?;
    let mut events = host::past(&config.sources).await;
    // A source that is late is to be told by its own name, not by that of all of them.
    let patience = timeout.saturating_add(Duration::from_millis(500));
    Ok(retrospect::report(&config.policy, &ports, &mut events, patience).await)
}

fn print_json(out: &mut impl Write, report: &StartupReport) -> std::io::Result<()> {
    let json = serde_json::to_string_pretty(&ReportDocument::from(report))?;
    writeln!(out, "{json}")
}

fn print(out: &mut impl Write, report: &StartupReport) -> std::io::Result<()> {
    writeln!(out, "{}", heading(report).style(style::ASIDE))?;
    let header = match (report.issues(), report.gaps.is_empty()) {
        (0, true) => style::GOOD,
        (0, false) => style::UNSURE,
        _ => style::BAD,
    };
    let summary = report.summary();
    for (index, line) in summary.lines().enumerate() {
        match line.split_once(": ") {
            _ if index == 0 => writeln!(out, "{}", line.style(header))?,
            Some(("Not known", rest)) => {
                writeln!(out, "{} {rest}", "Not known:".style(style::UNSURE))?;
            }
            Some((label, rest)) => {
                writeln!(out, "{}{} {rest}", label.style(style::LABEL), ":".style(style::LABEL))?;
            }
            None => writeln!(out, "{line}")?,
        }
    }
    print_journal(out, report)
}

fn heading(report: &StartupReport) -> String {
    let boot = &report.boot;
    let up = match boot.service_started {
        Some(_) => format!("up {}", span(boot.reported_at.since_boot())),
        None => "uptime not known".to_string(),
    };
    let id = match &boot.identity.id {
        Some(id) => format!("boot {id}"),
        None => "boot id not known".to_string(),
    };
    format!("{}, {up}, {id}", host::name())
}

fn print_journal(out: &mut impl Write, report: &StartupReport) -> std::io::Result<()> {
    let entries = &report.journal.entries;
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", "Journal errors of this boot".style(style::LABEL))?;
    for entry in entries.iter().take(JOURNAL_LINES) {
        writeln!(out, "  {entry}")?;
    }
    let more = report.journal.total.saturating_sub(JOURNAL_LINES.min(entries.len()) as u64);
    if more > 0 {
        writeln!(out, "  … and {more} more, see --json or journalctl -b -p err")?;
    }
    Ok(())
}
