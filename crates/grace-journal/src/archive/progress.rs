//! How far a reading has come, to be looked at from elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far the reading of an [`Archive`](crate::Archive) has come. Clones look at the same reading.
///
/// The numbers are for a progress bar: each is right, but two of them may be of moments a little apart.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    records: AtomicU64,
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// How many records have been read.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.0.records.load(Ordering::Relaxed)
    }

    /// How much of the whole has been read, from 0 to 1, where the whole is known: a journal file says how many
    /// entries it has, an exported file how long it is, journalctl nothing.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        let total = self.0.total.load(Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a fraction for people to look at")]
        let fraction = self.0.done.load(Ordering::Relaxed) as f64 / total as f64;
        (total > 0).then(|| fraction.min(1.0))
    }

    /// A reading begins; of how much, 0 if that is not known.
    pub(crate) fn begin(&self, total: u64) {
        self.0.records.store(0, Ordering::Relaxed);
        self.0.done.store(0, Ordering::Relaxed);
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// So many records have been read, and so much of the whole.
    pub(crate) fn reach(&self, records: u64, done: u64) {
        self.0.records.store(records, Ordering::Relaxed);
        self.0.done.store(done, Ordering::Relaxed);
    }
}
