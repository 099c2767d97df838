//! The command line.

mod events;
mod health;
mod notify;
#[cfg(feature = "sim")]
mod replay;
mod report;
#[cfg(feature = "sim")]
mod simulate;
mod style;
mod timed;

use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};

/// Startup and shutdown grace for the monitor of a host.
///
/// When a host boots or shuts down its monitor cries wolf: storage is not mounted yet, guests start one by
/// one, services time out. grace decides for each event whether it is told now, held until its window ends,
/// or gathered with others, and sends one report when the boot is over. Nothing is lost.
#[derive(Debug, Parser)]
#[command(name = "grace", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes of each command are in its own --help. 2 is always an error of usage \
                        or of grace itself."
)]
#[non_exhaustive]
pub struct Cli {
    /// When to use colours: on a terminal, always or never. NO_COLOR is honoured.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Report(report::Args),
    Health(health::Args),
    Events(events::Args),
    Notify(notify::Args),
    #[cfg(feature = "sim")]
    Simulate(simulate::Args),
    #[cfg(feature = "sim")]
    Replay(replay::Args),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// What the command could not do, in words for whoever typed it.
    pub fn run(self) -> anyhow::Result<Outcome> {
        match self.command {
            Command::Report(args) => report::run(&args),
            Command::Health(args) => health::run(&args),
            Command::Events(args) => events::run(&args),
            Command::Notify(args) => notify::run(&args),
            #[cfg(feature = "sim")]
            Command::Simulate(args) => simulate::run(&args),
            #[cfg(feature = "sim")]
            Command::Replay(args) => replay::run(&args),
        }
    }
}

/// The runtime of a command that reads the host.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("the runtime could not be made")
}

/// When to use colours.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[non_exhaustive]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Makes this the choice for everything that is printed.
    pub fn apply(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// How a command ended, for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// All well: 0.
    Well,
    /// Something was found that needs attention: 1.
    Found,
    /// Nothing was found, but not everything could be looked at: 3.
    Incomplete,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Well => 0,
            Outcome::Found => 1,
            Outcome::Incomplete => 3,
        })
    }
}
