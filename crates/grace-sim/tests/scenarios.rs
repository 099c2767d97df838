//! The scenarios of this repository are timelines that can be read, each with its story.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use grace_sim::timeline::Timeline;

/// Every scenario by its file's name, with its text.
fn scenarios() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let paths = files.map(|file| file.expect("a folder's entry").path());
    let timelines = paths.filter(|path| path.extension().is_some_and(|ext| ext == "toml"));
    timelines
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let text =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
            (name.into_owned(), text)
        })
        .collect()
}

fn read(name: &str, text: &str) -> Timeline {
    Timeline::parse(&format!("scenarios/{name}.toml"), text)
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn each_can_be_read() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 34, "{} scenarios", scenarios.len());
    for (name, text) in &scenarios {
        let timeline = read(name, text);
        assert!(!timeline.events.is_empty(), "{name}: nothing happens");
    }
}

#[test]
fn each_is_the_same_written_anew() {
    for (name, text) in scenarios() {
        let timeline = read(&name, &text);
        let written = timeline.to_toml();
        assert_eq!(read(&name, &written), timeline, "{name}\n{written}");
    }
}

#[test]
fn each_has_a_name_a_title_of_its_own_and_says_what_it_shows() {
    let mut titles = BTreeMap::new();
    for (name, text) in scenarios() {
        let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(name.chars().all(is_kebab), "{name}: not kebab-case");
        let kinds = ["# Rule: ", "# Fault of the original: ", "# Story: ", "# Law: "];
        let told = kinds.iter().any(|kind| text.starts_with(kind));
        assert!(told, "{name}: begins with none of {kinds:?}");
        let title = read(&name, &text).title;
        if let Some(other) = titles.insert(title, name.clone()) {
            panic!("{name} and {other} have one title");
        }
    }
}
