//! The lives of a program: each start in a timeline.

use crate::timeline::{Action, Boot, SavedState, Timeline};

/// One start of a program, as the world knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "what a start is to the laws is these three things")]
pub struct Life {
    /// In which boot of the host, counted from 0.
    pub boot: u64,
    /// Whether the host's uptime can be read.
    pub uptime_known: bool,
    /// Whether the program finds what it had saved. The very first has saved nothing.
    pub remembers: bool,
}

impl Life {
    /// The first start on a host whose uptime can be read.
    pub const FIRST: Self = Self { boot: 0, uptime_known: true, remembers: false };

    /// Every start in a timeline, in order.
    #[must_use]
    pub fn all(timeline: &Timeline) -> Vec<Self> {
        let first = Self { uptime_known: timeline.start.uptime.is_some(), ..Self::FIRST };
        let mut lives = vec![first];
        let mut life = first;
        for step in &timeline.events {
            if let Action::Restart { boot, state } = step.action {
                life.remembers = state == SavedState::Kept;
                if let Boot::New { uptime } = boot {
                    life.boot += 1;
                    life.uptime_known = uptime.is_some();
                }
                lives.push(life);
            }
        }
        lives
    }

    /// Whether the program runs when the timeline ends.
    #[must_use]
    pub fn runs_at_the_end(timeline: &Timeline) -> bool {
        timeline.events.iter().fold(true, |runs, step| match step.action {
            Action::Crash | Action::Stop => false,
            Action::Restart { .. } => true,
            _ => runs,
        })
    }
}
