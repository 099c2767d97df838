//! [`Faulty`] in the place of each port.

use async_trait::async_trait;
use grace_core::{
    BootIdentity, Envelope, Guest, HealthSnapshot, HealthSource, Journal, JournalExcerpt,
    JournalQuery, Message, Notifier, PortError, Uptime, UptimeSource,
};

use crate::faults::Faulty;

#[async_trait]
impl<P: UptimeSource> UptimeSource for Faulty<P> {
    async fn uptime(&self) -> Result<Uptime, PortError> {
        self.port().await?.uptime().await
    }

    async fn boot(&self) -> Result<BootIdentity, PortError> {
        self.port().await?.boot().await
    }
}

#[async_trait]
impl<P: Journal> Journal for Faulty<P> {
    async fn excerpt(&self, query: JournalQuery) -> Result<JournalExcerpt, PortError> {
        self.port().await?.excerpt(query).await
    }
}

#[async_trait]
impl<P: HealthSource> HealthSource for Faulty<P> {
    fn name(&self) -> &str {
        self.port.name()
    }

    async fn check(&self) -> Result<HealthSnapshot, PortError> {
        self.port().await?.check().await
    }

    async fn expected_guests(&self) -> Result<Option<Vec<Guest>>, PortError> {
        self.port().await?.expected_guests().await
    }
}

#[async_trait]
impl<P: Notifier> Notifier for Faulty<P> {
    fn name(&self) -> &str {
        self.port.name()
    }

    fn wants(&self, message: &Message) -> bool {
        self.port.wants(message)
    }

    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError> {
        self.port().await?.notify(envelope).await
    }
}
