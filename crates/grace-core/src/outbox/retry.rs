//! How long a copy waits.

use core::hash::{Hash, Hasher};
use core::time::Duration;

use crate::{Envelope, Retry};

impl Retry {
    /// The wait after this copy was not taken: `first`, doubled for each attempt before, at most `max`, and
    /// shorter by up to a share of `jitter`.
    pub(super) fn wait(self, envelope: &Envelope) -> Duration {
        let factor = 1u32.checked_shl(envelope.attempt).unwrap_or(u32::MAX);
        let wait = self.first.saturating_mul(factor).min(self.max);
        wait.saturating_sub(self.cut(wait, envelope))
    }

    /// What jitter takes off a wait. It is drawn by the copy's own names, so that it is the same in every run.
    fn cut(self, wait: Duration, envelope: &Envelope) -> Duration {
        let most = part(wait, 100).saturating_mul(u32::from(self.jitter.min(Self::MOST_JITTER)));
        let mut hash = Fnv::default();
        (envelope.id, envelope.to.name().as_str(), envelope.attempt).hash(&mut hash);
        let drawn = u32::from(u16::try_from(hash.finish() >> 48).unwrap_or_default());
        part(most, 1 << 16).saturating_mul(drawn)
    }
}

fn part(span: Duration, of: u32) -> Duration {
    span.checked_div(of).unwrap_or_default()
}

/// The hash FNV-1a, and a last turn that spreads it: the same on every machine and in every version.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        // The finalizer of SplitMix64.
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
