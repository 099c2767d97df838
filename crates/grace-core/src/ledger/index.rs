//! Where a guest stands in the ledger, by its id.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::LedgerGuest;
use crate::GuestId;

/// Up to this many guests, as most hosts have, a look at all their numbers is faster than a tree.
const FEW: usize = 64;

/// Finds guests by their ids. Guests are only ever added to a ledger, at its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// The numbers of the first guests, in the ledger's order.
    numbers: Vec<u64>,
    /// The places of all guests, once there are more than a few.
    places: BTreeMap<GuestId, usize>,
}

impl Index {
    /// The place of the guest of this id among `guests`, which are those that were added.
    pub(super) fn find(&self, id: &GuestId, guests: &[LedgerGuest]) -> Option<usize> {
        if guests.len() > FEW {
            return self.places.get(id).copied();
        }
        // Ids that are no number share one, so the id itself is looked at too.
        let is_it =
            |(number, known): (&u64, &LedgerGuest)| *number == id.number() && known.guest.id == *id;
        self.numbers.iter().zip(guests).position(is_it)
    }

    /// Takes in the guest that was added last to `guests`.
    pub(super) fn add_last(&mut self, guests: &[LedgerGuest]) {
        let Some(last) = guests.last() else { return };
        if guests.len() <= FEW {
            self.numbers.reserve(FEW.saturating_sub(self.numbers.len()));
            self.numbers.push(last.guest.id.number());
            return;
        }
        let indexed = self.places.len();
        let missing = guests.iter().enumerate().skip(indexed);
        self.places.extend(missing.map(|(place, known)| (known.guest.id.clone(), place)));
    }
}
