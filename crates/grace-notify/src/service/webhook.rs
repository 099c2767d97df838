//! A webhook: the message as JSON, or as the user's template has it, signed.

use grace_core::Envelope;
use hmac::{Hmac, Mac as _};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;

use crate::author::{Author, Form};
use crate::http::{Request, Service};
use crate::render::{Limit, Markup};
use crate::secret::Secret;

const FORM: Form =
    Form { markup: Markup::Plain, title: Limit::NONE, body: Limit::NONE, details: true };

pub(crate) struct Webhook {
    pub(crate) author: Author,
    pub(crate) headers: HeaderMap,
    pub(crate) content_type: HeaderValue,
    /// Whether the template for the body is the whole of it.
    pub(crate) templated: bool,
    /// What the body is signed with.
    pub(crate) secret: Option<Secret>,
}

impl Service for Webhook {
    fn request(&self, envelope: &Envelope) -> Request {
        let body = if self.templated {
            self.author.write(envelope, FORM).body.into_bytes()
        } else {
            self.author.json(envelope)
        };
        let mut request = Request { headers: self.headers.clone(), body, ..Request::default() };
        request.header(CONTENT_TYPE, self.content_type.clone());
        let timestamp = self.author.clock.unix();
        request.header(HeaderName::from_static("x-grace-timestamp"), timestamp.into());
        if let Some(secret) = &self.secret {
            let signature = signature(secret, timestamp, &request.body);
            request.header(HeaderName::from_static("x-grace-signature"), signature);
        }
        request
    }
}

/// `v1=` and the HMAC-SHA256 of `timestamp.body`, in hexadecimal.
fn signature(secret: &Secret, timestamp: u64, body: &[u8]) -> HeaderValue {
    // A key of any length is one, and hexadecimal digits are fit for a header.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return HeaderValue::from_static("");
    };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("v1={hex}")).unwrap_or(HeaderValue::from_static(""))
}
