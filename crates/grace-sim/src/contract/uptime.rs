//! The contract of [`UptimeSource`].

use std::future::Future;
use std::time::Duration;

use grace_core::{BootIdentity, Uptime, UptimeSource};

/// The functions of this module, and the bullet that each tests.
pub const BULLETS: [(&str, &str); 4] = [
    ("never_goes_back", "Uptime never goes back between two readings of one boot."),
    ("advances_with_time", "Uptime advances with time, suspend included."),
    ("identity_stays", "The identity is the same at every reading of one boot."),
    (
        "unreadable_is_an_error",
        "What cannot be read is an error, never zero and never an empty identity.",
    ),
];

/// A host to test an uptime source on.
pub trait UptimeSubject {
    /// The port under test.
    type Port: UptimeSource;

    /// The port on the host, which stays in one boot.
    fn host(&self) -> Self::Port;

    /// Lets time pass on the host and returns a span that has passed at least; `None` if the host cannot
    /// be made to.
    fn pass(&self, how: Passing) -> impl Future<Output = Option<Duration>> + Send;

    /// The port on hosts of which neither uptime nor identity can be read, at least one.
    fn unreadable(&self) -> Vec<Self::Port>;
}

/// How time passes on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a host runs or it sleeps")]
pub enum Passing {
    /// While it runs.
    Awake,
    /// While it is suspended.
    Suspended,
}

/// Uptime never goes back between two readings of one boot.
pub async fn never_goes_back(subject: &impl UptimeSubject) {
    let host = subject.host();
    let mut earlier = uptime(&host).await;
    for how in [Passing::Awake, Passing::Suspended] {
        for _ in 0..100 {
            let later = uptime(&host).await;
            assert!(later >= earlier, "uptime went back from {earlier} to {later}");
            earlier = later;
        }
        subject.pass(how).await;
    }
}

/// Uptime advances with time, suspend included.
pub async fn advances_with_time(subject: &impl UptimeSubject) {
    let host = subject.host();
    for how in [Passing::Awake, Passing::Suspended] {
        let before = uptime(&host).await;
        let Some(passed) = subject.pass(how).await else {
            assert_eq!(how, Passing::Suspended, "time passes on every host that is awake");
            continue;
        };
        let advanced = uptime(&host).await.saturating_since(before);
        assert!(advanced >= passed, "{passed:?} passed ({how:?}) and uptime advanced {advanced:?}");
    }
}

/// The identity is the same at every reading of one boot.
pub async fn identity_stays(subject: &impl UptimeSubject) {
    let host = subject.host();
    let first = boot(&host).await;
    assert!(first.id.is_some(), "a host that can be read has a boot id");
    for how in [Passing::Awake, Passing::Suspended] {
        assert_eq!(boot(&host).await, first);
        subject.pass(how).await;
    }
    assert_eq!(boot(&host).await, first);
    assert_eq!(boot(&subject.host()).await, first, "another reader sees the same boot");
}

/// What cannot be read is an error, never zero and never an empty identity.
pub async fn unreadable_is_an_error(subject: &impl UptimeSubject) {
    let hosts = subject.unreadable();
    assert!(!hosts.is_empty(), "the subject has no host that cannot be read");
    for host in hosts {
        if let Ok(uptime) = host.uptime().await {
            panic!("uptime cannot be read and is {uptime}");
        }
        if let Ok(boot) = host.boot().await {
            panic!("the identity cannot be read and is {boot:?}");
        }
    }
}

async fn uptime(host: &impl UptimeSource) -> Uptime {
    host.uptime().await.expect("the host's uptime can be read")
}

async fn boot(host: &impl UptimeSource) -> BootIdentity {
    host.boot().await.expect("the host's identity can be read")
}
