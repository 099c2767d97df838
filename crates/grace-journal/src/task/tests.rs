//! What each type of task means when it begins and when it ends.

use grace_core::Uptime;

use super::*;

/// What a task of this type and id means, in a line each for its beginning and its end.
fn meaning(kind: &str, id: &str, status: &str, initiator: Initiator) -> (String, String) {
    let upid = format!("UPID:pve:00000540:00000502:69D41F34:{kind}:{id}:root@pam:");
    let upid: Upid = upid.parse().expect("an id");
    let task = Task { upid: &upid, origin: Origin::Tasks, initiator };
    let words = |seen: Option<Occurrence>| seen.map_or_else(|| "-".to_owned(), |seen| words(&seen));
    (words(task.begun()), words(task.ended(&TaskStatus::parse(status), "")))
}

/// `guest-failed vm 100 start: the reason`
fn words(seen: &Occurrence) -> String {
    let mut words = seen.what.name().to_owned();
    let guest = match &seen.what {
        Happening::Event(event) => event.guest(),
        Happening::Note(note) => note.guest(),
        _ => None,
    };
    if let Some(guest) = guest {
        words += &format!(" {} {}", guest.kind.as_str(), guest.id);
        assert_eq!(guest.name, *guest.id.as_str(), "a task knows no name");
    }
    match &seen.what {
        Happening::Event(Event::GuestFailed { action, reason, .. })
        | Happening::Event(Event::GuestWarned { action, reason, .. }) => {
            words += &format!(" {}: {reason}", action.as_str());
        }
        Happening::Event(Event::Alert(alert)) => {
            words += &format!(" {}/{}: {}", alert.category, alert.key, alert.text);
        }
        _ => {}
    }
    words
}

#[test]
fn each_type_of_task_means_what_it_does_to_guests() {
    fn check(kind: &str, begun: &str, ended: &str) {
        let expected = (begun.to_owned(), ended.to_owned());
        assert_eq!(meaning(kind, "100", "OK", Initiator::Unknown), expected, "{kind}");
    }
    check("qmstart", "guest-starting vm 100", "guest-started vm 100");
    check("vzstart", "guest-starting ct 100", "guest-started ct 100");
    check("qmresume", "guest-starting vm 100", "guest-started vm 100");
    check("vzresume", "guest-starting ct 100", "guest-started ct 100");
    check("qmstop", "guest-stopping vm 100", "guest-stopped vm 100");
    check("qmshutdown", "guest-stopping vm 100", "guest-stopped vm 100");
    check("vzstop", "guest-stopping ct 100", "guest-stopped ct 100");
    check("vzshutdown", "guest-stopping ct 100", "guest-stopped ct 100");
    check("qmsuspend", "guest-stopping vm 100", "guest-stopped vm 100");
    check("qmreboot", "guest-stopping vm 100", "guest-started vm 100");
    check("vzreboot", "guest-stopping ct 100", "guest-started ct 100");
    check("qmigrate", "guest-migrating vm 100", "guest-migrated vm 100");
    check("vzmigrate", "guest-migrating ct 100", "guest-migrated ct 100");
    check("startall", "sweep-started", "sweep-finished");
    check("stopall", "guests-stopping", "guests-stopped");
    for kind in ["hastart", "hastop", "vzdump", "vncproxy", "aptupdate", "bulk-start", "qmclone"] {
        check(kind, "-", "-");
    }
}

#[test]
fn a_task_that_does_not_end_well_says_why() {
    fn check(kind: &str, status: &str, ended: &str) {
        assert_eq!(meaning(kind, "100", status, Initiator::Unknown).1, ended, "{kind} {status}");
    }
    check("qmstart", "VM 100 already running", "guest-failed vm 100 start: VM 100 already running");
    check(
        "vzstart",
        "startup for container '100' failed",
        "guest-failed ct 100 start: startup for container '100' failed",
    );
    check("qmstart", "WARNINGS: 1", "guest-warned vm 100 start: 1 warning");
    check("vzstop", "WARNINGS: 12", "guest-warned ct 100 stop: 12 warnings");
    check("qmreboot", "WARNINGS: 2", "guest-warned vm 100 start: 2 warnings");
    check("qmstart", "WARNINGS: many", "guest-failed vm 100 start: WARNINGS: many");
    check("qmshutdown", "got timeout", "guest-failed vm 100 stop: got timeout");
    check("qmreboot", "got timeout", "guest-failed vm 100 stop: got timeout");
    let cut = "guest-failed vm 100 start: the task was cut off before it ended";
    check("qmstart", "unexpected status", cut);
    check(
        "qmigrate",
        "migration aborted",
        "alert vms/migrate 100: VM 100 was not migrated: migration aborted",
    );
    check("startall", "no quorum", "sweep-finished");
    check("stopall", "unexpected status", "guests-stopped");
}

#[test]
fn an_end_without_a_status_is_one_of_a_guest_that_was_stopped() {
    fn check(kind: &str, ended: &str) {
        assert_eq!(meaning(kind, "100", "", Initiator::Unknown).1, ended, "{kind}");
    }
    check("qmshutdown", "guest-stopped vm 100");
    check("qmsuspend", "guest-stopped vm 100");
    check("qmstart", "-");
    check("qmreboot", "-");
    check("qmigrate", "-");
}

#[test]
fn a_task_about_no_guest_means_nothing() {
    assert_eq!(meaning("qmstart", "", "OK", Initiator::Person), ("-".to_owned(), "-".to_owned()));
}

#[test]
fn whoever_starts_a_guest_says_whether_the_host_does() {
    fn check(identifier: &str, autostart: Option<bool>) {
        let upid: Upid =
            "UPID:pve:00000540:00000502:69D41F34:qmstart:100:root@pam:".parse().expect("an id");
        let initiator = Initiator::of(identifier);
        let task = Task { upid: &upid, origin: Origin::Journal, initiator };
        let ended = task.ended(&TaskStatus::Ok, "").and_then(|seen| seen.event());
        let guest = ended.as_ref().and_then(Event::guest).expect("a guest");
        assert_eq!(guest.autostart, autostart, "{identifier}");
    }
    check("pve-guests", Some(true));
    check("pve-ha-lrm", None);
    check("anything", None);
    for program in ["pvedaemon", "pveproxy", "qm", "pct", "pvesh"] {
        check(program, Some(false));
    }
}

#[test]
fn a_beginning_is_dated_by_the_hosts_own_ticks() {
    let upid: Upid =
        "UPID:pve:000003E0:000005E8:654A4CB7:startall::root@pam:".parse().expect("an id");
    let task = Task { upid: &upid, origin: Origin::Tasks, initiator: Initiator::Unknown };
    assert_eq!(task.begun().and_then(|seen| seen.at), Some(Uptime::from_millis(15_120)));
}
