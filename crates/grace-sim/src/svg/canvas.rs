//! SVG elements as text, escaped.

use std::fmt::Display;
use std::fmt::Write as _;

use super::layout::{PLOT_LEFT, ROW, fitted};

/// The colours, for light and for dark.
const STYLE: &str = include_str!("style.css");

/// Elements, one a line.
#[derive(Default)]
pub(super) struct Canvas {
    elements: String,
}

/// A mark of one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Started,
    Warned,
    Failed,
    Stopped,
    Held,
    Recovered,
    Told,
}

impl Canvas {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &str, x1: f64, y1: f64, x2: f64, y2: f64) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(place);
        self.put(format_args!(
            r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#
        ));
    }

    /// A line down to `y2`, and from there a little to the right.
    pub(super) fn elbow(&mut self, class: &str, x: f64, y1: f64, y2: f64) {
        let [x, y1, y2] = [x, y1, y2].map(place);
        self.put(format_args!(r#"<path class="{class}" d="M{x} {y1}V{y2}h6"/>"#));
    }

    /// A rectangle with a tooltip; one without width is a pixel wide.
    pub(super) fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64, tip: &str) {
        let [x, y, width, height] = [x, y, width.max(1.0), height.max(0.0)].map(place);
        let tip = escaped(tip);
        self.put(format_args!(
            r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="2"><title>{tip}</title></rect>"#
        ));
    }

    /// A disc with a tooltip.
    pub(super) fn circle(&mut self, class: &str, x: f64, y: f64, radius: f64, tip: &str) {
        let [x, y, radius] = [x, y, radius].map(place);
        let tip = escaped(tip);
        self.put(format_args!(
            r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius}"><title>{tip}</title></circle>"#
        ));
    }

    /// One line of text.
    pub(super) fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        let [x, y] = [x, y].map(place);
        let text = escaped(text);
        self.put(format_args!(r#"<text class="{class}" x="{x}" y="{y}">{text}</text>"#));
    }

    /// A row's name, left of the plot.
    pub(super) fn row_label(&mut self, y: f64, label: &str) {
        let label = fitted(label, PLOT_LEFT - 30.0, super::layout::CHAR);
        self.text("row-name", PLOT_LEFT - 14.0, y + ROW / 2.0 + 4.0, &label);
    }

    /// A symbol with a tooltip, its middle at this place.
    pub(super) fn symbol(&mut self, symbol: Symbol, x: f64, y: f64, tip: &str) {
        let (class, path) = match symbol {
            Symbol::Started => ("started", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z"),
            Symbol::Warned => ("warned", "M0-6L6 5H-6z"),
            Symbol::Failed => ("failed", "M-4.5-4.5L4.5 4.5M-4.5 4.5L4.5-4.5"),
            Symbol::Stopped => ("stopped", "M-4-4H4V4H-4z"),
            Symbol::Held => ("held", "M-6-4H6V4H-6z"),
            Symbol::Recovered => ("recovered", "M0-5.5L5.5 0L0 5.5L-5.5 0z"),
            Symbol::Told => ("told", "M0-5.5L5.5 0L0 5.5L-5.5 0z"),
        };
        let [x, y] = [x, y].map(place);
        let tip = escaped(tip);
        self.put(format_args!(
            r#"<path class="{class}" transform="translate({x} {y})" d="{path}"><title>{tip}</title></path>"#
        ));
    }

    /// The whole document: these elements before those `behind` them.
    pub(super) fn document(&self, behind: &Self, title: &str, width: f64, height: f64) -> String {
        let [width, height] = [width, height].map(|length| place(length.ceil()));
        let title = escaped(title);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="chart-title">
<title id="chart-title">{title}</title>
<style>
{STYLE}</style>
<rect class="paper" width="{width}" height="{height}" rx="8"/>
{}{}</svg>
"#,
            behind.elements, self.elements
        )
    }

    fn put(&mut self, element: impl Display) {
        let written = writeln!(self.elements, "{element}");
        debug_assert!(written.is_ok(), "a String takes all there is to write");
    }
}

/// A length with at most one decimal.
fn place(length: f64) -> String {
    let text = format!("{length:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0" } else { text }.to_owned()
}

/// Text without what XML would take for markup, or not take at all.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Characters that no XML document may have, and those that turn text around.
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            '\u{FFFE}' | '\u{FFFF}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c => out.push(c),
        }
    }
    out
}
