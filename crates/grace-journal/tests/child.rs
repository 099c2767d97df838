//! What a journalctl may do, and what becomes of it. A script stands in for the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use grace_core::{
    BootId, GapKind, Journal as _, JournalExcerpt, JournalQuery, PortError, PortErrorKind, Priority,
};
use grace_journal::JournalctlJournal;
use tempfile::TempDir;

/// Prints the entries first, second, … of this boot.
const TWO: &str = r#"
echo '{"PRIORITY":"3","_BOOT_ID":"bb","MESSAGE":"first"}'
echo '{"PRIORITY":"3","_BOOT_ID":"bb","MESSAGE":"second"}'
"#;

/// A journalctl that does as it is told.
struct Script {
    directory: TempDir,
}

impl Script {
    fn new(scenario: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::write(directory.path().join("scenario"), scenario).expect("written");
        Self { directory }
    }

    fn journal(&self) -> JournalctlJournal {
        let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/journalctl");
        JournalctlJournal::new()
            .with_program(fake)
            .with_directory(self.directory.path())
            .with_boot(BootId::new("bb"))
    }

    async fn read(&self) -> Result<JournalExcerpt, PortError> {
        self.journal().excerpt(JournalQuery::default()).await
    }

    fn process(&self) -> Option<PathBuf> {
        let pid = fs::read_to_string(self.directory.path().join("pid")).ok()?;
        Some(Path::new("/proc").join(pid.trim()))
    }

    /// Whether the process has been started, has ended, and has been reaped.
    fn is_gone(&self) -> bool {
        self.process().is_some_and(|process| !process.exists())
    }
}

fn messages(excerpt: &JournalExcerpt) -> Vec<&str> {
    excerpt.entries.iter().map(|entry| entry.message.as_str()).collect()
}

/// The words of the gaps, all of which must be about an incomplete journal.
fn gaps(excerpt: &JournalExcerpt) -> Vec<&str> {
    assert!(excerpt.gaps.iter().all(|gap| gap.kind == GapKind::JournalIncomplete));
    excerpt.gaps.iter().map(|gap| gap.detail.as_str()).collect()
}

