//! Each kind of message in each form, and what is cut of those that are too long.
//!
//! The forms of a message stand together in `goldens/`; `UPDATE_EXPECT=1` writes them anew.

mod support;

use std::fmt::Write as _;
use std::path::Path;

use expect_test::expect_file;
use grace_core::Message;
use grace_notify::{Document, Limit, Markup, MessageDocument, page};

use self::support::samples::{self, clock, envelope, messages};

/// The markups, as the golden files name them.
const MARKUPS: [(&str, Markup); 4] = [
    ("plain", Markup::Plain),
    ("markdown", Markup::Markdown),
    ("html", Markup::Html),
    ("telegram-markdown", Markup::TelegramMarkdown),
];

#[test]
fn every_kind_of_message_has_every_form() {
    for (name, message) in messages() {
        let golden =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/goldens/{name}.txt"));
        expect_file![golden].assert_eq(&forms(message));
    }
}

fn forms(message: Message) -> String {
    let envelope = envelope(message);
    let document = Document::from(&*envelope.message);
    let mut forms = String::new();
    for (name, markup) in MARKUPS {
        let body = document.body(markup, Limit::NONE);
        writeln!(forms, "=== {name}\n{}\n{body}", markup.strong(&document.title)).expect("text");
    }
    let page = page(&document, envelope.message.severity(), &["pve1".to_owned()]);
    writeln!(forms, "=== page\n{page}").expect("text");
    let clock = clock();
    let json = MessageDocument::new(&envelope, "pve1", &clock, &document);
    let json = serde_json::to_string_pretty(&json).expect("JSON");
    writeln!(forms, "=== json\n{json}").expect("text");
    forms
}

#[test]
fn a_body_that_fits_is_not_changed() {
    let document = Document::from(&samples::guests());
    for (name, markup) in MARKUPS {
        let whole = document.body(markup, Limit::NONE);
        assert_eq!(document.body(markup, Limit::bytes(whole.len())), whole, "{name}");
        assert_ne!(document.body(markup, Limit::bytes(whole.len() - 1)), whole, "{name}");
    }
}

#[test]
fn a_long_body_ends_between_lines_and_says_how_many_are_cut() {
    let document = Document::from(&samples::long());
    for (name, markup) in MARKUPS {
        let whole = document.body(markup, Limit::NONE);
        for limit in (80..4200).step_by(61) {
            let cut = document.body(markup, Limit::bytes(limit));
            assert!(cut.len() <= limit, "{name}: {} bytes of {limit}", cut.len());
            let (kept, note) = cut.rsplit_once('\n').expect("a line and a note");
            let left = whole.lines().count() - kept.lines().count();
            assert!(whole.starts_with(&format!("{kept}\n")), "{name}: {kept}");
            assert_eq!(note.replace('\\', ""), format!("… [{left} lines cut]"), "{name}");
        }
    }
}

#[test]
fn a_long_line_ends_between_characters_and_says_how_many_are_cut() {
    let document = Document::from(&samples::wide());
    for (name, markup) in MARKUPS {
        for limit in (90..700).step_by(7) {
            let cut = document.body(markup, Limit::characters(limit));
            let length = cut.encode_utf16().count();
            assert!(length <= limit, "{name}: {length} characters of {limit}");
            assert!(cut.contains("characters cut"), "{name}: {cut}");
            assert!(cut.starts_with("storage/nas"), "{name}: {cut}");
        }
    }
}

/// What a reader of Markdown makes of its escapes.
fn without_backslashes(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            c => plain.push(c),
        }
    }
    plain
}

#[test]
fn text_from_outside_is_never_taken_for_markup() {
    let hostile = "_*[]()~`>#+-=|{}.!\\<b>&\"@everyone 1. - <a href='x'>";
    for c in hostile.chars() {
        // Alone, at the start of a line and within one.
        for text in [format!("{c}"), format!("{c} x"), format!("x{c}y"), hostile.to_owned()] {
            for markup in [Markup::Markdown, Markup::TelegramMarkdown] {
                assert_eq!(without_backslashes(&markup.escape(&text)), text);
            }
            let html = Markup::Html.escape(&text);
            assert!(!html.contains(['<', '>', '"']), "{html}");
        }
    }
    let telegram = Markup::TelegramMarkdown.escape(hostile);
    let mut before = ' ';
    for c in telegram.chars() {
        assert!(before == '\\' || !"_*[]()~`>#+-=|{}.!".contains(c), "{c} in {telegram}");
        before = if before == '\\' { ' ' } else { c };
    }
}

#[test]
fn a_list_is_no_list_because_of_its_text() {
    for text in ["- x", "+ x", "1. x", "12) x", "= x", "# x", "> x"] {
        let escaped = Markup::Markdown.escape(text);
        assert!(escaped.contains('\\'), "{escaped}");
    }
    for text in ["a-b", "1.5 s", "x = y"] {
        assert!(!Markup::Markdown.escape(text).starts_with('\\'), "{text}");
    }
}
