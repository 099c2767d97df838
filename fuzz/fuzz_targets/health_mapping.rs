//! A JSON pointer in the first line, and a document below it, read through a mapping.
#![no_main]

use grace_core::Status;
use grace_core::wire::{CategoryMapping, ChecksMapping, HealthMapping, JsonPointer};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &str| {
    let (text, json) = input.split_once('\n').unwrap_or(("", input));
    let Ok(pointer) = text.parse::<JsonPointer>() else {
        assert!(!text.is_empty(), "the empty pointer is the document");
        return;
    };
    as_another_reads_it(&pointer, text, json);
    let mapping = HealthMapping::new()
        .with_overall(pointer.clone())
        .with_category(CategoryMapping::new("a").with_checks(ChecksMapping::new(pointer.clone())))
        .with_category(CategoryMapping::new("b").with_status(pointer.clone()).with_reason(pointer))
        .with_word("up", Status::Ok);
    let Ok(reading) = mapping.read(json) else { return };
    assert_eq!(reading.categories.len(), 2);
    assert!(reading.gaps.len() <= 51);
    let [a, b] = &reading.categories[..] else { unreachable!() };
    assert_eq!(reading.overall, b.status, "both are of one place");
    assert!(a.status != Status::Ok || !a.checks.is_empty(), "nothing was looked at");
    if b.status == Status::Unknown && !json.to_ascii_lowercase().contains("unknown") {
        assert!(json.contains("\\u") || !reading.gaps.is_empty(), "and why is not said");
    }
});

/// serde_json has pointers too. It takes the last of two members of one name, so the document is written
/// anew, without such, first.
fn as_another_reads_it(pointer: &JsonPointer, text: &str, json: &str) {
    let Ok(document) = serde_json::from_str::<Value>(json) else { return };
    let found = match document.pointer(text) {
        Some(Value::String(found)) => Some(found.clone()),
        Some(found @ (Value::Number(_) | Value::Bool(_))) => Some(found.to_string()),
        _ => None,
    };
    assert_eq!(pointer.text_in(&document.to_string()), found, "{text}");
}
