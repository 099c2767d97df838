//! Where messages go.

use alloc::vec::Vec;
use core::fmt;

use crate::Text;

/// One of the ways to reach people, as [`Start::with_destinations`](crate::Start::with_destinations) names
/// them. The default is the only one of an owner that has named none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Destination {
    index: usize,
    name: Text,
}

impl Destination {
    /// Destinations of these names, in their order. Without any, the default alone.
    pub(crate) fn list<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Vec<Self> {
        let names = names.into_iter().map(Text::name).enumerate();
        let mut list: Vec<Self> = names.map(|(index, name)| Self { index, name }).collect();
        if list.is_empty() {
            list.push(Self::default());
        }
        list
    }

    /// Its place among the names that were given, from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// Its name. Empty if it has none.
    #[must_use]
    pub const fn name(&self) -> &Text {
        &self.name
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}
