//! Text cut to what a service takes, on a character's boundary, with words that say what was cut.

use super::markup::{Marked, Markup};

/// The longest text a service takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    most: usize,
    measure: Measure,
}

/// What a service counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Bytes,
    Utf16,
}

impl Limit {
    /// Text of any length.
    pub const NONE: Self = Self::bytes(usize::MAX);

    /// At most so many bytes of UTF-8.
    #[must_use]
    pub const fn bytes(most: usize) -> Self {
        Self { most, measure: Measure::Bytes }
    }

    /// At most so many characters, counted as UTF-16 does: no service that counts characters counts more.
    #[must_use]
    pub const fn characters(most: usize) -> Self {
        Self { most, measure: Measure::Utf16 }
    }

    /// Whether the text is within the limit.
    #[must_use]
    pub fn admits(self, text: &str) -> bool {
        self.length(text) <= self.most
    }

    fn length(self, text: &str) -> usize {
        match self.measure {
            Measure::Bytes => text.len(),
            Measure::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }
}

/// The longest beginning of `text` that, with a note of what was cut, is still admitted.
pub(crate) fn cut(text: &str, admits: impl Fn(&str) -> bool) -> String {
    if admits(text) {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let shortened = |kept: usize| {
        let beginning = text.get(..ends[kept]).unwrap_or_default().trim_end();
        format!("{beginning}… [{} characters cut]", ends.len() - kept)
    };
    let (mut fits, mut too_many) = (0, ends.len());
    while too_many - fits > 1 {
        let kept = fits.midpoint(too_many);
        if admits(&shortened(kept)) {
            fits = kept;
        } else {
            too_many = kept;
        }
    }
    if ends.is_empty() { String::new() } else { shortened(fits) }
}

/// As many of the `lines` as fit, a note of those that do not, and all of `last`.
///
/// A line that is longer than all there is room for is cut within.
pub(crate) fn fit(lines: &[Marked], last: &[String], markup: Markup, limit: Limit) -> String {
    let texts: Vec<String> = lines.iter().map(Marked::text).collect();
    let whole = join(&texts, None, last);
    if limit.admits(&whole) {
        return whole;
    }
    let note = |left: usize| match left {
        0 => None,
        1 => Some(markup.escape("… [1 line cut]")),
        _ => Some(markup.escape(&format!("… [{left} lines cut]"))),
    };
    let with_first =
        |kept: usize| join(texts.get(..kept).unwrap_or_default(), note(texts.len() - kept), last);
    let kept = most_lines(&texts, last, limit, note);
    let kept = kept - blank_end(&texts, kept);
    match lines.get(kept) {
        // Half of a long line says more than none of it, if nothing else is said.
        Some(line) if kept == 0 => match &line.raw {
            Some(raw) => {
                let admits = |text: &str| {
                    let line = line.with_text(markup, text);
                    limit.admits(&join(&[line], note(texts.len() - 1), last))
                };
                let line = line.with_text(markup, &cut(&raw.text, admits));
                join(&[line], note(texts.len() - 1), last)
            }
            None => with_first(0),
        },
        _ => with_first(kept),
    }
}

/// How many lines there is room for beside the note of the others and all of `last`.
fn most_lines(
    texts: &[String],
    last: &[String],
    limit: Limit,
    note: impl Fn(usize) -> Option<String>,
) -> usize {
    let with_end = |text: &str| limit.length(text) + 1;
    let mut used: usize = last.iter().map(|text| with_end(text)).sum();
    let mut most = 0;
    for (kept, text) in (1..).zip(texts) {
        used += with_end(text);
        if used > limit.most {
            break;
        }
        let note = note(texts.len() - kept).unwrap_or_default();
        if used + limit.length(&note) <= limit.most {
            most = kept;
        }
    }
    most
}

/// How many of the first `kept` lines are blank at their end.
fn blank_end(texts: &[String], kept: usize) -> usize {
    let kept = texts.get(..kept).unwrap_or_default();
    kept.iter().rev().take_while(|text| text.is_empty()).count()
}

fn join(lines: &[String], note: Option<String>, last: &[String]) -> String {
    let all = lines.iter().map(String::as_str).chain(note.as_deref());
    all.chain(last.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
}
