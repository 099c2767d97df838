//! Whether a network mount still answers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::timeout;

use crate::Error;
use crate::child::Look;

/// The most looks at once, of one reading and of those before it that still hang.
const LOOKS: usize = 16;
/// How long a look that was killed may take to end before it counts as hanging.
const END: Duration = Duration::from_millis(200);

/// What a look at a mount found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Its server answers.
    Alive,
    /// It gave no answer in time, or a look from before still waits for one.
    Silent,
    /// It answered with an error, in these words.
    Failed(String),
    /// Nobody looked, and why.
    NotLooked(String),
}

/// Looks at mounts by a program of its own for each, which alone hangs where a server is gone.
///
/// A look that hangs is killed. One that the kernel does not let go stays on record, and until it has ended no
/// other look at its mount is begun. Clones share the record.
#[derive(Clone)]
pub(super) struct Probe {
    program: PathBuf,
    deadline: Duration,
    hanging: Arc<Mutex<BTreeMap<String, Look>>>,
    /// One reading at a time, so that a mount is looked at once at a time.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Probe {
    pub(super) fn new() -> Self {
        let (hanging, turn) = (Arc::default(), Arc::default());
        Self { program: "stat".into(), deadline: Duration::from_secs(2), hanging, turn }
    }

    /// Looks by another program, which is called as stat(1) is.
    pub(super) fn with_program(self, program: PathBuf) -> Self {
        Self { program, ..self }
    }

    /// Waits this long for all answers of a reading together.
    pub(super) fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Looks at these mount points, at several at the same time.
    pub(super) async fn look(&self, targets: &[String]) -> BTreeMap<String, Answer> {
        let _turn = self.turn.lock().await;
        // Also those at mounts that are gone by now.
        self.hanging().retain(|_, look| !look.has_ended());
        let free = LOOKS.saturating_sub(self.hanging().len()).max(1);
        let looks = stream::iter(targets.to_vec()).map(|target| async move {
            let answer = self.look_at(&target).await;
            (target, answer)
        });
        let mut answers = BTreeMap::new();
        let mut looks = std::pin::pin!(looks.buffer_unordered(free));
        let all = async {
            while let Some((target, answer)) = looks.next().await {
                answers.insert(target, answer);
            }
        };
        // Those that come after as many silent ones may have no time left.
        let _all_or_late = timeout(self.deadline + 2 * END, all).await;
        let late = || Answer::NotLooked(format!("no time within {:?}", self.deadline));
        for target in targets {
            answers.entry(target.clone()).or_insert_with(late);
        }
        answers
    }

    async fn look_at(&self, target: &str) -> Answer {
        if let Some(answer) = self.known_answer(target) {
            return answer;
        }
        let args = ["--file-system", "--format=%T", "--", target];
        let look = match Look::start(&self.program, &args) {
            Ok(look) => look,
            Err(error) => return Answer::NotLooked(error.to_string()),
        };
        let mut look = Begun { look: Some(look), target, probe: self };
        look.answer().await
    }

    /// The answer, if looks that hang leave no choice.
    fn known_answer(&self, target: &str) -> Option<Answer> {
        let hanging = self.hanging();
        if hanging.contains_key(target) {
            return Some(Answer::Silent);
        }
        let is_full = hanging.len() >= LOOKS;
        is_full.then(|| Answer::NotLooked(format!("{LOOKS} looks at other mounts hang already")))
    }

    fn hanging(&self) -> MutexGuard<'_, BTreeMap<String, Look>> {
        self.hanging.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look that goes on record if it is given up before it has ended.
struct Begun<'a> {
    look: Option<Look>,
    target: &'a str,
    probe: &'a Probe,
}

impl Begun<'_> {
    async fn answer(&mut self) -> Answer {
        let Some(look) = &mut self.look else { return Answer::Silent };
        match look.answer(self.probe.deadline).await {
            Some(Ok(())) => Answer::Alive,
            Some(Err(Error::Failed { stderr, .. })) if !stderr.is_empty() => {
                Answer::Failed(stderr.to_string())
            }
            Some(Err(error)) => Answer::Failed(error.to_string()),
            None => {
                look.kill();
                look.end(END).await;
                Answer::Silent
            }
        }
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        let Some(mut look) = self.look.take() else { return };
        if !look.has_ended() {
            look.kill();
            self.probe.hanging().insert(self.target.to_owned(), look);
        }
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, deadline, .. } = self;
        let mut debug = f.debug_struct("Probe");
        debug.field("program", program).field("deadline", deadline).finish_non_exhaustive()
    }
}
