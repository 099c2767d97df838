//! Questions with a deadline, and how long they took.

use std::time::Duration;

use grace_core::{PortError, PortErrorKind};
use tokio::time::{Instant, timeout};

/// Waits for an answer no longer than `patience`, and says how long it took.
pub(super) async fn timed<T>(
    patience: Duration,
    question: impl Future<Output = Result<T, PortError>>,
) -> (Duration, Result<T, PortError>) {
    let began = now();
    let answer = timeout(patience, question).await.unwrap_or_else(|_| {
        let why = format!("no answer within {patience:?}");
        Err(PortError::new(PortErrorKind::TimedOut, why))
    });
    (now() - began, answer)
}

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "how long an answer takes is what is asked for")]
    Instant::now()
}
