//! What a journalctl may do to a stream, and what becomes of it.

use std::path::Path;
use std::time::Duration;

use grace_core::{HostEvents as _, PortErrorKind, Uptime};
use grace_journal::JournalEvents;

use super::script::{Script, failure, next, told, until};

/// Waits, as one that follows does.
const WAIT: &str = "exec sleep 1000";

#[tokio::test]
async fn it_is_asked_for_this_boot_and_then_to_follow_from_the_last_entry() {
    let script = Script::new("entry 1; entry 2", &format!("entry 2; {WAIT}"));
    let mut events = script.events();
    assert_eq!(told(&mut events, 3).await, ["1", "2", "caught up"]);
    until(|| script.calls().len() == 2).await;
    let form = format!(
        "--directory={} --output=json --output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,\
         MESSAGE_ID,_TRANSPORT,_UID,UNIT,JOB_RESULT,UNIT_RESULT,SHUTDOWN,ACTION,NAME --all --no-pager",
        script.path("").display().to_string().trim_end_matches('/')
    );
    let expected =
        [format!("--boot=bb {form}"), format!("--boot=bb --follow --no-tail --cursor=2 {form}")];
    let is_match = |word: &&str| *word == "+" || (word.contains('=') && !word.starts_with("--"));
    let calls = script.calls();
    let without_matches = calls.iter().map(|call| {
        let words: Vec<&str> = call.split(' ').filter(|word| !is_match(word)).collect();
        words.join(" ")
    });
    assert_eq!(without_matches.collect::<Vec<_>>(), expected);
    // Only what may mean something is printed, so that a boot of months is read in moments.
    for call in &calls {
        assert!(call.contains(" _TRANSPORT=kernel + MESSAGE_ID="), "{call}");
        assert!(call.contains(" + SYSLOG_IDENTIFIER=pve-guests SYSLOG_IDENTIFIER="), "{call}");
    }
}

#[tokio::test]
async fn a_boot_in_which_nothing_has_happened_yet_is_no_error() {
    let script = Script::new(
        r#"[ -z "$probe" ] || entry 1"#,
        &format!("sleep 0.4; first news && entry 2; {WAIT}"),
    );
    let mut events = script.events().with_deadline(Duration::from_millis(200));
    assert_eq!(told(&mut events, 2).await, ["caught up", "2"]);
}

#[tokio::test]
async fn one_that_dies_after_each_entry_loses_none_and_repeats_none() {
    let script = Script::new(
        r#"entries "${cursor:-1}" $((${cursor:-0} + 1)); [ "$cursor" = 4 ] || kill -KILL $$"#,
        r#"entries "$cursor" $((cursor + 1)); kill -KILL $$"#,
    );
    let mut events = script.events();
    let expected = ["1", "2", "3", "4", "5", "caught up", "6", "7", "8"];
    assert_eq!(told(&mut events, 9).await, expected);
}

#[tokio::test]
async fn one_that_does_not_come_back_is_told_once_and_nothing_is_lost() {
    let script = Script::new(
        "entry 1",
        &format!("for n in 1 2 3; do first down$n && exit 7; done; entries 1 2; {WAIT}"),
    );
    let mut events = script.events();
    let found = told(&mut events, 4).await;
    assert_eq!(found[..2], ["1", "caught up"]);
    let gap = "gap: journalctl does not come back: exit status: 7 (";
    assert!(found[2].starts_with(gap), "{found:?}");
    assert_eq!(found[3], "2");
    assert_eq!(script.calls().len(), 5);
}

#[tokio::test]
async fn one_that_hangs_as_it_begins_to_follow_is_killed_and_started_again() {
    let script = Script::new("entry 1", &format!("first hung && {WAIT}; entry 1; entry 2; {WAIT}"));
    let mut events = script.events().with_deadline(Duration::from_millis(300));
    let found = told(&mut events, 4).await;
    assert!(found[2].contains("no answer within 300ms"), "{found:?}");
    assert_eq!(found[3], "2");
}

#[tokio::test]
async fn one_that_hangs_in_the_backlog_is_started_again_where_it_was() {
    let script = Script::new(
        &format!("first hung && {{ entries 1 2; {WAIT}; }}; entries $cursor 3"),
        &format!("entry 3; {WAIT}"),
    );
    let mut events = script.events().with_deadline(Duration::from_millis(500));
    assert_eq!(told(&mut events, 4).await, ["1", "2", "3", "caught up"]);
}

#[tokio::test]
async fn a_quiet_journal_is_not_taken_for_a_hanging_one() {
    let script = Script::new("entry 1", &format!("entry 1; sleep 0.6; entry 2; {WAIT}"));
    let mut events = script.events().with_deadline(Duration::from_millis(200));
    assert_eq!(told(&mut events, 3).await, ["1", "caught up", "2"]);
    assert_eq!(script.calls().len(), 2);
}

