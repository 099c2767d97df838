//! What a decision costs through the shared handle, and what a simulated boot costs through the driver.

use divan::{Bencher, black_box};
use grace::driver::{Driver, Handle, Ports};
use grace::simulate::{DEMO, run};
use grace_core::{BootId, HealthSnapshot, Policy, Severity, Status, Subject, Uptime};
use grace_sim::fakes::{FakeHealth, FakeJournal, FakeUptime};
use grace_sim::timeline::Timeline;

fn main() {
    divan::main();
}

/// A decision through the handle: the snapshot is loaded and the clock is read.
#[divan::bench(threads = [1, 2], sample_size = 10_000)]
fn decide_through_the_handle(bencher: Bencher<'_, '_>) {
    let handle = handle();
    bencher.bench(|| {
        let subject =
            Subject::Alert { category: black_box("storage"), severity: Severity::Warning };
        black_box(&handle).decide(subject)
    });
}

/// The clock alone: what of the above is the operating system's.
#[divan::bench]
fn the_clock_alone() -> std::time::Instant {
    #[expect(clippy::disallowed_methods, reason = "the clock's cost is what is measured")]
    std::time::Instant::now()
}

/// The built-in timeline through the driver, on virtual time.
#[divan::bench]
fn simulate_the_demo(bencher: Bencher<'_, '_>) {
    let timeline = Timeline::parse("demo", DEMO).expect("the demo is a timeline");
    bencher.bench_local(|| run(&timeline).expect("a runtime").received().len());
}

/// A handle whose driver has started; it need not run to answer.
fn handle() -> Handle {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(async {
        let ports = Ports::new(
            FakeUptime::new(Uptime::from_secs(20)),
            FakeJournal::new(BootId::new("0a")),
            FakeHealth::new("health", HealthSnapshot::new(Status::Ok)),
        );
        Driver::start(Policy::default(), ports, None, ()).await.1
    })
}
