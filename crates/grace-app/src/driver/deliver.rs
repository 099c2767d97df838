//! Hands a message to the notifier it is for.

use std::sync::Arc;
use std::time::Duration;

use grace_core::{Delivery, Envelope, Notifier};
use tokio::time::timeout;

/// How long a notifier may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Hands the message to its notifier, if there is one and it is for such messages.
pub(super) async fn deliver(notifier: Option<Arc<dyn Notifier>>, envelope: &Envelope) -> Delivery {
    let Some(notifier) = notifier else {
        return Delivery::NotTaken { retry_after: None };
    };
    if !notifier.wants(&envelope.message) {
        return Delivery::Unwanted;
    }
    match timeout(PATIENCE, notifier.notify(envelope)).await {
        Ok(Ok(())) => Delivery::Taken,
        Ok(Err(error)) => Delivery::NotTaken { retry_after: error.retry_after() },
        Err(_) => Delivery::NotTaken { retry_after: None },
    }
}
