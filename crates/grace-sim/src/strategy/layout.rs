//! When things happen: moments near the edges of windows, and a plan laid out in the order of time.

use std::collections::BTreeSet;
use std::time::Duration;

use grace_core::{Anchor, Policy, Text};
use proptest::prelude::*;

use super::{BootPlan, BootSpan, End, Ending, Plan};
use crate::timeline::{Action, Boot, SavedState, Start, Step, Timeline};

/// A moment in a boot, before it is known how long the boot's windows are.
#[derive(Debug, Clone)]
pub(super) enum When {
    /// At an edge of a window counted from one of the program's starts, or just beside it.
    Edge { start: prop::sample::Index, edge: Edge, nudge: Nudge },
    /// Somewhere, in thousandths of the span in which the windows lie.
    Within(u16),
}

/// An end of a window.
#[derive(Debug, Clone, Copy)]
pub(super) enum Edge {
    /// Its beginning.
    Opens,
    Guest,
    Health,
    /// The longest an adaptive window lasts, or else the health window's end.
    Cap,
    /// The end of the longest window that a category has of its own.
    Own,
    /// The facts' deadline after the health window.
    Facts,
}

/// How far from an edge.
#[derive(Debug, Clone, Copy)]
pub(super) enum Nudge {
    Before(Duration),
    At,
    After(Duration),
}

pub(super) fn when() -> impl Strategy<Value = When> {
    let edge = prop_oneof![
        2 => Just(Edge::Opens),
        3 => Just(Edge::Guest),
        3 => Just(Edge::Health),
        1 => Just(Edge::Cap),
        1 => Just(Edge::Own),
        1 => Just(Edge::Facts),
    ];
    let near = || prop_oneof![3 => Just(1), 1 => Just(1_000), 2 => 1_u64..40_000];
    let nudge = prop_oneof![
        2 => near().prop_map(|millis| Nudge::Before(Duration::from_millis(millis))),
        2 => Just(Nudge::At),
        2 => near().prop_map(|millis| Nudge::After(Duration::from_millis(millis))),
    ];
    prop_oneof![
        1 => (any::<prop::sample::Index>(), edge, nudge)
            .prop_map(|(start, edge, nudge)| When::Edge { start, edge, nudge }),
        1 => (0_u16..1_000).prop_map(When::Within),
    ]
}

impl When {
    /// The moment on the timeline, in a boot that began at `boot.began` and in which the program started at
    /// `starts`.
    pub(super) fn at(&self, policy: &Policy, boot: BootSpan, starts: &[Duration]) -> Duration {
        match self {
            Self::Within(thousandths) => {
                let horizon = horizon(policy).as_millis() as u64;
                let into = horizon * u64::from(*thousandths) / 1_000;
                boot.began + Duration::from_millis(into)
            }
            Self::Edge { start, edge, nudge } => {
                let start = starts.get(start.index(starts.len().max(1))).unwrap_or(&boot.began);
                let since_boot = match policy.anchor {
                    Anchor::ServiceStart => Duration::ZERO,
                    Anchor::Boot => boot.uptime_at(*start).since_boot(),
                };
                let edge = (*start + edge.span(policy)).saturating_sub(since_boot);
                let at = match nudge {
                    Nudge::Before(by) => edge.saturating_sub(*by),
                    Nudge::At => edge,
                    Nudge::After(by) => edge + *by,
                };
                at.max(boot.began)
            }
        }
    }
}

impl Edge {
    fn span(self, policy: &Policy) -> Duration {
        match self {
            Self::Opens => Duration::ZERO,
            Self::Guest => policy.guest,
            Self::Health => policy.health,
            Self::Cap => policy.adaptive.map_or(policy.health, |adaptive| adaptive.cap),
            Self::Own => {
                let own = policy.categories.iter().filter_map(|category| category.window);
                own.max().unwrap_or(policy.health)
            }
            Self::Facts => policy.health + policy.facts_timeout,
        }
    }
}

/// The span in which a boot's windows lie, and as much again.
fn horizon(policy: &Policy) -> Duration {
    let longest = [Edge::Guest, Edge::Cap, Edge::Own, Edge::Facts].map(|edge| edge.span(policy));
    longest.into_iter().max().unwrap_or_default() * 2 + Duration::from_secs(60)
}

