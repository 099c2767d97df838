//! Decisions: what becomes of an event, by arithmetic alone.

use core::time::Duration;

use crate::{BootKind, CategoryRule, Policy, Severity, SeveritySet, Uptime};

/// What becomes of an event. There is no variant that loses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a new decision must break every driver loudly")]
pub enum Decision {
    /// Tell it now, on its own.
    Deliver,
    /// Keep it until this instant, then look again.
    Hold {
        /// When the window ends.
        until: Uptime,
        /// Which window holds it.
        reason: HoldReason,
    },
    /// Gather it with others like it into one message.
    Aggregate {
        /// When the window ends.
        until: Uptime,
    },
}

impl Decision {
    /// `deliver`, `hold` or `aggregate`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::Hold { .. } => "hold",
            Self::Aggregate { .. } => "aggregate",
        }
    }
}

/// Which window holds an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HoldReason {
    /// The health window: its category is transient while the host starts.
    Startup,
    /// The shutdown window: guests are expected to stop.
    Shutdown,
}

impl HoldReason {
    /// `startup` or `shutdown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Startup => "startup",
            Self::Shutdown => "shutdown",
        }
    }
}

/// What a decision is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// A guest started.
    GuestStarted,
    /// A guest stopped.
    GuestStopped,
    /// A guest failed to start or stop, or did so with warnings. Never held.
    GuestFailed,
    /// An alert of a category.
    Alert {
        /// Its category, in any case.
        category: &'a str,
        /// How bad it is.
        severity: Severity,
    },
    /// The host goes down, or will not after all. Never held.
    HostShutdown,
}

/// A span of the boot timeline, from its first instant to before its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    opens: Uptime,
    closes: Uptime,
}

impl Window {
    /// A window that is never open.
    pub const NEVER: Self = Self { opens: Uptime::ZERO, closes: Uptime::ZERO };

    pub(crate) const fn new(opens: Uptime, closes: Uptime) -> Self {
        Self { opens, closes }
    }

    /// Its first instant.
    #[must_use]
    pub const fn opens(&self) -> Uptime {
        self.opens
    }

    /// The first instant after it.
    #[must_use]
    pub const fn closes(&self) -> Uptime {
        self.closes
    }

    /// Whether `now` is before the window's end. The end itself is outside.
    ///
    /// An instant before its beginning counts as inside: it can only be one that was read late.
    #[must_use]
    pub fn is_open(&self, now: Uptime) -> bool {
        now < self.closes
    }

    /// What is left of the window at `now`; zero once it is over.
    #[must_use]
    pub const fn remaining(&self, now: Uptime) -> Duration {
        self.closes.saturating_since(now)
    }
}

/// A snapshot of the machine that decides, by arithmetic alone, what becomes of an event.
///
/// It holds instants, not flags: a snapshot taken at any time answers rightly for any later time until
/// the machine handles another event. It is `Copy`, and [`GraceView::decide`] neither locks nor allocates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraceView {
    pub(crate) kind: BootKind,
    pub(crate) anchor: Uptime,
    pub(crate) guest: Window,
    pub(crate) health: Window,
    pub(crate) shutdown: Window,
    pub(crate) bypass: SeveritySet,
    pub(crate) categories: CategoryTable,
}

impl GraceView {
    /// What becomes of `subject` at `now`.
    #[must_use]
    pub fn decide(&self, now: Uptime, subject: Subject<'_>) -> Decision {
        match subject {
            Subject::GuestStarted if self.guest.is_open(now) => {
                Decision::Aggregate { until: self.guest.closes }
            }
            Subject::GuestStopped if self.shutdown.is_open(now) => {
                Decision::Hold { until: self.shutdown.closes, reason: HoldReason::Shutdown }
            }
            Subject::Alert { category, severity } => self.decide_alert(now, category, severity),
            Subject::GuestStarted
            | Subject::GuestStopped
            | Subject::GuestFailed
            | Subject::HostShutdown => Decision::Deliver,
        }
    }

    fn decide_alert(&self, now: Uptime, category: &str, severity: Severity) -> Decision {
        if self.bypass.contains(severity) {
            return Decision::Deliver;
        }
        match self.category_window(category) {
            Some(window) if window.is_open(now) => {
                Decision::Hold { until: window.closes, reason: HoldReason::Startup }
            }
            _ => Decision::Deliver,
        }
    }

