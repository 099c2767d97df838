//! The numbers and choices an owner may set.

use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;

use crate::{Severity, Text};

/// Every number and choice of the engine. The default is the original's.
///
/// The machine is safe with any value; [`Policy::validated`] refuses those that no host would want.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// How long guest starts are collected. 180 s.
    pub guest: Duration,
    /// How long alerts of transient categories are held. 300 s.
    pub health: Duration,
    /// How long guest stops are held after a shutdown was announced. 120 s.
    pub shutdown: Duration,
    /// Below this uptime at start, the program started with its host. 600 s.
    pub boot_uptime: Duration,
    /// Where the windows are counted from. The program's start.
    pub anchor: Anchor,
    /// What a mere restart of the program does. The windows apply again.
    pub restart: RestartPolicy,
    /// Windows that follow what the host does, instead of fixed ones. Off.
    pub adaptive: Option<Adaptive>,
    /// The categories that are held: `storage`, `vms`, `network`, `services`.
    pub categories: Vec<CategoryRule>,
    /// Severities that are never held. None.
    pub bypass: SeveritySet,
    /// How long the report waits for its facts. 30 s.
    pub facts_timeout: Duration,
    /// When a message that was not taken is sent again.
    pub retry: Retry,
    /// How much is kept.
    pub limits: Limits,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            guest: Duration::from_secs(180),
            health: Duration::from_secs(300),
            shutdown: Duration::from_secs(120),
            boot_uptime: Duration::from_secs(600),
            anchor: Anchor::default(),
            restart: RestartPolicy::default(),
            adaptive: None,
            categories: ["storage", "vms", "network", "services"].map(CategoryRule::new).into(),
            bypass: SeveritySet::EMPTY,
            facts_timeout: Duration::from_secs(30),
            retry: Retry::default(),
            limits: Limits::default(),
        }
    }
}

/// Where the windows are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "a boot has these two beginnings")]
pub enum Anchor {
    /// The program's start, as in the original.
    #[default]
    ServiceStart,
    /// The host's boot: a program that starts late gets what is left of the windows.
    Boot,
}

/// What a start on a host that runs already does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "a restart either opens the windows or does not")]
pub enum RestartPolicy {
    /// The windows apply again, as in the original. What they collect is delivered as a digest when they
    /// end, and there is no report.
    #[default]
    Grace,
    /// No window opens; everything is delivered at once.
    None,
}

/// Windows that follow what the host does.
///
/// The guest window lasts while the host's own start of its guests runs. The health window ends early
/// once that is over and health has been well for [`quiet`](Self::quiet), and is extended while it has
/// not, up to [`cap`](Self::cap). The shutdown window lasts until power-off or cancellation, up to `cap`.
/// Where nothing is known, the fixed windows apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adaptive {
    /// How long health must have been well. 60 s.
    pub quiet: Duration,
    /// The longest any window lasts. 15 min.
    pub cap: Duration,
    /// How often health is read while a window waits on it. 15 s.
    pub check_every: Duration,
}

impl Default for Adaptive {
    fn default() -> Self {
        Self {
            quiet: Duration::from_secs(60),
            cap: Duration::from_secs(900),
            check_every: Duration::from_secs(15),
        }
    }
}

/// A category that is held while its window lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CategoryRule {
    /// Its name, matched in any case.
    pub name: Text,
    /// Other names for it: `pve_services` for `services`, `vmct` for `vms`. None in the default.
    pub aliases: Vec<Text>,
    /// A window of its own, from the same anchor. `None` is the health window.
    pub window: Option<Duration>,
}

impl CategoryRule {
    /// A category held for the health window, without aliases.
    #[must_use]
    pub fn new(name: impl AsRef<str>) -> Self {
        Self { name: Text::name(name), aliases: Vec::new(), window: None }
    }

    /// The same rule with another name for the category.
    #[must_use]
    pub fn with_alias(mut self, alias: impl AsRef<str>) -> Self {
        self.aliases.push(Text::name(alias));
        self
    }

    /// The same rule with a window of its own.
    #[must_use]
    pub const fn with_window(mut self, window: Duration) -> Self {
        self.window = Some(window);
        self
    }

    /// Puts all its names in lower case.
    pub(crate) fn make_lower(&mut self) {
        for name in core::iter::once(&mut self.name).chain(&mut self.aliases) {
            *name = name.to_lower();
        }
    }

    /// The category's name and its aliases.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Text> {
        core::iter::once(&self.name).chain(&self.aliases)
    }
}

/// A set of severities.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SeveritySet(u8);

impl SeveritySet {
    /// No severity.
    pub const EMPTY: Self = Self(0);

    /// The set with `severity` in it.
    #[must_use]
    pub const fn with(self, severity: Severity) -> Self {
        Self(self.0 | 1 << severity as u8)
    }

    /// Whether `severity` is in the set.
    #[must_use]
    pub const fn contains(self, severity: Severity) -> bool {
        self.0 & 1 << severity as u8 != 0
    }
}

impl FromIterator<Severity> for SeveritySet {
    fn from_iter<I: IntoIterator<Item = Severity>>(severities: I) -> Self {
        severities.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for SeveritySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Severity::ALL.iter().filter(|&&s| self.contains(s))).finish()
    }
}

/// When a message that a destination has not taken is sent there again: after `first`, then twice as long each
/// time, until it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retry {
    /// The first wait. 5 s.
    pub first: Duration,
    /// The longest wait. 5 min.
    pub max: Duration,
    /// How long an answer is awaited before the message is sent again. 2 min.
    pub answer: Duration,
    /// By how much a wait may be shorter, in percent: one host of many does not come back with all others at
    /// once. 0, and at most [`MOST_JITTER`](Self::MOST_JITTER).
    pub jitter: u8,
    /// How old a message may become before it is given up for those who have not taken it. 7 days.
    pub give_up: Duration,
}

