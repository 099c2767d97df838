//! The contract of [`HealthSource`].

use std::collections::BTreeSet;

use grace_core::{Check, HealthSnapshot, HealthSource, Status};

/// The functions of this module, and the bullet that each tests.
pub const BULLETS: [(&str, &str); 5] = [
    ("each_category_once", "A reading names each category once."),
    (
        "ok_means_well",
        "What was looked at and is well is `OK`; what could not be looked at is `UNKNOWN` or a gap, never `OK`.",
    ),
    (
        "unreadable_check_spoils_itself",
        "A check that cannot be read spoils only itself and is named among the gaps.",
    ),
    ("unreadable_is_an_error", "A source that cannot be read is an error, never an empty reading."),
    (
        "nothing_is_kept",
        "A second reading sees the host as it is then; nothing is kept from the first.",
    ),
];

/// A host to test a health source on.
pub trait HealthSubject {
    /// The port under test.
    type Port: HealthSource;

    /// The port on the host.
    fn host(&self) -> Self::Port;

    /// From now on the host is like this.
    fn set(&self, scene: Scene);

    /// What the source calls the parts of this host.
    fn names(&self) -> Names;

    /// The port on hosts of which it can read nothing, each in a way of its own, at least one.
    fn unreadable(&self) -> Vec<Self::Port>;
}

/// What a host is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a subject must be able to set up every scene")]
pub enum Scene {
    /// All that is looked at is well.
    Well,
    /// One check fails; the rest is well.
    Ill,
    /// One check cannot be read; the rest is well.
    Spoilt,
}

impl Scene {
    /// All scenes.
    pub const ALL: [Self; 3] = [Self::Well, Self::Ill, Self::Spoilt];
}

/// What a source calls the parts of a subject's host.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "subjects make it")]
pub struct Names {
    /// The category of these checks.
    pub category: &'static str,
    /// A check that is well in [`Scene::Well`] and [`Scene::Spoilt`].
    pub well: &'static str,
    /// The check that fails in [`Scene::Ill`].
    pub ill: &'static str,
    /// What the gap of [`Scene::Spoilt`] names.
    pub spoilt: &'static str,
}

/// A reading names each category once.
pub async fn each_category_once(subject: &impl HealthSubject) {
    for scene in Scene::ALL {
        let reading = read(subject, scene).await;
        let mut names = BTreeSet::new();
        for category in &reading.categories {
            let name = category.name.to_ascii_lowercase();
            assert!(names.insert(name), "{} stands twice ({scene:?})", category.name);
        }
        assert!(!names.is_empty(), "a host that can be read has a category");
    }
}

/// What was looked at and is well is `OK`; what could not be looked at is `UNKNOWN` or a gap, never `OK`.
pub async fn ok_means_well(subject: &impl HealthSubject) {
    let names = subject.names();

    let well = read(subject, Scene::Well).await;
    assert_eq!(status(&well, names.well), Some(Status::Ok));
    assert_eq!(category_status(&well, names), Some(Status::Ok));
    assert_eq!(well.overall, Status::Ok);

    let ill = read(subject, Scene::Ill).await;
    assert!(
        status(&ill, names.ill).is_some_and(Status::is_failed),
        "{} has failed and is {:?}",
        names.ill,
        status(&ill, names.ill)
    );
    assert!(category_status(&ill, names).is_some_and(Status::is_degraded));
    assert!(ill.overall.is_degraded(), "the whole is {:?}", ill.overall);

    let spoilt = read(subject, Scene::Spoilt).await;
    assert_ne!(status(&spoilt, names.spoilt), Some(Status::Ok));
    assert!(
        status(&spoilt, names.spoilt) == Some(Status::Unknown) || !spoilt.gaps.is_empty(),
        "{} could not be read, and nothing says so",
        names.spoilt
    );
}

/// A check that cannot be read spoils only itself and is named among the gaps.
pub async fn unreadable_check_spoils_itself(subject: &impl HealthSubject) {
    let names = subject.names();
    let well = read(subject, Scene::Well).await;
    assert_eq!(well.gaps, [], "all can be read");

    let spoilt = read(subject, Scene::Spoilt).await;
    assert!(
        spoilt.gaps.iter().any(|gap| gap.detail.contains(names.spoilt)),
        "no gap names {}: {:?}",
        names.spoilt,
        spoilt.gaps
    );
    assert_eq!(check(&spoilt, names.well), check(&well, names.well));
}

/// A source that cannot be read is an error, never an empty reading.
pub async fn unreadable_is_an_error(subject: &impl HealthSubject) {
    let hosts = subject.unreadable();
    assert!(!hosts.is_empty(), "the subject has no host that cannot be read");
    for host in hosts {
        if let Ok(reading) = host.check().await {
            panic!("nothing can be read, and the reading is {reading:?}");
        }
    }
}

/// A second reading sees the host as it is then; nothing is kept from the first.
pub async fn nothing_is_kept(subject: &impl HealthSubject) {
    let host = subject.host();
    let mut readings = Vec::new();
    for scene in [Scene::Well, Scene::Ill, Scene::Spoilt, Scene::Well] {
        subject.set(scene);
        readings.push(host.check().await.expect("the host can be read"));
    }
    let [well, ill, spoilt, again] = &readings[..] else {
        unreachable!("four scenes are four readings")
    };
    assert_ne!(well, ill);
    assert_ne!(ill, spoilt);
    assert_eq!(well, again);
}

async fn read(subject: &impl HealthSubject, scene: Scene) -> HealthSnapshot {
    subject.set(scene);
    let reading = subject.host().check().await;
    reading.expect("the host can be read")
}

fn check<'a>(reading: &'a HealthSnapshot, name: &str) -> Option<&'a Check> {
    let mut checks = reading.categories.iter().flat_map(|category| &category.checks);
    checks.find(|check| check.name == name)
}

fn status(reading: &HealthSnapshot, name: &str) -> Option<Status> {
    check(reading, name).map(|check| check.status)
}

fn category_status(reading: &HealthSnapshot, names: Names) -> Option<Status> {
    reading.category(names.category).map(|category| category.status)
}
