//! A message as a page of HTML, for mail.

use grace_core::Severity;

use super::document::{Document, Line, Section};
use super::markup::html;

/// A whole page, details included. It loads nothing, and holds no text from outside but escaped.
///
/// `last` are lines below the message: which host, which id.
#[must_use]
pub fn page(document: &Document, severity: Severity, last: &[String]) -> String {
    let mut page = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n");
    page.push_str("<meta charset=\"utf-8\">\n");
    let title = html(&document.title);
    page.push_str(&format!("<title>{title}</title>\n</head>\n"));
    page.push_str("<body style=\"font-family: sans-serif; line-height: 1.4\">\n");
    let colour = colour(severity);
    page.push_str(&format!(
        "<h2 style=\"border-left: 6px solid {colour}; padding-left: 10px\">{title}</h2>\n"
    ));
    document.sections.iter().for_each(|part| section(&mut page, part));
    document.details.iter().for_each(|part| section(&mut page, part));
    if !last.is_empty() {
        let last: Vec<_> = last.iter().map(|line| html(line)).collect();
        page.push_str(&format!("<p style=\"color: #666\">{}</p>\n", last.join("<br>\n")));
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn section(page: &mut String, section: &Section) {
    if let Some(heading) = section.heading {
        page.push_str(&format!("<h3>{}</h3>\n", html(heading)));
    }
    if let ([only], None) = (section.lines.as_slice(), section.heading) {
        page.push_str(&format!("<p>{}</p>\n", line(only)));
        return;
    }
    page.push_str("<ul>\n");
    for item in &section.lines {
        page.push_str(&format!("<li>{}</li>\n", line(item)));
    }
    page.push_str("</ul>\n");
}

fn line(line: &Line) -> String {
    match &line.label {
        Some(label) => format!("<b>{}:</b> {}", html(label), html(&line.text)),
        None => html(&line.text),
    }
}

/// The colour people know for it, dark enough to be read on white.
const fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "#2e7d32",
        Severity::Warning => "#ed6c02",
        Severity::Critical => "#c62828",
    }
}
