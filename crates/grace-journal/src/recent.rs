//! What has been met before, as far as is remembered. Pure.

use std::collections::{HashSet, VecDeque};

use grace_core::Text;

/// The last texts that were met, as many as it may remember.
#[derive(Debug)]
pub(crate) struct Recent {
    bound: usize,
    known: HashSet<Text>,
    /// The same, the oldest first.
    order: VecDeque<Text>,
}

impl Recent {
    pub(crate) fn new(bound: usize) -> Self {
        Self { bound, known: HashSet::new(), order: VecDeque::new() }
    }

    /// Notes one in place of the oldest, and returns whether it is news.
    pub(crate) fn note(&mut self, text: &Text) -> bool {
        if !self.known.insert(text.clone()) {
            return false;
        }
        self.order.push_back(text.clone());
        if self.order.len() > self.bound
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_past_the_bound() {
        let mut recent = Recent::new(2);
        let mut new = |identity: &str| recent.note(&Text::new(identity));
        assert!(new("a") && new("b"));
        assert!(!new("a") && !new("b"));
        assert!(new("c"), "a makes room");
        assert!(!new("b") && new("a"));
    }
}
