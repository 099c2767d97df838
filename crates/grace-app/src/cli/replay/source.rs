//! Where a recorded boot is read from.

use std::fs::File;
use std::io::{ErrorKind, IsTerminal as _, Read as _};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use grace_core::BootId;
use grace_journal::{Archive, ArchivedBoot, BootChoice, Classifier, JournalError, Progress, Rules};
use indicatif::{ProgressBar, ProgressStyle};

use crate::replay::{Limits, Reader, Recording};

/// How every journal file begins.
const JOURNAL_FILE: &[u8] = b"LPKSHHRH";
/// What whoever may not read a journal is to do.
const NOT_ALLOWED: &str = ", or none that you may read: try as root, or as a member of the group \
                           systemd-journal";
/// How many boots an error lists.
const LISTED: usize = 10;

/// The journal that is asked for.
pub(super) struct Source {
    archive: Archive,
    progress: Progress,
    name: String,
    kind: Kind,
    /// What its entries are read by.
    rules: Rules,
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Host,
    Files,
    /// It may hold one boot alone, so that none need be named.
    Export,
}

/// The boot that a word names: `0`, `-1`, an id.
///
/// # Errors
/// What the word must be.
pub(super) fn boot(word: &str) -> Result<BootChoice, String> {
    let remedy = || "write 0 for the last boot, -1 for the one before, or a boot's id".to_string();
    let digits = || word.bytes().filter(|byte| *byte != b'-');
    if digits().count() == 32 && digits().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(BootChoice::Id(BootId::new(word)));
    }
    if word == "0" {
        return Ok(BootChoice::Latest);
    }
    let back = word.strip_prefix('-').and_then(|back| back.parse().ok());
    back.map(BootChoice::Back).ok_or_else(remedy)
}

/// `-1 7b5f… 2026-03-28T22:19:33Z to 2026-03-28T22:25:01Z, 1234 entries`
pub(super) fn line(back: usize, boot: &ArchivedBoot) -> String {
    let number = if back == 0 { "0".to_string() } else { format!("-{back}") };
    let time = |micros: u64| {
        let micros = i64::try_from(micros).unwrap_or(i64::MAX);
        let time = jiff::Timestamp::from_second(micros / 1_000_000);
        time.map_or_else(|_| "?".to_string(), |time| time.to_string())
    };
    let (first, last) = (time(boot.first_unix_micros), time(boot.last_unix_micros));
    let entries = boot.entries.map(|entries| format!(", {entries} entries")).unwrap_or_default();
    format!("{number:<4} {} {first} to {last}{entries}", boot.id)
}

impl Source {
    /// This journal, or this export, or else this host's journal.
    ///
    /// # Errors
    /// It is not there, may not be read, or is of another kind.
    pub(super) fn of(
        journal: Option<&Path>,
        export: Option<&Path>,
        rules: Rules,
    ) -> anyhow::Result<Self> {
        let (kind, archive, name) = match (journal, export) {
            (Some(path), _) => (Kind::Files, journal_at(path)?, path.display().to_string()),
            (None, Some(path)) if path == Path::new("-") => {
                refuse_terminal()?;
                (Kind::Export, Archive::export(path), "standard input".to_string())
            }
            (None, Some(path)) => (Kind::Export, export_at(path)?, path.display().to_string()),
            (None, None) => (Kind::Host, Archive::host(), "this host's journal".to_string()),
        };
        let progress = Progress::default();
        let archive = archive.with_progress(progress.clone());
        Ok(Self { archive, progress, name, kind, rules })
    }

    /// Its boots, the oldest first.
    ///
    /// # Errors
    /// It cannot be read, or has none.
    pub(super) async fn boots(&self) -> anyhow::Result<Vec<ArchivedBoot>> {
        let boots = self.with_bar(self.archive.boots()).await?;
        let boots = boots.map_err(|error| self.unread(error))?;
        if boots.is_empty() {
            bail!("{} holds no entry of any boot{}", self.name, self.remedy());
        }
        Ok(boots)
    }

    /// The boot that is asked for.
    ///
    /// # Errors
    /// It cannot be read, or has no such boot, or several and none is named.
    pub(super) async fn record(&self, choice: Option<BootChoice>) -> anyhow::Result<Recording> {
        if self.kind == Kind::Export && choice.is_none() {
            let boots = self.boots().await?;
            if boots.len() > 1 {
                bail!(
                    "{} holds {} boots: name one with --boot{}",
                    self.name,
                    boots.len(),
                    listed(&boots)
                );
            }
        }
        let classifier = Classifier::new(self.rules.clone());
        let mut reader = Reader::new(classifier, Limits::default());
        let reading =
            self.archive.read(choice.unwrap_or(BootChoice::Latest), |record| reader.read(record));
        match self.with_bar(reading).await? {
            Ok(read) => {
                let mut recording = reader.finish();
                recording.add_gaps(read.gaps);
                Ok(recording)
            }
            Err(error @ JournalError::NoSuchBoot { .. }) => {
                let boots = self.boots().await?;
                Err(anyhow!("{error}: name one of these with --boot{}", listed(&boots)))
            }
            Err(error) => Err(self.unread(error)),
        }
    }

