//! The startup report in words: its own summary, and what the summary only counts.

use grace_core::{Problem, StartupReport};

use super::document::{Document, Line, Section};

/// The longest label of a summary's line. What stands before a later colon is no label.
const LABEL: usize = 40;

pub(super) fn document(report: &StartupReport) -> Document {
    let summary = report.summary();
    let mut lines = summary.lines();
    let title = lines.next().unwrap_or_default();
    Document::new(title)
        .with_section(Section::lines(lines.map(line)))
        .with_detail(Section::headed("Storage", problems(&report.storage.problems)))
        .with_detail(Section::headed("Services", problems(&report.services.problems)))
        .with_detail(Section::headed("Journal", journal(report)))
}

/// `Storage: 1 unavailable (nas)` is about storage; `Settled 95 s after boot` is a sentence.
fn line(text: &str) -> Line {
    match text.split_once(": ") {
        Some((label, rest)) if label.len() <= LABEL => Line::labelled(label, rest),
        _ => text.into(),
    }
}

fn problems(problems: &[Problem]) -> impl Iterator<Item = Line> {
    problems.iter().map(|problem| {
        let reason = if problem.reason.is_empty() { "no reason given" } else { &problem.reason };
        Line::labelled(problem.name.as_str(), reason)
    })
}

/// Each entry, and where some between the first and the last were skipped, how many.
fn journal(report: &StartupReport) -> Vec<Line> {
    let journal = &report.journal;
    let mut lines: Vec<Line> =
        journal.entries.iter().map(|entry| Line::from(entry.to_string())).collect();
    if journal.skipped() > 0 {
        lines.push(Line::from(format!("and {} more between them", journal.skipped())));
    }
    lines
}
