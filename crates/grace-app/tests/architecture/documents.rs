//! The documents: they are there, they lead somewhere, and each decision has its three parts.

use super::repository::{TextFile, files, no_complaints, root};

/// What a visitor looks for.
const DOCUMENTS: [&str; 6] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
];

/// The parts of a decision's record.
const PARTS: [&str; 3] = ["## Context", "## Decision", "## Consequences"];

#[test]
fn the_documents_are_there() {
    let missing = DOCUMENTS.iter().filter(|path| !root().join(path).is_file());
    no_complaints(missing.map(|path| format!("{path} is missing")));
}

#[test]
fn links_within_the_repository_lead_somewhere() {
    let documents = files("", "md");
    let complaints = documents.iter().flat_map(|file| {
        let folder = root().join(&file.path).parent().expect("a folder").to_owned();
        let links = file.lines().flat_map(|(number, line)| links(line).map(move |l| (number, l)));
        let broken = links.filter(move |(_, link)| !folder.join(link).exists());
        broken.map(|(number, link)| format!("{}:{number}: no such file: {link}", file.path))
    });
    no_complaints(complaints);
}

/// The files of this repository that a line of Markdown links to.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.filter_map(|target| target.split('#').next());
    files.filter(|file| !file.is_empty() && !file.contains("://"))
}

#[test]
fn links_are_found_in_markdown() {
    let line = "See [a](docs/a.md#part), [b](https://example.org/b) and [c](#here), ![d](d.svg).";
    assert_eq!(links(line).collect::<Vec<_>>(), ["docs/a.md", "d.svg"]);
}

#[test]
fn every_decision_has_a_number_a_context_and_consequences() {
    let records = files("docs/adr", "md");
    let complaints = (1..).zip(&records).flat_map(|(number, record)| {
        let TextFile { path, text } = record;
        let mut complaints = Vec::new();
        if !path.starts_with(&format!("docs/adr/{number:04}-")) {
            complaints.push(format!("{path}: number the records without gaps: {number:04}"));
        }
        if !text.starts_with(&format!("# {number}. ")) {
            complaints.push(format!("{path}:1: begin with `# {number}. ` and the decision"));
        }
        let parts = PARTS.iter().filter(|part| !text.lines().any(|line| line == **part));
        complaints.extend(parts.map(|part| format!("{path}: add `{part}`")));
        complaints
    });
    no_complaints(complaints);
}

#[test]
fn text_files_end_with_a_line_and_lines_with_a_word() {
    let all = ["md", "toml"].into_iter().flat_map(|extension| files("", extension));
    let complaints = all.flat_map(|file| {
        let blanks = file.lines().filter(|(_, line)| line.ends_with([' ', '\t']));
        let blanks = blanks.map(|(number, _)| format!("{number}: blanks at the end"));
        let open = !file.text.is_empty() && !file.text.ends_with('\n');
        let open = open.then(|| "the last line does not end".to_owned());
        let found: Vec<_> = blanks.chain(open).collect();
        found.into_iter().map(move |what| format!("{}:{what}; take them out", file.path))
    });
    no_complaints(complaints);
}