impl Plan {
    /// The steps in the order of time, each possible where it stands.
    pub(super) fn lay_out(self) -> Timeline {
        let uptime = self.boots.first().and_then(|boot| boot.uptime);
        let mut boot = BootSpan { began: Duration::ZERO, uptime };
        let mut steps = Vec::new();
        let count = self.boots.len();
        for (index, plan) in self.boots.iter().enumerate() {
            let end = self.lay_out_boot(plan, boot, index + 1 < count, &mut steps);
            let Some(next) = self.boots.get(index + 1) else { break };
            let began = end + plan.down;
            // A file cannot tell of a host that booted before its timeline began.
            let uptime = next.uptime.map(|uptime| uptime.min(began.into()));
            boot = BootSpan { began, uptime };
            let restart = Action::Restart { boot: boot.boot(), state: SavedState::Kept };
            steps.push(Step { at: began, action: restart });
        }
        match self.ends {
            Ending::Well => end_well(&mut steps),
            Ending::AsItIs => {}
            Ending::Dead => {
                let at = steps.last().map_or(Duration::ZERO, |step| step.at);
                steps.push(Step { at, action: Action::Crash });
            }
        }
        let events = self.with_its_notifiers(steps);
        let title = Text::new("A random timeline");
        let start = Start { uptime, unix_time: None };
        Timeline {
            title,
            start,
            policy: self.policy,
            notifiers: self.notifiers,
            guests: self.guests,
            events,
        }
    }

    /// The steps, with outages of those notifiers that there are. One that is broken is down from the beginning,
    /// and never up again.
    fn with_its_notifiers(&self, steps: Vec<Step>) -> Vec<Step> {
        let broken = self.notifiers.last().filter(|_| self.is_broken);
        let first = broken.map(|name| Action::NotifierDown(Some(name.clone())));
        let mut laid_out: Vec<Step> = Vec::new();
        laid_out.extend(first.map(|action| Step { at: Duration::ZERO, action }));
        for Step { at, action } in steps {
            let (name, make): (_, fn(_) -> Action) = match action {
                Action::NotifierDown(name) => (name, Action::NotifierDown),
                Action::NotifierUp(name) => (name, Action::NotifierUp),
                action => {
                    laid_out.push(Step { at, action });
                    continue;
                }
            };
            let named = self.notifiers.iter().find(|one| Some(*one) == name.as_ref());
            let others = self.notifiers.iter().filter(|one| Some(*one) != broken);
            let names: Vec<Option<Text>> = match (named, broken) {
                (Some(name), broken) if broken == Some(name) => Vec::new(),
                (Some(name), _) => vec![Some(name.clone())],
                (None, None) => vec![None],
                (None, Some(_)) => others.cloned().map(Some).collect(),
            };
            laid_out.extend(names.into_iter().map(|name| Step { at, action: make(name) }));
        }
        laid_out
    }

    /// Appends a boot's steps, and returns when it ends.
    fn lay_out_boot(
        &self,
        plan: &BootPlan,
        boot: BootSpan,
        ends: bool,
        steps: &mut Vec<Step>,
    ) -> Duration {
        // Starts first: the moments of everything else may be counted from any of them.
        let mut starts = vec![boot.began];
        let mut drafts = Vec::new();
        for (when, story) in plan.stories.iter().filter(|(_, story)| story.starts_the_program()) {
            let at = when.at(&self.policy, boot, &starts);
            story.tell(at, &self.policy, boot, self.loses_state, &mut drafts);
        }
        let is_start = |step: &&Step| matches!(step.action, Action::Restart { .. });
        starts.extend(drafts.iter().filter(is_start).map(|step| step.at));
        for (when, story) in plan.stories.iter().filter(|(_, story)| !story.starts_the_program()) {
            let at = when.at(&self.policy, boot, &starts);
            story.tell(at, &self.policy, boot, self.loses_state, &mut drafts);
        }
        drafts.sort_by_key(|step| step.at);
        if !ends {
            let last = drafts.last().map_or(boot.began, |step| step.at);
            steps.extend(drafts);
            return last;
        }
        let end = plan.ends.at(&self.policy, boot, &starts);
        steps.extend(drafts.into_iter().take_while(|step| step.at <= end));
        let last = match plan.end {
            End::PowerCut => Some(Action::Crash),
            End::Clean => Some(Action::Stop),
            End::Abrupt => None,
        };
        steps.extend(last.map(|action| Step { at: end, action }));
        end
    }
}

/// People can be reached at the end, and the program runs.
fn end_well(steps: &mut Vec<Step>) {
    let mut runs = true;
    let mut down = BTreeSet::new();
    for step in steps.iter() {
        match &step.action {
            Action::Crash | Action::Stop => runs = false,
            Action::Restart { .. } => runs = true,
            Action::NotifierDown(name) => drop(down.insert(name.clone())),
            Action::NotifierUp(None) => down.clear(),
            Action::NotifierUp(name) => drop(down.remove(name)),
            _ => {}
        }
    }
    let at = steps.last().map_or(Duration::ZERO, |step| step.at) + Duration::from_secs(10);
    let restart = || Action::Restart { boot: Boot::Same, state: SavedState::Kept };
    steps.extend((!down.is_empty()).then_some(Step { at, action: Action::NotifierUp(None) }));
    steps.extend((!runs).then(|| Step { at, action: restart() }));
}
