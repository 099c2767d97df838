//! One message of each kind, with names that mean something to every markup.

use std::time::{Duration, SystemTime};

use grace_core::{
    Alert, BootId, BootIdentity, CategoryHealth, Check, Digest, DigestCause, Envelope, Event,
    Facts, Gap, GapKind, Grace, Guest, GuestAction, GuestKind, HealthSnapshot, HeldAlert,
    HeldState, JournalEntry, JournalExcerpt, Message, MessageId, Notice, Policy, Sequence,
    Severity, ShutdownKind, Start, Status, Text, Uptime,
};
use grace_notify::{Clock, Now};

pub(crate) fn secs(secs: u64) -> Uptime {
    Uptime::from_secs(secs)
}

/// The third message of a boot.
pub(crate) fn envelope(message: Message) -> Envelope {
    let boot = BootId::new("7fd95082-faf0-4e70-afba-5c0248f506c7");
    Envelope::new(MessageId::new(Some(boot), Sequence::new(3)), message)
}

pub(crate) fn web() -> Guest {
    Guest::new("100", "web", GuestKind::Vm)
}

/// A guest whose name is markup wherever it can be.
pub(crate) fn odd() -> Guest {
    Guest::new("101", "<b>my_*dns*.[x](y)&`z`@everyone~|#!</b>", GuestKind::Ct)
}

pub(crate) fn nas() -> Alert {
    Alert::new("storage", "nas_1", Severity::Critical, "NFS server <10.0.0.9> not responding")
}

pub(crate) fn notice(event: Event) -> Message {
    Message::Notice(Notice::single(event, secs(12)))
}

pub(crate) fn failed() -> Event {
    let reason = Text::new("start failed: can't lock file '/run/lock/lock-100.conf' - got timeout");
    Event::GuestFailed { guest: web(), action: GuestAction::Start, reason, at: None }
}

/// Each kind of message, under the name of its golden file.
pub(crate) fn messages() -> Vec<(&'static str, Message)> {
    vec![
        ("report-well", well()),
        ("report-failures", failures()),
        ("report-gaps", gaps()),
        ("guests", guests()),
        ("previous-boot", previous_boot()),
        ("event", notice(failed())),
        ("released", released()),
        ("recovery", notice(Event::Resolved(nas()))),
        ("shutdown", notice(Event::Shutdown(ShutdownKind::PowerOff))),
        ("reboot", notice(Event::Shutdown(ShutdownKind::Reboot))),
        ("cancelled", notice(Event::ShutdownCancelled)),
        ("test", Message::Test),
    ]
}

fn host() -> Grace {
    let identity = BootIdentity::new(BootId::new("7fd95082-faf0-4e70-afba-5c0248f506c7"));
    Grace::new(Policy::default(), Start::new(Some(secs(5)), identity))
}

fn report(host: &Grace, facts: Facts) -> Message {
    Message::StartupReport(Box::new(host.preview(secs(305), facts)))
}

fn facts(categories: Vec<CategoryHealth>, journal: JournalExcerpt) -> Facts {
    let mut facts = Facts::default();
    facts.health = Ok(HealthSnapshot::from_categories(categories));
    facts.journal = Ok(journal);
    facts.expected_guests = Ok(vec![web(), odd()]);
    facts.timestamp = Some(1_763_970_000);
    facts
}

pub(crate) fn well() -> Message {
    let mut host = host();
    host.handle_event(secs(30), Event::GuestStarted { guest: web(), at: None });
    host.handle_event(secs(40), Event::GuestStarted { guest: odd(), at: None });
    let health = vec![CategoryHealth::new("storage", Status::Ok, "")];
    report(&host, facts(health, JournalExcerpt::default()))
}

pub(crate) fn failures() -> Message {
    let mut host = host();
    host.handle_event(secs(30), failed());
    host.handle_event(secs(40), Event::Alert(nas()));
    let storage = [
        Check::new("nas_1", Status::Critical, "NFS server <10.0.0.9> not responding"),
        Check::new("/mnt/backup", Status::Warning, ""),
    ];
    let health = vec![CategoryHealth::from_checks("storage", storage.into())];
    let entry = |at, text| JournalEntry::new(text).written("kernel", secs(at));
    let mut journal = JournalExcerpt::default();
    journal.entries = vec![
        entry(20, "nfs: server nas_1 not responding, still trying"),
        entry(21, "* I/O error <dev sda>"),
    ];
    journal.total = 12;
    report(&host, facts(health, journal))
}

pub(crate) fn gaps() -> Message {
    let mut facts = facts(Vec::new(), JournalExcerpt::default());
    facts.health = Err(Gap::new(GapKind::HealthUnknown, "systemctl: no such file"));
    facts.journal = Err(Gap::new(GapKind::JournalUnreadable, "journalctl: permission denied"));
    facts.expected_guests = Err(Gap::new(GapKind::ExpectedGuestsUnknown, "no source knows"));
    report(&host(), facts)
}

pub(crate) fn guests() -> Message {
    let mut digest = Digest::new(DigestCause::GuestsStarted, secs(180));
    digest.started = vec![web(), odd()];
    Message::Digest(digest)
}

pub(crate) fn previous_boot() -> Message {
    let mut failing = HeldAlert::new(nas(), secs(12));
    failing.count = 3;
    failing.state = HeldState::Unverified;
    let mut digest = Digest::new(DigestCause::PreviousBoot, secs(20));
    digest.started = vec![web()];
    digest.stopped = vec![odd()];
    digest.alerts = vec![failing];
    digest.beyond = 4;
    Message::Digest(digest)
}

pub(crate) fn released() -> Message {
    let mut notice = Notice::single(Event::Alert(nas()), secs(300));
    notice.first_seen = Some(secs(12));
    notice.count = 3;
    Message::Notice(notice)
}

/// A digest far longer than any service takes.
pub(crate) fn long() -> Message {
    let mut digest = Digest::new(DigestCause::GuestsStarted, secs(180));
    let guest = |id: u32| Guest::new(id.to_string(), format!("gäst-{id}"), GuestKind::Vm);
    digest.started = (100..2100).map(guest).collect();
    Message::Digest(digest)
}

/// An event whose one line is longer than any service takes, once it is escaped.
pub(crate) fn wide() -> Message {
    let alert = Alert::new("storage", "nas", Severity::Critical, "\"<&_*😀".repeat(100));
    let mut digest = Digest::new(DigestCause::GraceEnded, secs(300));
    digest.alerts = vec![HeldAlert::new(alert, secs(12))];
    Message::Digest(digest)
}

/// A host that was up for 400 s at 21:04:05 on the 24th of November 2026.
pub(crate) fn clock() -> Clock {
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_554_245);
    Clock::new(move || Now { wall, uptime: Some(secs(400)) })
}
