//! The task files of Proxmox VE as a source of what happens.

mod boots;
mod error;
mod lines;
mod log;
mod reader;
mod tail;
mod watch;

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use grace_core::{Happening, HostEvents, Occurrence, Origin, PortError, PortErrorKind};
use tokio::task::{JoinHandle, spawn_blocking};

pub use self::boots::HostTime;
pub use self::error::TaskFilesError;
pub use self::lines::{ActiveLine, IndexLine, NotATaskLine};
use self::reader::{Pass, Reader};
use self::watch::{Change, Watch};

/// Where Proxmox VE keeps its task files.
const DIRECTORY: &str = "/var/log/pve/tasks";

/// The task files of Proxmox VE.
///
/// `PVE::RESTEnvironment` keeps two files: `active`, the tasks that run, replaced as a whole with every change,
/// and `index`, a line for each task that has ended, appended within ten seconds of its end, and renamed to
/// `index.1` when it is longer than 50,000 bytes. Both are read when they change, and never otherwise.
///
/// - **Each task once.** A line that is seen again, because a file was put back, copied or cut, is not told
///   again. A line is read when it is whole.
/// - **Only this boot.** A task's id says when it began on both clocks, and the difference is when its host
///   booted by the wall clock. If that is not when this boot began, give or take half a minute and every way
///   the clock has been seen to be set since, the task is of another boot. One that began before the clock was
///   set, on a host where this program did not run yet, is taken for such; the journal tells of it.
/// - **Why a task failed** is its status and the last lines of its log before that, and what it warned of are
///   the log's warnings.
/// - The directory holds the tasks of its own node alone, so that a task's node is not looked at: a host that
///   was renamed still has its tasks.
/// - Files that go and come back are read on; so is the directory. While it is gone, a gap says so.
///
/// An end is dated by its distance from the beginning, in whole seconds and as late as PVE looked.
pub struct TaskEvents {
    directory: PathBuf,
    now: Arc<dyn Fn() -> HostTime + Send + Sync>,
    state: State,
    told: VecDeque<Occurrence>,
    has_caught_up: bool,
}

enum State {
    Unopened,
    /// The files are being read, on a thread where that may take its time.
    Reading(Watch, JoinHandle<(Box<Reader>, Result<Pass, TaskFilesError>)>),
    Waiting(Watch, Box<Reader>),
    Failed(PortErrorKind, String),
}

impl TaskEvents {
    /// This host's task files. `now` reads the host's clocks: the boot timeline (`CLOCK_BOOTTIME`) and the wall
    /// clock.
    #[must_use]
    pub fn new(now: impl Fn() -> HostTime + Send + Sync + 'static) -> Self {
        Self {
            directory: PathBuf::from(DIRECTORY),
            now: Arc::new(now),
            state: State::Unopened,
            told: VecDeque::new(),
            has_caught_up: false,
        }
    }

    /// The task files in this directory instead of `/var/log/pve/tasks`.
    #[must_use]
    pub fn with_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = directory.into();
        self
    }

    /// Goes on until there is something to tell. What is given up halfway goes on with the next call.
    async fn go_on(&mut self) -> Result<(), TaskFilesError> {
        match &mut self.state {
            State::Unopened => {
                let watch = Watch::open(&self.directory)?;
                let reader = Reader::new(self.directory.clone(), Arc::clone(&self.now));
                self.state = read(watch, Box::new(reader), 0);
            }
            State::Reading(_, job) => {
                let done = job.await.map_err(TaskFilesError::Reading);
                let State::Reading(watch, _) = std::mem::replace(&mut self.state, State::Unopened)
                else {
                    return Ok(());
                };
                let (reader, pass) = done?;
                self.take(watch, reader, pass?);
            }
            State::Waiting(watch, _) => {
                let change = watch.changed().await?;
                let State::Waiting(watch, reader) =
                    std::mem::replace(&mut self.state, State::Unopened)
                else {
                    return Ok(());
                };
                match change {
                    Change::Files { rotations } => self.state = read(watch, reader, rotations),
                    Change::DirectoryGone => {
                        self.told.push_back(reader.directory_gone());
                        self.state = State::Waiting(watch, reader);
                    }
                }
            }
            State::Failed(..) => {}
        }
        Ok(())
    }

    fn take(&mut self, watch: Watch, reader: Box<Reader>, pass: Pass) {
        self.told.extend(pass.told);
        if pass.has_more {
            self.state = read(watch, reader, 0);
            return;
        }
        if !std::mem::replace(&mut self.has_caught_up, true) {
            self.told.push_back(Occurrence::new(Origin::Tasks, Happening::CaughtUp));
        }
        self.state = State::Waiting(watch, reader);
    }
}

/// Reads what has changed, where reading may block.
fn read(watch: Watch, mut reader: Box<Reader>, rotations: u32) -> State {
    let job = spawn_blocking(move || {
        let pass = reader.read(rotations);
        (reader, pass)
    });
    State::Reading(watch, job)
}

#[async_trait]
impl HostEvents for TaskEvents {
    fn name(&self) -> &str {
        Origin::Tasks.as_str()
    }

    fn origin(&self) -> Origin {
        Origin::Tasks
    }

    async fn next(&mut self) -> Result<Occurrence, PortError> {
        loop {
            if let Some(occurrence) = self.told.pop_front() {
                return Ok(occurrence);
            }
            if let State::Failed(kind, words) = &self.state {
                return Err(PortError::new(*kind, words));
            }
            if let Err(error) = self.go_on().await {
                let error = PortError::from(error);
                self.state = State::Failed(error.kind(), error.to_string());
                return Err(error);
            }
        }
    }
}

impl fmt::Debug for TaskEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskEvents").field("directory", &self.directory).finish_non_exhaustive()
    }
}
