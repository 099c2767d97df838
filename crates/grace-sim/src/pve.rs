//! Journals of a Proxmox VE host, as long as you like, and what is true of them.
//!
//! A [`PveJournal`] writes what a host would have written to its journal: the kernel and the units of each boot, the
//! start of the host's guests with tasks whose ids agree with the time since boot, some of which fail, the errors of
//! a storage that comes late, days of chatter, and a shutdown that stops the guests. Each entry has the twenty or so
//! fields that real ones have. The same seed gives the same journal, to the byte.
//!
//! What is true of it comes back as a list of [`PveBoot`]s, for a test to compare what it has read with. Real journal
//! files are made from the export format by systemd's own program:
//!
//! ```sh
//! cargo run -p grace-sim --example pve_journal -- --entries 100000 --boots 4 --seed 7 > pve.export
//! /lib/systemd/systemd-journal-remote --split-mode=none -o pve.journal - < pve.export
//! ```

mod chatter;
mod process;
mod random;
mod shutdown;
mod startup;
mod write;

use std::io::{self, Write};

use grace_core::{BootId, Guest, Text, Uptime};

use self::chatter::Chatter;
use self::process::{Host, Line};
use self::random::Random;
use self::write::Writer;

/// When the first boot of every journal begins, in microseconds of Unix time: 2026-09-21 14:13:20 UTC.
const BEGINNING: u64 = 1_790_000_000_000_000;

/// A journal of a Proxmox VE host, which is written out as it is made up.
///
/// ```
/// use grace_sim::pve::{PveFormat, PveJournal};
///
/// let mut export = Vec::new();
/// let boots = PveJournal::new(7).with_entries(2_000).with_boots(2).write(PveFormat::Export, &mut export)?;
/// assert_eq!(boots.len(), 2);
/// assert_eq!(boots.iter().map(|boot| boot.entries).sum::<u64>(), 2_000);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PveJournal {
    seed: u64,
    entries: u64,
    boots: u32,
    guests: u32,
}

/// How a journal is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the two ways in which journalctl prints entries whole"
)]
pub enum PveFormat {
    /// As `journalctl --output=export`, which systemd-journal-remote reads.
    Export,
    /// As `journalctl --output=json --all`.
    Json,
}

/// What is true of one boot in a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PveBoot {
    /// Which boot.
    pub id: BootId,
    /// When the first entry was written, in microseconds of Unix time.
    pub first_unix_micros: u64,
    /// When the last entry was written, in microseconds of Unix time.
    pub last_unix_micros: u64,
    /// How many entries it has.
    pub entries: u64,
    /// How many of them are errors or worse.
    pub errors: u64,
    /// The guests, in the order in which the host started them.
    pub guests: Vec<PveGuest>,
    /// When the host began to go down, if it did in this boot.
    pub shutdown: Option<Uptime>,
}

/// What is true of one guest in a boot.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PveGuest {
    /// The guest.
    pub guest: Guest,
    /// When its start was settled.
    pub at: Uptime,
    /// How it went.
    pub outcome: PveOutcome,
}

impl PveGuest {
    /// Whether it runs.
    const fn runs(&self) -> bool {
        !matches!(self.outcome, PveOutcome::Failed(_))
    }
}

/// How the start of a guest went.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a task of Proxmox VE ends in one of these ways")]
pub enum PveOutcome {
    /// It runs.
    Started,
    /// It runs, and its task ended with so many warnings.
    Warned(u32),
    /// It does not run, and why.
    Failed(Text),
}

impl PveJournal {
    /// Ten thousand entries in one boot of a host with twelve guests.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, entries: 10_000, boots: 1, guests: 12 }
    }

    /// The same with so many entries in all. A boot has at least what its start and its end take, some hundred and
    /// ten for each guest.
    #[must_use]
    pub const fn with_entries(mut self, entries: u64) -> Self {
        self.entries = entries;
        self
    }

    /// The same with so many boots, at least one. Each but the last ends in a shutdown.
    #[must_use]
    pub const fn with_boots(mut self, boots: u32) -> Self {
        self.boots = if boots == 0 { 1 } else { boots };
        self
    }

    /// The same with so many guests, of which every third is a container.
    #[must_use]
    pub const fn with_guests(mut self, guests: u32) -> Self {
        self.guests = guests;
        self
    }

    /// Writes the journal, oldest entry first, and returns what is true of it, oldest boot first.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, format: PveFormat, to: impl Write) -> io::Result<Vec<PveBoot>> {
        let mut random = Random::new(self.seed);
        let mut writer = Writer::new(format, random.id(), random.id(), to);
        let mut boots = Vec::new();
        let mut begins = BEGINNING;
        let share = self.entries / u64::from(self.boots);
        for number in 1..=self.boots {
            let is_last = number == self.boots;
            let entries =
                if is_last { self.entries - share * u64::from(self.boots - 1) } else { share };
            let boot = self.boot(begins, entries, is_last, &mut random, &mut writer)?;
            begins = boot.last_unix_micros + random.between(20, 400) * 1_000_000;
            boots.push(boot);
        }
        writer.finish()?;
        Ok(boots)
    }

    /// What is true of the journal.
    #[must_use]
    pub fn truth(&self) -> Vec<PveBoot> {
        // Nothing that is written is kept, so nothing can go wrong.
        self.write(PveFormat::Export, io::sink()).unwrap_or_default()
    }

    fn boot(
        &self,
        begins: u64,
        entries: u64,
        is_last: bool,
        random: &mut Random,
        writer: &mut Writer<impl Write>,
    ) -> io::Result<PveBoot> {
        let host = Host::boot(begins, random);
        let (startup, guests) = startup::lines(&host, self.guests, random);
        let shutdown = if is_last { 0 } else { shutdown::count(&guests) };
        let mut chatter =
            Chatter::new(entries.saturating_sub(startup.len() as u64 + shutdown), random);
        let mut startup = startup.into_iter().peekable();
        let mut said = chatter.next(random);
        let mut told = Told::default();
        loop {
            let is_first = |line: &Line| said.as_ref().is_none_or(|said| line.at <= said.at);
            let next = startup.next_if(is_first).or_else(|| {
                let next = chatter.next(random);
                std::mem::replace(&mut said, next)
            });
            let Some(line) = next else { break };
            told.tell(&host, &line, writer)?;
        }
        let down = told.last + 1_000_000;
        if !is_last {
            for line in shutdown::lines(&host, down, &guests, random) {
                told.tell(&host, &line, writer)?;
            }
        }
        Ok(PveBoot {
            id: BootId::new(&host.boot),
            first_unix_micros: begins + told.first.unwrap_or_default(),
            last_unix_micros: begins + told.last,
            entries: told.entries,
            errors: told.errors,
            guests,
            shutdown: (!is_last).then(|| Uptime::from_micros(down)),
        })
    }
}

/// What has been written of a boot.
#[derive(Debug, Default)]
struct Told {
    first: Option<u64>,
    last: u64,
    entries: u64,
    errors: u64,
}

impl Told {
    fn tell(
        &mut self,
        host: &Host,
        line: &Line,
        writer: &mut Writer<impl Write>,
    ) -> io::Result<()> {
        self.first.get_or_insert(line.at);
        self.last = line.at;
        self.entries += 1;
        self.errors += u64::from(line.priority <= 3);
        writer.line(host, line)
    }
}
