//! Hands a message to every notifier.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use grace_core::{Delivery, Envelope, Notifier};
use tokio::time::timeout;

/// How long one notifier may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Hands the message to all notifiers side by side. It is taken if one of them took it.
pub(super) async fn deliver(notifiers: &[Arc<dyn Notifier>], envelope: &Envelope) -> Delivery {
    let attempts = notifiers.iter().map(|notifier| async move {
        let taken = timeout(PATIENCE, notifier.notify(envelope)).await;
        matches!(taken, Ok(Ok(())))
    });
    if join_all(attempts).await.contains(&true) {
        Delivery::Taken
    } else {
        Delivery::NotTaken { retry_after: None }
    }
}
