//! What every source file has, and what none has.

use super::repository::{TextFile, files, no_complaints};

/// The most lines of a file that gives no reason.
const LINES: usize = 500;
/// How the reason begins, for a file that is longer.
const REASON: &str = "// Long because ";

/// What is not committed, and what to do instead. Each is cut in two, so that this file has none of them.
const UNWANTED: [(&str, &str, &str); 8] = [
    ("#[al", "low(", "use `#[expect(.., reason = \"..\")]`, which tells when it is not needed"),
    ("#![al", "low(", "use `#[expect(.., reason = \"..\")]` at the one place that needs it"),
    ("TO", "DO", "do it, or open an issue"),
    ("FIX", "ME", "fix it, or open an issue"),
    ("XX", "X:", "say what a reader has to know"),
    ("unimple", "mented!(", "write it, or leave it out"),
    ("to", "do!(", "write it, or leave it out"),
    ("db", "g!(", "take it out"),
];

#[test]
fn every_file_says_at_its_head_what_it_is_about() {
    let sources = files("crates", "rs");
    let without = sources.iter().filter(|file| !file.text.starts_with("//! "));
    no_complaints(without.map(|file| {
        format!("{}:1: begin with `//! ` and one sentence on what the file is about", file.path)
    }));
}

#[test]
fn a_long_file_says_why() {
    let sources = files("crates", "rs");
    let gives_reason = |file: &TextFile| {
        file.lines().any(|(_, line)| line.strip_prefix(REASON).is_some_and(|why| !why.is_empty()))
    };
    let long = sources.iter().filter(|file| file.lines().count() > LINES && !gives_reason(file));
    no_complaints(long.map(|file| {
        format!(
            "{}: has more than {LINES} lines; split it by subject, or say why not in a line that \
             begins `{REASON}`",
            file.path
        )
    }));
}

#[test]
fn nothing_unfinished_and_nothing_silenced_is_committed() {
    let sources = files("crates", "rs");
    let complaints = sources.iter().flat_map(|file| {
        file.lines().flat_map(move |(number, line)| {
            let found = UNWANTED.iter().filter(|(head, tail, _)| has(line, head, tail));
            found.map(move |(head, tail, instead)| {
                format!("{}:{number}: `{head}{tail}`: {instead}", file.path)
            })
        })
    });
    no_complaints(complaints);
}

fn has(line: &str, head: &str, tail: &str) -> bool {
    line.match_indices(head).any(|(at, _)| line[at + head.len()..].starts_with(tail))
}

#[test]
fn the_core_needs_no_std() {
    let root = TextFile::read("crates/grace-core/src/lib.rs");
    assert!(root.lines().any(|(_, line)| line == "#![no_std]"), "{}: add `#![no_std]`", root.path);
    let sources = files("crates/grace-core/src", "rs");
    no_complaints(sources.iter().flat_map(std_in));
}

/// Where a file of the core names `std`, but in comments and where a feature or a test asks for it.
fn std_in(file: &TextFile) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut before = "";
    for (number, line) in file.lines() {
        let code = line.split("//").next().unwrap_or_default();
        let is_asked_for = before.trim() == "#[cfg(feature = \"mock\")]";
        if names_std(code) && !is_asked_for {
            complaints.push(format!(
                "{}:{number}: the core has no std; use core or alloc, or do it in an adapter",
                file.path
            ));
        }
        before = line;
    }
    complaints
}

fn names_std(code: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.contains("extern crate std")
        || code
            .match_indices("std::")
            .any(|(at, _)| !code[..at].chars().next_back().is_some_and(is_word))
}

#[test]
fn std_is_found_where_it_is_named() {
    let found = |text: &str| {
        let file = TextFile { path: "a.rs".to_owned(), text: text.to_owned() };
        std_in(&file).len()
    };
    assert_eq!(found("use std::fmt;\n"), 1);
    assert_eq!(found("    let now = ::std::time::Instant::now();\n"), 1);
    assert_eq!(found("extern crate std;\n"), 1);
    assert_eq!(found("#[cfg(feature = \"mock\")]\nextern crate std;\n"), 0);
    assert_eq!(found("/// Not `std::time::Instant`.\nuse core::fmt; // as std::fmt\n"), 0);
    assert_eq!(found("use my_std::fmt;\n"), 0);
}
