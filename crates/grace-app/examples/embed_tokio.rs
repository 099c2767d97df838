//! The driver inside another program on tokio: its own ports, its own notifier.
//!
//! `cargo run -p grace-app --example embed_tokio`

use std::time::Duration;

use grace::driver::{Driver, Stopped};
use grace::host;
use grace_core::{Alert, Event, Guest, GuestKind, Policy, Severity, Subject};
use grace_notify::Terminal;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Stopped> {
    // Windows short enough to watch; a monitor takes the default.
    let mut policy = Policy::default();
    policy.guest = Duration::from_secs(1);
    policy.health = Duration::from_secs(2);

    let ports = host::ports(Duration::from_secs(5)).await.with_notifier(Terminal::stdout());
    let (driver, handle) = Driver::start(policy, ports, None, ()).await;
    let driver = tokio::spawn(driver.run());

    // Any task may ask; it never waits.
    let subject = Subject::Alert { category: "storage", severity: Severity::Critical };
    println!("an alert about storage: {}", handle.decide(subject).as_str());

    let nas = Alert::new("storage", "nas", Severity::Critical, "NFS server not responding");
    handle.send(Event::Alert(nas)).await?;
    let web = Guest::new("100", "web", GuestKind::Vm);
    handle.send(Event::GuestStarted { guest: web, at: None }).await?;

    tokio::time::sleep(Duration::from_secs(4)).await;
    handle.stop().await?;
    // What is to be saved, so that the next start of the program goes on from here.
    let _saved = driver.await;
    Ok(())
}
