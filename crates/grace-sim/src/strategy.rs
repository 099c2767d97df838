//! Strategies for whole random timelines: boots with all that can go wrong in and around them.
//!
//! A timeline is drawn as a *plan*: a policy, and boots, each a set of small stories (a sweep, an alert that
//! flaps, a crash loop, …), each beginning at a moment biased to the edges of a window. The plan is then laid
//! out in the order of time. Every timeline drawn can be written to a file and read back, so that whatever
//! fails can be kept as one.
//!
//! ```
//! use grace_sim::strategy::{Distribution, timeline_from_seed};
//!
//! let timeline = timeline_from_seed(7);
//! assert_eq!(timeline, timeline_from_seed(7));
//!
//! let mut distribution = Distribution::default();
//! distribution.count(&timeline);
//! println!("{distribution}");
//! ```

mod distribution;
mod layout;
mod policy;
mod story;
mod world;

use std::time::Duration;

use grace_core::{Guest, Policy, Text, Uptime};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

pub use self::distribution::Distribution;
use self::layout::When;
use self::story::Story;
use crate::timeline::{Boot, Timeline};

/// Whole random timelines.
pub fn timelines() -> impl Strategy<Value = Timeline> {
    plan().prop_map(Plan::lay_out).boxed()
}

/// The timeline of this seed: always the same one for the same version of this crate.
#[must_use]
pub fn timeline_from_seed(seed: u64) -> Timeline {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let plan = plan().new_tree(&mut runner).map(|tree| tree.current());
    let mut timeline = plan.unwrap_or_default().lay_out();
    timeline.title = format!("Seed {seed}").into();
    timeline
}

/// A timeline before its steps have their places.
#[derive(Debug, Clone, Default)]
struct Plan {
    policy: Policy,
    /// What the host starts at boot, if that is known.
    guests: Vec<Guest>,
    /// The notifiers' names; none is one without a name.
    notifiers: Vec<Text>,
    /// The last of several notifiers never takes anything.
    is_broken: bool,
    boots: Vec<BootPlan>,
    ends: Ending,
    /// Whether a restart may find the state directory empty.
    loses_state: bool,
}

/// One boot of the host.
#[derive(Debug, Clone)]
struct BootPlan {
    /// The uptime at which the program starts.
    uptime: Option<Uptime>,
    stories: Vec<(When, Story)>,
    /// When this boot ends, if another one follows, and how.
    ends: When,
    end: End,
    /// How long the host is down after that.
    down: Duration,
}

/// The names of notifiers, where there are any.
const NOTIFIERS: [&str; 3] = ["mail", "chat", "pager"];

/// How a timeline ends.
#[derive(Debug, Clone, Copy, Default)]
enum Ending {
    /// The program runs, and people can be reached.
    #[default]
    Well,
    /// Whatever the stories have left.
    AsItIs,
    /// The program is dead.
    Dead,
}

/// How a boot ends.
#[derive(Debug, Clone, Copy)]
enum End {
    /// By power cut.
    PowerCut,
    /// The program is stopped, then the host.
    Clean,
    /// The host goes down under a program that is never stopped.
    Abrupt,
}

fn plan() -> impl Strategy<Value = Plan> {
    let boots = prop_oneof![
        6 => vec(boot(), 1),
        3 => vec(boot(), 2),
        1 => vec(boot(), 3..6),
    ];
    let boots = boots.boxed();
    let ending = prop_oneof![
        16 => Just(Ending::Well),
        1 => Just(Ending::AsItIs),
        1 => Just(Ending::Dead),
    ];
    let notifiers =
        (prop_oneof![4 => Just(0), 1 => Just(1), 3 => Just(2), 1 => Just(3)], weighted(1, 3));
    (policy::policy(), world::expected_guests(), notifiers, boots, ending, weighted(1, 16))
        .prop_map(|(mut policy, guests, (notifiers, is_broken), boots, ends, loses_state)| {
            let notifiers = NOTIFIERS.iter().take(notifiers).map(Text::name).collect::<Vec<_>>();
            let is_broken = is_broken && notifiers.len() > 1;
            if is_broken {
                // What it does not take is given up before the run is over.
                policy.retry.give_up = policy.retry.max.max(Duration::from_secs(1_200));
            }
            Plan { policy, guests, notifiers, is_broken, boots, ends, loses_state }
        })
}

/// Boxed, as what is drawn is large and test threads have small stacks.
fn boot() -> impl Strategy<Value = BootPlan> {
    let stories = prop_oneof![
        1 => vec((layout::when(), story::story()), 0..2),
        6 => vec((layout::when(), story::story()), 2..9),
        2 => vec((layout::when(), story::story()), 9..24),
    ];
    let stories = stories.boxed();
    let end = prop_oneof![Just(End::Clean), Just(End::PowerCut), Just(End::Abrupt)];
    let down = (1_u64..300).prop_map(Duration::from_secs);
    (uptime(), stories, layout::when(), end, down).prop_map(|(uptime, stories, ends, end, down)| {
        BootPlan { uptime, stories, ends, end, down }
    })
}

/// The uptime at which a program starts: early in a boot, at the edge of being a restart, days later, unknown.
fn uptime() -> impl Strategy<Value = Option<Uptime>> {
    prop_oneof![
        5 => (5_u64..90).prop_map(|secs| Some(Uptime::from_secs(secs))),
        1 => Just(Some(Uptime::ZERO)),
        1 => Just(Some(Uptime::from_millis(599_999))),
        1 => Just(Some(Uptime::from_secs(600))),
        1 => (100_u64..2_000).prop_map(|secs| Some(Uptime::from_secs(secs))),
        1 => (1_u64..366).prop_map(|days| Some(Uptime::from_secs(days * 86_400))),
        1 => Just(None),
    ]
}

/// True `of` times in `all`.
fn weighted(of: u32, all: u32) -> impl Strategy<Value = bool> {
    prop::bool::weighted(f64::from(of) / f64::from(all))
}

/// A span of whole milliseconds, often none, often short: the paused clock knows no smaller step.
fn gap() -> impl Strategy<Value = Duration> {
    prop_oneof![
        2 => Just(0),
        1 => Just(1_u64),
        4 => 1_u64..5_000,
        4 => 5_000_u64..60_000,
        2 => 60_000_u64..400_000,
    ]
    .prop_map(Duration::from_millis)
}

/// An instant before the event is seen: most are seen at once.
fn late_by() -> impl Strategy<Value = Option<Duration>> {
    option::weighted(0.2, gap())
}

/// Where the host is: in which boot, and since when.
#[derive(Debug, Clone, Copy)]
struct BootSpan {
    began: Duration,
    uptime: Option<Uptime>,
}

impl BootSpan {
    /// The uptime at `at` as files write it: from zero where it is unknown.
    fn uptime_at(self, at: Duration) -> Uptime {
        self.uptime.unwrap_or_default().saturating_add(at.saturating_sub(self.began))
    }

    const fn boot(self) -> Boot {
        Boot::New { uptime: self.uptime }
    }
}
