//! Runs timelines through the driver, on virtual time.
//!
//! The machine, the driver and the loop are those of the daemon; the host is made of fakes, and the clock is
//! the runtime's own, paused, so that an hour passes in a moment and every run is the same.

mod chart;
mod json;
mod log;
mod screen;
mod swarm;
mod text;
mod witness;
mod world;

use std::time::Duration;

use grace_core::{Event, SavedState, Signal, Uptime};
use grace_sim::timeline::{self, Action, Boot, Step, Timeline};
use tokio::task::JoinHandle;

use self::log::LogRecorder;
pub use self::log::{Entry, HostMark, Log, What, Windows};
pub use self::screen::Colors;
pub use self::swarm::{Failure, Swarm, SwarmReport};
pub use self::witness::{run_witnessed, witness};
use self::world::World;
use crate::driver::{Driver, Handle, Record, Recorder};

/// How long after its last step a timeline is followed, beyond its policy's windows, until nothing is due.
const AFTERMATH: Duration = Duration::from_secs(4 * 3_600);

/// A boot to try the simulator with: forty guests, storage that comes late, and one guest that fails.
pub const DEMO: &str = include_str!("simulate/demo.toml");

/// Runs a timeline to its end, and until nothing is due any more.
///
/// # Errors
/// The runtime could not be made.
pub fn run(timeline: &Timeline) -> std::io::Result<Log> {
    run_with(timeline, ())
}

/// As [`run`], with one more recorder that sees what the driver's sees.
///
/// # Errors
/// The runtime could not be made.
pub fn run_with(
    timeline: &Timeline,
    witness: impl Recorder + Clone + 'static,
) -> std::io::Result<Log> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(async {
        // The paused clock moves in whole milliseconds; begin on one, so that every instant is exact.
        tokio::time::sleep(Duration::from_millis(1)).await;
        Simulation::new(timeline, witness).run().await
    }))
}

/// One run of one timeline.
struct Simulation<'a, W> {
    timeline: &'a Timeline,
    world: World,
    log: Log,
    witness: W,
    program: Program,
    /// Events that came while no program ran, for the next one to read.
    backlog: Vec<Event>,
}

/// The program that runs on the simulated host, or what it left.
enum Program {
    Running { handle: Handle, task: JoinHandle<SavedState> },
    Dead(Option<SavedState>),
}

