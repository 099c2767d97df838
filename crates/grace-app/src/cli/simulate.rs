//! `grace simulate`.

use anyhow::bail;

use super::Outcome;

/// Simulates.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args) -> anyhow::Result<Outcome> {
    bail!("not there yet")
}
