//! What is told when a service does not take a message, and of what kind it is.

mod support;

use std::sync::Arc;
use std::time::Duration;

use grace_core::{Message, Notifier, PortError, PortErrorKind};

use self::support::build::{notifier, try_route};
use self::support::samples::envelope;
use self::support::server::{Authority, Conduct, Loopback};

fn ntfy(url: &str, more: &str) -> Arc<dyn Notifier> {
    notifier(&format!(
        "name = \"phone\"\ntype = \"ntfy\"\nurl = \"{url}\"\ntopic = \"pve1\"\n{more}"
    ))
}

async fn refusal(url: &str, more: &str) -> PortError {
    let refusal = ntfy(url, more).notify(&envelope(Message::Test)).await;
    refusal.expect_err("not taken")
}

#[track_caller]
fn check(error: &PortError, kind: PortErrorKind, words: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn an_answer_says_whether_another_try_may_succeed() {
    let cases = [
        (400, PortErrorKind::Refused),
        (401, PortErrorKind::Refused),
        (403, PortErrorKind::Refused),
        (404, PortErrorKind::Refused),
        (413, PortErrorKind::Refused),
        (408, PortErrorKind::TimedOut),
        (424, PortErrorKind::Other),
        (425, PortErrorKind::Other),
        (429, PortErrorKind::Other),
        (500, PortErrorKind::Other),
        (502, PortErrorKind::Other),
        (503, PortErrorKind::Other),
    ];
    for (status, kind) in cases {
        let server = Loopback::start(Conduct::says(status, "the reason"));
        let error = refusal(&server.url(), "").await;
        check(&error, kind, &format!("{}: status {status}: the reason", server.url()));
    }
}

#[tokio::test]
async fn a_service_that_is_asked_too_often_says_when_to_come_again() {
    let in_two_minutes = "retry-after: Tue, 24 Nov 2026 21:06:05 GMT\r\n";
    let cases = [
        (429, "retry-after: 17\r\n", "", Some(17_000)),
        (503, "retry-after: 5\r\n", "", Some(5_000)),
        (429, in_two_minutes, "", Some(120_000)),
        (429, "retry-after: Tue, 24 Nov 2020 21:06:05 GMT\r\n", "", Some(0)),
        (429, "", r#"{"message":"slow","retry_after":1.5,"global":false}"#, Some(1_500)),
        (429, "", r#"{"ok":false,"parameters":{"retry_after":35}}"#, Some(35_000)),
        // The longer of two waits, and never more than an hour.
        (429, "retry-after: 2\r\n", r#"{"retry_after":3}"#, Some(3_000)),
        (429, "retry-after: 99999999\r\n", "", Some(3_600_000)),
        (429, "retry-after: soon\r\n", r#"{"retry_after":-1}"#, None),
        (429, "", "", None),
    ];
    for (status, headers, body, wait) in cases {
        let server = Loopback::start(Conduct::Says(status, headers, body.to_owned()));
        let error = refusal(&server.url(), "").await;
        assert_eq!(error.retry_after(), wait.map(Duration::from_millis), "{headers}{body}");
    }
}

#[tokio::test]
async fn nobody_who_listens_is_no_connection() {
    let error = refusal("http://127.0.0.1:9", "").await;
    check(&error, PortErrorKind::Other, "http://127.0.0.1:9: no connection: ");
    let error = refusal("http://no-such-host.invalid", "").await;
    check(&error, PortErrorKind::Other, "http://no-such-host.invalid: no connection: ");
}

#[tokio::test]
async fn a_service_that_does_not_answer_costs_its_deadline_and_no_more() {
    let server = Loopback::start(Conduct::Hangs);
    let error = refusal(&server.url(), "timeout = \"200ms\"").await;
    check(&error, PortErrorKind::TimedOut, "no answer within 200ms");
}

#[tokio::test]
async fn what_is_no_whole_answer_takes_nothing() {
    for (conduct, words) in [
        (Conduct::Babbles, "no whole answer: "),
        (Conduct::Closes, "no whole answer: "),
        (Conduct::BreaksOff, "no whole answer: "),
        (Conduct::says(200, "<html>hotel</html>"), "an answer of another kind: <html>hotel</html>"),
    ] {
        let server = Loopback::start(conduct.clone());
        let error = refusal(&server.url(), "").await;
        assert!(error.to_string().contains(words), "{conduct:?}: {error}");
    }
}

#[tokio::test]
async fn a_message_goes_to_no_other_server_than_its_own() {
    let other = Loopback::start(Conduct::says(200, r#"{"id":"1"}"#));
    let there = format!("location: {}/secret/path?token=1\r\n", other.url());
    let server = Loopback::start(Conduct::Says(307, there.leak(), String::new()));
    let error = refusal(&server.url(), "").await;
    check(&error, PortErrorKind::Refused, &format!("status 307: to {}", other.url()));
    assert!(!error.to_string().contains("secret"), "{error}");
    assert_eq!(other.received(), []);
}

#[tokio::test]
async fn a_long_answer_is_not_read_to_its_end() {
    let server = Loopback::start(Conduct::says(500, &"x".repeat(8 << 20)));
    let error = refusal(&server.url(), "").await;
    assert!(error.to_string().len() < 400, "{} bytes", error.to_string().len());
}

#[tokio::test]
async fn a_server_is_known_by_the_authority_of_the_table() {
    let (ours, other) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().expect("a folder");
    let [ca_file, other_file] = ["ca.pem", "other.pem"].map(|name| folder.path().join(name));
    std::fs::write(&ca_file, ours.pem()).expect("written");
    std::fs::write(&other_file, other.pem()).expect("written");
    let server = Loopback::start_tls(Conduct::says(200, r#"{"id":"1"}"#), &ours);

    let error = refusal(&server.url(), &format!("ca_file = {other_file:?}")).await;
    check(&error, PortErrorKind::Other, "its certificate is not trusted: ");
    assert_eq!(server.received(), [], "nothing was sent to a server that is not trusted");

    let phone = ntfy(&server.url(), &format!("ca_file = {ca_file:?}"));
    phone.notify(&envelope(Message::Test)).await.expect("taken");
    assert_eq!(server.received().len(), 1);

    let plain = Loopback::start(Conduct::Closes);
    let url = plain.url().replace("http:", "https:");
    let quick = format!("ca_file = {ca_file:?}\nconnect_timeout = \"300ms\"");
    let error = refusal(&url, &quick).await;
    check(&error, PortErrorKind::Other, "no connection: ");
}

#[tokio::test]
async fn a_proxy_is_used_if_the_table_names_one() {
    let proxy = Loopback::start(Conduct::says(200, r#"{"id":"1"}"#));
    let phone = ntfy("http://ntfy.invalid/sub", &format!("proxy = \"{}\"", proxy.url()));
    phone.notify(&envelope(Message::Test)).await.expect("taken");
    assert_eq!(proxy.received()[0].line, "POST http://ntfy.invalid/sub");
}

#[tokio::test]
async fn services_say_in_a_good_answer_that_they_took_nothing() {
    let telegram = "type = \"telegram\"\ntoken = { env = \"TOKEN\" }\nchat = 5";
    let apprise = "type = \"apprise\"\nkey = \"home\"";
    for (table, conduct, words) in [
        (
            telegram,
            Conduct::says(200, r#"{"ok":false,"description":"chat not found"}"#),
            "chat not found",
        ),
        (apprise, Conduct::says(204, ""), "nothing is stored for this key"),
    ] {
        let server = Loopback::start(conduct);
        let table = format!("name = \"x\"\nurl = \"{}\"\n{table}", server.url());
        let error = notifier(&table).notify(&envelope(Message::Test)).await.expect_err("not taken");
        check(&error, PortErrorKind::Refused, &format!("not taken: {words}"));
    }
}

#[test]
fn authorities_that_cannot_be_had_are_an_error_of_the_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").expect("written");
    for (path, words) in [("/no/such/file.pem".into(), "No such file"), (empty, "no certificate")] {
        let table = format!("name = \"x\"\ntype = \"ntfy\"\ntopic = \"t\"\nca_file = {path:?}");
        let error = try_route(&table).expect_err("no authority").to_string();
        assert!(error.starts_with("notifier \"x\": ca_file cannot be used: "), "{error}");
        assert!(error.contains(words), "{error}");
    }
}
