//! The task that owns journalctl: starts it, starts it again, and hands on what it tells.

use std::convert::Infallible;
use std::mem;
use std::process::ExitStatus;
use std::time::Duration;

use grace_core::{Occurrence, PortError, PortErrorKind, Text};
use tokio::sync::mpsc;
use tokio::task::consume_budget;
use tokio::time::{sleep, timeout};

use super::pauses::Pauses;
use super::translation::Translation;
use crate::child::{Bounds, CommandLine, Running, Sign};
use crate::classify::Classifier;
use crate::error::{JournalError, complaint};
use crate::journalctl::Journalctl;
use crate::{parse, probe};

/// How much is read of an answer of one entry, in bytes.
const PROBE: u64 = 64 * 1024 * 1024;
/// How long a child that prints no more is waited for.
const EXIT: Duration = Duration::from_secs(5);

/// What the stream tells, or why it ends.
pub(super) type Told = Result<Occurrence, PortError>;

/// What the task works with.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) journalctl: Journalctl,
    pub(super) translation: Translation,
    pub(super) pauses: Pauses,
    /// How long a child may be silent that is bound to print something.
    pub(super) silence: Duration,
    /// How long a line may be, in bytes.
    pub(super) line: usize,
    pub(super) told: mpsc::Sender<Told>,
    /// Whether the last child could not be used at all, which has been told.
    pub(super) is_out: bool,
}

/// What is asked of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// What the journal holds.
    Backlog,
    /// What is written to it from now on.
    News,
}

/// Why the stream ends.
enum Stop {
    Failed(JournalError),
    /// No one listens any more.
    Unheard,
}

/// Why a child is not heard out.
enum Break {
    Broken(JournalError),
    Stop(Stop),
}

/// A child that ended by itself.
struct Ended {
    command: String,
    status: ExitStatus,
    /// What it said on standard error.
    stderr: Text,
}

impl Reader {
    /// Tells what happens until no one listens, or until it is plain that the journal cannot be read.
    pub(super) async fn run(mut self) {
        if let Err(Stop::Failed(error)) = self.stream().await {
            // That no one listens is no reason to complain.
            self.told.send(Err(error.into())).await.ok();
        }
    }

    async fn stream(&mut self) -> Result<Infallible, Stop> {
        self.backlog().await?;
        self.translation.caught_up();
        self.tell().await?;
        self.pauses.reset();
        loop {
            let error = match self.attempt(Phase::News).await? {
                Ok(ended) => ended.error(),
                Err(error) => error,
            };
            self.pause(&error).await?;
        }
    }

    /// Reads what the journal holds. The first child is to prove that it can be read.
    async fn backlog(&mut self) -> Result<(), Stop> {
        loop {
            let is_first = !self.translation.has_read();
            let ended = self.attempt(Phase::Backlog).await?;
            let error = match ended {
                Ok(ended) if !self.translation.has_read() => {
                    self.believe_empty(ended).await.map_err(Stop::Failed)?;
                    return Ok(());
                }
                Ok(ended) if ended.status.success() => return Ok(()),
                Ok(ended)
                    if !is_first
                        && ended.status.code().is_some()
                        && !self.translation.heard().news =>
                {
                    // It says that something is wrong, twice, and has nothing more to show.
                    self.translation.complaint(&Text::new(ended.status.to_string()));
                    return Ok(());
                }
                Ok(ended) => ended.error(),
                Err(error) if !self.translation.has_read() || error.is_denial() => {
                    return Err(Stop::Failed(error));
                }
                Err(error) => error,
            };
            self.pause(&error).await?;
        }
    }

    /// Nothing that has happened means anything: whether the journal holds this boot all the same.
    async fn believe_empty(&mut self, ended: Ended) -> Result<(), JournalError> {
        if !ended.status.success() || !ended.stderr.is_empty() {
            return Err(ended.empty());
        }
        let bounds = Bounds { deadline: self.silence, output: PROBE, line: self.line };
        let boot = self.translation.boot().copied();
        probe::believe_empty(&self.journalctl, boot, &bounds).await?;
        self.translation.believe_empty();
        Ok(())
    }

    /// Waits before the next child, and tells if the one before was of no use.
    async fn pause(&mut self, error: &JournalError) -> Result<(), Stop> {
        let heard = self.translation.heard();
        if heard.news {
            self.pauses.reset();
        }
        if heard.line {
            self.is_out = false;
        } else if !mem::replace(&mut self.is_out, true) {
            self.translation.gap(format!("journalctl does not come back: {error}"));
            self.tell().await?;
        }
        sleep(self.pauses.next()).await;
        Ok(())
    }

