//! Readings that may hang for ever, apart from the runtime.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{Mutex, oneshot};
use tokio::time::timeout;

/// Runs one reading at a time on a thread of its own.
///
/// A file may lie on a file system that hangs, as that of `/etc/pve` may, and who reads it hangs with it. A
/// thread of the runtime's pool that hangs would keep the runtime from ending, and one for each reading would
/// use the pool up. Here a reading that hangs is the only one: the next waits for its turn, and is late as well.
#[derive(Debug, Clone, Default)]
pub(crate) struct Apart {
    turn: Arc<Mutex<()>>,
}

/// Why there is no reading.
#[derive(Debug)]
pub(crate) enum Lost {
    /// It did not end in time.
    Late,
    /// Its thread could not be started, or panicked.
    Broken(io::Error),
}

impl Lost {
    /// The same as the error of a file, which had `deadline` to be read.
    pub(crate) fn into_io(self, deadline: Duration) -> io::Error {
        match self {
            Self::Late => {
                io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {deadline:?}"))
            }
            Self::Broken(error) => error,
        }
    }
}

impl Apart {
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        deadline: Duration,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Lost> {
        timeout(deadline, self.wait(read)).await.unwrap_or(Err(Lost::Late))
    }

    async fn wait<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Lost> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let (answer, answered) = oneshot::channel();
        let body = move || {
            let told = answer.send(read());
            // Whoever asked may be gone. The turn ends with the reading, not with the asking.
            drop((told, turn));
        };
        let thread = thread::Builder::new().name("grace-files".to_owned());
        // The thread ends by itself; there is nothing to join.
        drop(thread.spawn(body).map_err(Lost::Broken)?);
        let panicked = |_| Lost::Broken(io::Error::other("the reading panicked"));
        answered.await.map_err(panicked)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_reading_that_hangs_is_late_and_is_not_joined_by_another() {
        let apart = Apart::default();
        let soon = Duration::from_millis(50);
        let (unblock, blocked) = mpsc::sync_channel::<()>(0);
        let late = apart.run(soon, move || blocked.recv()).await.expect_err("blocked");
        assert!(matches!(late, Lost::Late), "{late:?}");

        let late = apart.run(soon, || panic!("a second reading")).await.expect_err("blocked");
        assert!(matches!(late, Lost::Late), "{late:?}");

        drop(unblock);
        let ample = Duration::from_secs(10);
        assert_eq!(apart.run(ample, || 7).await.expect("free again"), 7);
    }
}
