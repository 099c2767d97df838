//! What to make of a journalctl that has nothing to show.

use grace_core::{BootId, JournalQuery, Priority};

use crate::child::{self, Bounds, CommandLine, End, Run};
use crate::collect::Collector;
use crate::error::{JournalError, complaint};
use crate::journalctl::Journalctl;
use crate::parse;

/// An answer without entries means that there are none, if the journal holds any entry of the boot, of whatever
/// kind: a second look.
pub(crate) async fn believe_empty(
    journalctl: &Journalctl,
    boot: Option<BootId>,
    bounds: &Bounds,
) -> Result<(), JournalError> {
    let probe = journalctl.command(boot.as_ref(), ["--lines=1".to_owned()], parse::ENTRY_FIELDS);
    let one = JournalQuery::new(Priority::DEBUG, 1, 0);
    let mut found = Collector::new(one, boot, bounds.line);
    let run = child::run(&probe, bounds, |line| found.line(line)).await?;
    if !found.is_empty() {
        return Ok(());
    }
    ended_well(&probe, &run, bounds)?;
    Err(JournalError::NothingOfThisBoot { command: probe.to_string(), stderr: run.stderr })
}

/// Whether a journalctl that has shown nothing has ended as it should, without a complaint.
pub(crate) fn ended_well(
    command: &CommandLine,
    run: &Run,
    bounds: &Bounds,
) -> Result<(), JournalError> {
    match run.end {
        End::TimedOut => {
            Err(JournalError::TimedOut { command: command.to_string(), after: bounds.deadline })
        }
        End::Exited(status) if !status.success() || complaint(&run.stderr).is_some() => {
            Err(JournalError::Failed {
                command: command.to_string(),
                status,
                stderr: run.stderr.clone(),
            })
        }
        End::Exited(_) | End::OutputBound => Ok(()),
    }
}
