//! `grace notify test`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::host::Run;

/// A folder with a configuration of these notifiers.
fn configured(notifiers: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let text = notifiers.replace("FOLDER", &folder.path().display().to_string());
    let file = folder.path().join("grace.toml");
    fs::write(&file, text).expect("written");
    let file = file.display().to_string();
    (folder, file)
}

const NOTIFIERS: &str = r#"
[[notifier]]
name = "log"
type = "file"
path = "FOLDER/messages.jsonl"

[[notifier]]
name = "phone"
type = "ntfy"
url = "http://127.0.0.1:1"
topic = "pve1"
"#;

fn messages(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("messages.jsonl")).expect("it was written");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn each_notifier_gets_a_message_of_its_own_and_one_that_fails_is_named() {
    let (folder, config) = configured(NOTIFIERS);
    let run = Run::here(&["notify", "test", "--json", "--config", &config]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let attempts: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((&attempts[0]["notifier"], &attempts[0]["taken"]), (&"log".into(), &true.into()));
    assert_eq!((&attempts[1]["notifier"], &attempts[1]["taken"]), (&"phone".into(), &false.into()));
    let error = attempts[1]["error"].as_str().expect("an error");
    assert!(error.contains("http://127.0.0.1:1: no connection"), "{error}");
    assert_eq!(messages(folder.path())[0]["kind"], "test");
}

#[test]
fn one_notifier_may_be_named_and_each_test_has_an_id_of_its_own() {
    let (folder, config) = configured(NOTIFIERS);
    for _ in 0..2 {
        let run = Run::here(&["notify", "test", "log", "--config", &config]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        assert!(run.stdout.starts_with("log ") && run.stdout.ends_with("taken\n"), "{run:?}");
    }
    let messages = messages(folder.path());
    assert_eq!(messages.len(), 2);
    assert_ne!(messages[0]["id"], messages[1]["id"]);
}

#[test]
fn what_is_wrong_is_told_with_a_remedy() {
    let check = |config: &str, args: &[&str], expected: &str| {
        let (_folder, file) = configured(config);
        let run = Run::here(&[&["notify", "test", "--config", &file], args].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains(expected), "{run:?}");
    };
    check("", &[], "no notifier is set up: add a [[notifier]] to /etc/grace/grace.toml");
    check(NOTIFIERS, &["nobody"], "no notifier is called \"nobody\": there are log, phone");
    check(&NOTIFIERS.replace("topic", "topc"), &[], "did you mean \"topic\"?");
    check(
        &NOTIFIERS.replace("phone", "log"),
        &[],
        "notifier \"log\": name is another notifier's too",
    );
    let literal = format!("{NOTIFIERS}token = \"tk_secret\"\n");
    check(&literal, &[], "notifier \"phone\": token may not stand here: write { file = ");
}
