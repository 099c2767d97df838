//! A message between its data and a service's markup.

use super::cut::{Limit, fit};
use super::markup::Markup;

/// A message in words, before any markup: what every form of it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// What happened, in one line.
    pub title: String,
    /// The message itself.
    pub sections: Vec<Section>,
    /// What is told besides where there is room for it: in mail, in files, to programs.
    pub details: Vec<Section>,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Section {
    /// What they have in common; `None` if the title says so.
    pub heading: Option<&'static str>,
    /// The lines, at least one.
    pub lines: Vec<Line>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Line {
    /// What is told of: `VM failed`, `Storage`; `None` if the text is a sentence.
    pub label: Option<String>,
    /// What is told.
    pub text: String,
}

impl Document {
    /// A document that has no more than a title yet.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), sections: Vec::new(), details: Vec::new() }
    }

    /// The same document with one more section, if that has lines.
    #[must_use]
    pub fn with_section(mut self, section: Section) -> Self {
        self.sections.extend(section.filled());
        self
    }

    /// The same document with one more detail, if that has lines.
    #[must_use]
    pub fn with_detail(mut self, section: Section) -> Self {
        self.details.extend(section.filled());
        self
    }

    /// The sections in a markup, in lines. Where they are longer than `limit`, the last lines say what was cut.
    #[must_use]
    pub fn body(&self, markup: Markup, limit: Limit) -> String {
        fit(&markup.lines(&self.sections), &[], markup, limit)
    }
}

impl Section {
    /// Lines without a heading.
    pub fn lines<L: Into<Line>>(lines: impl IntoIterator<Item = L>) -> Self {
        Self { heading: None, lines: lines.into_iter().map(Into::into).collect() }
    }

    /// Lines below a heading.
    pub fn headed<L: Into<Line>>(
        heading: &'static str,
        lines: impl IntoIterator<Item = L>,
    ) -> Self {
        Self { heading: Some(heading), ..Self::lines(lines) }
    }

    fn filled(self) -> Option<Self> {
        (!self.lines.is_empty()).then_some(self)
    }
}

impl Line {
    /// A finding about something.
    pub fn labelled(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: Some(label.into()), text: text.into() }
    }

    /// The line without markup: `VM failed: web (100) - got timeout`.
    #[must_use]
    pub fn plain(&self) -> String {
        match &self.label {
            Some(label) => format!("{label}: {}", self.text),
            None => self.text.clone(),
        }
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self { label: None, text: text.to_owned() }
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self { label: None, text }
    }
}