#[tokio::test]
async fn it_is_asked_for_this_boot_and_priority_as_json() {
    let script = Script::new(TWO);
    let excerpt = script.read().await.expect("two entries");
    assert_eq!(messages(&excerpt), ["first", "second"]);
    assert_eq!(gaps(&excerpt), [""; 0]);
    let calls = fs::read_to_string(script.directory.path().join("calls")).expect("written");
    let expected = format!(
        "--boot=bb --priority=err --directory={} --output=json \
         --output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT --all --no-pager\n",
        script.directory.path().display()
    );
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn it_complains_in_english_however_the_host_is_set_up() {
    let script = Script::new(&format!(r#"echo "$LC_ALL $SYSTEMD_LOG_LEVEL" > words {TWO}"#));
    script.read().await.expect("two entries");
    let words = fs::read_to_string(script.directory.path().join("words")).expect("written");
    assert_eq!(words, "C notice\n");
}

#[tokio::test]
async fn one_that_hangs_is_timed_out_and_killed() {
    let script = Script::new("exec sleep 1000");
    let journal = script.journal().with_deadline(Duration::from_millis(300));
    let error = journal.excerpt(JournalQuery::default()).await.expect_err("no answer");
    assert_eq!(error.kind(), PortErrorKind::TimedOut);
    assert!(error.to_string().starts_with("no answer within 300ms ("), "{error}");
    assert!(script.is_gone());
}

#[tokio::test]
async fn what_was_read_before_the_deadline_is_kept() {
    let script = Script::new(&format!("{TWO} exec sleep 1000"));
    let journal = script.journal().with_deadline(Duration::from_millis(300));
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("two entries");
    assert_eq!(messages(&excerpt), ["first", "second"]);
    assert_eq!(
        gaps(&excerpt),
        ["journalctl did not end within 300ms: what follows its first 2 entries is missing"]
    );
    assert!(script.is_gone());
}

#[tokio::test]
async fn one_whose_reader_goes_away_leaves_no_process_and_no_zombie() {
    let script = Script::new("exec sleep 1000");
    let journal = script.journal();
    let reading = tokio::spawn(async move { journal.excerpt(JournalQuery::default()).await });
    until(|| script.process().is_some_and(|process| process.exists())).await;
    reading.abort();
    assert!(reading.await.expect_err("aborted").is_cancelled());
    until(|| script.is_gone()).await;
}

#[tokio::test]
async fn of_a_flood_the_first_entries_and_the_very_last_are_read() {
    let script = Script::new(
        r#"
        if [ "$reverse" ]; then
            echo '{"PRIORITY":"2","MESSAGE":"the last"}'
            echo '{"PRIORITY":"2","MESSAGE":"the last but one"}'
        else
            exec yes '{"PRIORITY":"3","MESSAGE":"flood"}'
        fi"#,
    );
    let journal = script.journal().with_output_bound(1024 * 1024);
    let query = JournalQuery::new(Priority::ERR, 3, 2);
    let excerpt = journal.excerpt(query).await.expect("entries");
    let expected = ["flood", "flood", "flood", "the last but one", "the last"];
    assert_eq!(messages(&excerpt), expected);
    let lines = (1024 * 1024_u64).div_ceil(35);
    assert_eq!(excerpt.total, lines);
    let words = format!(
        "journalctl printed more than 1048576 bytes: what lies between its first {lines} entries \
         and the last is not counted"
    );
    assert_eq!(gaps(&excerpt).last().copied(), Some(words.as_str()));
    assert!(script.is_gone());
}

#[tokio::test]
async fn of_a_flood_whose_end_cannot_be_read_the_beginning_is_kept() {
    let script = Script::new(
        r#"
        if [ "$reverse" ]; then exit 1; fi
        exec yes '{"PRIORITY":"3","MESSAGE":"flood"}'"#,
    );
    let journal = script.journal().with_output_bound(1024 * 1024);
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("entries");
    assert_eq!(excerpt.entries.len(), 50);
    let gaps = gaps(&excerpt);
    let words = gaps.last().expect("the journal is incomplete");
    assert!(words.starts_with("journalctl printed more than 1048576 bytes"), "{words}");
    assert!(words.contains("exit status: 1 ("), "{words}");
}

#[tokio::test]
async fn a_line_without_end_is_one_entry_that_cannot_be_read() {
    let script = Script::new(r"exec tr '\0' x < /dev/zero");
    let journal = script.journal().with_output_bound(1_000_000).with_line_bound(1000);
    let excerpt = journal.excerpt(JournalQuery::default()).await.expect("one gap");
    assert_eq!((excerpt.entries.len(), excerpt.total), (0, 1));
    let gaps = gaps(&excerpt);
    assert!(gaps[0].ends_with("bytes long, more than the bound of 1000"), "{gaps:?}");
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    assert!(script.is_gone());
}

#[tokio::test]
async fn a_flood_of_complaints_neither_blocks_it_nor_fills_the_report() {
    let script = Script::new(&format!("yes complaint | head -c 1000000 >&2 {TWO}"));
    let excerpt = script.read().await.expect("two entries");
    assert_eq!(messages(&excerpt), ["first", "second"]);
    let gaps = gaps(&excerpt);
    assert_eq!(gaps.len(), 1);
    assert!(gaps[0].starts_with("journalctl: complaint complaint"), "{gaps:?}");
    assert!(gaps[0].len() < 1100, "{gaps:?}");
}

#[tokio::test]
async fn a_line_cut_short_spoils_only_itself() {
    let script = Script::new(&format!("{TWO} printf '%s' '{{\"PRIORITY\":\"3\",\"MESS'"));
    let excerpt = script.read().await.expect("two entries");
    assert_eq!(messages(&excerpt), ["first", "second"]);
    assert_eq!(excerpt.total, 3);
    let gaps = gaps(&excerpt);
    assert_eq!(gaps.len(), 1);
    assert!(gaps[0].starts_with("journalctl: entry 3: not an entry in JSON: EOF"), "{gaps:?}");
}

#[tokio::test]
async fn one_that_ignores_what_it_was_asked_is_not_believed() {
    let script = Script::new(&format!(
        r#"{TWO}
        echo '{{"PRIORITY":"3","_BOOT_ID":"aa","MESSAGE":"another boot"}}'
        echo '{{"PRIORITY":"6","_BOOT_ID":"bb","MESSAGE":"all is well"}}'"#
    ));
    let excerpt = script.read().await.expect("two entries");
    assert_eq!(messages(&excerpt), ["first", "second"]);
    assert_eq!(excerpt.total, 2);
}

#[tokio::test]
async fn entries_and_complaints_make_an_excerpt_with_gaps() {
    async fn check(scenario: &str, expected: &[&str]) {
        let excerpt = Script::new(&format!("{TWO}{scenario}")).read().await;
        let excerpt = excerpt.unwrap_or_else(|error| panic!("{scenario}: {error}"));
        assert_eq!(messages(&excerpt), ["first", "second"], "{scenario}");
        assert_eq!(gaps(&excerpt), expected, "{scenario}");
    }
    check("", &[]).await;
    check("exit 1", &["journalctl: exit status: 1 after 2 entries"]).await;
    check("kill -SEGV $$", &["journalctl: signal: 11 (SIGSEGV) after 2 entries"]).await;
    check(
        "echo 'Journal file x.journal is truncated, ignoring file.' >&2",
        &["journalctl: Journal file x.journal is truncated, ignoring file."],
    )
    .await;
    check(
        "printf 'Hint: You are currently not seeing messages from other users and the system.\\n    \
         Pass -q to turn off this notice.\\n' >&2",
        &["journalctl: Hint: You are currently not seeing messages from other users and the \
           system. Pass -q to turn off this notice."],
    )
    .await;
}

#[tokio::test]
async fn no_entries_are_an_error_if_the_journal_cannot_be_read() {
    async fn check(scenario: &str, kind: PortErrorKind, words: &str) {
        let error = match Script::new(scenario).read().await {
            Err(error) => error,
            Ok(excerpt) => panic!("{scenario}: {excerpt:?}"),
        };
        assert_eq!(error.kind(), kind, "{scenario}: {error}");
        assert!(error.to_string().starts_with(words), "{scenario}: {error}");
    }
    let none = "No journal files were found.";
    let denied = "No journal files were opened due to insufficient permissions.";
    let hint = "Hint: You are currently not seeing messages from other users and the system.";
    // The exit status of these differs from version to version.
    for exit in [0, 1] {
        let say = |words: &str| format!("echo '{words}' >&2; exit {exit}");
        check(&say(none), PortErrorKind::Missing, none).await;
        check(&say(denied), PortErrorKind::PermissionDenied, denied).await;
        check(&say(hint), PortErrorKind::PermissionDenied, hint).await;
    }
    check(
        "echo 'out of memory' >&2; exit 1",
        PortErrorKind::Other,
        "out of memory: exit status: 1 (",
    )
    .await;
    check("kill -KILL $$", PortErrorKind::Other, "signal: 9 (SIGKILL)").await;
    // It ends well, says nothing, and has nothing: systemd does so where no journal is kept.
    check("", PortErrorKind::Missing, "no entry of this boot").await;
    check("echo '-- No entries --'", PortErrorKind::Missing, "no entry of this boot").await;
}

#[tokio::test]
async fn no_entries_are_none_if_the_journal_has_any_of_this_boot() {
    let scenario = r#"
        echo '-- No entries --'
        if [ "$probe" ]; then echo '{"PRIORITY":"6","_BOOT_ID":"bb","MESSAGE":"well"}'; fi"#;
    let excerpt = Script::new(scenario).read().await.expect("an empty excerpt");
    assert_eq!(excerpt, JournalExcerpt::default());
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_named() {
    async fn check(program: &Path, kind: PortErrorKind) {
        let journal = JournalctlJournal::new().with_program(program);
        let error = journal.excerpt(JournalQuery::default()).await.expect_err("no program");
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().starts_with(&*program.to_string_lossy()), "{error}");
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    check(&directory.path().join("missing"), PortErrorKind::Missing).await;
    let plain = directory.path().join("not-executable");
    fs::write(&plain, "").expect("written");
    check(&plain, PortErrorKind::PermissionDenied).await;
}

/// Waits for what the kernel does in its own time.
async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("within ten seconds");
}
