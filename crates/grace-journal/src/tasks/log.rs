//! What a task's own log says of its end.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::task::TaskStatus;
use crate::upid::Upid;

/// How much of a log's end is read, in bytes.
const TAIL: u64 = 8 * 1024;
/// How many of a log's lines explain an end.
const LINES: usize = 3;

/// Where a task's log is, by `PVE::UPID`: in a directory by the last digit of its start time.
pub(super) fn path(directory: &Path, upid: &Upid) -> PathBuf {
    directory.join(format!("{:X}", upid.unix_time & 0xF)).join(upid.as_str())
}

/// What the log at `path` says of this end. A log that cannot be read says nothing: the status is known
/// without it.
pub(super) fn reasons(path: &Path, status: &TaskStatus) -> String {
    let mut bytes = Vec::new();
    let is_cut = match tail(path, &mut bytes) {
        Ok(is_cut) => is_cut,
        Err(_unreadable) => return String::new(),
    };
    let text = String::from_utf8_lossy(&bytes);
    let whole = if is_cut { text.split_once('\n').map_or("", |(_, rest)| rest) } else { &text };
    explain(whole, status)
}

/// Reads a file's end, and returns whether it had more.
fn tail(path: &Path, to: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    file.take(TAIL).read_to_end(to)?;
    Ok(length > TAIL)
}

/// The lines of a log that explain how it ended: its warnings, or the last lines before its error.
fn explain(log: &str, status: &TaskStatus) -> String {
    let lines = log.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut kept: Vec<&str> = match status {
        TaskStatus::Warnings(_) => lines.filter_map(|line| line.strip_prefix("WARN: ")).collect(),
        TaskStatus::Error(reason) => {
            let before = lines.take_while(|line| !line.starts_with("TASK ERROR: "));
            let is_news = |line: &&str| {
                *line != "task started by HA resource agent" && *line != reason.as_str()
            };
            before.filter(is_news).collect()
        }
        _ => Vec::new(),
    };
    kept.drain(..kept.len().saturating_sub(LINES));
    kept.join("; ")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use grace_core::Text;

    use super::*;

    #[test]
    fn a_log_explains_the_end_of_its_task() {
        fn check(status: &str, log: &str, expected: &str) {
            assert_eq!(explain(log, &TaskStatus::parse(status)), expected, "{log}");
        }
        check(
            "startup for container '104' failed",
            "task started by HA resource agent\nrun_buffer: 571 Script exited with status 2\n\
             lxc_init: 845 Failed to run lxc.hook.pre-start for container \"104\"\n\n\
             TASK ERROR: startup for container '104' failed\n",
            "run_buffer: 571 Script exited with status 2; \
             lxc_init: 845 Failed to run lxc.hook.pre-start for container \"104\"",
        );
        check("no", "1\n2\n3\n4\nTASK ERROR: no\n", "2; 3; 4");
        check("no", "no\nTASK ERROR: no\n", "");
        check("no", "", "");
        check(
            "WARNINGS: 1",
            "WARN: old systemd (< v232) detected\nstarted\n\nTASK WARNINGS: 1\n",
            "old systemd (< v232) detected",
        );
        check("OK", "started\nTASK OK\n", "");
    }

    #[test]
    fn only_the_end_of_a_long_log_is_read() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("log");
        let long = format!("{}\nlast words\nTASK ERROR: no\n", "x".repeat(100_000));
        fs::write(&path, long).expect("it is ours");
        assert_eq!(reasons(&path, &TaskStatus::Error(Text::new("no"))), "last words");
        assert_eq!(reasons(&directory.path().join("none"), &TaskStatus::parse("no")), "");
    }

    #[test]
    fn a_log_lies_where_the_last_digit_of_its_start_says() {
        let upid: Upid =
            "UPID:n:00000540:00000502:69D41F3C:qmstart:1:root@pam:".parse().expect("an id");
        let path = path(Path::new("/tasks"), &upid);
        assert_eq!(path, Path::new("/tasks/C").join(upid.as_str()));
    }
}
