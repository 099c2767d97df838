//! By what a server is known.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// By what a server of `https` is known to be the right one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Trust {
    /// By the certificate authorities of this host, such as those in `/etc/ssl/certs`. `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` in the environment name others.
    #[default]
    System,
    /// By the certificate authorities in this PEM file alone, such as a cluster's
    /// `/etc/pve/pve-root-ca.pem`.
    CaFile(PathBuf),
    /// By its certificate, which is this one; neither name nor date of the certificate counts then.
    Fingerprint(Fingerprint),
}

/// The SHA-256 of a certificate, as `openssl x509 -noout -fingerprint -sha256` prints it.
///
/// Read from 64 hexadecimal digits, in pairs with colons (`AA:BB:…`) or without.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate in DER.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let text = text.trim();
        let step = if text.contains(':') { 3 } else { 2 };
        if !text.is_ascii() || text.len() != 32 * step + 2 - step {
            return Err(NotAFingerprint);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(step)) {
            *byte = match *pair {
                [high, low] | [high, low, b':'] => digit(high)? << 4 | digit(low)?,
                _ => return Err(NotAFingerprint),
            };
        }
        Ok(Self(bytes))
    }
}

fn digit(digit: u8) -> Result<u8, NotAFingerprint> {
    let value = char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    value.ok_or(NotAFingerprint)
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is no SHA-256 fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 fingerprint: 32 bytes in hexadecimal, with colons between them or without")]
#[non_exhaustive]
pub struct NotAFingerprint;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_openssl_and_as_sha256sum_write_it() {
        // printf abc | sha256sum
        let plain = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let colons = Fingerprint::of(b"abc").to_string();
        assert!(colons.starts_with("BA:78:16:BF:") && colons.ends_with(":AD"), "{colons}");
        for text in [plain, &plain.to_uppercase(), &colons, &format!(" {colons}\n")] {
            assert_eq!(text.parse(), Ok(Fingerprint::of(b"abc")), "{text}");
        }
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        let digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let colons = Fingerprint::of(b"abc").to_string();
        let cases = [
            String::new(),
            "sha1".to_owned(),
            digits[2..].to_owned(),
            format!("{digits}00"),
            digits.replace('b', "x"),
            digits.replace("ba", "é"),
            colons.replacen(':', "", 1),
            colons.replace(':', "-"),
            format!("{colons}:"),
            colons.replacen(':', "::", 1),
            ":".repeat(95),
        ];
        for text in cases {
            assert_eq!(text.parse::<Fingerprint>(), Err(NotAFingerprint), "{text:?}");
        }
    }
}
