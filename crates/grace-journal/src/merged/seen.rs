//! Which things have been told. Pure.

use std::collections::{HashSet, VecDeque};

use grace_core::Text;

/// The identities of the last things told, as many as it may remember.
#[derive(Debug)]
pub(super) struct Seen {
    bound: usize,
    identities: HashSet<Text>,
    /// The same, the oldest first.
    order: VecDeque<Text>,
}

impl Seen {
    pub(super) fn new(bound: usize) -> Self {
        Self { bound, identities: HashSet::new(), order: VecDeque::new() }
    }

    /// Whether it is new, and remembers it in place of the oldest.
    pub(super) fn is_new(&mut self, identity: &Text) -> bool {
        if !self.identities.insert(identity.clone()) {
            return false;
        }
        self.order.push_back(identity.clone());
        if self.order.len() > self.bound
            && let Some(oldest) = self.order.pop_front()
        {
            self.identities.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_past_the_bound() {
        let mut seen = Seen::new(2);
        let mut new = |identity: &str| seen.is_new(&Text::new(identity));
        assert!(new("a") && new("b"));
        assert!(!new("a") && !new("b"));
        assert!(new("c"), "a makes room");
        assert!(!new("b") && new("a"));
    }
}
