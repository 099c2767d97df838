//! The `grace` program: the command line over the library.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use clap::Parser;
use grace::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.apply();
    match cli.run() {
        Ok(outcome) => outcome.into(),
        Err(error) if has_no_reader(&error) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("grace: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether whoever read the output has gone, as `head` does when it has seen enough.
fn has_no_reader(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == ErrorKind::BrokenPipe)
}
