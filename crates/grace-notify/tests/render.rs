//! What people read of each message.

use grace_core::{
    Alert, BootIdentity, Digest, DigestCause, Event, Facts, Grace, Guest, GuestAction, GuestKind,
    HeldAlert, HeldState, Message, Notice, Policy, Severity, ShutdownKind, Start, Text, Uptime,
};
use grace_notify::render;

fn web() -> Guest {
    Guest::new("100", "web", GuestKind::Vm)
}

fn dns() -> Guest {
    Guest::new("101", "dns", GuestKind::Ct)
}

fn nas() -> Alert {
    Alert::new("storage", "nas", Severity::Critical, "NFS server not responding")
}

fn secs(secs: u64) -> Uptime {
    Uptime::from_secs(secs)
}

#[track_caller]
fn check(message: Message, title: &str, body: &[&str]) {
    let rendered = render(&message);
    assert_eq!(rendered.title, title);
    assert_eq!(rendered.body.lines().collect::<Vec<_>>(), body, "{title}");
}

#[test]
fn one_event_is_one_sentence() {
    #[track_caller]
    fn check_event(event: Event, title: &str) {
        check(Message::Notice(Notice::single(event, secs(12))), title, &["at 12.000s after boot"]);
    }
    let failed = |action, reason| Event::GuestFailed {
        guest: web(),
        action,
        reason: Text::new(reason),
        at: None,
    };
    let warned = |action, reason| Event::GuestWarned {
        guest: dns(),
        action,
        reason: Text::new(reason),
        at: None,
    };
    check_event(Event::GuestStarted { guest: web(), at: None }, "VM web (100) started");
    check_event(Event::GuestStopped { guest: dns(), at: None }, "CT dns (101) stopped");
    check_event(
        failed(GuestAction::Start, "got timeout"),
        "VM web (100) failed to start: got timeout",
    );
    check_event(failed(GuestAction::Stop, ""), "VM web (100) failed to stop");
    check_event(
        warned(GuestAction::Start, "WARNINGS: 2"),
        "CT dns (101) started with warnings: WARNINGS: 2",
    );
    check_event(warned(GuestAction::Stop, ""), "CT dns (101) stopped with warnings");
    check_event(Event::Alert(nas()), "storage/nas: NFS server not responding (critical)");
    check_event(Event::Alert(Alert::new("cpu", "", Severity::Warning, "")), "cpu (warning)");
    check_event(
        Event::Resolved(Alert::new("storage", "nas", Severity::Info, "mounted again")),
        "Recovered: storage/nas: mounted again",
    );
    check_event(Event::ShutdownCancelled, "Shutdown cancelled");
    for (kind, title) in [
        (ShutdownKind::PowerOff, "Host is going down: power off"),
        (ShutdownKind::Reboot, "Host is going down: reboot"),
        (ShutdownKind::Halt, "Host is going down: halt"),
        (ShutdownKind::Kexec, "Host is going down: reboot into a loaded kernel"),
        (ShutdownKind::SoftReboot, "Host is going down: restart of user space"),
        (ShutdownKind::Unknown, "Host is going down"),
    ] {
        check_event(Event::Shutdown(kind), title);
    }
}

#[test]
fn an_event_that_was_held_or_repeated_says_so() {
    let mut notice = Notice::single(Event::Alert(nas()), secs(300));
    let title = "storage/nas: NFS server not responding (critical)";
    notice.count = 3;
    check(Message::Notice(notice.clone()), title, &["at 300.000s after boot, seen 3 times"]);
    notice.first_seen = Some(secs(12));
    check(
        Message::Notice(notice),
        title,
        &["at 300.000s after boot, held since 12.000s, seen 3 times"],
    );
}

#[test]
fn a_digest_of_one_kind_is_a_plain_list() {
    let mut digest = Digest::new(DigestCause::GuestsStarted, secs(180));
    digest.started = vec![web()];
    check(Message::Digest(digest.clone()), "1 guest started", &["VM web (100)"]);
    digest.started.push(dns());
    check(Message::Digest(digest.clone()), "2 guests started", &["VM web (100)", "CT dns (101)"]);
    digest.beyond = 12;
    check(
        Message::Digest(digest),
        "2 guests started, 12 events not listed",
        &["VM web (100)", "CT dns (101)", "and 12 more"],
    );
}

