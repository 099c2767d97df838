//! Text from outside: safe to print, bounded, and honest about what was cut.

use grace_core::Text;

#[track_caller]
fn check(raw: &str, expect: &str) {
    assert_eq!(Text::new(raw).as_str(), expect, "{raw:?}");
    assert_eq!(Text::name(raw).as_str(), expect, "{raw:?}");
    assert_eq!(Text::bounded(raw, raw.len() * 3).as_str(), expect, "{raw:?}");
}

#[track_caller]
fn check_bounded(raw: &str, limit: usize, expect: &str) {
    assert_eq!(Text::bounded(raw, limit).as_str(), expect, "{raw:?} in {limit}");
}

#[test]
fn plain_text_is_kept() {
    for plain in ["", " ", "web-01", "größer € 😀", "<b>&\"'", "a\u{200b}b"] {
        check(plain, plain);
    }
}

#[test]
fn line_breaks_and_tabs_become_blanks() {
    check("a\nb\rc\td", "a b c d");
    check("\r\n", "  ");
}

#[test]
fn control_characters_and_direction_overrides_are_replaced() {
    for unsafe_char in [
        '\0', '\u{7}', '\u{8}', '\u{b}', '\u{1b}', '\u{7f}', '\u{80}', '\u{9b}', '\u{202a}',
        '\u{202e}', '\u{2066}', '\u{2069}', '\u{2028}', '\u{2029}',
    ] {
        check(&format!("a{unsafe_char}b"), "a\u{fffd}b");
    }
    for safe in ['\u{2027}', '\u{202f}', '\u{2065}', '\u{206a}', '\u{a0}'] {
        check(&format!("a{safe}b"), &format!("a{safe}b"));
    }
}

#[test]
fn what_is_too_long_is_cut_between_characters_and_says_so() {
    check_bounded("abcdef", 6, "abcdef");
    check_bounded("abcdef", 5, "abcde… [1 bytes cut]");
    check_bounded("abcdef", 0, "… [6 bytes cut]");
    check_bounded("äöü", 6, "äöü");
    check_bounded("äöü", 5, "äö… [2 bytes cut]");
    check_bounded("äöü", 1, "… [6 bytes cut]");
    check_bounded("a\nb\nc", 4, "a b … [1 bytes cut]");
    check_bounded("", 0, "");
}

#[test]
fn a_character_that_grows_counts_as_what_it_becomes() {
    check_bounded("\u{1}\u{1}\u{1}", 9, "\u{fffd}\u{fffd}\u{fffd}");
    check_bounded("\u{1}\u{1}\u{1}", 8, "\u{fffd}\u{fffd}… [1 bytes cut]");
    check_bounded("\u{1}\u{1}\u{1}", 3, "\u{fffd}… [2 bytes cut]");
}

#[test]
fn sentences_and_names_have_their_limits() {
    assert_eq!((Text::LIMIT, Text::NAME_LIMIT), (1_024, 128));
    let fits = "x".repeat(1_024);
    assert_eq!(Text::new(&fits).as_str(), fits);
    assert!(Text::new(format!("{fits}y")).ends_with("x… [1 bytes cut]"));
    assert_eq!(Text::name(&fits[..128]).len(), 128);
    assert!(Text::name(&fits[..129]).ends_with("x… [1 bytes cut]"));
}

#[test]
fn text_is_used_like_a_string() {
    const LITERAL: Text = Text::literal("web");
    let text = Text::from("web");
    assert_eq!(text, LITERAL);
    assert_eq!(Text::from(String::from("web")), text);
    assert_eq!(text, "web");
    assert!(text == *"web" && text != *"db");
    assert!(text == "web" && text != "db");
    assert_eq!((text.len(), text.as_ref() as &str), (3, "web"));
    assert_eq!(format!("{text:>5}|{text:.2}"), "  web|we");
    assert!(Text::default().is_empty());
}
