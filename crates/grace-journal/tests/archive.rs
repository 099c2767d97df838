//! Recorded journals, read whole: from files, with journalctl and without, and from what journalctl printed.

#[path = "archive/damage.rs"]
mod damage;
#[path = "archive/files.rs"]
mod files;
#[path = "archive/printed.rs"]
mod printed;
mod support;

use grace_core::Gap;
use grace_journal::{Archive, ArchivedBoot, BootChoice, Record};
use grace_sim::pve::{PveBoot, PveFormat, PveJournal};

/// A journal of a few boots, as journalctl prints it, and what is true of it.
fn printed(journal: PveJournal, format: PveFormat) -> (Vec<u8>, Vec<PveBoot>) {
    let mut bytes = Vec::new();
    let boots = journal.write(format, &mut bytes).expect("memory");
    (bytes, boots)
}

/// All boots of an archive and their records, which are all to be readable.
async fn whole(archive: &Archive) -> Vec<(ArchivedBoot, Vec<Record>)> {
    let mut read = Vec::new();
    for boot in archive.boots().await.expect("boots") {
        let (records, gaps) = records(archive, BootChoice::Id(boot.id)).await;
        assert_eq!(gaps, [], "{archive:?}");
        read.push((boot, records));
    }
    read
}

async fn records(archive: &Archive, boot: BootChoice) -> (Vec<Record>, Vec<Gap>) {
    let mut records = Vec::new();
    let read = archive.read(boot, |record| records.push(record.clone())).await.expect("a boot");
    assert_eq!(read.records, records.len() as u64);
    (records, read.gaps)
}

/// Checks that an archive has the boots that are true, with as many entries and errors.
fn check(read: &[(ArchivedBoot, Vec<Record>)], truth: &[PveBoot]) {
    assert_eq!(read.len(), truth.len());
    for ((boot, records), truth) in read.iter().zip(truth) {
        assert_eq!(boot.id, truth.id);
        assert_eq!(boot.first_unix_micros, truth.first_unix_micros);
        assert_eq!(boot.last_unix_micros, truth.last_unix_micros);
        assert_eq!(records.len() as u64, truth.entries);
        let errors = records.iter().filter(|record| record.entry().priority.level() <= 3);
        assert_eq!(errors.count() as u64, truth.errors);
        assert!(records.is_sorted_by_key(|record| record.monotonic));
    }
}
