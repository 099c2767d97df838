//! Recorded boots: what the engine would have made of what a journal recorded, under one policy or several.
//!
//! A [`Recording`] keeps of a boot's journal what a run needs: what happened, and the errors. It becomes a
//! [`Timeline`](grace_sim::timeline::Timeline), and that is run as an invented one is, by [`crate::simulate`]:
//! one engine, one log, one picture. [`Comparison`] runs it under several policies and sets what each would
//! have sent side by side.
//!
//! What a journal does not record is not made up: health cannot be read in such a run, and which guests the
//! host was to start is not known.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use grace::replay::{Limits, Reader};
//! use grace_core::Policy;
//! use grace_journal::{Archive, BootChoice, Classifier, Rules};
//!
//! let mut reader = Reader::new(Classifier::new(Rules::default()), Limits::default());
//! let read = Archive::host().read(BootChoice::Back(1), |record| reader.read(record)).await?;
//! let mut recording = reader.finish();
//! recording.add_gaps(read.gaps);
//! let log = grace::simulate::run(&recording.timeline(Policy::default(), None))?;
//! for (t, envelope) in log.received() {
//!     println!("{t:?}: {}", grace_notify::render(&envelope.message).title);
//! }
//! # Ok(()) }
//! ```

mod comparison;
mod footnotes;
mod json;
mod reader;
mod recording;
mod table;
mod timeline;

pub use self::comparison::{Comparison, Contender, Row, Totals, Trial};
pub use self::reader::Reader;
pub use self::recording::{LeftOut, Limits, Recording};
