//! Lines of bounded length.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _};

/// Reads line by line and never holds more than a bound of one.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: R,
    bound: usize,
    line: Vec<u8>,
    /// How long the line is, kept or not.
    length: u64,
    state: State,
    read: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The line has a beginning and no end yet.
    Begun,
    Whole,
    /// What was read came to its end within the line.
    Cut,
}

/// A line without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// It has so many bytes, more than the bound, and was not kept.
    TooLong(u64),
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub(crate) const fn new(reader: R, bound: usize) -> Self {
        Self { reader, bound, line: Vec::new(), length: 0, state: State::Whole, read: 0 }
    }

    /// How many bytes have been read.
    pub(crate) const fn read(&self) -> u64 {
        self.read
    }

    /// Goes on to the next line; `false` at the end. A last line without a line end is a line too.
    ///
    /// Once `most` bytes have been read in all, a line ends where it is. A call that is given up is taken up
    /// by the next one, so that no byte is lost.
    pub(crate) async fn advance(&mut self, most: u64) -> io::Result<bool> {
        if self.state != State::Begun {
            self.line.clear();
            self.length = 0;
            self.state = State::Begun;
        }
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                self.state = State::Cut;
                return Ok(self.length > 0);
            }
            let end = memchr::memchr(b'\n', available);
            let part = &available[..end.unwrap_or(available.len())];
            let room = self.bound.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            self.length += part.len() as u64;
            let consumed = part.len() + usize::from(end.is_some());
            self.read += consumed as u64;
            self.reader.consume(consumed);
            if end.is_some() {
                self.state = State::Whole;
                return Ok(true);
            }
            if self.read >= most {
                self.state = State::Cut;
                return Ok(true);
            }
        }
    }

    /// The line it stands at.
    pub(crate) fn line(&self) -> Line<'_> {
        if self.length > self.bound as u64 {
            return Line::TooLong(self.length);
        }
        Line::Whole(&self.line)
    }

    /// Whether the line it stands at has no line end.
    pub(crate) const fn is_cut(&self) -> bool {
        matches!(self.state, State::Cut)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::io::{AsyncWriteExt as _, BufReader};

    use super::*;

    /// The lines of `input` in a reader that gives three bytes at a time.
    async fn lines(input: &[u8], bound: usize, most: u64) -> (Vec<String>, u64) {
        let mut lines = Lines::new(BufReader::with_capacity(3, input), bound);
        let mut found = Vec::new();
        while lines.read() < most {
            if !lines.advance(most).await.expect("memory can be read") {
                break;
            }
            found.push(match lines.line() {
                Line::Whole(line) => String::from_utf8_lossy(line).into_owned(),
                Line::TooLong(bytes) => format!("<{bytes} bytes>"),
            });
        }
        (found, lines.read())
    }

    #[tokio::test]
    async fn lines_end_at_line_ends_and_at_the_end() {
        async fn check(input: &str, expected: &[&str]) {
            let (found, read) = lines(input.as_bytes(), 8, u64::MAX).await;
            assert_eq!(found, expected, "{input:?}");
            assert_eq!(read, input.len() as u64, "{input:?}");
        }
        check("", &[]).await;
        check("one", &["one"]).await;
        check("one\n", &["one"]).await;
        check("one\ntwo", &["one", "two"]).await;
        check("one\n\ntwo\n", &["one", "", "two"]).await;
        check("12345678\n", &["12345678"]).await;
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_measured_and_spoils_no_other() {
        let (found, _) = lines(b"one\n123456789\ntwo\n1234567890", 8, u64::MAX).await;
        assert_eq!(found, ["one", "<9 bytes>", "two", "<10 bytes>"]);
    }

    #[tokio::test]
    async fn a_line_without_end_is_read_to_the_bound_of_all() {
        let (found, read) = lines(&[b'x'; 1000], 8, 90).await;
        assert_eq!(found, ["<90 bytes>"]);
        assert_eq!(read, 90);
    }

    #[tokio::test]
    async fn a_call_that_is_given_up_loses_nothing() {
        let (reader, mut writer) = tokio::io::duplex(64);
        let mut lines = Lines::new(BufReader::new(reader), 8);
        for part in ["on", "e\ntw", "o\n"] {
            // What is there is read, and then the wait is given up.
            let given_up = lines.advance(u64::MAX).now_or_never();
            assert!(given_up.is_none(), "{part}");
            writer.write_all(part.as_bytes()).await.expect("there is room");
            if part.contains('\n') {
                assert!(lines.advance(u64::MAX).await.expect("memory can be read"));
                assert!(!lines.is_cut());
            }
            if part.starts_with('e') {
                assert_eq!(lines.line(), Line::Whole(b"one"));
            }
        }
        assert_eq!(lines.line(), Line::Whole(b"two"));
    }

    #[tokio::test]
    async fn a_line_that_the_end_cuts_is_told_from_a_whole_one() {
        let mut lines = Lines::new(BufReader::new(&b"one\ntwo"[..]), 8);
        let mut cut = Vec::new();
        while lines.advance(u64::MAX).await.expect("memory can be read") {
            cut.push(lines.is_cut());
        }
        assert_eq!(cut, [false, true]);
    }
}
