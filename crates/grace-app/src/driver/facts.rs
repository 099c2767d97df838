//! Reads the facts for a report from the ports, side by side.

use std::time::Duration;

use grace_core::{Facts, Gap, GapKind, JournalQuery, PortError, PortErrorKind};
use tokio::time::timeout;

use super::Ports;

/// Reads each source within `patience`. What did not come, or came as an error, is a gap that says why.
pub(super) async fn collect(ports: &Ports, query: JournalQuery, patience: Duration) -> Facts {
    let (health, journal, expected) = tokio::join!(
        timely(patience, ports.health.check()),
        timely(patience, ports.journal.excerpt(query)),
        timely(patience, ports.health.expected_guests()),
    );
    let name = ports.health.name();
    let mut facts = Facts::default();
    facts.health = health.map_err(|error| gap(GapKind::HealthUnknown, name, &error));
    facts.journal = journal.map_err(|error| gap(GapKind::JournalUnreadable, "journal", &error));
    facts.expected_guests = match expected {
        Ok(Some(guests)) => Ok(guests),
        Ok(None) => facts.expected_guests,
        Err(error) => Err(gap(GapKind::ExpectedGuestsUnknown, name, &error)),
    };
    facts.timestamp = (ports.wall_clock)();
    facts
}

async fn timely<T>(
    patience: Duration,
    answer: impl Future<Output = Result<T, PortError>>,
) -> Result<T, PortError> {
    timeout(patience, answer).await.unwrap_or_else(|_| {
        let why = format!("no answer within {patience:?}");
        Err(PortError::new(PortErrorKind::TimedOut, why))
    })
}

fn gap(kind: GapKind, source: &str, error: &PortError) -> Gap {
    Gap::new(kind, format!("{source} {}: {error}", error.kind().label()))
}
