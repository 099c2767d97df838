//! Whatever is done to the task files, each task is told once, and in its order.
//!
//! `PROPTEST_CASES` sets how many hosts, `PROPTEST_RNG_SEED` repeats a run.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::{env, fs};

use grace_core::Happening;
use grace_journal::TaskEvents;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use tokio::runtime::Builder;

use super::pve::{Pve, backlog, guest, index_line, told};

/// Something that is done to the files.
#[derive(Debug, Clone)]
enum Deed {
    /// So many tasks end at once.
    End(u8),
    /// A task ends, and its line is written in two parts, cut here.
    EndInParts(u8),
    /// The index is renamed.
    Rotate,
    /// The index is cut to nothing.
    Cut,
    /// The index is replaced by a copy of itself.
    Replace,
    /// A line of no task is written.
    Garble,
    /// All that has been written is read.
    Read,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        6 => (1..40_u8).prop_map(Deed::End),
        3 => (1..90_u8).prop_map(Deed::EndInParts),
        3 => Just(Deed::Rotate),
        1 => Just(Deed::Cut),
        1 => Just(Deed::Replace),
        1 => Just(Deed::Garble),
        3 => Just(Deed::Read),
    ];
    prop::collection::vec(deed, 1..25)
}

/// A host, a source on its files, and what is known of both.
struct Run {
    pve: Pve,
    source: TaskEvents,
    ended: u64,
    told: u64,
    /// How often the index was renamed since it was last read to its end.
    renamed: u32,
}

impl Run {
    async fn new() -> Self {
        let pve = Pve::new();
        let mut source = pve.open();
        assert_eq!(backlog(&mut source).await, []);
        Self { pve, source, ended: 0, told: 0, renamed: 0 }
    }

    async fn does(&mut self, deed: &Deed) {
        match deed {
            Deed::End(count) => {
                let lines: String = (0..*count).map(|_| self.line()).collect();
                self.pve.append(&lines);
            }
            Deed::EndInParts(at) => {
                let line = self.line();
                let (head, tail) = line.split_at(usize::from(*at).min(line.len() - 1));
                self.pve.append(head);
                // It may be read here, and then it is half a line that is read.
                self.read_until(self.ended - 1).await;
                self.pve.append(tail);
            }
            Deed::Rotate => {
                // What is renamed a second time before it is read is lost to everyone.
                if self.renamed > 0 {
                    self.read().await;
                }
                if self.pve.path("index").exists() {
                    self.pve.rotate();
                    self.renamed += 1;
                }
            }
            Deed::Cut => {
                self.read().await;
                fs::write(self.pve.path("index"), "").expect("it is ours");
            }
            Deed::Replace => {
                if let Ok(text) = fs::read(self.pve.path("index")) {
                    fs::write(self.pve.path("copy"), text).expect("it is ours");
                    fs::rename(self.pve.path("copy"), self.pve.path("index")).expect("it is ours");
                }
            }
            Deed::Garble => self.pve.append("UPID:half:of:a\n"),
            Deed::Read => self.read().await,
        }
    }

    /// The line of one more task, which began after all others.
    fn line(&mut self) -> String {
        self.ended += 1;
        index_line(&self.pve.task("qmstart", &self.ended.to_string(), 10 + self.ended), "OK")
    }

    async fn read(&mut self) {
        self.read_until(self.ended).await;
        self.renamed = 0;
    }

    async fn read_until(&mut self, last: u64) {
        while self.told < last {
            let seen = told(&mut self.source).await;
            if matches!(seen.what, Happening::Gap(_)) {
                continue;
            }
            self.told += 1;
            assert_eq!(guest(&seen), Some(self.told.to_string().as_str()));
        }
    }
}

#[test]
fn each_task_is_told_once_whatever_is_done_to_the_files() {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let given = env::var("PROPTEST_RNG_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| RandomState::new().hash_one(()));
    println!("PROPTEST_RNG_SEED={seed}");
    let config = Config {
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        // What is lost is awaited in vain, so that making a case smaller takes long.
        max_shrink_time: 60_000,
        ..Config::default()
    };
    let tested = TestRunner::new(config).run(&deeds(), |deeds| {
        runtime.block_on(async {
            let mut run = Run::new().await;
            for deed in &deeds {
                run.does(deed).await;
            }
            // One more task shows that none was told again before it.
            let last = run.line();
            run.pve.append(&last);
            run.read().await;
        });
        Ok(())
    });
    tested.unwrap_or_else(|error| panic!("PROPTEST_RNG_SEED={seed}: {error}"));
}
