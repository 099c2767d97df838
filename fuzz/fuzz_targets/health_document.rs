//! A health document in the two known shapes.
#![no_main]

use std::collections::BTreeSet;

use grace_core::Status;
use grace_core::wire::parse_health;
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;

/// The most faults that are named, and the line that counts the rest.
const GAPS: usize = 51;

fuzz_target!(|json: &str| {
    let reading = match parse_health(json) {
        Ok(reading) => reading,
        Err(error) => {
            assert!(error.line() <= json.split('\n').count(), "{error}");
            let is_json = serde_json::from_str::<IgnoredAny>(json).is_ok();
            assert!(!is_json || !json.trim_start().starts_with('{'), "an object is a document");
            return;
        }
    };
    assert!(reading.gaps.len() <= GAPS);
    let mut names = BTreeSet::new();
    for category in &reading.categories {
        assert!(names.insert(category.name.to_ascii_lowercase()), "{} twice", category.name);
        // Nothing is well that the document does not call so.
        let all = category.checks.iter().map(|check| check.status).chain([category.status]);
        for status in all.filter(|status| *status == Status::Ok) {
            assert!(has_word(json, status.as_str()), "who says that {} is well?", category.name);
        }
        let texts = category.checks.iter().flat_map(|check| [&check.name, &check.reason]);
        for text in texts.chain([&category.name, &category.reason]) {
            assert!(!text.chars().any(char::is_control), "{text:?}");
            assert!(text.len() < 2048, "{} bytes", text.len());
        }
    }
});

/// Whether a word stands in the document in any case, or may, behind an escape.
fn has_word(json: &str, word: &str) -> bool {
    json.contains("\\u") || json.to_ascii_lowercase().contains(&word.to_ascii_lowercase())
}
