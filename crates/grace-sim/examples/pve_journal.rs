//! Prints a journal of a Proxmox VE host, in the journal's export format or as JSON, and says on standard error what
//! is true of it:
//!
//! ```sh
//! cargo run --release -p grace-sim --example pve_journal -- --entries 1000000 --boots 4 --seed 7 > big.export
//! /lib/systemd/systemd-journal-remote --split-mode=none -o big.journal - < big.export
//! ```

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use grace_sim::pve::{PveFormat, PveJournal};

const USAGE: &str = "pve_journal [--seed N] [--entries N] [--boots N] [--guests N] [--json]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let told = writeln!(io::stderr(), "{error}\nusage: {USAGE}");
            if told.is_ok() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (journal, format) = parse(std::env::args().skip(1))?;
    let boots = journal.write(format, io::stdout().lock())?;
    for boot in boots {
        writeln!(
            io::stderr(),
            "boot {}: {} entries, {} errors, {} guests",
            boot.id,
            boot.entries,
            boot.errors,
            boot.guests.len()
        )?;
    }
    Ok(())
}

fn parse(
    mut words: impl Iterator<Item = String>,
) -> Result<(PveJournal, PveFormat), Box<dyn Error>> {
    let (mut seed, mut entries, mut boots, mut guests) = (1, 10_000, 1, 12);
    let mut format = PveFormat::Export;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a number"));
        match word.as_str() {
            "--seed" => seed = value()?.parse()?,
            "--entries" => entries = value()?.parse()?,
            "--boots" => boots = value()?.parse()?,
            "--guests" => guests = value()?.parse()?,
            "--json" => format = PveFormat::Json,
            other => return Err(format!("{other} is not known").into()),
        }
    }
    let journal = PveJournal::new(seed).with_entries(entries).with_boots(boots).with_guests(guests);
    Ok((journal, format))
}
