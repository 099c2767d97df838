//! What the files in `/proc` say. Pure: bytes in, value out.

use grace_core::{BootId, Uptime};

/// The uptime in the content of `/proc/uptime`: `1751.94 3403.70`, seconds since boot and seconds idle.
///
/// Both numbers must be there, although only the first is wanted: of a file cut short within the first,
/// what is left would pass for an uptime too.
pub(crate) fn uptime(content: &[u8]) -> Result<Uptime, NotAnUptime> {
    let line = str::from_utf8(content).map_err(|_| NotAnUptime::NotText)?;
    let line = line.strip_suffix('\n').unwrap_or(line);
    if line.contains('\0') {
        return Err(NotAnUptime::Nul);
    }
    if line.trim().is_empty() {
        return Err(NotAnUptime::Empty);
    }
    if line.contains('\n') {
        return Err(NotAnUptime::NotOneLine);
    }
    let mut numbers = line.split_ascii_whitespace();
    let (Some(since_boot), Some(_idle), None) = (numbers.next(), numbers.next(), numbers.next())
    else {
        return Err(NotAnUptime::NotTwoNumbers);
    };
    seconds(since_boot)
}

/// `1751.94` in nanoseconds, without a float on the way. Past nine decimals nothing is read.
fn seconds(number: &str) -> Result<Uptime, NotAnUptime> {
    if let Some(positive) = number.strip_prefix('-') {
        return Err(match seconds(positive) {
            Ok(_) => NotAnUptime::Negative,
            Err(reason) => reason,
        });
    }
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    if !is_digits(whole) || !is_digits(decimals) {
        return Err(NotAnUptime::NotANumber);
    }
    let whole: u64 = whole.parse().map_err(|_| NotAnUptime::TooLarge)?;
    let nanos = decimals
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(9)
        .fold(0, |nanos, digit| nanos * 10 + u64::from(digit - b'0'));
    whole
        .checked_mul(1_000_000_000)
        .and_then(|whole| whole.checked_add(nanos))
        .map(Uptime::from_nanos)
        .ok_or(NotAnUptime::TooLarge)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The boot id in the content of `/proc/sys/kernel/random/boot_id`, with or without hyphens.
pub(crate) fn boot_id(content: &[u8]) -> Result<BootId, NotABootId> {
    let line = str::from_utf8(content).map_err(|_| NotABootId::NotText)?;
    if line.trim().is_empty() {
        return Err(NotABootId::Empty);
    }
    let digits: String = line.trim().chars().filter(|&c| c != '-').collect();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(NotABootId::NotAnId);
    }
    if digits.bytes().all(|byte| byte == b'0') {
        return Err(NotABootId::Nil);
    }
    Ok(BootId::new(&digits))
}

/// By how many nanoseconds the time namespace shifts a clock, in the content of `timens_offsets`:
///
/// ```text
/// monotonic         100         0
/// boottime         5000         0
/// ```
///
/// A clock that is not named is not shifted.
pub(crate) fn offset(content: &[u8], clock: &str) -> Result<i128, NotAnOffset> {
    let text = str::from_utf8(content).map_err(|_| NotAnOffset)?;
    let mut found = 0;
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let (Some(name), Some(seconds), Some(nanos), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(NotAnOffset);
        };
        let seconds: i64 = seconds.parse().map_err(|_| NotAnOffset)?;
        let nanos: u32 = nanos.parse().map_err(|_| NotAnOffset)?;
        if name == clock {
            found = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        }
    }
    Ok(found)
}

/// What is wrong with a file that should hold the offsets of a time namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a clock, seconds and nanoseconds in each line")]
#[non_exhaustive]
pub struct NotAnOffset;

/// What is wrong with a file that should hold an uptime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAnUptime {
    /// It is not UTF-8.
    #[error("not text")]
    NotText,
    /// There is a NUL in it, as in a file that a crash has left without its blocks.
    #[error("a NUL in it")]
    Nul,
    /// There is nothing in it.
    #[error("empty")]
    Empty,
    /// There are more lines than one in it.
    #[error("more than one line")]
    NotOneLine,
    /// There are not two numbers in its line.
    #[error("not two numbers, uptime and idle time")]
    NotTwoNumbers,
    /// What stands in the uptime's place is no decimal number: `nan`, `inf`, `1e3`, …
    #[error("not a decimal number of seconds")]
    NotANumber,
    /// The uptime is below zero.
    #[error("negative uptime")]
    Negative,
    /// The uptime is more than 584 years.
    #[error("uptime of more than 584 years")]
    TooLarge,
}

