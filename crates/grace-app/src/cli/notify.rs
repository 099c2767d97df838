//! `grace notify`: the ways to people, tried out.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Subcommand;
use futures_util::future::join_all;
use grace_core::wire::duration;
use grace_core::{BootIdentity, Envelope, Message, MessageId, PortError, Sequence, UptimeSource};
use grace_notify::Route;
use grace_proc::ProcUptime;
use owo_colors::OwoColorize;
use serde::Serialize;

use super::timed::timed;
use super::{Outcome, style};
use crate::config::{Config, DEFAULT_PATH};
use crate::host;

/// Tries out the ways to people that are set up.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Test(Test),
}

/// Sends a test message through each notifier, whatever its filter, and prints what became of it.
///
/// The message is a real one, to the real service: someone will receive it. A notifier that cannot be reached
/// costs itself alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  grace notify test           through all notifiers of /etc/grace/grace.toml
  grace notify test phone     through one of them

Exit codes: 0 every notifier took the message; 1 one did not, and is named with the reason; 2 there is no such \
notifier, or the configuration is wrong.")]
struct Test {
    /// The notifiers to send it through. All.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Print one JSON array instead of text, an object for each notifier.
    #[arg(long)]
    json: bool,
    /// The longest to wait for each notifier.
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = duration)]
    timeout: Duration,
    /// The configuration that has the notifiers. /etc/grace/grace.toml if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let Command::Test(test) = &args.command;
    let config = Config::load(test.config.as_deref())?;
    let routes = chosen(host::routes(&config.notifiers)?, &test.names)?;
    let runtime = super::runtime()?;
    let attempts = runtime.block_on(async {
        let envelope = test_message().await;
        join_all(routes.iter().map(|route| attempt(route, &envelope, test.timeout))).await
    });
    let mut out = anstream::stdout().lock();
    let printed =
        if test.json { print_json(&mut out, &attempts) } else { print(&mut out, &attempts) };
    printed.context("the result could not be printed")?;
    let all_taken = attempts.iter().all(|attempt| attempt.answer.is_ok());
    Ok(if all_taken { Outcome::Well } else { Outcome::Found })
}

/// The notifiers of these names, in the configuration's order; all if none is named.
fn chosen(routes: Vec<Route>, names: &[String]) -> anyhow::Result<Vec<Route>> {
    if routes.is_empty() {
        bail!(
            "no notifier is set up: add a [[notifier]] to {DEFAULT_PATH}, or name a file with --config"
        );
    }
    let known: Vec<&str> = routes.iter().map(|route| route.notifier.name()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("no notifier is called {unknown:?}: there are {}", known.join(", "));
    }
    let is_chosen =
        |route: &Route| names.is_empty() || names.iter().any(|name| name == route.notifier.name());
    Ok(routes.into_iter().filter(is_chosen).collect())
}

/// How a notifier took the message.
struct Attempt {
    notifier: String,
    took: Duration,
    answer: Result<(), PortError>,
}

async fn attempt(route: &Route, envelope: &Envelope, patience: Duration) -> Attempt {
    let (took, answer) = timed(patience, route.notifier.notify(envelope)).await;
    Attempt { notifier: route.notifier.name().to_owned(), took, answer }
}

/// A test message, under an id of its own: services may leave out one that they have had.
async fn test_message() -> Envelope {
    let host = ProcUptime::new();
    let boot = host.boot().await.unwrap_or(BootIdentity::UNKNOWN);
    let micros = host.uptime().await.unwrap_or_default().as_nanos() / 1_000;
    Envelope::new(MessageId::new(boot.id, Sequence::new(micros)), Message::Test)
}

fn print(out: &mut impl Write, attempts: &[Attempt]) -> io::Result<()> {
    let width = attempts.iter().map(|attempt| attempt.notifier.len()).max().unwrap_or_default();
    for Attempt { notifier, took, answer } in attempts {
        let took = format!("{:.0} ms", took.as_secs_f64() * 1_000.0);
        write!(out, "{:<width$} {:>9}  ", notifier.style(style::LABEL), took.style(style::ASIDE))?;
        match answer {
            Ok(()) => writeln!(out, "{}", "taken".style(style::GOOD))?,
            Err(error) => {
                let kind = format!("{}:", error.kind().label());
                writeln!(out, "{} {error}", kind.style(style::BAD))?;
            }
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct AttemptDocument<'a> {
    notifier: &'a str,
    taken: bool,
    took_seconds: f64,
    error: Option<String>,
}

fn print_json(out: &mut impl Write, attempts: &[Attempt]) -> io::Result<()> {
    let documents: Vec<_> = attempts.iter().map(AttemptDocument::from).collect();
    serde_json::to_writer_pretty(&mut *out, &documents)?;
    writeln!(out)
}

impl<'a> From<&'a Attempt> for AttemptDocument<'a> {
    fn from(attempt: &'a Attempt) -> Self {
        let error = attempt.answer.as_ref().err();
        Self {
            notifier: &attempt.notifier,
            taken: error.is_none(),
            took_seconds: attempt.took.as_secs_f64(),
            error: error.map(|error| format!("{}: {error}", error.kind().label())),
        }
    }
}