impl Retry {
    /// The most that a wait may be shorter by, in percent.
    pub const MOST_JITTER: u8 = 50;
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(5),
            max: Duration::from_secs(300),
            answer: Duration::from_secs(120),
            jitter: 0,
            give_up: Duration::from_secs(7 * 86_400),
        }
    }
}

/// How much is kept. Past a limit counts stay exact, details are left out, and the message says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Guests in the ledger. 10,000.
    pub guests: usize,
    /// Alerts held, alerts remembered as told, and stops held; each. 10,000.
    pub alerts: usize,
    /// Messages that some destination has not yet taken. 1,000.
    pub outbox: usize,
    /// Journal entries in the report, from the boot's start. 25.
    pub journal_first: usize,
    /// Journal entries in the report, to its end. 25.
    pub journal_last: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { guests: 10_000, alerts: 10_000, outbox: 1_000, journal_first: 25, journal_last: 25 }
    }
}

impl Policy {
    /// The most names of held categories, aliases counted.
    pub const MAX_CATEGORY_NAMES: usize = 16;
    /// The longest name of a held category, in bytes.
    pub const MAX_CATEGORY_NAME_LEN: usize = 31;

    /// The policy itself, if every value is within its limits.
    ///
    /// # Errors
    /// The first value that is not, by its name in configuration, and its limits.
    pub fn validated(self) -> Result<Self, PolicyError> {
        let day = secs(0)..=secs(86_400);
        within("guest", self.guest, &day)?;
        within("health", self.health, &day)?;
        within("shutdown", self.shutdown, &day)?;
        within("boot_uptime", self.boot_uptime, &day)?;
        within("facts_timeout", self.facts_timeout, &(secs(1)..=secs(600)))?;
        within("retry.first", self.retry.first, &(secs(1)..=secs(3_600)))?;
        within("retry.max", self.retry.max, &(self.retry.first..=secs(86_400)))?;
        within("retry.answer", self.retry.answer, &(secs(1)..=secs(3_600)))?;
        count("retry.jitter", self.retry.jitter.into(), 0..=Retry::MOST_JITTER.into())?;
        within("retry.give_up", self.retry.give_up, &(self.retry.max..=secs(366 * 86_400)))?;
        if let Some(adaptive) = self.adaptive {
            within("adaptive.quiet", adaptive.quiet, &(secs(0)..=secs(3_600)))?;
            let longest = self.guest.max(self.health).max(self.shutdown);
            within("adaptive.cap", adaptive.cap, &(longest..=secs(86_400)))?;
            within("adaptive.check_every", adaptive.check_every, &(secs(1)..=secs(600)))?;
        }
        count("limits.guests", self.limits.guests, 1..=100_000)?;
        count("limits.alerts", self.limits.alerts, 1..=1_000_000)?;
        count("limits.outbox", self.limits.outbox, 1..=100_000)?;
        count("limits.journal_first", self.limits.journal_first, 0..=1_000)?;
        count("limits.journal_last", self.limits.journal_last, 0..=1_000)?;
        self.validated_categories()
    }

    fn validated_categories(self) -> Result<Self, PolicyError> {
        let names: Vec<&Text> = self.categories.iter().flat_map(CategoryRule::names).collect();
        count("categories", names.len(), 0..=Self::MAX_CATEGORY_NAMES)?;
        for (index, name) in names.iter().enumerate() {
            count("categories (bytes of a name)", name.len(), 1..=Self::MAX_CATEGORY_NAME_LEN)?;
            if names.iter().take(index).any(|earlier| earlier.eq_ignore_ascii_case(name)) {
                return Err(PolicyError::Duplicate { name: (*name).clone() });
            }
        }
        for rule in &self.categories {
            if let Some(window) = rule.window {
                within("categories.window", window, &(secs(0)..=secs(86_400)))?;
            }
        }
        Ok(self)
    }
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn within(
    name: &'static str,
    value: Duration,
    limits: &RangeInclusive<Duration>,
) -> Result<(), PolicyError> {
    if limits.contains(&value) {
        return Ok(());
    }
    Err(PolicyError::Span { name, value, least: *limits.start(), most: *limits.end() })
}

fn count(
    name: &'static str,
    value: usize,
    limits: RangeInclusive<usize>,
) -> Result<(), PolicyError> {
    if limits.contains(&value) {
        return Ok(());
    }
    Err(PolicyError::Count { name, value, least: *limits.start(), most: *limits.end() })
}

/// A policy value that no host would want.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A span outside its limits.
    #[error("{name} is {value:?}: it must be from {least:?} to {most:?}")]
    Span {
        /// The value's name in configuration.
        name: &'static str,
        /// What it was set to.
        value: Duration,
        /// The least it may be.
        least: Duration,
        /// The most it may be.
        most: Duration,
    },
    /// A count outside its limits.
    #[error("{name} is {value}: it must be from {least} to {most}")]
    Count {
        /// The value's name in configuration.
        name: &'static str,
        /// What it was set to.
        value: usize,
        /// The least it may be.
        least: usize,
        /// The most it may be.
        most: usize,
    },
    /// Two held categories, or an alias, of the same name.
    #[error("categories names \"{name}\" twice: each name and alias may stand there once")]
    Duplicate {
        /// The name.
        name: Text,
    },
}
