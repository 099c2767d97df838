//! The driver inside another program on tokio: its own alerts, this host's own events, its own notifier.
//!
//! `cargo run -p grace-app --example embed_tokio`

use std::error::Error;
use std::time::Duration;

use grace::config::Sources;
use grace::driver::{Driver, Handle, Stopped};
use grace::host;
use grace_core::{Alert, Event, Happening, HostEvents, Policy, Severity, Subject};
use grace_notify::Terminal;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Windows short enough to watch; a monitor takes the default.
    let mut policy = Policy::default();
    policy.guest = Duration::from_secs(1);
    policy.health = Duration::from_secs(2);

    let sources = Sources::default();
    let ports = host::ports(&sources, Duration::from_secs(5)).await?;
    let ports = ports.with_notifier(Terminal::stdout());
    let (driver, handle) = Driver::start(policy, ports, None, ()).await;
    let driver = tokio::spawn(driver.run());

    // What happens on this host: guests, shutdowns, failed units.
    let events = host::events(&sources).await;
    let feeding = tokio::spawn(feed(events, handle.clone()));

    // Any task may ask; it never waits.
    let subject = Subject::Alert { category: "storage", severity: Severity::Critical };
    println!("an alert about storage: {}", handle.decide(subject).as_str());

    let nas = Alert::new("storage", "nas", Severity::Critical, "NFS server not responding");
    handle.send(Event::Alert(nas)).await?;

    tokio::time::sleep(Duration::from_secs(4)).await;
    feeding.abort();
    handle.stop().await?;
    // What is to be saved, so that the next start of the program goes on from here.
    let _saved = driver.await?;
    Ok(())
}

/// Hands what the host's sources see to the driver, until they can see no more.
async fn feed(mut events: impl HostEvents, handle: Handle) -> Result<(), Stopped> {
    while let Ok(occurrence) = events.next().await {
        if let Some(event) = occurrence.event() {
            handle.send(event).await?;
        } else if let Happening::Signal(signal) = occurrence.what {
            handle.signal(signal).await?;
        }
    }
    Ok(())
}