    /// What to do about a journal in which nothing is found.
    const fn remedy(&self) -> &'static str {
        match self.kind {
            Kind::Export => "",
            Kind::Host | Kind::Files => NOT_ALLOWED,
        }
    }

    /// The reader's error, whose words tell of its cause too, and what to do where this host has no journal.
    fn unread(&self, error: JournalError) -> anyhow::Error {
        match &error {
            JournalError::File { source, .. }
                if self.kind == Kind::Host && source.kind() == ErrorKind::NotFound =>
            {
                anyhow!(
                    "{error}: name others with --journal, or what journalctl printed with --export"
                )
            }
            _ => anyhow!("{error}"),
        }
    }

    /// Shows how far the work has come, on a terminal.
    async fn with_bar<T>(&self, work: impl Future<Output = T>) -> anyhow::Result<T> {
        const TICK: Duration = Duration::from_millis(100);
        const WHOLE: u64 = 1_000;
        let known = ProgressStyle::with_template("{bar:40} {percent} %, {msg}, {eta} left")?;
        let unknown = ProgressStyle::with_template("{spinner} {msg}")?;
        let bar = ProgressBar::new(WHOLE).with_style(unknown);
        tokio::pin!(work);
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                () = tokio::time::sleep(TICK) => {
                    if let Some(fraction) = self.progress.fraction() {
                        bar.set_style(known.clone());
                        bar.set_position((fraction * WHOLE as f64) as u64);
                    }
                    bar.set_message(format!("{} entries", self.progress.records()));
                    bar.tick();
                }
            }
        };
        bar.finish_and_clear();
        Ok(done)
    }
}

fn journal_at(path: &Path) -> anyhow::Result<Archive> {
    let metadata = std::fs::metadata(path).with_context(|| path.display().to_string())?;
    if metadata.is_dir() {
        std::fs::read_dir(path).map_err(|error| denied(path, error))?;
        return Ok(Archive::directory(path));
    }
    if head(path)? != JOURNAL_FILE {
        bail!(
            "{} is no journal file: if journalctl printed it, give it with --export",
            path.display()
        );
    }
    Ok(Archive::file(path))
}

fn export_at(path: &Path) -> anyhow::Result<Archive> {
    let metadata = std::fs::metadata(path).with_context(|| path.display().to_string())?;
    if metadata.is_dir() {
        bail!(
            "{} is a directory: if it holds journal files, give it with --journal",
            path.display()
        );
    }
    if metadata.is_file() {
        match head(path)?.as_slice() {
            JOURNAL_FILE => bail!("{} is a journal file: give it with --journal", path.display()),
            [] | [b'{' | b'_' | b'A'..=b'Z', ..] => {}
            _ => bail!(
                "{} is no export of a journal: give what `journalctl --output=export` or \
                 `--output=json` has printed",
                path.display()
            ),
        }
    }
    Ok(Archive::export(path))
}

/// How the file begins.
fn head(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path).map_err(|error| denied(path, error))?;
    let mut head = Vec::new();
    let read = file.take(JOURNAL_FILE.len() as u64).read_to_end(&mut head);
    read.with_context(|| path.display().to_string())?;
    Ok(head)
}

fn denied(path: &Path, error: std::io::Error) -> anyhow::Error {
    let path = path.display();
    if error.kind() == ErrorKind::PermissionDenied {
        anyhow!("{path}: {error}: try as root, or as a member of the group systemd-journal")
    } else {
        anyhow!("{path}: {error}")
    }
}

fn refuse_terminal() -> anyhow::Result<()> {
    if std::io::stdin().is_terminal() {
        bail!(
            "standard input is a terminal: pipe an export into it, such as from \
             `journalctl -b -1 -o export`, or name a file"
        );
    }
    Ok(())
}

/// The last boots, one a line.
fn listed(boots: &[ArchivedBoot]) -> String {
    let from = boots.len().saturating_sub(LISTED);
    let last = boots.iter().rev().enumerate().rev().skip(from);
    last.map(|(back, boot)| format!("\n{}", line(back, boot))).collect()
}
