//! The markups of services, and how text from outside is kept from being taken for one.

use super::document::{Line, Section};

/// How a service wants its text.
///
/// Every line is whole in its markup, so that a text may be cut between any two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Markup {
    /// Plain text.
    Plain,
    /// CommonMark, and the dialects of it that take its escapes, as Discord's does.
    Markdown,
    /// HTML elements within a line, as Telegram takes them (`parse_mode: HTML`).
    Html,
    /// Telegram's own Markdown (`parse_mode: MarkdownV2`).
    TelegramMarkdown,
}

/// What CommonMark, and Discord besides, may take for markup within a line.
const MARKDOWN: &str = "\\`*_[]<>~|&#";
/// What Telegram wants to be escaped, wherever it stands.
const TELEGRAM: &str = "\\_*[]()~`>#+-=|{}.!";

impl Markup {
    /// Text from outside as it stands in this markup.
    #[must_use]
    pub fn escape(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Markdown => escape_start(&backslash(text, MARKDOWN)),
            Self::Html => html(text),
            Self::TelegramMarkdown => backslash(text, TELEGRAM),
        }
    }

    /// The same, set in bold.
    #[must_use]
    pub fn strong(self, text: &str) -> String {
        let text = self.escape(text);
        match self {
            Self::Plain => text,
            Self::Markdown => format!("**{text}**"),
            Self::Html => format!("<b>{text}</b>"),
            Self::TelegramMarkdown => format!("*{text}*"),
        }
    }

    /// One line in this markup.
    pub(super) fn line(self, line: &Line) -> String {
        match &line.label {
            Some(label) => {
                format!("{} {}", self.strong(&format!("{label}:")), self.escape(&line.text))
            }
            None => self.escape(&line.text),
        }
    }

    /// Sections in this markup, line by line, each with the line it was made of.
    pub(crate) fn lines<'a>(self, sections: impl IntoIterator<Item = &'a Section>) -> Vec<Marked> {
        let mut lines = Vec::new();
        for section in sections {
            if !lines.is_empty() && self != Self::Plain {
                lines.push(Marked::literal(String::new()));
            }
            if let Some(heading) = section.heading {
                lines.push(Marked::literal(self.strong(&format!("{heading}:"))));
            }
            let before = self.bullet(section);
            lines.extend(section.lines.iter().map(|line| Marked {
                before,
                text: self.line(line),
                raw: Some(line.clone()),
            }));
        }
        lines
    }

    /// What stands before each line of a section.
    const fn bullet(self, section: &Section) -> &'static str {
        let is_list = section.heading.is_some() || section.lines.len() > 1;
        match self {
            Self::Plain if section.heading.is_some() => "  ",
            Self::Markdown if is_list => "- ",
            Self::Html | Self::TelegramMarkdown if is_list => "• ",
            _ => "",
        }
    }
}

/// A line in a markup.
pub(crate) struct Marked {
    before: &'static str,
    text: String,
    /// What it was made of, if that came from outside and may have to be cut.
    pub(super) raw: Option<Line>,
}

impl Marked {
    pub(crate) const fn literal(text: String) -> Self {
        Self { before: "", text, raw: None }
    }

    pub(super) fn text(&self) -> String {
        format!("{}{}", self.before, self.text)
    }

    /// The same line about less: the first characters of what it tells.
    pub(super) fn with_text(&self, markup: Markup, text: &str) -> String {
        let label = self.raw.as_ref().and_then(|line| line.label.clone());
        format!("{}{}", self.before, markup.line(&Line { label, text: text.to_owned() }))
    }
}

fn backslash(text: &str, special: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if special.contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// What begins a list, a heading or a rule at the start of a line.
fn escape_start(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    match rest.bytes().next() {
        Some(b'.' | b')') if digits > 0 => format!("{number}\\{rest}"),
        Some(b'-' | b'+' | b'=') if digits == 0 => format!("\\{text}"),
        _ => text.to_owned(),
    }
}

pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
