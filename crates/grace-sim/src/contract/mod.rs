//! The ports' contracts as tests: one function for each bullet of a port's documentation.
//!
//! The functions know nothing of what they test but the port and a *subject*, which sets up the world that
//! a bullet is about. [`contract!`](crate::contract!) runs all of a port's bullets over one subject, each as
//! a test of its own:
//!
//! ```
//! # use std::time::Duration;
//! # use grace_core::{PortErrorKind, Uptime};
//! # use grace_sim::{contract::uptime::{Passing, UptimeSubject}, fakes::FakeUptime};
//! struct MyHost(FakeUptime);
//!
//! impl UptimeSubject for MyHost {
//!     type Port = FakeUptime;
//!
//!     fn host(&self) -> FakeUptime {
//!         self.0.clone()
//!     }
//!
//!     async fn pass(&self, _: Passing) -> Option<Duration> {
//!         self.0.advance(Duration::from_secs(90));
//!         Some(Duration::from_secs(90))
//!     }
//!
//!     fn unreadable(&self) -> Vec<FakeUptime> {
//!         let host = FakeUptime::new(Uptime::ZERO);
//!         host.break_down(PortErrorKind::Missing);
//!         vec![host]
//!     }
//! }
//!
//! mod my_host {
//!     # use super::*;
//!     grace_sim::contract!(uptime, Some(MyHost(FakeUptime::new(Uptime::from_secs(7)))));
//! }
//! # fn main() {}
//! ```

pub mod events;
pub mod health;
pub mod journal;
pub mod notifier;
pub mod uptime;

/// Runs every bullet of a port's contract over a subject, each as a test of its own.
///
/// The subject is an expression of type `Option<_>`, made anew for each test; `None` skips it, and whoever
/// gives `None` prints why. The calling crate needs tokio with `macros` and `rt`.
#[macro_export]
macro_rules! contract {
    (uptime, $subject:expr) => {
        $crate::contract!(@tests uptime, $subject, [
            never_goes_back,
            advances_with_time,
            identity_stays,
            unreadable_is_an_error,
        ]);
    };
    (events, $subject:expr) => {
        $crate::contract!(@tests events, $subject, [
            what_had_happened_comes_first,
            news_comes_in_order,
            only_this_boot,
            unreadable_spoils_itself,
            giving_up_loses_nothing,
            an_interruption_loses_nothing,
            unreadable_is_an_error,
        ]);
    };
    (journal, $subject:expr) => {
        $crate::contract!(@tests journal, $subject, [
            only_this_boot,
            oldest_first_and_none_twice,
            none_less_bad,
            bounded_and_counted,
            no_entries_is_empty,
            unreadable_entry_spoils_itself,
            unreadable_is_an_error,
        ]);
    };
    (notifier, $subject:expr) => {
        $crate::contract!(@tests notifier, $subject, [
            ok_means_taken,
            same_id_when_sent_again,
            unchanged_or_said,
        ]);
    };
    (health, $subject:expr) => {
        $crate::contract!(@tests health, $subject, [
            each_category_once,
            ok_means_well,
            unreadable_check_spoils_itself,
            unreadable_is_an_error,
            nothing_is_kept,
        ]);
    };
    (@tests $port:ident, $subject:expr, [$($bullet:ident),* $(,)?]) => {
        $(
            #[tokio::test]
            async fn $bullet() {
                if let Some(subject) = $subject {
                    $crate::contract::$port::$bullet(&subject).await;
                }
            }
        )*

        #[test]
        fn no_bullet_is_left_out() {
            let named = $crate::contract::$port::BULLETS.map(|(name, _)| name);
            assert_eq!(named, [$(stringify!($bullet)),*]);
        }
    };
}
