//! Fakes of the ports: they behave as the real ones do, and the test decides what happens.
//!
//! A clone of a fake is the same fake, so a test keeps one in hand and gives another away. Each passes its
//! port's [contract](mod@crate::contract).

mod events;
mod health;
mod journal;
mod notifier;
mod uptime;

pub use self::events::{FakeEvents, FakeHost};
pub use self::health::FakeHealth;
pub use self::journal::{FakeJournal, Record};
pub use self::notifier::{Conduct, FakeNotifier};
pub use self::uptime::FakeUptime;