/// What is wrong with a file that should hold a boot id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotABootId {
    /// It is not UTF-8.
    #[error("not text")]
    NotText,
    /// There is nothing in it.
    #[error("empty")]
    Empty,
    /// There are not 32 hexadecimal digits in it.
    #[error("not 32 hexadecimal digits")]
    NotAnId,
    /// All its digits are zero, so it does not tell one boot from another.
    #[error("all zero")]
    Nil,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uptime_is_the_first_number() {
        fn check(content: &str, nanos: u64) {
            assert_eq!(uptime(content.as_bytes()), Ok(Uptime::from_nanos(nanos)), "{content:?}");
        }
        check("1751.94 3403.70\n", 1_751_940_000_000);
        check("1751.94 3403.70", 1_751_940_000_000);
        check("0.00 0.00\n", 0);
        check("7 3\n", 7_000_000_000);
        check("1.5 0\n", 1_500_000_000);
        check("0.000000001 0\n", 1);
        check("0.0000000019 0\n", 1);
        // lxcfs: an idle time that has nothing to do with the uptime, and blanks of its own.
        check("  42.00   0.00  \n", 42_000_000_000);
        check("18446744073.709551615 0\n", u64::MAX);
        // Some kernels have printed an idle time that overflowed; only the uptime is wanted.
        check("10.00 -9223372036.85\n", 10_000_000_000);
    }

    #[test]
    fn an_odd_uptime_is_an_error_of_its_own() {
        fn check(content: impl AsRef<[u8]>, reason: NotAnUptime) {
            let content = content.as_ref();
            assert_eq!(uptime(content), Err(reason), "{}", content.escape_ascii());
        }
        check("", NotAnUptime::Empty);
        check("\n", NotAnUptime::Empty);
        check("  \n", NotAnUptime::Empty);
        check([0xff, 0xfe], NotAnUptime::NotText);
        check("1.00 2.00\n3.00 4.00\n", NotAnUptime::NotOneLine);
        check("175", NotAnUptime::NotTwoNumbers);
        check("1.00 2.00 3.00\n", NotAnUptime::NotTwoNumbers);
        check("-1.00 2.00\n", NotAnUptime::Negative);
        check("nan 2.00\n", NotAnUptime::NotANumber);
        check("-nan 2.00\n", NotAnUptime::NotANumber);
        check("inf 2.00\n", NotAnUptime::NotANumber);
        check("1e3 2.00\n", NotAnUptime::NotANumber);
        check("+1 2.00\n", NotAnUptime::NotANumber);
        check("1. 2.00\n", NotAnUptime::NotANumber);
        check(".5 2.00\n", NotAnUptime::NotANumber);
        check("1,5 2,0\n", NotAnUptime::NotANumber);
        check("1.2.3 4\n", NotAnUptime::NotANumber);
        check("1\0 2\n", NotAnUptime::Nul);
        check("1.00 2.00\0\0\n", NotAnUptime::Nul);
        check([0; 64], NotAnUptime::Nul);
        check("18446744073.709551616 0\n", NotAnUptime::TooLarge);
        check("18446744074 0\n", NotAnUptime::TooLarge);
        check(format!("{} 0\n", "9".repeat(400)), NotAnUptime::TooLarge);
    }

    #[test]
    fn a_boot_id_is_32_digits_however_written() {
        fn check(content: &str) {
            let id = boot_id(content.as_bytes()).map(|id| id.to_string());
            assert_eq!(id, Ok("7fd95082faf04e70afba5c0248f506c7".to_owned()), "{content:?}");
        }
        check("7fd95082-faf0-4e70-afba-5c0248f506c7\n");
        check("7fd95082faf04e70afba5c0248f506c7");
        check("7FD95082-FAF0-4E70-AFBA-5C0248F506C7\n");
    }

    #[test]
    fn an_odd_boot_id_is_an_error_of_its_own() {
        fn check(content: impl AsRef<[u8]>, reason: NotABootId) {
            let content = content.as_ref();
            assert_eq!(boot_id(content), Err(reason), "{}", content.escape_ascii());
        }
        check("", NotABootId::Empty);
        check("\n", NotABootId::Empty);
        check([0xff], NotABootId::NotText);
        check("7fd95082-faf0\n", NotABootId::NotAnId);
        check("7fd95082-faf0-4e70-afba-5c0248f506c\n", NotABootId::NotAnId);
        check("7fd95082-faf0-4e70-afba-5c0248f506cg\n", NotABootId::NotAnId);
        check(
            "7fd95082faf04e70afba5c0248f506c7\n7fd95082faf04e70afba5c0248f506c7\n",
            NotABootId::NotAnId,
        );
        check("7fd95082-faf0-4e70-afba-5c0248f506c7\0\n", NotABootId::NotAnId);
        check([0; 36], NotABootId::NotAnId);
        check("00000000-0000-0000-0000-000000000000\n", NotABootId::Nil);
    }

    #[test]
    fn an_offset_is_that_of_its_clock() {
        let content = b"monotonic           0         0\nboottime         -200 250000000\n";
        assert_eq!(offset(content, "monotonic"), Ok(0));
        assert_eq!(offset(content, "boottime"), Ok(-199_750_000_000));
        assert_eq!(offset(content, "realtime"), Ok(0));
        assert_eq!(offset(b"", "boottime"), Ok(0));
        let largest = format!("boottime {} 999999999\n", i64::MAX);
        assert!(offset(largest.as_bytes(), "boottime").is_ok());
    }

    #[test]
    fn an_odd_offset_is_an_error() {
        for content in [
            "boottime",
            "boottime 1",
            "boottime 1 2 3",
            "boottime one 0",
            "boottime 1 -1",
            "boottime 1.5 0",
            "\0",
            "monotonic 0 0\n\nboottime 0 0\n",
        ] {
            assert_eq!(offset(content.as_bytes(), "boottime"), Err(NotAnOffset), "{content:?}");
        }
        assert_eq!(offset(&[0xff], "boottime"), Err(NotAnOffset));
    }
}
