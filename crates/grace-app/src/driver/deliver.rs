//! Hands a message to every notifier.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use grace_core::{Delivery, Envelope, Notifier};
use tokio::time::timeout;

/// How long one notifier may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Hands the message to all notifiers side by side. It is taken if one of them took it.
///
/// If none did, it waits as long as the one that asked for the least: of those that are well to be asked sooner,
/// none should wait for another.
pub(super) async fn deliver(notifiers: &[Arc<dyn Notifier>], envelope: &Envelope) -> Delivery {
    let attempts = notifiers.iter().map(|notifier| async move {
        match timeout(PATIENCE, notifier.notify(envelope)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.retry_after()),
            Err(_) => Err(None),
        }
    });
    let answers = join_all(attempts).await;
    if answers.contains(&Ok(())) {
        return Delivery::Taken;
    }
    let waits: Option<Vec<Duration>> = answers.into_iter().filter_map(Result::err).collect();
    Delivery::NotTaken { retry_after: waits.and_then(|waits| waits.into_iter().min()) }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use grace_core::{Message, MessageId, PortError, PortErrorKind, Sequence};

    use super::*;

    /// A service that takes nothing, and asks to be left alone for so many seconds.
    struct Busy(Option<u64>);

    #[async_trait]
    impl Notifier for Busy {
        fn name(&self) -> &str {
            "busy"
        }

        async fn notify(&self, _: &Envelope) -> Result<(), PortError> {
            let error = PortError::new(PortErrorKind::Other, "busy");
            Err(match self.0 {
                Some(wait) => error.with_retry_after(Duration::from_secs(wait)),
                None => error,
            })
        }
    }

    #[tokio::test]
    async fn a_message_waits_as_long_as_every_service_asks() {
        async fn check(asked: &[Option<u64>], expected: Option<u64>) {
            let busy = |wait: &Option<u64>| Arc::new(Busy(*wait)) as Arc<dyn Notifier>;
            let notifiers: Vec<_> = asked.iter().map(busy).collect();
            let id = MessageId::new(None, Sequence::new(1));
            let delivery = deliver(&notifiers, &Envelope::new(id, Message::Test)).await;
            let retry_after = expected.map(Duration::from_secs);
            assert_eq!(delivery, Delivery::NotTaken { retry_after }, "{asked:?}");
        }
        check(&[], None).await;
        check(&[Some(30)], Some(30)).await;
        check(&[Some(30), Some(10)], Some(10)).await;
        check(&[Some(30), None], None).await;
    }
}