    /// Hears a child to its end.
    async fn attempt(&mut self, phase: Phase) -> Result<Result<Ended, JournalError>, Stop> {
        let command = self.command(phase);
        self.translation.begin();
        let mut child = match Running::start(&command, self.line) {
            Ok(child) => child,
            Err(error) => return Ok(Err(error)),
        };
        match self.hear_out(&mut child, &command, phase).await {
            Ok(ended) => Ok(Ok(ended)),
            Err(why) => {
                child.put_down().await;
                match why {
                    Break::Broken(error) => Ok(Err(error)),
                    Break::Stop(stop) => Err(stop),
                }
            }
        }
    }

    async fn hear_out(
        &mut self,
        child: &mut Running,
        command: &CommandLine,
        phase: Phase,
    ) -> Result<Ended, Break> {
        let failed = |source| JournalError::Output { command: command.to_string(), source };
        let late = |after| JournalError::TimedOut { command: command.to_string(), after };
        let mut said = String::new();
        loop {
            let next = child.next(u64::MAX);
            // News may be long in coming; but an entry to go on at is there, and comes again first.
            let comes_again = self.translation.position().cursor().is_some();
            let is_due = phase == Phase::Backlog || (comes_again && !self.translation.heard().line);
            let sign = if is_due {
                timeout(self.silence, next).await.map_err(|_| late(self.silence))?
            } else {
                next.await
            };
            match sign.map_err(failed)? {
                // The child ended within it. The next one prints it whole.
                Sign::Line if child.is_cut() => {}
                Sign::Line => {
                    self.translation.line(&child.line());
                    self.tell().await?;
                    // Most lines tell nothing. The runtime is to get its turn all the same.
                    consume_budget().await;
                }
                Sign::Words => self.words(child, command, &mut said).await?,
                Sign::Eof => break,
            }
        }
        let status = timeout(EXIT, child.exit()).await.map_err(|_| late(EXIT))?.map_err(failed)?;
        self.words(child, command, &mut said).await?;
        Ok(Ended { command: command.to_string(), status, stderr: Text::new(said) })
    }

    /// Hears what the child says on standard error. That it may not show all makes it useless.
    async fn words(
        &mut self,
        child: &mut Running,
        command: &CommandLine,
        said: &mut String,
    ) -> Result<(), Break> {
        for words in child.take_words() {
            if complaint(&words) == Some(PortErrorKind::PermissionDenied) {
                let command = command.to_string();
                return Err(Break::Broken(JournalError::Complained { command, words }));
            }
            self.translation.complaint(&words);
            if said.len() < Text::LIMIT {
                let blank = if said.is_empty() { "" } else { " " };
                said.push_str(blank);
                said.push_str(&words);
            }
        }
        // Of a journal that cannot be read, the error says it all.
        if self.translation.has_read() {
            self.tell().await?;
        }
        Ok(())
    }

    async fn tell(&mut self) -> Result<(), Stop> {
        while let Some(occurrence) = self.translation.pop() {
            self.told.send(Ok(occurrence)).await.map_err(|_| Stop::Unheard)?;
        }
        Ok(())
    }

    fn command(&self, phase: Phase) -> CommandLine {
        let follow = match phase {
            Phase::Backlog => [].as_slice(),
            Phase::News => ["--follow", "--no-tail"].as_slice(),
        };
        let cursor = self.translation.position().cursor();
        let cursor = cursor.map(|cursor| format!("--cursor={cursor}"));
        let choice = follow.iter().map(|&option| option.to_owned()).chain(cursor);
        let mut command =
            self.journalctl.command(self.translation.boot(), choice, parse::RECORD_FIELDS);
        command.details.extend(Classifier::matches());
        command
    }
}

impl Ended {
    fn error(self) -> JournalError {
        let Self { command, status, stderr } = self;
        JournalError::Failed { command, status, stderr }
    }

    /// The error of a child that had nothing to show.
    fn empty(self) -> JournalError {
        if !self.status.success() {
            return self.error();
        }
        JournalError::NothingOfThisBoot { command: self.command, stderr: self.stderr }
    }
}

impl From<JournalError> for Break {
    fn from(error: JournalError) -> Self {
        Self::Broken(error)
    }
}

impl From<Stop> for Break {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}
