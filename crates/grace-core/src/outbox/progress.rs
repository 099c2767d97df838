//! What becomes of copies: taken, sent again, given up.

use alloc::vec::Vec;

use super::letter::Letter;
use super::{Delivery, Due, Fate, Outbox, Terms};
use crate::{Effect, Envelope, Message, Sequence, Undelivered, Uptime};

impl Outbox {
    /// Takes a destination's answer to a copy. Returns what the message has come to, if that is known by it.
    pub(crate) fn handle_delivery(
        &mut self,
        envelope: &Envelope,
        delivery: Delivery,
        terms: Terms,
    ) -> Option<Fate> {
        let (number, to) = (envelope.id.sequence(), envelope.to.index());
        let is_known = self.destinations.get(to) == Some(&envelope.to)
            && self.letters.get(&number).is_some_and(|letter| letter.id == envelope.id);
        if !is_known {
            return None;
        }
        match delivery {
            Delivery::Taken => self.take(number, to),
            Delivery::Unwanted => {
                self.remove_copy(number, to)?;
                let fate = self.letters.get(&number)?.fate();
                self.forget_if_done(number);
                fate
            }
            Delivery::NotTaken { retry_after } => {
                let wait = terms.retry.wait(envelope).max(retry_after.unwrap_or_default());
                self.put_off(envelope, terms.now.saturating_add(wait), terms);
                None
            }
        }
    }

    fn take(&mut self, number: Sequence, to: usize) -> Option<Fate> {
        self.remove_copy(number, to)?;
        let letter = self.letters.get_mut(&number)?;
        let is_first = !core::mem::replace(&mut letter.reached, true);
        self.reached.insert(number);
        self.forget_if_done(number);
        is_first.then_some(Fate::Reached)
    }

    /// Sends a copy again at `due`, or gives it up if it is too old by then. An answer that comes so late that
    /// the copy is out once more changes nothing.
    fn put_off(&mut self, envelope: &Envelope, due: Uptime, terms: Terms) {
        let (number, to) = (envelope.id.sequence(), envelope.to.index());
        let Some(letter) = self.letters.get_mut(&number) else { return };
        let due = due.min(letter.expires(terms));
        let Some(copy) = letter.copy_mut(to) else { return };
        if copy.is_out && copy.attempt == envelope.attempt {
            self.due.remove(&(copy.due, number, to));
            (copy.due, copy.is_out) = (due, false);
            self.due.insert((due, number, to));
        }
    }

    fn remove_copy(&mut self, number: Sequence, to: usize) -> Option<u32> {
        let copy = self.letters.get_mut(&number)?.take_copy(to)?;
        self.due.remove(&(copy.due, number, to));
        Some(copy.attempt)
    }

    fn forget_if_done(&mut self, number: Sequence) {
        if self.letters.get(&number).is_some_and(|letter| letter.copies.is_empty()) {
            self.letters.remove(&number);
            self.reached.remove(&number);
        }
    }

    /// Gives up one copy, and says so.
    pub(super) fn give_up(&mut self, number: Sequence, to: usize, terms: Terms) -> Option<Effect> {
        let attempts = self.remove_copy(number, to)?.saturating_add(1);
        let letter = self.letters.get_mut(&number)?;
        letter.given_up = true;
        let (message, lost) = (letter.id, letter.fate() == Some(Fate::Lost));
        if self.destinations.len() > 1 && !letter.is_of_undelivered() {
            self.failures.add(to, letter.age(terms.now), lost);
        }
        self.forget_if_done(number);
        let to = self.destinations.get(to)?.clone();
        Some(Effect::GaveUp { message, to, attempts, lost })
    }

    /// What is to be done now: copies whose wait is over are sent again, those that are too old are given up, and
    /// the overflow is sent if there is room for it.
    pub(crate) fn take_due(&mut self, terms: Terms) -> Vec<Effect> {
        // A wait of nothing, or one cut at the end of time, is due again at once: each is sent once a call.
        let mut effects = Vec::new();
        for (_, number, to) in self.take_due_copies(terms.now) {
            let is_old = |letter: &Letter| letter.expires(terms) <= terms.now;
            if self.letters.get(&number).is_some_and(is_old) {
                effects.extend(self.give_up(number, to, terms));
            } else {
                effects.extend(self.send_again(number, to, terms));
            }
        }
        if self.has_room(terms.limit) {
            let overflow = self.overflow.take();
            effects.extend(
                overflow
                    .into_iter()
                    .flat_map(|(id, digest)| self.send(id, Message::Digest(digest), terms)),
            );
        }
        effects
    }

    fn take_due_copies(&mut self, now: Uptime) -> Vec<Due> {
        let mut due = Vec::new();
        while self.due.first().is_some_and(|&(due, ..)| due <= now) {
            due.extend(self.due.pop_first());
        }
        due
    }

    fn send_again(&mut self, number: Sequence, to: usize, terms: Terms) -> Option<Effect> {
        let due = terms.answer_due();
        let copy = self.letters.get_mut(&number)?.copy_mut(to)?;
        copy.again(due);
        let copy = *copy;
        self.due.insert((due, number, to));
        self.deliver(self.letters.get(&number)?, &copy)
    }

    /// The next word of a destination whose copies were given up, if it is time for one.
    pub(crate) fn take_undelivered(&mut self, terms: Terms) -> Option<Undelivered> {
        if !self.has_room(terms.limit) {
            return None;
        }
        self.failures.take(&self.destinations, terms.now)
    }

    /// The first instant at which something must be done.
    pub(crate) fn due(&self, limit: usize) -> Option<Uptime> {
        let waiting = self.has_room(limit).then(|| {
            let overflow = self.overflow.as_ref().map(|_| Uptime::ZERO);
            overflow.into_iter().chain(self.failures.due()).min()
        });
        let copy = self.due.first().map(|&(due, ..)| due);
        waiting.flatten().into_iter().chain(copy).min()
    }

    /// Makes every copy due that waits for its next attempt; not those whose answer is awaited.
    pub(crate) fn hurry(&mut self, now: Uptime) {
        let mut changed = Vec::new();
        for (&number, letter) in &mut self.letters {
            for copy in letter.copies.iter_mut().filter(|copy| !copy.is_out && copy.due > now) {
                changed.push(((copy.due, number, copy.to), (now, number, copy.to)));
                copy.due = now;
            }
        }
        for (before, after) in changed {
            self.due.remove(&before);
            self.due.insert(after);
        }
    }
}
