//! What is told of many troubles of one kind: the first by name, then how many there are. Pure.

/// How many are told one by one.
const NAMED: u64 = 10;

/// Counts troubles, and says which of them to tell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    total: u64,
    told: u64,
}

/// What to tell of a trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// The trouble itself.
    Name,
    /// How many there have been by now.
    Count(u64),
    Nothing,
}

impl Tally {
    /// One more. After those that are named, only each doubling is told.
    pub(super) const fn add(&mut self) -> Telling {
        self.total = self.total.saturating_add(1);
        if self.total <= NAMED {
            self.told = self.total;
            return Telling::Name;
        }
        if self.total >= self.told.saturating_mul(2) { self.count() } else { Telling::Nothing }
    }

    /// What has not been told yet.
    pub(super) const fn rest(&mut self) -> Telling {
        if self.total > self.told { self.count() } else { Telling::Nothing }
    }

    const fn count(&mut self) -> Telling {
        self.told = self.total;
        Telling::Count(self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_then_each_doubling_is_counted_then_the_rest() {
        let mut tally = Tally::default();
        let told: Vec<_> =
            (0..50).map(|_| tally.add()).filter(|telling| *telling != Telling::Nothing).collect();
        let mut expected = vec![Telling::Name; 10];
        expected.extend([20, 40].map(Telling::Count));
        assert_eq!(told, expected);
        assert_eq!(tally.rest(), Telling::Count(50));
        assert_eq!(tally.rest(), Telling::Nothing);
    }
}