impl<'a, W: Recorder + Clone + 'static> Simulation<'a, W> {
    fn new(timeline: &'a Timeline, witness: W) -> Self {
        let world = World::new(timeline);
        let log = Log::new(&timeline.title);
        Self { timeline, world, log, witness, program: Program::Dead(None), backlog: Vec::new() }
    }

    async fn run(mut self) -> Log {
        let (given, happens) = self.timeline.events.split_at(found_at_start(&self.timeline.events));
        for step in given {
            self.act(&step.action).await;
        }
        self.start_program().await;
        for step in happens {
            self.world.clock.sleep_until(step.at).await;
            self.act(&step.action).await;
        }
        self.settle().await;
        let t = self.world.clock.t();
        self.log.push(t, What::Ended);
        self.log
    }

    async fn act(&mut self, action: &Action) {
        match action {
            Action::Event(event) => self.happen(event.clone()).await,
            Action::Crash => {
                self.mark(HostMark::Died, "the program dies");
                self.stop_program().await;
            }
            Action::Stop => {
                self.mark(HostMark::Stopped, "the program stops");
                self.stop_program().await;
            }
            Action::Restart { boot, state } => self.restart(*boot, *state).await,
            Action::TakeGuests => {
                self.note("the owner takes the collected guests");
                if let Program::Running { handle, .. } = &self.program {
                    // A program that has stopped has no guests to give.
                    let _stopped = handle.take_guests().await;
                }
            }
            Action::SweepStarted => self.signal(Signal::SweepStarted).await,
            Action::SweepFinished => self.signal(Signal::SweepFinished).await,
            change => {
                let t = self.world.clock.t();
                let words = self.world.change(change);
                let mark = match change {
                    Action::Suspend(span) => Some(HostMark::Slept(*span)),
                    Action::ClockStep(_) => Some(HostMark::ClockSet),
                    Action::Note(_) => Some(HostMark::Noted),
                    _ => None,
                };
                self.log.push(t, What::Host { mark, words });
            }
        }
    }

    /// Something happens on the host: the program sees it now, or when it runs again.
    async fn happen(&mut self, event: Event) {
        match &self.program {
            Program::Running { handle, .. } => {
                // The recorder has logged it with its decision.
                let _stopped = handle.send(event).await;
            }
            Program::Dead(_) => {
                self.log.push(self.world.clock.t(), What::Unseen(event.clone()));
                self.backlog.push(self.world.dated(event));
            }
        }
    }

    async fn signal(&mut self, signal: Signal) {
        let words = match &signal {
            Signal::SweepStarted => "the host begins to start its guests",
            _ => "the host has started its guests",
        };
        self.note(words);
        if let Program::Running { handle, .. } = &self.program {
            let _stopped = handle.signal(signal).await;
        }
    }

    async fn restart(&mut self, boot: Boot, state: timeline::SavedState) {
        if matches!(self.program, Program::Running { .. }) {
            self.mark(HostMark::Stopped, "the program stops");
            self.stop_program().await;
        }
        if let Boot::New { uptime } = boot {
            self.mark(HostMark::Booted, "the host boots anew");
            self.world.reboot(uptime).await;
            // A new boot's journal does not tell of what the last one missed.
            self.backlog.clear();
        }
        if state == timeline::SavedState::Lost {
            self.note("the program's state is lost");
            self.program = Program::Dead(None);
        }
        self.start_program().await;
        for event in std::mem::take(&mut self.backlog) {
            self.happen(event).await;
        }
    }

    async fn start_program(&mut self) {
        let saved = match std::mem::replace(&mut self.program, Program::Dead(None)) {
            Program::Dead(saved) => saved,
            Program::Running { .. } => None,
        };
        let recorder = Both(
            LogRecorder::new(self.log.clone(), self.world.clock.clone()),
            self.witness.clone(),
        );
        let policy = self.timeline.policy.clone();
        let (driver, handle) =
            Driver::start(policy, self.world.ports.clone(), saved, recorder).await;
        self.program = Program::Running { handle, task: tokio::spawn(driver.run()) };
        tokio::task::yield_now().await;
    }

    /// Ends the program. What it knew is what it would have had on disk: it saves before it acts.
    async fn stop_program(&mut self) {
        self.program = match std::mem::replace(&mut self.program, Program::Dead(None)) {
            Program::Running { handle, task } => {
                let _stopped = handle.stop().await;
                Program::Dead(task.await.ok())
            }
            dead @ Program::Dead(_) => dead,
        };
    }

    /// Lets time pass until nothing is due.
    async fn settle(&mut self) {
        let policy = &self.timeline.policy;
        let own = policy.categories.iter().filter_map(|category| category.window);
        let windows = [policy.guest, policy.health, policy.shutdown].into_iter().chain(own);
        let cap = policy.adaptive.map(|adaptive| adaptive.cap);
        let longest = windows.chain(cap).max().unwrap_or_default();
        let end = self.world.clock.t() + longest + AFTERMATH;
        if matches!(self.program, Program::Dead(_)) {
            return;
        }
        while let Some(due) = self.log.due().filter(|due| *due < end) {
            let next = due.max(self.world.clock.t() + Duration::from_millis(1));
            self.world.clock.sleep_until(next).await;
        }
    }

    fn note(&self, words: &str) {
        let what = What::Host { mark: None, words: words.to_string() };
        self.log.push(self.world.clock.t(), what);
    }

    fn mark(&self, mark: HostMark, words: &str) {
        let what = What::Host { mark: Some(mark), words: words.to_string() };
        self.log.push(self.world.clock.t(), what);
    }
}

/// How many of the first steps say how the host is when the program starts.
fn found_at_start(steps: &[Step]) -> usize {
    let is_state = |action: &Action| {
        let is_set = matches!(action, Action::NotifierDown(_) | Action::ClockStep(_));
        is_set || matches!(action, Action::Health(_) | Action::Journal(_) | Action::Note(_))
    };
    steps.iter().take_while(|step| step.at.is_zero() && is_state(&step.action)).count()
}

/// Two recorders that see the same.
#[derive(Clone)]
struct Both<A, B>(A, B);

impl<A: Recorder, B: Recorder> Recorder for Both<A, B> {
    fn record(&mut self, now: Uptime, record: Record<'_>) {
        self.0.record(now, record);
        self.1.record(now, record);
    }
}
