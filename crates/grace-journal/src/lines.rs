//! Lines of bounded length.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _};

/// Reads line by line and never holds more than a bound of one.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: R,
    bound: usize,
    line: Vec<u8>,
    read: u64,
}

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// It has so many bytes, more than the bound, and was not kept.
    TooLong(u64),
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub(crate) const fn new(reader: R, bound: usize) -> Self {
        Self { reader, bound, line: Vec::new(), read: 0 }
    }

    /// How many bytes have been read.
    pub(crate) const fn read(&self) -> u64 {
        self.read
    }

    /// The next line; `None` at the end. A last line without a line end is a line too.
    ///
    /// Once `most` bytes have been read in all, a line ends where it is.
    pub(crate) async fn next(&mut self, most: u64) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut length: u64 = 0;
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                if length == 0 {
                    return Ok(None);
                }
                break;
            }
            let end = available.iter().position(|&byte| byte == b'\n');
            let part = &available[..end.unwrap_or(available.len())];
            let room = self.bound.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            length += part.len() as u64;
            let consumed = part.len() + usize::from(end.is_some());
            self.read += consumed as u64;
            self.reader.consume(consumed);
            if end.is_some() || self.read >= most {
                break;
            }
        }
        if length > self.bound as u64 {
            return Ok(Some(Line::TooLong(length)));
        }
        Ok(Some(Line::Whole(&self.line)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::BufReader;

    use super::*;

    /// The lines of `input` in a reader that gives three bytes at a time.
    async fn lines(input: &[u8], bound: usize, most: u64) -> (Vec<String>, u64) {
        let mut lines = Lines::new(BufReader::with_capacity(3, input), bound);
        let mut found = Vec::new();
        while lines.read() < most {
            match lines.next(most).await.expect("memory can be read") {
                Some(Line::Whole(line)) => found.push(String::from_utf8_lossy(line).into_owned()),
                Some(Line::TooLong(bytes)) => found.push(format!("<{bytes} bytes>")),
                None => break,
            }
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
}
