//! journalctl as a child process that ends in any case.

use std::ffi::OsString;
use std::fmt;
use std::future;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use grace_core::Text;
use tokio::io::{AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::select;
use tokio::time::timeout;

use crate::error::JournalError;
use crate::lines::{Line, Lines};

/// How much of its output is read at once, in bytes.
const OUTPUT_CHUNK: usize = 64 * 1024;
/// How much of standard error is kept, in bytes.
const STDERR_BOUND: usize = 4096;
/// How long a child that was killed is waited for. One that hangs in the kernel, on a disk that does not
/// answer, is left to the runtime to reap.
const REAPING: Duration = Duration::from_secs(1);

/// A program and what it is called with.
#[derive(Debug, Clone)]
pub(crate) struct CommandLine {
    pub(crate) program: PathBuf,
    /// What says which entries are meant.
    pub(crate) args: Vec<OsString>,
    /// What says how they are printed, and which of them mean anything. It is long, and no one who reads of the
    /// command needs it.
    pub(crate) details: Vec<String>,
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
    mut on_line: impl FnMut(&Line<'_>),
) -> Result<Run, JournalError> {
    let mut child = Running::start(command, bounds.line)?;
    let talk = async {
        while child.read() < bounds.output {
            match child.next(bounds.output).await? {
                Sign::Line => on_line(&child.line()),
                Sign::Words => {}
                Sign::Eof => return child.exit().await.map(End::Exited),
            }
        }
        Ok(End::OutputBound)
    };
    let end = match timeout(bounds.deadline, talk).await {
        Ok(end) => end,
        Err(_elapsed) => Ok(End::TimedOut),
    };
    if !matches!(end, Ok(End::Exited(_))) {
        child.put_down().await;
    }
    Ok(Run {
        end: end.map_err(|source| JournalError::Output { command: command.to_string(), source })?,
        stderr: one_line(&child.stderr.kept),
    })
}

/// A child that runs. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    stderr: Stderr,
}

/// What a child does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It has printed a line.
    Line,
    /// It has said something on standard error.
    Words,
    /// It prints nothing any more.
    Eof,
}

impl Running {
    /// Starts a child whose lines may be so long, in bytes.
    pub(crate) fn start(command: &CommandLine, line_bound: usize) -> Result<Self, JournalError> {
        let not_started = |source| JournalError::Start { program: command.program.clone(), source };
        let mut child = command.spawn().map_err(not_started)?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(not_started(io::Error::other("the child has no pipes")));
        };
        let stdout = BufReader::with_capacity(OUTPUT_CHUNK, stdout);
        Ok(Self { child, lines: Lines::new(stdout, line_bound), stderr: Stderr::new(stderr) })
    }

    /// How many bytes it has printed.
    pub(crate) const fn read(&self) -> u64 {
        self.lines.read()
    }

    /// The line it stands at, after [`Sign::Line`].
    pub(crate) fn line(&self) -> Line<'_> {
        self.lines.line()
    }

    /// Whether the line it stands at has no line end, because the child ended within it.
    pub(crate) const fn is_cut(&self) -> bool {
        self.lines.is_cut()
    }

    /// Waits for what it does next. A call that is given up loses nothing. Where it prints more than `most`
    /// bytes, its line ends there.
    ///
    /// Both of its outputs are read, so that it never waits for a reader. What it complains of before it prints
    /// a line is heard before the line, unless it complains without end.
    pub(crate) async fn next(&mut self, most: u64) -> io::Result<Sign> {
        let Self { lines, stderr, .. } = self;
        if stderr.is_full() {
            select! {
                printed = lines.advance(most) => printed.map(Sign::of),
                said = stderr.hear() => said.map(|()| Sign::Words),
            }
        } else {
            select! {
                biased;
                said = stderr.hear() => said.map(|()| Sign::Words),
                printed = lines.advance(most) => printed.map(Sign::of),
            }
        }
    }

    /// The whole lines that it has said on standard error since the last call, up to a bound.
    pub(crate) fn take_words(&mut self) -> Vec<Text> {
        self.stderr.take_lines()
    }

    /// Waits for its end, and hears the last of what it says.
    pub(crate) async fn exit(&mut self) -> io::Result<ExitStatus> {
        while self.stderr.is_open {
            self.stderr.hear().await?;
        }
        self.child.wait().await
    }

    /// Kills it and waits for its end, so that no zombie is left.
    pub(crate) async fn put_down(&mut self) {
        // What fails here is a child that has gone already, or one that the runtime reaps later.
        timeout(REAPING, self.child.kill()).await.ok();
    }
}

impl Sign {
    const fn of(is_line: bool) -> Self {
        if is_line { Self::Line } else { Self::Eof }
    }
}

/// A child's standard error, of which the beginning is kept.
#[derive(Debug)]
struct Stderr {
    pipe: ChildStderr,
    is_open: bool,
    kept: Vec<u8>,
}

impl Stderr {
    const fn new(pipe: ChildStderr) -> Self {
        Self { pipe, is_open: true, kept: Vec::new() }
    }

    const fn is_full(&self) -> bool {
        self.kept.len() >= STDERR_BOUND
    }

    /// Waits for words or their end; after that, for ever.
    async fn hear(&mut self) -> io::Result<()> {
        if !self.is_open {
            return future::pending().await;
        }
        let mut chunk = [0; 1024];
        let length = self.pipe.read(&mut chunk).await?;
        self.is_open = length > 0;
        let room = STDERR_BOUND.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&chunk[..length.min(room)]);
        Ok(())
    }

    fn take_lines(&mut self) -> Vec<Text> {
        let is_over = self.is_full() || !self.is_open;
        let end = match self.kept.iter().rposition(|&byte| byte == b'\n') {
            _ if is_over => self.kept.len(),
            Some(end) => end + 1,
            None => return Vec::new(),
        };
        let lines: Vec<u8> = self.kept.drain(..end).collect();
        let lines = lines.split(|&byte| byte == b'\n').map(one_line);
        lines.filter(|line| !line.is_empty()).collect()
    }
}

impl CommandLine {
    fn spawn(&self) -> io::Result<Child> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one child of this crate: bounded in output, killed on drop, its time bounded by its owner"
        )]
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .args(&self.details)
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
        command.spawn()
    }
}

/// The command as it would be typed by someone who wants to see for themselves.
impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.program.display())?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", arg.display()))
    }
}

fn one_line(stderr: &[u8]) -> Text {
    let text = String::from_utf8_lossy(stderr);
    let words: Vec<_> = text.split_whitespace().collect();
    Text::new(words.join(" "))
}
