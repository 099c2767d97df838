//! journalctl as a child process that ends in any case.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use grace_core::Text;
use tokio::io::{AsyncRead, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::error::JournalError;
use crate::lines::{Line, Lines};

/// How much of standard error is kept, in bytes.
const STDERR_BOUND: usize = 4096;
/// How long a child that was killed is waited for. One that hangs in the kernel, on a disk that does not
/// answer, is left to the runtime to reap.
const REAPING: Duration = Duration::from_secs(1);

/// A program and what it is called with.
#[derive(Debug, Clone)]
pub(crate) struct CommandLine {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
}

/// What a child may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// How long it may run.
    pub(crate) deadline: Duration,
    /// How much it may print, in bytes.
    pub(crate) output: u64,
    /// How long a line may be, in bytes.
    pub(crate) line: usize,
}

/// How a child's run went.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) end: End,
    /// What it said on standard error, its lines joined.
    pub(crate) stderr: Text,
}

/// How a child came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself.
    Exited(ExitStatus),
    /// It was killed at its deadline.
    TimedOut,
    /// It was killed because it printed too much.
    OutputBound,
}

/// Runs a command and hands each line that it prints to `on_line`.
///
/// The child is gone when this returns, and is killed when the future is dropped.
pub(crate) async fn run(
    command: &CommandLine,
    bounds: &Bounds,
    on_line: impl FnMut(&Line<'_>),
) -> Result<Run, JournalError> {
    let mut child = command.spawn()?;
    let mut complaints = Vec::new();
    let whole = talk(&mut child, bounds, on_line, &mut complaints);
    let end = match timeout(bounds.deadline, whole).await {
        Ok(end) => end,
        Err(_elapsed) => Ok(End::TimedOut),
    };
    if !matches!(end, Ok(End::Exited(_))) {
        put_down(&mut child).await;
    }
    Ok(Run {
        end: end.map_err(|source| JournalError::Output { command: command.to_string(), source })?,
        stderr: one_line(&complaints),
    })
}

impl CommandLine {
    fn spawn(&self) -> Result<Child, JournalError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one child of this crate: bounded in time and output, killed on drop"
        )]
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            // Its complaints are matched: in English, without colours, and from notices on.
            .env("LC_ALL", "C")
            .env("SYSTEMD_COLORS", "0")
            .env("SYSTEMD_LOG_COLOR", "0")
            .env("SYSTEMD_LOG_LEVEL", "notice")
            .env("SYSTEMD_LOG_TARGET", "console")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
            .spawn()
            .map_err(|source| JournalError::Start { program: self.program.clone(), source })
    }
}

/// The command as it would be typed.
impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.program.display())?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", arg.display()))
    }
}

/// Hears the child out, both of its outputs at once so that it never waits for a reader.
async fn talk(
    child: &mut Child,
    bounds: &Bounds,
    on_line: impl FnMut(&Line<'_>),
    complaints: &mut Vec<u8>,
) -> io::Result<End> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let output = async {
        let all_read = match stdout {
            Some(stdout) => read_lines(stdout, bounds, on_line).await?,
            None => true,
        };
        if !all_read {
            child.start_kill()?;
        }
        Ok::<_, io::Error>(all_read)
    };
    let errors = async {
        match stderr {
            Some(stderr) => read_bounded(stderr, complaints).await,
            None => Ok(()),
        }
    };
    let (all_read, ()) = tokio::try_join!(output, errors)?;
    if !all_read {
        return Ok(End::OutputBound);
    }
    child.wait().await.map(End::Exited)
}

/// Reads lines to the end (`true`) or to the bound (`false`).
async fn read_lines(
    stdout: impl AsyncRead + Unpin,
    bounds: &Bounds,
    mut on_line: impl FnMut(&Line<'_>),
) -> io::Result<bool> {
    let mut lines = Lines::new(BufReader::with_capacity(64 * 1024, stdout), bounds.line);
    while lines.read() < bounds.output {
        match lines.next(bounds.output).await? {
            Some(line) => on_line(&line),
            None => return Ok(true),
        }
    }
    Ok(false)
}

/// Reads to the end and keeps the beginning.
async fn read_bounded(mut stderr: impl AsyncRead + Unpin, kept: &mut Vec<u8>) -> io::Result<()> {
    let mut chunk = [0; 1024];
    loop {
        let length = stderr.read(&mut chunk).await?;
        if length == 0 {
            return Ok(());
        }
        let room = STDERR_BOUND.saturating_sub(kept.len());
        kept.extend_from_slice(&chunk[..length.min(room)]);
    }
}

/// Kills the child and waits for its end, so that no zombie is left.
async fn put_down(child: &mut Child) {
    // What fails here is a child that has gone already, or one that the runtime reaps later.
    timeout(REAPING, child.kill()).await.ok();
}

fn one_line(stderr: &[u8]) -> Text {
    let text = String::from_utf8_lossy(stderr);
    let words: Vec<_> = text.split_whitespace().collect();
    Text::new(words.join(" "))
}
