//! The contract of [`HostEvents`].

use std::time::Duration;

use grace_core::{Happening, HostEvents, Occurrence};
use tokio::time::timeout;

/// The functions of this module, and the bullet that each tests.
pub const BULLETS: [(&str, &str); 7] = [
    (
        "what_had_happened_comes_first",
        "What had happened in this boot before the source was opened comes first, oldest first, then one \
         [`CaughtUp`](crate::Happening::CaughtUp).",
    ),
    ("news_comes_in_order", "What happens afterwards comes in its order, and none of it twice."),
    ("only_this_boot", "What happened in another boot does not come."),
    ("unreadable_spoils_itself", "What cannot be read spoils only itself and comes as a gap."),
    ("giving_up_loses_nothing", "A call of `next` that is given up loses nothing."),
    (
        "an_interruption_loses_nothing",
        "Where the source is interrupted and comes back, nothing is lost and nothing comes twice.",
    ),
    (
        "unreadable_is_an_error",
        "A source that cannot be read is an error, never a stream in which nothing happens.",
    ),
];

/// How long a source may take to tell what has happened. Real ones have children to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// A host to test a source of events on.
///
/// A source that sees only what is true now, such as a bus, remembers less than others: what had happened
/// before it was opened, and what another boot left, may be nothing for it.
#[expect(async_fn_in_trait, reason = "subjects are called by the contract's tests alone")]
pub trait HostEventsSubject {
    /// The port under test.
    type Port: HostEvents;

    /// Whether the source can tell what had happened before it was opened.
    fn remembers(&self) -> bool {
        true
    }

    /// Lets the thing of this number happen in this boot, for the source to see. Numbers rise.
    async fn happen(&self, number: u32);

    /// Lets the thing of this number have happened in the boot before this one. `false` if the source has no
    /// memory of other boots.
    async fn happened_before(&self, number: u32) -> bool;

    /// Puts something before the source that it cannot read. `false` if there is no such thing.
    async fn garble(&self) -> bool;

    /// Interrupts what the source reads from, in a way that it is to survive. `false` if there is none.
    async fn interrupt(&self) -> bool;

    /// Opens the source on the host as it is.
    async fn open(&self) -> Self::Port;

    /// The number of the thing that the source saw; `None` for what is none of [`happen`](Self::happen)'s.
    fn number(&self, seen: &Occurrence) -> Option<u32>;

    /// The port on hosts where it cannot be read, each in a way of its own, at least one.
    fn unreadable(&self) -> Vec<Self::Port>;
}

/// What had happened in this boot before the source was opened comes first, oldest first, then one
/// [`CaughtUp`](Happening::CaughtUp).
pub async fn what_had_happened_comes_first(subject: &impl HostEventsSubject) {
    for number in 1..=3 {
        subject.happen(number).await;
    }
    let mut source = subject.open().await;
    let expected: &[u32] = if subject.remembers() { &[1, 2, 3] } else { &[] };
    assert_eq!(until_caught_up(subject, &mut source).await, expected);
    subject.happen(4).await;
    assert_eq!(numbers(subject, &mut source, 1).await, [4]);
}

/// What happens afterwards comes in its order, and none of it twice.
pub async fn news_comes_in_order(subject: &impl HostEventsSubject) {
    let mut source = subject.open().await;
    until_caught_up(subject, &mut source).await;
    for number in 1..=5 {
        subject.happen(number).await;
    }
    assert_eq!(numbers(subject, &mut source, 5).await, [1, 2, 3, 4, 5]);
}

/// What happened in another boot does not come.
pub async fn only_this_boot(subject: &impl HostEventsSubject) {
    if !subject.happened_before(7).await {
        return;
    }
    subject.happen(8).await;
    let mut source = subject.open().await;
    assert_eq!(until_caught_up(subject, &mut source).await, [8]);
}

/// What cannot be read spoils only itself and comes as a gap.
pub async fn unreadable_spoils_itself(subject: &impl HostEventsSubject) {
    let mut source = subject.open().await;
    until_caught_up(subject, &mut source).await;
    subject.happen(1).await;
    if !subject.garble().await {
        return;
    }
    subject.happen(2).await;
    let (mut seen, mut gaps) = (Vec::new(), 0);
    while seen.len() < 2 {
        let occurrence = next(&mut source).await;
        gaps += u32::from(matches!(occurrence.what, Happening::Gap(_)));
        seen.extend(subject.number(&occurrence));
    }
    assert_eq!((seen, gaps), (vec![1, 2], 1));
}

/// A call of `next` that is given up loses nothing.
pub async fn giving_up_loses_nothing(subject: &impl HostEventsSubject) {
    let mut source = subject.open().await;
    until_caught_up(subject, &mut source).await;
    let mut seen = Vec::new();
    for number in 1..=4 {
        subject.happen(number).await;
        for micros in [0, 50, 500, 2_000] {
            if let Ok(next) = timeout(Duration::from_micros(micros), source.next()).await {
                seen.extend(subject.number(&next.expect("the source can be read")));
            }
        }
    }
    let missing = 4 - seen.len();
    seen.extend(numbers(subject, &mut source, missing).await);
    assert_eq!(seen, [1, 2, 3, 4]);
}

/// Where the source is interrupted and comes back, nothing is lost and nothing comes twice.
pub async fn an_interruption_loses_nothing(subject: &impl HostEventsSubject) {
    let mut source = subject.open().await;
    until_caught_up(subject, &mut source).await;
    subject.happen(1).await;
    assert_eq!(numbers(subject, &mut source, 1).await, [1]);
    if !subject.interrupt().await {
        return;
    }
    subject.happen(2).await;
    subject.happen(3).await;
    assert_eq!(numbers(subject, &mut source, 2).await, [2, 3]);
    subject.happen(4).await;
    assert_eq!(numbers(subject, &mut source, 1).await, [4]);
}

/// A source that cannot be read is an error, never a stream in which nothing happens.
pub async fn unreadable_is_an_error(subject: &impl HostEventsSubject) {
    let sources = subject.unreadable();
    assert!(!sources.is_empty(), "the subject has no source that cannot be read");
    for mut source in sources {
        loop {
            let next = timeout(PATIENCE, source.next()).await.expect("an error, not silence");
            match next {
                Err(_) => break,
                Ok(Occurrence { what: Happening::Gap(_), .. }) => {}
                Ok(seen) => panic!("the source cannot be read and saw {seen:?}"),
            }
        }
    }
}

/// The numbers of what comes until the source has caught up.
async fn until_caught_up<S: HostEventsSubject>(subject: &S, source: &mut S::Port) -> Vec<u32> {
    let mut seen = Vec::new();
    loop {
        let occurrence = next(source).await;
        if occurrence.what == Happening::CaughtUp {
            return seen;
        }
        seen.extend(subject.number(&occurrence));
    }
}

/// The next `count` numbers.
async fn numbers<S: HostEventsSubject>(
    subject: &S,
    source: &mut S::Port,
    count: usize,
) -> Vec<u32> {
    let mut seen = Vec::new();
    while seen.len() < count {
        let occurrence = next(source).await;
        assert_ne!(occurrence.what, Happening::CaughtUp, "it had caught up before");
        seen.extend(subject.number(&occurrence));
    }
    seen
}

async fn next(source: &mut impl HostEvents) -> Occurrence {
    let next = timeout(PATIENCE, source.next()).await;
    next.expect("the source tells what has happened").expect("the source can be read")
}
