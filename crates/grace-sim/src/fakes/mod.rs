//! Fakes of the ports: they behave as the real ones do, and the test decides what happens.

mod health;

pub use self::health::FakeHealth;
