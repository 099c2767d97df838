//! A new start of the program: other destinations, and perhaps another timeline.

use alloc::vec::Vec;

use super::letter::Letter;
use super::{Outbox, Terms};
use crate::{Destination, Effect, Uptime};

impl Outbox {
    /// Goes on for the `present` destinations; `then` is what `terms.now` was on the timeline before.
    ///
    /// Destinations are matched by name. Each copy is sent again, since it is not known which were taken; those
    /// for a destination that is gone are dropped. A message that has reached no one and has no copy left goes to
    /// all: nothing is lost by a change of names. A new destination gets no old message otherwise.
    pub(crate) fn resume(
        &mut self,
        present: Vec<Destination>,
        then: Uptime,
        terms: Terms,
    ) -> Vec<Effect> {
        let earlier = core::mem::replace(&mut self.destinations, present);
        let moved = places(&earlier, &self.destinations);
        let moved = |index: usize| moved.get(index).copied().flatten();
        self.failures.carry_over(moved);
        self.due.clear();
        self.reached.clear();
        let mut effects = Vec::new();
        for (_, mut letter) in core::mem::take(&mut self.letters) {
            letter.carry_over(then, terms.now);
            letter.readdress(moved, terms);
            if letter.copies.is_empty() && !letter.reached {
                letter.address(&self.destinations, terms);
            }
            if !letter.copies.is_empty() {
                self.post(letter, &mut effects);
            }
        }
        effects
    }
}

impl Letter {
    fn readdress(&mut self, moved: impl Fn(usize) -> Option<usize>, terms: Terms) {
        self.copies.retain_mut(|copy| {
            copy.again(terms.answer_due());
            moved(copy.to).inspect(|&to| copy.to = to).is_some()
        });
        self.copies.sort_unstable_by_key(|copy| copy.to);
    }
}

/// Where each of the earlier destinations is among those present. Of several of one name, each has its own place.
fn places(earlier: &[Destination], present: &[Destination]) -> Vec<Option<usize>> {
    let mut free: Vec<&Destination> = present.iter().collect();
    let place = |before: &Destination| {
        let at = free.iter().position(|now| now.name() == before.name())?;
        Some(free.remove(at).index())
    };
    earlier.iter().map(place).collect()
}
