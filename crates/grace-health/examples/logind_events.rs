//! Prints what logind and systemd tell of this host, as it happens, and delays shutdowns until it has.
//!
//! A line is `NAME [WORDS]`, after `at SECONDS` where it is known when it happened.

use std::error::Error;
use std::io::{Write, stdout};

use grace_core::{Event, Happening, HostEvents, Note, Occurrence};
use grace_health::{Logind, ShutdownDelay, SystemBus};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let bus = SystemBus::new();
    let taken = ShutdownDelay::take(&bus, "tells of it first").await?;
    say(&format!("holds for {:?}", taken.longest()))?;
    let mut delay = Some(taken);
    let mut logind = Logind::new().with_bus(bus);
    loop {
        let occurrence = logind.next().await?;
        say(&line(&occurrence))?;
        if let Happening::Event(Event::Shutdown(_)) = occurrence.what {
            drop(delay.take());
        }
    }
}

fn line(occurrence: &Occurrence) -> String {
    let name = occurrence.what.name();
    let words = match &occurrence.what {
        Happening::Event(Event::Shutdown(kind))
        | Happening::Note(Note::ShutdownScheduled(kind)) => {
            format!("{name} {}", kind.as_str())
        }
        Happening::Gap(gap) => format!("{name} {gap}"),
        _ => name.to_owned(),
    };
    let at = occurrence.at.map(|at| format!("at {at} "));
    format!("{}{words}", at.unwrap_or_default())
}

/// Whoever reads this may not wait for more.
fn say(line: &str) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
