//! The octal escapes of fstab and mountinfo.

/// `\040` is a blank, `\011` a tab, `\012` a line break, `\134` the backslash; any byte may be written so.
///
/// A backslash that begins no escape stands for itself, as for mount(8).
pub(super) fn unescape(field: &str) -> String {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if let (b'\\', Some((escaped, after))) = (byte, octal(after)) {
            bytes.push(escaped);
            rest = after;
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Three octal digits that make a byte, and what follows them.
fn octal(text: &[u8]) -> Option<(u8, &[u8])> {
    match text {
        [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', rest @ ..] => {
            Some((((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn octal_escapes_become_their_bytes() {
        let fields = [
            ("", ""),
            ("/mnt/nas", "/mnt/nas"),
            (r"/mnt/my\040disk", "/mnt/my disk"),
            (r"a\011b\012c\134d\043e", "a\tb\nc\\d#e"),
            (r"b\303\244r", "bär"),
            (r"\040\040", "  "),
            (r"\04", r"\04"),
            (r"\048\777", r"\048\777"),
            (r"ends\", r"ends\"),
            (r"\377", "\u{fffd}"),
        ];
        for (field, expect) in fields {
            assert_eq!(unescape(field), expect, "{field}");
        }
    }
}
