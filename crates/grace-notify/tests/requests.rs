//! What each service over HTTP is sent, to the last byte.
//!
//! The requests stand in `goldens/requests/`; `UPDATE_EXPECT=1` writes them anew.

mod support;

use std::fmt::Write as _;
use std::path::Path;

use expect_test::expect_file;
use grace_core::{Digest, DigestCause, Event, Guest, GuestKind, Message};

use self::support::build::notifier_at;
use self::support::samples::{self, envelope, failed, failures, nas, notice, released};
use self::support::server::{Conduct, Loopback, Received};
use self::support::services::{ALL, DISCORD, HttpService, NTFY, TELEGRAM, TELEGRAM_MARKDOWN};

#[tokio::test]
async fn each_service_is_sent_what_it_documents() {
    for service in ALL {
        let golden = format!("tests/goldens/requests/{}.txt", service.name);
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(golden);
        expect_file![golden].assert_eq(&requests(&service).await);
    }
}

/// A report with failures, an event sent again, an alert told late, and its end.
async fn requests(service: &HttpService) -> String {
    let server = Loopback::start(Conduct::says(200, service.answer));
    let notifier = notifier_at(service, &server.url());
    let messages = [failures(), notice(failed()), released(), notice(Event::Resolved(nas()))];
    for (number, message) in messages.into_iter().enumerate() {
        let mut envelope = envelope(message);
        envelope.attempt = u32::from(number == 1);
        notifier.notify(&envelope).await.expect("taken");
    }
    let mut text = String::new();
    for request in server.received() {
        write_request(&mut text, &request).expect("text");
    }
    text.replace(&server.address.port().to_string(), "PORT")
}

fn write_request(text: &mut String, request: &Received) -> std::fmt::Result {
    writeln!(text, "{}", request.line)?;
    for (name, value) in &request.headers {
        // Its length follows from the body, but for a port's digits.
        if name != "content-length" {
            writeln!(text, "{name}: {value}")?;
        }
    }
    let body = serde_json::to_string_pretty(&request.json()).expect("JSON");
    writeln!(text, "\n{body}\n")
}

/// The most that a service takes of each text, in UTF-16 units or bytes.
#[tokio::test]
async fn no_text_is_longer_than_its_service_takes() {
    let characters = |text: &str| text.encode_utf16().count();
    for message in [samples::long(), samples::wide()] {
        for service in [NTFY, DISCORD, TELEGRAM, TELEGRAM_MARKDOWN] {
            let server = Loopback::start(Conduct::says(200, service.answer));
            let mut envelope = envelope(message.clone());
            envelope.attempt = 1;
            notifier_at(&service, &server.url()).notify(&envelope).await.expect("taken");
            let body = server.received()[0].json();
            let length = match service.name {
                "ntfy" => body["message"].as_str().expect("text").len(),
                "discord" => characters(body["embeds"][0]["description"].as_str().expect("text")),
                _ => characters(body["text"].as_str().expect("text")),
            };
            assert!(length <= 4096, "{}: {length}", service.name);
            // The last line, that it comes again, is never cut.
            assert!((service.text)(&body).ends_with("-3, sent again"), "{}", service.name);
        }
    }
}

/// ntfy reads no more than 8,192 bytes of JSON, and a quote is two of them.
#[tokio::test]
async fn a_message_of_quotes_is_no_more_json_than_ntfy_reads() {
    let guest = |id: u32| Guest::new(id.to_string(), "\"".repeat(100), GuestKind::Vm);
    let mut digest = Digest::new(DigestCause::GuestsStarted, samples::secs(180));
    digest.started = (100..200).map(guest).collect();
    let server = Loopback::start(Conduct::says(200, NTFY.answer));
    let envelope = envelope(Message::Digest(digest));
    notifier_at(&NTFY, &server.url()).notify(&envelope).await.expect("taken");
    let body = &server.received()[0].body;
    assert!((3_000..8_192).contains(&body.len()), "{} bytes", body.len());
    assert!(body.contains("lines cut]"), "{body}");
}

#[tokio::test]
async fn a_webhook_is_signed_so_that_a_receiver_can_tell() {
    let server = Loopback::start(Conduct::says(204, ""));
    let notifier = notifier_at(&support::services::WEBHOOK, &server.url());
    notifier.notify(&envelope(notice(failed()))).await.expect("taken");
    let request = &server.received()[0];
    let timestamp = &request.headers["x-grace-timestamp"];
    assert_eq!(timestamp, "1795554245");
    let Some(expected) = openssl_hmac(&format!("{timestamp}.{}", request.body)) else { return };
    assert_eq!(request.headers["x-grace-signature"], format!("v1={expected}"));
}

/// The same by another program.
fn openssl_hmac(text: &str) -> Option<String> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    #[expect(clippy::disallowed_methods, reason = "an oracle that ends by itself")]
    let child = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", "hmac-key-3f9a", "-r"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("skipped: there is no openssl to compare the signature with");
        return None;
    };
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("its end");
    let output = String::from_utf8(output.stdout).expect("text");
    output.split(' ').next().map(str::to_owned)
}
