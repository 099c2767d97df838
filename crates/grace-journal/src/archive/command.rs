//! A recorded journal read with `journalctl`.

use std::ops::ControlFlow;
use std::time::Duration;

use grace_core::{BootId, Text};
use tokio::time::timeout;

use super::boots::{ArchivedBoot, BootChoice};
use super::progress::Progress;
use super::{ArchiveRead, FIELD_BOUND};
use crate::child::{CommandLine, Running, Sign};
use crate::error::JournalError;
use crate::gaps::Gaps;
use crate::journalctl::Journalctl;
use crate::lines::Line;
use crate::parse;
use crate::record::Record;

/// After how many entries the progress is told.
const STEP: u64 = 1024;

/// journalctl on a journal, and how long it may give nothing.
#[derive(Debug)]
pub(crate) struct Command {
    journalctl: Journalctl,
    stall: Duration,
}

impl Command {
    pub(crate) const fn new(journalctl: Journalctl, stall: Duration) -> Self {
        Self { journalctl, stall }
    }

    /// The boots in the journal, oldest first.
    pub(crate) async fn boots(&self) -> Result<Vec<ArchivedBoot>, JournalError> {
        let mut boots = Vec::new();
        for id in self.boot_ids().await? {
            let first = self.first_line(id, &[]).await?;
            let last = self.first_line(id, &["--reverse", "--lines=1"]).await?;
            if let (Some(first_unix_micros), Some(last_unix_micros)) = (first, last) {
                boots.push(ArchivedBoot { id, first_unix_micros, last_unix_micros, entries: None });
            }
        }
        Ok(boots)
    }

    /// Reads one boot and hands over its records, oldest first.
    pub(crate) async fn read(
        &self,
        boot: BootChoice,
        progress: &Progress,
        mut on_record: impl FnMut(&Record),
    ) -> Result<ArchiveRead, JournalError> {
        let ids = self.boot_ids().await?;
        let boot = ids[boot.index(&ids, &self.name())?];
        let command = self.journalctl.command(Some(&boot), [], parse::RECORD_FIELDS);
        let mut gaps = Gaps::default();
        let (mut entries, mut records) = (0_u64, 0_u64);
        progress.begin(0);
        let run = self.run(&command, |line| {
            let record = match line {
                Line::Whole(line) if parse::is_remark(line) => return ControlFlow::Continue(()),
                Line::Whole(line) => Record::from_json(line).map_err(|error| error.to_string()),
                Line::TooLong(bytes) => Err(too_long(bytes)),
            };
            entries += 1;
            match record {
                Ok(record) if record.boot.is_none_or(|of| of == boot) => {
                    records += 1;
                    on_record(&record);
                }
                Ok(_) => {}
                Err(error) => gaps.add(format_args!("journalctl: entry {entries}: {error}")),
            }
            if entries.is_multiple_of(STEP) {
                progress.reach(records, 0);
            }
            ControlFlow::Continue(())
        });
        let run = run.await;
        match run {
            Ok(complaints) => {
                complaints.iter().for_each(|words| gaps.add(format_args!("journalctl: {words}")));
            }
            Err(error @ JournalError::Failed { .. }) if entries > 0 => {
                gaps.add(format_args!(
                    "journalctl: what follows the first {entries} entries is missing: {error}"
                ));
            }
            Err(error) => return Err(error),
        }
        progress.reach(records, 0);
        Ok(ArchiveRead { boot, records, gaps: gaps.finish() })
    }

    /// The boots' ids, oldest first.
    async fn boot_ids(&self) -> Result<Vec<BootId>, JournalError> {
        let command = self.journalctl.list_boots();
        let mut ids = Vec::new();
        let run = self.run(&command, |line| {
            if let Line::Whole(line) = line {
                ids.extend(boot_id(&String::from_utf8_lossy(line)));
            }
            ControlFlow::Continue(())
        });
        let complaints = run.await?;
        match complaints.into_iter().next() {
            Some(words) if ids.is_empty() => {
                Err(JournalError::Complained { command: command.to_string(), words })
            }
            _ => Ok(ids),
        }
    }

    /// When the first entry was written of what is asked for. The rest is not waited for.
    async fn first_line(&self, id: BootId, order: &[&str]) -> Result<Option<u64>, JournalError> {
        let order = order.iter().map(|&word| word.to_owned());
        let command = self.journalctl.command(Some(&id), order, "_BOOT_ID");
        let mut found = None;
        let run = self.run(&command, |line| match line {
            Line::Whole(line) if !parse::is_remark(line) => {
                found = Record::from_json(line).ok().and_then(|record| record.unix_micros);
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        });
        run.await?;
        Ok(found)
    }

    /// Runs journalctl for as long as lines keep coming and are wanted. Gives what it complains about.
    async fn run(
        &self,
        command: &CommandLine,
        on_line: impl FnMut(Line<'_>) -> ControlFlow<()>,
    ) -> Result<Vec<Text>, JournalError> {
        let mut child = Running::start(command, FIELD_BOUND)?;
        let told = self.hear_out(&mut child, command, on_line).await;
        if !matches!(told, Ok(ControlFlow::Continue(()))) {
            child.put_down().await;
        }
        told.map(|_| child.take_words())
    }

    /// Hears a child out, or until its lines are not wanted any more.
    async fn hear_out(
        &self,
        child: &mut Running,
        command: &CommandLine,
        mut on_line: impl FnMut(Line<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, JournalError> {
        let stalled = |_| JournalError::Stalled { journal: self.name(), after: self.stall };
        let unreadable = |source| JournalError::Output { command: command.to_string(), source };
        loop {
            let sign = timeout(self.stall, child.next(u64::MAX)).await.map_err(stalled)?;
            match sign.map_err(unreadable)? {
                Sign::Line if on_line(child.line()).is_break() => {
                    return Ok(ControlFlow::Break(()));
                }
                Sign::Line | Sign::Words => {}
                Sign::Eof => break,
            }
        }
        let status =
            timeout(self.stall, child.exit()).await.map_err(stalled)?.map_err(unreadable)?;
        if status.success() {
            return Ok(ControlFlow::Continue(()));
        }
        let stderr = child.take_words().into_iter().next().unwrap_or_default();
        Err(JournalError::Failed { command: command.to_string(), status, stderr })
    }

    fn name(&self) -> Text {
        self.journalctl.location.name()
    }
}

fn too_long(bytes: u64) -> String {
    format!("{bytes} bytes long, more than the bound of {FIELD_BOUND}")
}

/// The boot in a line of `--list-boots`: `-1 3d0e… Mon 2026-11-23 …`.
fn boot_id(line: &str) -> Option<BootId> {
    let is_id = |word: &&str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    line.split_whitespace().find(is_id).map(BootId::new)
}