#[test]
fn a_digest_of_alerts_tells_since_when_and_what_became_of_each() {
    let mut failing = HeldAlert::new(nas(), secs(12));
    failing.count = 3;
    let link = Alert::new("network", "vmbr0", Severity::Warning, "link down");
    let mut unverified = HeldAlert::new(link.clone(), secs(20));
    unverified.state = HeldState::Unverified;
    let mut recovered = HeldAlert::new(link, secs(25));
    recovered.state = HeldState::Recovered;
    let mut digest = Digest::new(DigestCause::GraceEnded, secs(300));
    digest.alerts = vec![failing, unverified, recovered];
    digest.recovered = 1;
    check(
        Message::Digest(digest),
        "Grace period over: 3 alerts held, 1 alert recovered",
        &[
            "storage/nas: NFS server not responding (critical), held since 12.000s, seen 3 times",
            "network/vmbr0: link down (warning), held since 20.000s, could not be checked again",
            "Recovered: network/vmbr0: link down, held since 25.000s",
            "1 alert recovered",
        ],
    );
}

#[test]
fn a_digest_of_many_kinds_has_headings() {
    let mut digest = Digest::new(DigestCause::OutboxFull, secs(400));
    digest.started = vec![web()];
    digest.stopped = vec![dns(), web()];
    digest.alerts = vec![HeldAlert::new(nas(), secs(12))];
    digest.notices = vec![Notice::single(Event::ShutdownCancelled, secs(90))];
    digest.recovered = 2;
    digest.beyond = 1;
    check(
        Message::Digest(digest),
        "Could not be delivered one by one: 1 guest started, 2 guests stopped, 1 alert held, \
         2 alerts recovered, 1 single event, 1 event not listed",
        &[
            "Started:",
            "  VM web (100)",
            "Stopped:",
            "  CT dns (101)",
            "  VM web (100)",
            "Alerts:",
            "  storage/nas: NFS server not responding (critical), held since 12.000s",
            "Events:",
            "  Shutdown cancelled, at 90.000s after boot",
            "2 alerts recovered",
            "and 1 more",
        ],
    );
}

#[test]
fn a_digest_says_why_it_is_there() {
    for (cause, title) in [
        (DigestCause::GuestsStarted, "1 guest stopped"),
        (DigestCause::GraceEnded, "Grace period over: 1 guest stopped"),
        (DigestCause::ShutdownCancelled, "Shutdown cancelled: 1 guest stopped"),
        (DigestCause::ShutdownOverdue, "Host was to go down and still runs: 1 guest stopped"),
        (DigestCause::PreviousBoot, "Left untold by the boot before: 1 guest stopped"),
        (DigestCause::OutboxFull, "Could not be delivered one by one: 1 guest stopped"),
    ] {
        let mut digest = Digest::new(cause, secs(120));
        digest.stopped = vec![dns()];
        check(Message::Digest(digest), title, &["CT dns (101)"]);
    }
}

#[test]
fn a_digest_with_nothing_to_list_says_so() {
    let mut digest = Digest::new(DigestCause::GraceEnded, secs(300));
    check(Message::Digest(digest.clone()), "Grace period over: nothing to tell", &[]);
    digest.beyond = 7;
    check(
        Message::Digest(digest),
        "Grace period over: 7 events not listed",
        &["7 events not listed"],
    );
}

#[test]
fn a_startup_report_is_its_own_summary() {
    let mut host = Grace::new(Policy::default(), Start::new(Some(secs(5)), BootIdentity::UNKNOWN));
    let failed = Event::GuestFailed {
        guest: web(),
        action: GuestAction::Start,
        reason: Text::new("got timeout"),
        at: None,
    };
    host.handle_event(secs(30), failed);
    let report = host.preview(secs(305), Facts::default());
    let rendered = render(&Message::StartupReport(Box::new(report.clone())));
    assert_eq!(rendered.title, "System startup - 1 issue(s) detected");
    assert_eq!(format!("{}\n{}", rendered.title, rendered.body), report.summary());
    assert!(rendered.body.contains("web"), "{}", rendered.body);
}
