//! The task files of Proxmox VE, written to a real directory and watched by the real kernel.

mod tasks {
    pub(crate) mod pve;
    pub(crate) mod random;
}

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use grace_core::{
    Event, Happening, HostEvents as _, Note, Occurrence, PortErrorKind, Signal, Uptime,
};
use grace_journal::{Classifier, Record, Rules, TaskEvents};
use grace_sim::contract::events::HostEventsSubject;

use self::tasks::pve::{BOOTED, INDEX, Pve, backlog, guest, index_line, next, task, told};

impl HostEventsSubject for Pve {
    type Port = TaskEvents;

    async fn happen(&self, number: u32) {
        let upid = self.task("qmstart", &number.to_string(), 100 + u64::from(number));
        self.begin(&upid);
        self.end(&upid, "OK");
    }

    async fn happened_before(&self, number: u32) -> bool {
        let uptime = 100 + u64::from(number);
        self.append(&index_line(&task("qmstart", "7", uptime, BOOTED - 86_400), "OK"));
        true
    }

    async fn garble(&self) -> bool {
        self.append("no task at all\n");
        true
    }

    async fn interrupt(&self) -> bool {
        self.rotate();
        true
    }

    async fn open(&self) -> TaskEvents {
        Pve::open(self)
    }

    fn number(&self, seen: &Occurrence) -> Option<u32> {
        // A task that is seen to run is told too; the thing of the test is its end.
        matches!(seen.what, Happening::Event(_)).then(|| guest(seen)?.parse().ok())?
    }

    fn unreadable(&self) -> Vec<TaskEvents> {
        let odd = self.directory().join("odd");
        fs::create_dir_all(odd.join("index")).expect("a directory");
        vec![self.open_at(&self.directory().join("missing")), self.open_at(&odd)]
    }
}

mod contract {
    use super::Pve;

    grace_sim::contract!(events, Some(Pve::new()));
}

#[tokio::test]
async fn a_task_is_told_when_it_begins_and_when_it_ends() {
    let pve = Pve::new();
    let mut source = pve.open();
    assert_eq!(backlog(&mut source).await, []);
    let upid = pve.task("startall", "", 20);
    pve.begin(&upid);
    let begun = told(&mut source).await;
    assert_eq!(begun.what, Happening::Signal(Signal::SweepStarted));
    assert_eq!(begun.at, Some(Uptime::from_secs(20)));
    pve.end(&upid, "OK");
    let ended = told(&mut source).await;
    assert_eq!(ended.what, Happening::Signal(Signal::SweepFinished));
    assert_eq!(ended.at, Some(Uptime::from_secs(23)));
}

#[tokio::test]
async fn tasks_that_run_when_the_files_are_opened_are_told_to_have_begun() {
    let pve = Pve::new();
    pve.begin(&pve.task("stopall", "", 400));
    // The host went down under this one, long ago.
    pve.begin(&task("qmstart", "100", 400, BOOTED - 86_400));
    let seen = backlog(&mut pve.open()).await;
    let seen: Vec<_> = seen.into_iter().map(|seen| seen.what).collect();
    assert_eq!(seen, [Happening::Note(Note::GuestsStopping)]);
}

#[tokio::test]
async fn what_had_happened_comes_oldest_first_from_both_generations() {
    let pve = Pve::new();
    pve.end(&pve.task("qmstart", "1", 10), "OK");
    pve.rotate();
    // What ended since the last look is written newest first.
    pve.append(&index_line(&pve.task("qmstart", "3", 30), "OK"));
    pve.append(&index_line(&pve.task("qmstart", "2", 20), "OK"));
    let seen = backlog(&mut pve.open()).await;
    assert_eq!(seen.iter().map(guest).collect::<Vec<_>>(), [Some("1"), Some("2"), Some("3")]);
}

#[tokio::test]
async fn a_failure_says_what_the_tasks_log_says() {
    async fn check(status: &str, log: &str, expected: &str) {
        let pve = Pve::new();
        let upid = pve.task("vzstart", "104", 30);
        pve.log(&upid, log);
        pve.end(&upid, status);
        let seen = backlog(&mut pve.open()).await;
        let [Occurrence { what: Happening::Event(event), .. }] = seen.as_slice() else {
            panic!("one event, not {seen:?}");
        };
        let (Event::GuestFailed { reason, .. } | Event::GuestWarned { reason, .. }) = event else {
            panic!("a failure or a warning, not {event:?}");
        };
        assert_eq!(reason, expected);
    }
    check(
        "startup for container '104' failed",
        "lxc_init: 845 Failed to run lxc.hook.pre-start\n\nTASK ERROR: startup for container '104' failed\n",
        "startup for container '104' failed: lxc_init: 845 Failed to run lxc.hook.pre-start",
    )
    .await;
    check("WARNINGS: 1", "WARN: old systemd\n\nTASK WARNINGS: 1\n", "1 warning: old systemd").await;
    check("unexpected status", "half a line", "the task was cut off before it ended").await;
}

