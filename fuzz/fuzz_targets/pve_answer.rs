//! What `pvesh` or the API of Proxmox VE answers.
#![no_main]

use grace_health::fuzz::pve;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|json: &str| {
    let answers = pve::answers(json);
    let Ok(document) = serde_json::from_str::<Value>(json.trim()) else {
        assert!(answers.iter().all(Option::is_none), "what is no JSON is no list");
        return;
    };
    let list = document.as_array().or_else(|| document.get("data").and_then(Value::as_array));
    for (read, unread) in answers.into_iter().flatten() {
        let entries = list.expect("a list").len();
        assert!(read + unread <= entries, "{read} and {unread} of {entries}");
    }
});
