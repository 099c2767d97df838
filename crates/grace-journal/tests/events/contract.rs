//! The contract of a stream over a real journal, which is written to while the real journalctl reads it.

use std::fs;

use grace_core::{BootId, Happening, Occurrence};
use grace_journal::JournalEvents;
use grace_sim::contract::events::HostEventsSubject;

use super::live::Journal;
use super::script::{next, until};

const EARLIER: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
const THIS_BOOT: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

/// No entry of the tests comes near this, but for the one that is to be too long.
const LINE_BOUND: usize = 16 * 1024;

/// A host with a journal in which nothing is told yet.
struct Host {
    journal: Journal,
    empty: tempfile::TempDir,
}

impl Host {
    async fn new() -> Option<Self> {
        let journal = Journal::new()?;
        journal.write(THIS_BOOT, &[("MESSAGE", "Linux version 6.8.12-4-pve")]).await;
        Some(Self { journal, empty: tempfile::tempdir().expect("a temporary directory") })
    }

    async fn start_guest(&self, boot: &str, number: u32) {
        let message = format!(
            "<root@pam> end task UPID:pve:{number:08X}:{:08X}:6A000000:qmstart:{number}:root@pam: OK",
            number * 100
        );
        let fields =
            [("_UID", "0"), ("SYSLOG_IDENTIFIER", "pvedaemon"), ("MESSAGE", message.as_str())];
        self.journal.write(boot, &fields).await;
    }

    fn events(&self) -> JournalEvents {
        JournalEvents::new()
            .with_directory(self.journal.path())
            .with_boot(BootId::new(THIS_BOOT))
            .with_line_bound(LINE_BOUND)
    }
}

impl HostEventsSubject for Host {
    type Port = JournalEvents;

    async fn happen(&self, number: u32) {
        self.start_guest(THIS_BOOT, number).await;
    }

    async fn happened_before(&self, number: u32) -> bool {
        self.start_guest(EARLIER, number).await;
        true
    }

    async fn garble(&self) -> bool {
        let long = "x".repeat(LINE_BOUND);
        let fields = [("SYSLOG_IDENTIFIER", "pve-guests"), ("MESSAGE", &long)];
        self.journal.write(THIS_BOOT, &fields).await;
        true
    }

    async fn interrupt(&self) -> bool {
        self.journal.kill_followers().await;
        true
    }

    async fn open(&self) -> JournalEvents {
        self.events()
    }

    fn number(&self, seen: &Occurrence) -> Option<u32> {
        let Happening::Event(event) = &seen.what else { return None };
        event.guest()?.id.as_str().parse().ok()
    }

    fn unreadable(&self) -> Vec<JournalEvents> {
        let damaged = self.empty.path().join("damaged");
        fs::create_dir(&damaged).expect("a directory");
        fs::write(damaged.join("system.journal"), "no journal at all").expect("written");
        vec![
            self.events().with_directory(self.empty.path()),
            self.events().with_directory(self.empty.path().join("missing")),
            self.events().with_directory(damaged),
            self.events().with_boot(BootId::new("0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c")),
            self.events().with_program(self.empty.path().join("journalctl")),
        ]
    }
}

mod journalctl {
    grace_sim::contract!(events, super::Host::new().await);
}

#[tokio::test]
async fn what_is_written_while_the_follower_is_down_comes_once() {
    let Some(host) = Host::new().await else { return };
    let mut events = host.events();
    assert_eq!(next(&mut events).await.expect("readable").what, Happening::CaughtUp);
    let mut seen = Vec::new();
    for number in 1..=6 {
        until(|| !host.journal.followers().is_empty()).await;
        host.journal.kill_followers().await;
        host.happen(number).await;
        // One that is killed before it shows that it reads is a gap.
        while seen.len() < number as usize {
            seen.extend(host.number(&next(&mut events).await.expect("readable")));
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn dropping_it_ends_the_real_follower() {
    let Some(host) = Host::new().await else { return };
    let mut events = host.events();
    next(&mut events).await.expect("readable");
    until(|| !host.journal.followers().is_empty()).await;
    drop(events);
    until(|| host.journal.followers().is_empty()).await;
}