#[tokio::test]
async fn a_task_that_the_host_went_down_under_is_no_failure_of_this_boot() {
    let pve = Pve::new();
    let upid = task("qmshutdown", "100", 400, BOOTED - 86_400);
    // PVE sees only now, in the next boot, that the task is over.
    pve.append(&format!("{upid} {:08X} unexpected status\n", BOOTED + 60));
    assert_eq!(backlog(&mut pve.open()).await, []);
}

#[tokio::test]
async fn tasks_on_both_sides_of_a_set_clock_are_of_this_boot() {
    let pve = Pve::new();
    let mut source = pve.open();
    backlog(&mut source).await;
    pve.end(&pve.task("qmstart", "1", 10), "OK");
    assert_eq!(guest(&told(&mut source).await), Some("1"));
    let before = pve.task("qmstart", "2", 20);
    pve.set_clock_forward(86_400);
    pve.end(&before, "OK");
    assert_eq!(guest(&told(&mut source).await), Some("2"));
    pve.end(&pve.task("qmstart", "3", 30), "OK");
    assert_eq!(guest(&told(&mut source).await), Some("3"));
}

#[tokio::test]
async fn a_line_is_read_when_it_is_whole() {
    let pve = Pve::new();
    let mut source = pve.open();
    backlog(&mut source).await;
    let line = index_line(&pve.task("qmstart", "1", 10), "got timeout");
    let (head, tail) = line.split_at(line.len() - 5);
    pve.append(head);
    // A task that is told to have begun shows that the half line was seen.
    pve.begin(&pve.task("qmstart", "9", 90));
    assert_eq!(guest(&told(&mut source).await), Some("9"));
    pve.append(tail);
    let Happening::Event(Event::GuestFailed { reason, .. }) = told(&mut source).await.what else {
        panic!("the task failed");
    };
    assert_eq!(reason, "got timeout");
}

#[tokio::test]
async fn a_file_that_is_put_back_is_not_told_again() {
    let pve = Pve::new();
    let mut source = pve.open();
    backlog(&mut source).await;
    pve.end(&pve.task("qmstart", "1", 10), "OK");
    assert_eq!(guest(&told(&mut source).await), Some("1"));
    let text = fs::read(pve.path("index")).expect("it is there");
    fs::remove_file(pve.path("index")).expect("it is ours");
    fs::write(pve.path("index"), text).expect("it is ours");
    pve.end(&pve.task("qmstart", "2", 20), "OK");
    assert_eq!(guest(&told(&mut source).await), Some("2"));
}

#[tokio::test]
async fn a_file_that_is_cut_is_read_from_its_start() {
    let pve = Pve::new();
    let mut source = pve.open();
    backlog(&mut source).await;
    pve.end(&pve.task("qmstart", "1", 10), "OK");
    assert_eq!(guest(&told(&mut source).await), Some("1"));
    let file = OpenOptions::new().write(true).open(pve.path("index")).expect("it is ours");
    file.set_len(0).expect("it is cut");
    // As long as what was there before, so that its length does not tell.
    pve.end(&pve.task("qmstart", "2", 20), "OK");
    assert_eq!(guest(&told(&mut source).await), Some("2"));
}

#[tokio::test]
async fn a_directory_that_goes_and_comes_back_is_read_on() {
    let pve = Pve::new();
    let mut source = pve.open();
    backlog(&mut source).await;
    fs::remove_dir_all(pve.directory()).expect("it is ours");
    assert_eq!(told(&mut source).await.what.name(), "gap");
    fs::create_dir(pve.directory()).expect("it is ours");
    pve.end(&pve.task("qmstart", "1", 10), "OK");
    assert_eq!(guest(&told(&mut source).await), Some("1"));
    let away = pve.directory().with_extension("away");
    fs::rename(pve.directory(), &away).expect("it is ours");
    assert_eq!(told(&mut source).await.what.name(), "gap");
    fs::rename(&away, pve.directory()).expect("it is ours");
    pve.end(&pve.task("qmstart", "2", 20), "OK");
    assert_eq!(guest(&told(&mut source).await), Some("2"));
}