    /// Whether the program started with its host, or on one that ran already.
    #[must_use]
    pub const fn kind(&self) -> BootKind {
        self.kind
    }

    /// The instant the startup windows are counted from.
    #[must_use]
    pub const fn anchor(&self) -> Uptime {
        self.anchor
    }

    /// The window in which guest starts are collected.
    #[must_use]
    pub const fn guest_window(&self) -> Window {
        self.guest
    }

    /// The window in which alerts of transient categories are held.
    #[must_use]
    pub const fn health_window(&self) -> Window {
        self.health
    }

    /// The window in which guest stops are held; never open if no shutdown was announced.
    #[must_use]
    pub const fn shutdown_window(&self) -> Window {
        self.shutdown
    }

    /// The window of a held category, under any of its names; `None` for a category that is not held.
    #[must_use]
    pub fn category_window(&self, category: &str) -> Option<Window> {
        let own = self.categories.find(category)?;
        Some(match own {
            CategorySpan::Health => self.health,
            CategorySpan::Own(closes) => Window::new(self.health.opens, closes),
        })
    }
}

/// The held categories' names, kept inline so that the view is `Copy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CategoryTable {
    slots: [CategorySlot; Policy::MAX_CATEGORY_NAMES],
    used: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CategorySlot {
    name: InlineName,
    span: CategorySpan,
}

/// How long a category is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CategorySpan {
    /// As long as the health window.
    Health,
    /// Until this instant.
    Own(Uptime),
}

impl CategoryTable {
    /// The table of these categories, whose names are in lower case, for windows that open at `anchor`.
    ///
    /// Names past the limits of [`Policy::validated`] are left out.
    pub(crate) fn new(rules: &[CategoryRule], anchor: Uptime) -> Self {
        let empty = CategorySlot { name: InlineName::EMPTY, span: CategorySpan::Health };
        let mut table = Self { slots: [empty; Policy::MAX_CATEGORY_NAMES], used: 0 };
        let names = rules.iter().flat_map(|rule| {
            let span = match rule.window {
                None => CategorySpan::Health,
                Some(window) => CategorySpan::Own(anchor.saturating_add(window)),
            };
            rule.names()
                .filter_map(move |name| Some(CategorySlot { name: InlineName::new(name)?, span }))
        });
        for (slot, named) in table.slots.iter_mut().zip(names) {
            *slot = named;
            table.used = table.used.saturating_add(1);
        }
        table
    }

    pub(crate) fn find(&self, category: &str) -> Option<CategorySpan> {
        let mut slots = self.slots.iter().take(self.used);
        let found = slots.find(|slot| slot.name.is(category.as_bytes()));
        match found {
            Some(slot) => Some(slot.span),
            None if category.is_ascii() => None,
            None => self.find_unicode(category),
        }
    }

    /// As in the original, any case is Unicode's: the Kelvin sign is a `k`.
    #[cold]
    fn find_unicode(&self, category: &str) -> Option<CategorySpan> {
        let lower = category.chars().flat_map(char::to_lowercase);
        let mut slots = self.slots.iter().take(self.used);
        slots.find(|slot| lower.clone().eq(slot.name.chars())).map(|slot| slot.span)
    }
}

/// A category's name in lower case, inline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct InlineName {
    bytes: [u8; Policy::MAX_CATEGORY_NAME_LEN],
    len: u8,
}

impl InlineName {
    const EMPTY: Self = Self { bytes: [0; Policy::MAX_CATEGORY_NAME_LEN], len: 0 };

    /// The name; `None` if it is longer than that of a held category may be.
    fn new(name: &str) -> Option<Self> {
        let mut inline = Self::EMPTY;
        inline.bytes.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        inline.len = u8::try_from(name.len()).ok()?;
        Some(inline)
    }

    /// Whether `name` is this name, but for the case of ASCII letters.
    #[inline]
    fn is(&self, name: &[u8]) -> bool {
        let own = self.as_bytes();
        // Every byte of a name of the right length is looked at: it costs the same in any case.
        let differs = |(own, byte): (&u8, &u8)| own ^ byte.to_ascii_lowercase();
        own.len() == name.len()
            && own.iter().zip(name).map(differs).fold(0, |all, one| all | one) == 0
    }

    fn chars(&self) -> impl Iterator<Item = char> {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default().chars()
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}
