//! What is told of the entries of a journal: of samples that people have shown, and of all that is read.

mod plain;
mod pve;
mod systemd;

use proptest::prelude::*;

use grace_core::{Event, Happening, Note, Occurrence, Origin, Text, Uptime};

use super::*;

/// A host's journal, told entry by entry.
pub(super) struct Host {
    classifier: Classifier,
}

impl Host {
    pub(super) fn new() -> Self {
        Self { classifier: Classifier::new(Rules::default()) }
    }

    /// What is told of an entry, in words: `guest-started vm 100`, or nothing.
    pub(super) fn tells(&mut self, record: &Record) -> String {
        self.sees(record).map(|seen| words(&seen)).unwrap_or_default()
    }

    pub(super) fn sees(&mut self, record: &Record) -> Option<Occurrence> {
        let seen = self.classifier.classify(record)?;
        assert_eq!(seen.origin, Origin::Journal);
        assert_eq!(seen.text, record.message, "it is told in the entry's own words");
        Some(seen)
    }

    /// Reads lines of the form `identifier: message`, written by PVE's programs, and checks what is told of each:
    /// nothing, or what stands after ` => `.
    pub(super) fn check(&mut self, lines: &str) {
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (entry, expected) = line.split_once(" => ").unwrap_or((line, ""));
            let (identifier, message) = entry.split_once(": ").expect("identifier: message");
            assert_eq!(self.tells(&pve_line(identifier, message)), expected, "{entry}");
        }
    }
}

/// A line of a program of PVE's, from within its service.
pub(super) fn pve_line(identifier: &str, message: &str) -> Record {
    let unit = match identifier {
        "pvesh" => "pve-guests.service".to_owned(),
        "qm" | "pct" => "session-4.scope".to_owned(),
        daemon => format!("{daemon}.service"),
    };
    Record { uid: Some(0), unit: Text::new(unit), ..line(identifier, message) }
}

/// A line that says no more than who wrote it.
pub(super) fn line(identifier: &str, message: &str) -> Record {
    Record {
        identifier: Text::name(identifier),
        message: Text::new(message),
        monotonic: Some(Uptime::from_secs(77)),
        ..Record::default()
    }
}

/// A message of systemd's about a unit.
pub(super) fn about(unit: &str, id: &str, result: &str) -> Record {
    Record {
        about_unit: Text::name(unit),
        message_id: Text::name(id),
        job_result: Text::name(if id == START_FAILED { result } else { "" }),
        unit_result: Text::name(if id == FAILED { result } else { "" }),
        unit: Text::literal("init.scope"),
        ..line("systemd", "a message of systemd's")
    }
}

pub(super) const STARTED: &str = "39f53479d3a045ac8e11786248231fbf";
pub(super) const STOPPED: &str = "9d1aaa27d60140bd96365438aad20286";
pub(super) const ENDED_WELL: &str = "7ad2d189f7e94e70a38c781354912448";
pub(super) const START_FAILED: &str = "be02cf6855d2428ba40df7e9d022f03d";
pub(super) const FAILED: &str = "d9b373ed55a64feb8242e02dbe79a49c";

/// An occurrence in words: its name, its guest, and why.
pub(super) fn words(seen: &Occurrence) -> String {
    let mut words = seen.what.name().to_owned();
    let guest = match &seen.what {
        Happening::Event(event) => event.guest(),
        Happening::Note(note) => note.guest(),
        _ => None,
    };
    if let Some(guest) = guest {
        words += &format!(" {} {}", guest.kind.as_str(), guest.id);
        match guest.autostart {
            Some(true) => words += " by the host",
            Some(false) => words += " by hand",
            None => {}
        }
    }
    match &seen.what {
        Happening::Event(Event::GuestFailed { action, reason, .. }) => {
            words += &format!(" {}: {reason}", action.as_str());
        }
        Happening::Event(Event::GuestWarned { action, reason, .. }) => {
            words += &format!(" {}: {reason}", action.as_str());
        }
        Happening::Event(Event::Alert(alert) | Event::Resolved(alert)) => {
            words += &format!(" {}/{}", alert.category, alert.key);
            words += &format!(" {}: {}", alert.severity, alert.text);
        }
        Happening::Event(Event::Shutdown(kind))
        | Happening::Note(Note::ShutdownScheduled(kind)) => {
            words += &format!(" {}", kind.as_str());
        }
        _ => {}
    }
    words
}

#[test]
fn an_entry_is_dated_by_the_journal_unless_it_says_more() {
    let mut host = Host::new();
    let begun = "<root@pam> starting task UPID:pve:00000540:00000502:69D41F34:qmstart:1:root@pam:";
    let ended = "<root@pam> end task UPID:pve:00000540:00000502:69D41F34:qmstart:1:root@pam: OK";
    let at = |seen: Option<Occurrence>| seen.expect("it is told").at;
    assert_eq!(at(host.sees(&pve_line("qm", begun))), Some(Uptime::from_millis(12_820)));
    assert_eq!(at(host.sees(&pve_line("qm", ended))), Some(Uptime::from_secs(77)));
}

#[test]
fn most_entries_tell_nothing() {
    let mut host = Host::new();
    assert_eq!(host.tells(&Record::default()), "");
    assert_eq!(host.tells(&line("sshd", "Accepted publickey for root from 10.0.0.9")), "");
    let kernel = Record { is_kernel: true, ..line("kernel", "tap100i0: entered promiscuous mode") };
    assert_eq!(host.tells(&kernel), "");
    let unknown = Record {
        message_id: Text::literal("8d45620c1a4348dbb17410da57c60c66"),
        ..pve_line("systemd-logind", "New session 4 of user root.")
    };
    assert_eq!(host.tells(&unknown), "");
}

/// Messages made of the parts that PVE's and the kernel's are made of, in any order.
fn messages() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "<root@pam> ",
        "starting task ",
        "end task ",
        "Starting VM ",
        "CT ",
        "100",
        " failed: ",
        " started with PID ",
        "all VMs and CTs stopped",
        ": ",
        "UPID:",
        "n:0000000A:0000000B:0000000C:",
        "qmstart:",
        "startall:",
        "stopall:",
        "u@pam:",
        " OK",
        "oom-kill:",
        "pid=",
        ",task_memcg=",
        "/qemu.slice/",
        ".scope",
        "Out of memory: ",
        "Killed process ",
        " (",
        ")",
        "\u{e9}",
        "\\x",
    ]);
    prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is written under whatever name, a reader goes on, and an entry that no trusted program wrote
    /// tells nothing.
    #[test]
    fn no_entry_stops_the_reading(entries in prop::collection::vec((messages(), 0..4_u8), 1..20)) {
        let mut host = Host::new();
        for (message, writer) in entries {
            let record = match writer {
                0 => pve_line("pve-guests", &message),
                1 => Record { is_kernel: true, ..line("kernel", &message) },
                2 => Record { about_unit: Text::name(&message), ..about("", STARTED, "") },
                _ => Record { uid: Some(1000), ..line("pvedaemon", &message) },
            };
            let seen = host.sees(&record);
            prop_assert!(writer < 3 || seen.is_none(), "{seen:?}");
        }
    }
}