#[tokio::test]
async fn a_directory_that_goes_with_all_that_would_tell_of_its_return_is_an_error() {
    let pve = Pve::new();
    let mut source = pve.open();
    backlog(&mut source).await;
    let above = pve.directory().parent().expect("it has one").to_owned();
    fs::remove_dir_all(above).expect("it is ours");
    let error = loop {
        match next(&mut source).await {
            Ok(seen) => assert_eq!(seen.what.name(), "gap"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), PortErrorKind::Missing);
    assert_eq!(next(&mut source).await.expect_err("it stays so").kind(), PortErrorKind::Missing);
}

#[tokio::test]
async fn a_host_without_proxmox_ve_has_no_task_files() {
    let pve = Pve::new();
    let mut source = pve.open_at(&pve.path("missing"));
    assert_eq!(source.name(), "tasks");
    let error = next(&mut source).await.expect_err("there are none");
    assert_eq!(error.kind(), PortErrorKind::Missing);
    assert!(error.to_string().contains("missing"), "{error}");
}

#[tokio::test]
async fn an_index_that_may_not_be_read_is_an_error() {
    let pve = Pve::new();
    pve.append("");
    fs::set_permissions(pve.path("index"), Permissions::from_mode(0o000)).expect("it is ours");
    if fs::metadata(pve.directory()).expect("it is there").uid() == 0 {
        println!("skipped: root may read everything");
        return;
    }
    let error = next(&mut pve.open()).await.expect_err("it may not be read");
    assert_eq!(error.kind(), PortErrorKind::PermissionDenied);
}

#[tokio::test]
async fn a_damaged_list_of_active_tasks_is_one_gap() {
    let pve = Pve::new();
    fs::write(pve.path("active"), "nothing\n\nnothing of the kind\n").expect("it is ours");
    let mut source = pve.open();
    let seen = backlog(&mut source).await;
    let [Occurrence { what: Happening::Gap(gap), .. }] = seen.as_slice() else {
        panic!("one gap, not {seen:?}");
    };
    assert!(gap.detail.contains("active: 2 lines of no task"), "{gap}");
    pve.append(&index_line(&pve.task("qmstart", "1", 10), "OK"));
    assert_eq!(guest(&told(&mut source).await), Some("1"));
}

#[tokio::test]
async fn an_index_that_was_renamed_too_often_at_once_is_a_gap() {
    let pve = Pve::new();
    let mut source = pve.open();
    backlog(&mut source).await;
    for number in 1..=3_u64 {
        pve.append(&index_line(&pve.task("qmstart", &number.to_string(), number), "OK"));
        pve.rotate();
    }
    let gap = told(&mut source).await;
    assert_eq!(gap.what.name(), "gap", "{gap:?}");
    assert_eq!(guest(&told(&mut source).await), Some("3"));
}

#[tokio::test]
async fn a_busy_host_fills_its_index_again_and_again_and_nothing_is_lost() {
    let pve = Pve::new();
    let mut source = pve.open();
    backlog(&mut source).await;
    let (mut renamed, mut wanted) = (0, 0);
    for number in 0..2_000_u64 {
        let was_full = fs::metadata(pve.path("index")).is_ok_and(|index| index.len() > INDEX - 120);
        pve.append(&index_line(&pve.task("qmstart", &number.to_string(), 10 + number), "OK"));
        if was_full {
            pve.rotate();
            renamed += 1;
        }
        // PVE appends to the index every some seconds; here it is read every some hundred lines.
        if number % 300 == 299 {
            while wanted <= number {
                assert_eq!(guest(&told(&mut source).await), Some(wanted.to_string().as_str()));
                wanted += 1;
            }
        }
    }
    assert!(renamed >= 2, "the index was renamed {renamed} times");
}

#[tokio::test]
async fn journal_and_task_files_tell_of_one_thing_under_one_identity() {
    async fn check(kind: &str, status: &str) {
        let pve = Pve::new();
        let upid = pve.task(kind, "100", 30);
        let mut source = pve.open();
        backlog(&mut source).await;
        let mut classifier = Classifier::new(Rules::default());
        let mut journal = |message: String| {
            let mut record = Record::default();
            record.identifier = "pvedaemon".into();
            record.unit = "pvedaemon.service".into();
            record.message = message.into();
            classifier.classify(&record).expect("it is told")
        };
        pve.begin(&upid);
        let begun = told(&mut source).await;
        let by_journal = journal(format!("<root@pam> starting task {upid}"));
        assert!(begun.identity.is_some(), "{kind}");
        assert_eq!((begun.identity, begun.at), (by_journal.identity, by_journal.at), "{kind}");
        assert_eq!(begun.what.name(), by_journal.what.name());
        pve.end(&upid, status);
        let ended = told(&mut source).await;
        let by_journal = journal(format!("<root@pam> end task {upid} {status}"));
        assert!(ended.identity.is_some(), "{kind} {status}");
        assert_eq!(ended.identity, by_journal.identity, "{kind} {status}");
        assert_eq!(ended.what.name(), by_journal.what.name());
    }
    for kind in ["qmstart", "vzstart", "qmshutdown", "vzreboot", "qmigrate", "startall", "stopall"]
    {
        for status in ["OK", "WARNINGS: 2", "got timeout", "unexpected status"] {
            check(kind, status).await;
        }
    }
}
