//! Readings that may hang for ever, apart from the runtime.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{Mutex, oneshot};
use tokio::time::timeout;

/// Runs one reading at a time on a thread of its own.
///
/// `/etc/pve` is a file system in user space, and who reads it hangs with it. A thread of the runtime's
/// pool that hangs would keep the runtime from ending, and one for each reading would use the pool up.
/// Here a reading that hangs is the only one: the next waits for its turn, and is late as well.
#[derive(Debug, Clone, Default)]
pub(super) struct Apart {
    turn: Arc<Mutex<()>>,
}

/// Why there is no reading.
#[derive(Debug)]
pub(super) enum Lost {
    /// It did not end in time.
    Late,
    /// Its thread could not be started, or panicked.
    Broken(io::Error),
}

impl Apart {
    pub(super) async fn run<T: Send + 'static>(
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
        let thread = thread::Builder::new().name("grace-pve-files".to_owned());
        // The thread ends by itself; there is nothing to join.
        drop(thread.spawn(body).map_err(Lost::Broken)?);
        let panicked = |_| Lost::Broken(io::Error::other("the reading panicked"));
        answered.await.map_err(panicked)
    }
}