#[tokio::test]
async fn where_the_last_entry_is_gone_a_gap_says_so_and_the_rest_comes() {
    let script = Script::new("entries 1 3", &format!("entries 7 8; {WAIT}"));
    let mut events = script.events();
    let found = told(&mut events, 7).await;
    assert_eq!(found[..4], ["1", "2", "3", "caught up"]);
    assert!(
        found[4].starts_with("gap: journalctl: the entry that was read last is gone"),
        "{found:?}"
    );
    assert_eq!(found[5..], ["7", "8"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_named_up_to_a_bound_then_counted() {
    let script =
        Script::new("entry 1; yes garbage | head -n 55; entry 2", &format!("entry 2; {WAIT}"));
    let mut events = script.events();
    let found = told(&mut events, 16).await;
    assert_eq!(found[0], "1");
    let named = "gap: journalctl: an entry cannot be read: not an entry in JSON";
    assert!(found[1..11].iter().all(|gap| gap.starts_with(named)), "{found:?}");
    let expected = [
        "gap: journalctl: 20 entries cannot be read by now",
        "gap: journalctl: 40 entries cannot be read by now",
        "2",
        "gap: journalctl: 55 entries cannot be read by now",
        "caught up",
    ];
    assert_eq!(found[11..], expected);
}

#[tokio::test]
async fn what_cannot_be_read_is_not_told_again_by_the_next_child() {
    let script = Script::new(
        "entry 1; echo garbage; quiet 2; echo more",
        &format!("quiet 2; echo more; first died && kill -KILL $$; entry 3; {WAIT}"),
    );
    let mut events = script.events();
    let found = told(&mut events, 5).await;
    assert!(found[1].starts_with("gap: ") && found[2].starts_with("gap: "), "{found:?}");
    assert_eq!(
        (found[0].as_str(), &found[3..]),
        ("1", ["caught up", "3"].map(str::to_owned).as_slice())
    );
}

#[tokio::test]
async fn a_line_cut_by_death_comes_whole_from_the_next_child() {
    let script = Script::new(
        "entry 1",
        &format!(
            "entry 1; first died && {{ entry 2 | head -c 50; kill -KILL $$; }}; entry 2; {WAIT}"
        ),
    );
    let mut events = script.events();
    assert_eq!(told(&mut events, 3).await, ["1", "caught up", "2"]);
}

#[tokio::test]
async fn a_line_over_the_bound_spoils_only_itself() {
    let script = Script::new(
        "entry 1; yes | tr -d '\\n' | head -c 3000; echo; entry 2",
        &format!("entry 2; {WAIT}"),
    );
    let mut events = script.events().with_line_bound(1_000);
    let found = told(&mut events, 4).await;
    let gap =
        "gap: journalctl: an entry cannot be read: 3000 bytes long, more than the bound of 1000";
    assert_eq!(found, ["1", gap, "2", "caught up"]);
}

#[tokio::test]
async fn another_boots_entries_are_no_news() {
    let other = r#"entry 9 | sed s/bb/aa/"#;
    let script =
        Script::new(&format!("{other}; entry 1"), &format!("entry 1; {other}; entry 2; {WAIT}"));
    let mut events = script.events();
    assert_eq!(told(&mut events, 3).await, ["1", "caught up", "2"]);
}

#[tokio::test]
async fn without_a_boot_the_first_entrys_is_followed() {
    let script = Script::new("entry 1", &format!("entry 1; {WAIT}"));
    let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/journalctl");
    let mut events = JournalEvents::new().with_program(fake).with_directory(script.path(""));
    assert_eq!(told(&mut events, 2).await, ["1", "caught up"]);
    until(|| script.calls().len() == 2).await;
    let boots: Vec<_> = script.calls().iter().map(|call| call[..9].to_owned()).collect();
    assert_eq!(boots, ["--boot=0 ", "--boot=bb"]);
}

#[tokio::test]
async fn complaints_are_gaps_and_each_is_told_once() {
    let complain = "echo 'Journal file x.journal is truncated, ignoring file.' >&2";
    let script = Script::new(
        &format!("{complain}; entry 1"),
        &format!("{complain}; entry 1; first died && kill -KILL $$; entry 2; {WAIT}"),
    );
    let mut events = script.events();
    let found = told(&mut events, 4).await;
    let gap = "gap: journalctl: Journal file x.journal is truncated, ignoring file.";
    assert_eq!(found.iter().filter(|told| *told == gap).count(), 1, "{found:?}");
    let rest: Vec<_> = found.iter().filter(|told| *told != gap).collect();
    assert_eq!(rest, ["1", "caught up", "2"]);
}

#[tokio::test]
async fn one_that_ends_badly_after_all_entries_has_caught_up_and_says_so() {
    let script = Script::new("entries ${cursor:-1} 2; exit 1", &format!("entry 2; {WAIT}"));
    let mut events = script.events();
    assert_eq!(
        told(&mut events, 4).await,
        ["1", "2", "gap: journalctl: exit status: 1", "caught up"]
    );
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_is_an_error_and_tells_nothing() {
    async fn check(scenario: &str, kind: PortErrorKind, words: &str) {
        let script = Script::new(scenario, WAIT);
        let mut events = script.events().with_deadline(Duration::from_millis(500));
        let (told, error) = failure(&mut events).await;
        assert_eq!(told, [""; 0], "{scenario}");
        assert_eq!(error.kind(), kind, "{scenario}: {error}");
        assert!(error.to_string().starts_with(words), "{scenario}: {error}");
        // It stays so.
        assert_eq!(events.next().await.expect_err("still").kind(), kind);
        until(|| script.is_gone()).await;
    }
    let none = "No journal files were found.";
    let denied = "No journal files were opened due to insufficient permissions.";
    let hint = "Hint: You are currently not seeing messages from other users and the system.";
    for exit in [0, 1] {
        let say = |words: &str| format!("echo '{words}' >&2; exit {exit}");
        check(&say(none), PortErrorKind::Missing, none).await;
        check(&say(denied), PortErrorKind::PermissionDenied, denied).await;
    }
    // It goes on with what its user may see, which is not what happens on the host.
    check(&format!("echo '{hint}' >&2; entries 1 100"), PortErrorKind::PermissionDenied, hint)
        .await;
    check("", PortErrorKind::Missing, "no entry of this boot").await;
    check("echo '-- No entries --'", PortErrorKind::Missing, "no entry of this boot").await;
    check("entry 1 | sed s/bb/aa/", PortErrorKind::Missing, "no entry of this boot").await;
    check("kill -KILL $$", PortErrorKind::Other, "signal: 9 (SIGKILL)").await;
    check(WAIT, PortErrorKind::TimedOut, "no answer within 500ms").await;
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_named() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let program = directory.path().join("missing");
    let mut events = JournalEvents::new().with_program(&program);
    let error = next(&mut events).await.expect_err("no program");
    assert_eq!(error.kind(), PortErrorKind::Missing, "{error}");
    assert!(error.to_string().starts_with(&*program.to_string_lossy()), "{error}");
}

#[tokio::test]
async fn one_whose_permission_is_taken_away_is_told_and_comes_back() {
    let denied = "echo 'Failed to open /var/log/journal: Permission denied' >&2";
    let script = Script::new(
        "entry 1",
        &format!("first denied && {{ {denied}; exit 1; }}; entries 1 2; {WAIT}"),
    );
    let mut events = script.events();
    let found = told(&mut events, 4).await;
    assert!(found[2].contains("does not come back: Failed to open /var/log/journal"), "{found:?}");
    assert_eq!(found[3], "2");
}

#[tokio::test]
async fn dropping_it_leaves_no_process_and_no_zombie() {
    async fn check(script: Script, before: &[&str]) {
        let mut events = script.events();
        assert_eq!(told(&mut events, before.len()).await, before);
        until(|| script.calls().len() == before.len()).await;
        until(|| script.process().is_some_and(|process| process.exists())).await;
        drop(events);
        until(|| script.is_gone()).await;
    }
    check(Script::new(&format!("entry 1; {WAIT}"), ""), &["1"]).await;
    check(Script::new("entry 1", &format!("entry 1; {WAIT}")), &["1", "caught up"]).await;
}

#[tokio::test]
async fn a_slow_reader_makes_it_wait_and_misses_nothing() {
    const ALL: usize = 100_000;
    let script = Script::new(&format!("entries 1 {ALL}; touch printed"), WAIT);
    let mut events = script.events().with_queue(8);
    assert_eq!(told(&mut events, 1).await, ["1"]);
    // All that it would need to print them, if nothing held it up.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!script.path("printed").exists(), "it waits for its reader");
    let rest = told(&mut events, ALL).await;
    let expected = (2..=ALL).map(|number| number.to_string()).chain(["caught up".to_owned()]);
    assert!(rest.into_iter().eq(expected));
    assert!(script.path("printed").exists());
}

#[tokio::test]
async fn what_happens_after_a_sleep_lies_on_the_boot_timeline() {
    let sleep = r#"
        at() { printf '{"__CURSOR":"%s","_BOOT_ID":"bb","__MONOTONIC_TIMESTAMP":"%s","__REALTIME_TIMESTAMP":"%s",' "$1" "$2" "$3"; }
        at s 100000000 1700000100000000; echo '"MESSAGE_ID":"6bbd95ee977941e497c48be27c254128"}'
        at t 101000000 1700003701000000; echo '"MESSAGE_ID":"8811e6df2a8e40f58a94cea26f8ebf14"}'
    "#;
    let shutdown = r#"at u 110000000 1700003710000000
        echo '"_UID":"0","SYSLOG_IDENTIFIER":"systemd-logind","_SYSTEMD_UNIT":"systemd-logind.service","MESSAGE_ID":"98268866d1d54a499c4e98921d93bc40","SHUTDOWN":"reboot","MESSAGE":"System is rebooting."}'"#;
    let script = Script::new(&format!("{sleep} {shutdown}"), WAIT);
    let mut events = script.events();
    let shutdown = loop {
        let occurrence = next(&mut events).await.expect("the journal can be read");
        if occurrence.what.name() == "shutdown" {
            break occurrence;
        }
        assert_ne!(occurrence.what.name(), "caught-up");
    };
    // 9 s after it woke up, an hour asleep.
    assert_eq!(shutdown.at, Some(Uptime::from_secs(3_710)));
}
