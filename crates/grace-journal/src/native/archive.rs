//! All the entries of one boot, as records.

use std::ops::ControlFlow;

use grace_core::{BootId, Gap};

use super::boots::{Boot, survey};
use super::merge::{Merge, Source};
use super::records::Records;
use super::set::Files;
use crate::archive::{ArchivedBoot, BootChoice, FIELD_BOUND, Feed};
use crate::error::JournalError;
use crate::journalctl::Location;

/// The boots of a journal, oldest first. Blocks.
pub(crate) fn boots(location: &Location) -> Result<Vec<ArchivedBoot>, JournalError> {
    let mut files = Files::open(location)?;
    let boots = survey(&mut files);
    if boots.is_empty()
        && let Some(trouble) = files.trouble()
    {
        return Err(trouble);
    }
    let archived = boots.iter().map(|boot| ArchivedBoot {
        id: boot.boot_id(),
        first_unix_micros: *boot.unix_micros.start(),
        last_unix_micros: *boot.unix_micros.end(),
        entries: Some(boot.entries),
    });
    Ok(archived.collect())
}

/// Feeds the records of one boot, oldest first. Says which it was, and what could not be read. Blocks.
pub(crate) fn read(
    location: &Location,
    choice: BootChoice,
    feed: &mut Feed,
) -> Result<(BootId, Vec<Gap>), JournalError> {
    let mut files = Files::open(location)?;
    let mut boots = survey(&mut files);
    let ids: Vec<_> = boots.iter().map(Boot::boot_id).collect();
    let index =
        choice.index(&ids, &location.name()).map_err(|error| files.trouble().unwrap_or(error))?;
    let boot = boots.swap_remove(index);
    feed.begin(boot.entries);
    let mut readers: Vec<_> = files.open.iter().map(|_| Records::new(FIELD_BOUND)).collect();
    let sources = boot.parts.iter().map(Source::all).collect();
    let mut merge = Merge::new(boot.id, sources, &mut files);
    let mut done = 0;
    while let Some((file, head)) = merge.next(&mut files) {
        match readers[file].read(&mut files.open[file], &head) {
            Ok(record) => feed.record(record),
            Err(fault) => {
                files.note(file, format_args!("the entry at byte {}: {fault}", head.offset));
            }
        }
        done += 1;
        if feed.step(done) == ControlFlow::Break(()) {
            break;
        }
    }
    Ok((ids[index], files.gaps()))
}
