//! Lines of task files. Pure: text in, value out.

use std::str::FromStr;

pub use super::error::NotATaskLine;
use crate::task::TaskStatus;
use crate::upid::Upid;

/// A task that has ended, as a line of `index` says: `<UPID> <end> <status>`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexLine {
    /// The task.
    pub upid: Upid,
    /// When it was seen to have ended, in seconds of Unix time.
    pub ended: u32,
    /// How it ended.
    pub status: TaskStatus,
}

/// A task, as a line of `active` says: `<UPID> <0|1>`, and `<end> <status>` if it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActiveLine {
    /// The task.
    pub upid: Upid,
    /// Whether it has been written to the index.
    pub is_saved: bool,
    /// When it was seen to have ended, in seconds of Unix time, and how; `None` if it was seen to run.
    pub end: Option<(u32, TaskStatus)>,
}

impl FromStr for IndexLine {
    type Err = NotATaskLine;

    fn from_str(line: &str) -> Result<Self, NotATaskLine> {
        let (upid, rest) = split(line);
        let upid = upid.parse()?;
        let (ended, status) = end(rest)?;
        if status == TaskStatus::Unknown {
            return Err(NotATaskLine::Status);
        }
        Ok(Self { upid, ended, status })
    }
}

impl FromStr for ActiveLine {
    type Err = NotATaskLine;

    fn from_str(line: &str) -> Result<Self, NotATaskLine> {
        let (upid, rest) = split(line);
        let upid = upid.parse()?;
        let (flag, rest) = split(rest);
        let is_saved = match flag {
            "0" => false,
            "1" => true,
            _ => return Err(NotATaskLine::Flag),
        };
        let end = if rest.is_empty() { None } else { Some(end(rest)?) };
        Ok(Self { upid, is_saved, end })
    }
}

fn end(text: &str) -> Result<(u32, TaskStatus), NotATaskLine> {
    let (digits, status) = split(text);
    let is_time = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let time = u32::from_str_radix(digits, 16).ok().filter(|_| is_time);
    Ok((time.ok_or(NotATaskLine::End)?, TaskStatus::parse(status)))
}

/// The first word and what follows it.
fn split(text: &str) -> (&str, &str) {
    text.split_once(' ').map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use grace_core::Text;

    use super::*;
    use crate::upid::NotAnUpid;

    const TASK: &str = "UPID:pve:00000540:00000502:69D41F34:qmstart:1001:root@pam:";

    #[test]
    fn a_line_of_the_index_is_a_task_that_has_ended() {
        fn check(rest: &str, expected: Result<(u32, TaskStatus), NotATaskLine>) {
            let line = format!("{TASK}{rest}").parse::<IndexLine>();
            assert_eq!(line.map(|line| (line.ended, line.status)), expected, "{rest}");
        }
        let error = |words: &str| TaskStatus::Error(Text::new(words));
        check(" 69D41F37 OK", Ok((0x69D4_1F37, TaskStatus::Ok)));
        check(" 69D41F37 WARNINGS: 3", Ok((0x69D4_1F37, TaskStatus::Warnings(3))));
        check(" 69D41F37 unexpected status", Ok((0x69D4_1F37, TaskStatus::CutOff)));
        check(" 69d41f37 got timeout", Ok((0x69D4_1F37, error("got timeout"))));
        check(" 69D41F37  \ttabbed", Ok((0x69D4_1F37, error("tabbed"))));
        check(" 69D41F37 ", Err(NotATaskLine::Status));
        check(" 69D41F37", Err(NotATaskLine::Status));
        check(" 69D41F3 OK", Err(NotATaskLine::End));
        check(" +9D41F37 OK", Err(NotATaskLine::End));
        check(" 69D41FZZ OK", Err(NotATaskLine::End));
        check("", Err(NotATaskLine::End));
        check("x 69D41F37 OK", Err(NotATaskLine::Upid(NotAnUpid::End)));
    }

    #[test]
    fn a_line_of_the_active_tasks_says_whether_it_runs() {
        fn check(rest: &str, expected: Result<(bool, Option<u32>), NotATaskLine>) {
            let line = format!("{TASK}{rest}").parse::<ActiveLine>();
            let line = line.map(|line| (line.is_saved, line.end.map(|(ended, _)| ended)));
            assert_eq!(line, expected, "{rest}");
        }
        check(" 0", Ok((false, None)));
        check(" 1", Ok((true, None)));
        check(" 1 69D41F37 OK", Ok((true, Some(0x69D4_1F37))));
        check(" 0 69D41F37", Ok((false, Some(0x69D4_1F37))));
        check(" 2", Err(NotATaskLine::Flag));
        check("", Err(NotATaskLine::Flag));
        check(" 1 later", Err(NotATaskLine::End));
    }
}
