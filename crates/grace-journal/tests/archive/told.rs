//! What an archive's records tell of a boot is what was true of it.

use std::collections::BTreeMap;

use grace_core::{Event, Happening};
use grace_journal::{Archive, BootChoice, Classifier, Rules};
use grace_sim::pve::{PveBoot, PveFormat, PveJournal, PveOutcome};

use super::printed;

/// What is told of each guest in the end, and how often the host is told to go down.
async fn told(archive: &Archive, boot: &PveBoot) -> (BTreeMap<String, &'static str>, usize) {
    let mut classifier = Classifier::new(Rules::default());
    let (mut guests, mut shutdowns) = (BTreeMap::new(), 0);
    let read = archive.read(BootChoice::Id(boot.id), |record| {
        let Some(seen) = classifier.classify(record) else { return };
        match &seen.what {
            Happening::Event(Event::GuestStarted { guest, .. }) => {
                guests.insert(guest.id.to_string(), "started");
            }
            Happening::Event(Event::GuestFailed { guest, .. }) => {
                guests.insert(guest.id.to_string(), "failed");
            }
            Happening::Event(Event::GuestWarned { guest, .. }) => {
                guests.insert(guest.id.to_string(), "warned");
            }
            Happening::Event(Event::Shutdown(_)) => shutdowns += 1,
            _ => {}
        }
    });
    assert_eq!(read.await.expect("readable").gaps, []);
    (guests, shutdowns)
}

#[tokio::test]
async fn the_guests_that_started_and_failed_are_told_and_no_others() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("export");
    let mut failures = 0;
    for seed in 0..6 {
        let journal = PveJournal::new(seed).with_entries(1_500).with_boots(2).with_guests(20);
        let (export, truth) = printed(journal, PveFormat::Export);
        std::fs::write(&path, export).expect("written");
        let archive = Archive::export(&path);
        for boot in &truth {
            let outcomes = boot.guests.iter().map(|guest| {
                let outcome = match guest.outcome {
                    PveOutcome::Started => "started",
                    PveOutcome::Warned(_) => "warned",
                    PveOutcome::Failed(_) => "failed",
                };
                (guest.guest.id.to_string(), outcome)
            });
            let outcomes: BTreeMap<_, _> = outcomes.collect();
            failures += outcomes.values().filter(|outcome| **outcome == "failed").count();
            let shutdowns = usize::from(boot.shutdown.is_some());
            assert_eq!(told(&archive, boot).await, (outcomes, shutdowns), "seed {seed}");
        }
    }
    assert!(failures > 0);
}
