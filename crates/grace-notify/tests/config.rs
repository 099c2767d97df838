//! The configuration: the README's examples, and what is told of what is wrong.

mod support;

use std::collections::BTreeSet;

use grace_notify::NotifierForm;
use serde::Deserialize;

use self::support::build::{TOKEN, surroundings, surroundings_with, try_route};

#[derive(Deserialize)]
struct Document {
    notifier: Vec<NotifierForm>,
}

/// The examples in the README, each block of them as it stands.
fn examples() -> Vec<String> {
    let readme = include_str!("../README.md");
    let blocks = readme.split("```toml\n").skip(1);
    blocks.map(|block| block.split("```").next().expect("an end").to_owned()).collect()
}

/// The same, with secrets that this machine has.
fn with_secrets(example: &str) -> String {
    let mut text = String::new();
    for line in example.lines() {
        let is_secret = line.contains("{ file = ") || line.contains("{ credential = ");
        match line.split_once(" = ") {
            Some(("url", _)) if is_secret => text.push_str("url = { env = \"DISCORD\" }"),
            Some(("headers", _)) => text.push_str("headers = { X-Api-Key = { env = \"HEADER\" } }"),
            Some((key, _)) if is_secret => text.push_str(&format!("{key} = {{ env = \"TOKEN\" }}")),
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

#[test]
fn every_example_of_the_readme_is_a_notifier() {
    let discord = format!("https://discord.com/api/webhooks/1/{TOKEN}");
    let surroundings = surroundings_with(vec![("DISCORD".to_owned(), discord)]);
    let mut built = 0;
    for example in examples() {
        toml::from_str::<Document>(&example).unwrap_or_else(|error| panic!("{error}"));
        let document: Document = toml::from_str(&with_secrets(&example)).expect("the same");
        for form in document.notifier {
            let name = format!("{form:?}");
            form.build(&surroundings).unwrap_or_else(|error| panic!("{error}\n{name}"));
            built += 1;
        }
    }
    assert!(built >= 14, "only {built} examples");
}

#[test]
fn every_type_and_every_key_is_in_the_readme() {
    let readme = include_str!("../README.md");
    // What the form itself says it knows.
    let error = toml::from_str::<NotifierForm>("no_such_key = 1").expect_err("refused").to_string();
    let keys = error.split("expected one of ").nth(1).expect("keys");
    let words: BTreeSet<_> = keys.split('`').skip(1).step_by(2).collect();
    assert!(words.len() > 35, "{words:?}");
    let error = toml::from_str::<NotifierForm>("type = \"x\"").expect_err("refused").to_string();
    let types = error.split("expected one of ").nth(1).expect("types");
    let types: BTreeSet<_> = types.split('`').skip(1).step_by(2).collect();
    assert_eq!(types.len(), 12, "{types:?}");
    for word in words {
        let is_there =
            readme.contains(&format!("`{word}`")) || readme.contains(&format!("{word} = "));
        assert!(is_there, "{word} is not in the README");
    }
    for word in types {
        assert!(readme.contains(&format!("type = \"{word}\"")), "{word} is not in the README");
    }
}

/// Keys beside `name`, and what is told of them.
const WRONG: &[(&str, &str)] = &[
    ("type = \"ntfy\"", "topic is missing: write topic = \"pve1\""),
    ("type = \"gotify\"", "token is missing: write token = { file = \"…\" }"),
    ("type = \"webhook\"", "url is missing: write url = \"https://…\""),
    ("type = \"discord\"", "url is missing: write url = { file = \"…\" }"),
    (
        "type = \"telegram\"\ntoken = { env = \"TOKEN\" }",
        "chat is missing: write chat = -1001234567890",
    ),
    ("type = \"file\"", "path is missing: write path = \"/var/log/grace.jsonl\""),
    ("type = \"smtp\"", "from is missing: write from = \"grace@example.org\""),
    ("type = \"smtp\"\nfrom = \"grace\"\nto = []", "from has \"grace\", which is no address: "),
    ("type = \"stdout\"\ntopic = \"t\"", "topic is no key of type \"stdout\": take it out"),
    ("type = \"stdout\"\ntitle = \"t\"", "title is no key of type \"stdout\": take it out"),
    ("type = \"journal\"\nurl = \"http://x\"", "url is no key of type \"journal\": take it out"),
    ("type = \"file\"\npath = \"/x\"\nbody = \"b\"", "body has no place in JSON: take it out"),
    ("type = \"file\"\npath = \"/x\"\nstyle = \"xml\"", "style is unknown: write json or text"),
    (
        "type = \"stdout\"\nmin_severity = \"bad\"",
        "min_severity is no severity: write one of info, warning, critical",
    ),
    (
        "type = \"stdout\"\nkinds = [\"guests\"]",
        "kinds has \"guests\": there are startup-report, digest, notice, ",
    ),
    ("type = \"journal\"\ntimeout = \"5\"", "timeout is \"5\" is not a duration: "),
    (
        "type = \"journal\"\ntimeout = \"0s\"",
        "timeout is zero: write how long it may take, such as \"10s\"",
    ),
    (
        "type = \"ntfy\"\ntopic = \"t\"\nurl = \"ntfy.sh\"",
        "url cannot be used: not an http or https URL",
    ),
    ("type = \"ntfy\"\ntopic = \"t\"\nuser = \"u\"", "password is missing: write { file = \"…\" }"),
    (
        "type = \"ntfy\"\ntopic = \"t\"\ntoken = { env = \"NO\" }",
        "token cannot be read: $NO is not set",
    ),
    (
        "type = \"ntfy\"\ntopic = \"t\"\ntoken = { file = \"/no\" }",
        "token cannot be read: /no: No such file",
    ),
    (
        "type = \"alertmanager\"\nurl = \"http://x\"\nlabels = { a-b = \"c\" }",
        "labels has \"a-b\": a label's name is letters",
    ),
    (
        "type = \"stdout\"\nquiet_hours = { from = \"22:00\", to = \"7:00\", zone = \"UTC\" }",
        "quiet_hours has \"7:00\", which is not a time of day from 00:00 to 23:59",
    ),
    (
        "type = \"stdout\"\nquiet_hours = { from = \"22:00\", to = \"22:00\", zone = \"UTC\" }",
        "quiet_hours begins when it ends",
    ),
    (
        "type = \"stdout\"\nquiet_hours = { from = \"22:00\", to = \"07:00\", zone = \"Mars\" }",
        "quiet_hours has the zone \"Mars\": write one such as",
    ),
];

#[test]
fn what_is_wrong_is_told_with_its_key_and_what_to_write() {
    for (keys, expected) in WRONG {
        let error = try_route(&format!("name = \"x\"\n{keys}")).expect_err(keys).to_string();
        let words = error.strip_prefix("notifier \"x\": ").expect("its name");
        assert!(words.starts_with(expected), "{keys}\n{error}");
    }
    let error = try_route("name = \"\"\ntype = \"stdout\"").expect_err("refused").to_string();
    assert_eq!(error, "notifier \"\": name is empty: give each notifier a name of its own");
}

#[test]
fn what_is_no_table_is_told_with_its_line() {
    for (text, expected) in [
        ("name = \"x\"\ntype = \"pager\"", "line 2, column"),
        ("name = \"x\"\ntype = \"ntfy\"\ntoopic = \"t\"", "unknown field `toopic`"),
        (
            "name = \"x\"\ntype = \"ntfy\"\ntoken = { file = \"a\", env = \"B\" }",
            "a secret comes from one place",
        ),
        (
            "name = \"x\"\ntype = \"ntfy\"\ntoken = { vault = \"a\" }",
            "expected one of `file`, `env`, `credential`",
        ),
    ] {
        let error = toml::from_str::<NotifierForm>(text).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
        assert!(error.contains("TOML parse error at line "), "{error}");
    }
}

#[test]
fn a_table_may_be_json_as_well() {
    let form: NotifierForm = serde_json::from_str(
        r#"{ "name": "x", "type": "telegram", "chat": "@c", "token": { "env": "TOKEN" } }"#,
    )
    .expect("a table");
    assert_eq!(form.build(&surroundings()).expect("a route").notifier.name(), "x");
}
