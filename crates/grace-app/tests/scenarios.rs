//! Every timeline under `scenarios/` gives its golden log, and breaks no law.
//!
//! `UPDATE_EXPECT=1` writes the goldens anew; read what changed before you keep it.
#![cfg(feature = "sim")]

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use grace_sim::timeline::Timeline;

#[test]
fn every_scenario_gives_its_golden_log() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 30, "only {} scenarios", scenarios.len());
    for path in scenarios {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let timeline = Timeline::parse(&name, &text).unwrap_or_else(|e| panic!("{e}"));
        let log = grace::simulate::run(&timeline).unwrap_or_else(|e| panic!("{name}: {e}"));
        expect_file![path.with_extension("log")].assert_eq(&log.to_text());
    }
}

#[test]
fn no_golden_log_is_without_its_scenario() {
    let logs = files("log");
    let orphans: Vec<_> = logs.iter().filter(|log| !log.with_extension("toml").exists()).collect();
    assert!(orphans.is_empty(), "delete {orphans:?}");
}

fn scenarios() -> Vec<PathBuf> {
    files("toml")
}

fn files(extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    files
}

#[test]
fn the_demo_looks_as_the_documents_show_it() {
    let timeline = Timeline::parse("demo", grace::simulate::DEMO).unwrap_or_else(|e| panic!("{e}"));
    let log = grace::simulate::run(&timeline).unwrap_or_else(|e| panic!("{e}"));
    expect_file!["../../../docs/demo.svg"].assert_eq(&log.to_svg());
    expect_file!["../../../docs/demo.log"].assert_eq(&log.to_text());
}
