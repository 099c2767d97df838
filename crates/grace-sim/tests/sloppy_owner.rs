//! The laws hold for a machine whose owner is sloppy too.
//!
//! The driver of `grace-app` wakes the machine on time, and its notifiers answer at once. Here the owner wakes
//! it late and needlessly, and answers come late, out of order or never: nothing of that may break a law.

mod sloppy {
    pub(crate) mod owner;
}

use grace_sim::laws::Life;
use grace_sim::strategy::timelines;
use proptest::prelude::*;

use self::sloppy::owner::Owner;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn a_sloppy_owner_breaks_no_law(
        timeline in timelines(),
        whims in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let witness = Owner::of(&timeline, &whims).run(Life::runs_at_the_end(&timeline));
        prop_assert_eq!(witness.violations(), [], "{}", timeline.to_toml());
    }
}
