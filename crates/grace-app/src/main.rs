//! The `grace` program: the command line over the library.

use std::process::ExitCode;

use clap::Parser;
use grace::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.apply();
    match cli.run() {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            anstream::eprintln!("grace: {error:#}");
            ExitCode::from(2)
        }
    }
}
