//! What has been read before.

use std::collections::{HashSet, VecDeque};

use grace_core::Text;

/// How many are remembered. The two generations of the index together hold some thousand.
const REMEMBERED: usize = 16 * 1024;

/// The last tasks, or lines, that were read.
#[derive(Debug, Default)]
pub(super) struct Recent {
    order: VecDeque<Text>,
    known: HashSet<Text>,
}

impl Recent {
    /// Notes one, and returns whether it is news.
    pub(super) fn note(&mut self, text: &str) -> bool {
        let text = Text::new(text);
        if !self.known.insert(text.clone()) {
            return false;
        }
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(text);
        true
    }
}
