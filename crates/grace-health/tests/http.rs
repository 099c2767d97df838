//! What a server may do to its asker, and what is told of it.

#[path = "support/server.rs"]
mod server;
mod support;

use std::time::Duration;

use grace_core::{HealthSource, PortErrorKind};
use grace_health::{Document, Endpoint, Fingerprint, Trust};
use rustls::crypto::CryptoProvider;
use server::{Reply, Server};
use support::{Tree, print};
use tokio::net::TcpListener;

const WELL: &str = r#"{"overall": "OK", "details": {"cpu": {"status": "OK"}}}"#;

/// A document from a server that is slow by nobody's fault but its own.
fn document(endpoint: Endpoint) -> Document {
    Document::http("monitor", endpoint).expect("a client")
}

fn endpoint(url: &str) -> Endpoint {
    Endpoint::new(url).expect("a URL")
}

/// The reading from a server that answers so, without its address.
async fn read(reply: Reply) -> String {
    let server = Server::plain().await;
    server.on("/health", reply);
    let reading = document(endpoint(&server.url("/health"))).check().await;
    print(reading).replace(&server.url(""), "")
}

#[tokio::test]
async fn a_document_is_read_whatever_its_content_type_says() {
    for content_type in ["application/json", "text/plain", "text/html; charset=utf-8", "x"] {
        assert_eq!(read(Reply::typed(200, content_type, WELL)).await, "OK\ncpu OK");
    }
}

#[tokio::test]
async fn a_body_may_come_in_chunks_or_end_with_its_connection() {
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{WELL}\r\n0\r\n\r\n",
        WELL.len()
    );
    assert_eq!(read(Reply::raw(chunked)).await, "OK\ncpu OK");
    let unmeasured = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{WELL}");
    assert_eq!(read(Reply::raw(unmeasured)).await, "OK\ncpu OK");
}

#[tokio::test]
async fn each_status_has_its_kind() {
    let cases = [
        (401, "permission denied"),
        (403, "permission denied"),
        (404, "missing"),
        (400, "refused"),
        (429, "refused"),
        (500, "failed"),
        (503, "failed"),
        (304, "failed"),
    ];
    for (status, kind) in cases {
        let words = read(Reply::status(status, "not\ntoday")).await;
        let said = if status == 304 { "" } else { ": not today" };
        assert_eq!(words, format!("{kind}: /health: status {status}{said}"));
    }
    assert_eq!(read(Reply::status(204, "")).await.split(':').next(), Some("malformed"));
}

#[tokio::test]
async fn what_is_no_document_is_malformed_with_its_beginning() {
    let words = read(Reply::typed(200, "text/html", "<html>Sign in</html>")).await;
    let expect = "malformed: /health: not a health document: expected value at line 1 column 1: \
                  <html>Sign in</html>";
    assert_eq!(words, expect);
    let compressed = read(Reply::json([0x1f, 0x8b, 8, 0, 0x1b, b'[', b'2', b'J'])).await;
    assert!(compressed.starts_with("malformed: ") && !compressed.contains('\u{1b}'));
}

#[tokio::test]
async fn what_is_not_unicode_costs_its_own_character() {
    let text = b"{\"overall\": \"OK\", \"details\": {\"n\xffs\": {\"status\": \"OK\"}}}";
    assert_eq!(read(Reply::json(text)).await, "OK\nn\u{fffd}s OK");
}

#[tokio::test]
async fn nesting_without_end_costs_neither_stack_nor_memory() {
    let bomb = "[".repeat(2 << 20);
    let inside = format!("{{\"overall\": \"OK\", \"details\": {bomb}");
    for body in [bomb, inside] {
        let words = read(Reply::json(body)).await;
        assert!(words.starts_with("malformed: /health: not a health document"), "{words}");
        assert!(words.len() < 512, "{} bytes", words.len());
    }
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let whole = Reply::json(WELL);
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ove\r\n";
    for reply in [whole.clone().cut(1), whole.cut(100), Reply::raw(chunked), Reply::raw("")] {
        let words = read(reply.clone()).await;
        assert!(words.starts_with("malformed: /health: not a whole HTTP answer: "), "{words}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(1 << 20));
    for reply in
        ["SSH-2.0-OpenSSH_9.2\r\n", "\0\0\0\0\0\0\0\0\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", &endless]
    {
        let words = read(Reply::raw(reply)).await;
        assert!(words.starts_with("malformed: /health: not a whole HTTP answer: "), "{words}");
        assert!(words.len() < 512, "{} bytes", words.len());
    }
}

#[tokio::test]
async fn a_server_that_is_slow_is_late() {
    let server = Server::plain().await;
    server.on("/drip", Reply::drip(Duration::from_millis(20)));
    server.on("/silent", Reply::raw("").then_hang());
    server.on("/half", Reply::json(WELL).cut(10).then_hang());
    for path in ["/drip", "/silent", "/half"] {
        let endpoint = endpoint(&server.url(path)).with_deadline(Duration::from_millis(300));
        let words = print(document(endpoint).check().await).replace(&server.url(""), "");
        assert_eq!(words, format!("timed out: {path}: no answer within 300ms"));
    }
}

#[tokio::test]
async fn a_server_that_accepts_no_handshake_is_late_before_the_rest() {
    // It listens, so the system accepts the connection, and nobody ever answers on it.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let pinned = Trust::Fingerprint(Fingerprint::of(b""));
    let endpoint =
        endpoint(&url).with_trust(pinned).with_connect_deadline(Duration::from_millis(300));
    let words = print(document(endpoint).check().await);
    assert_eq!(words, format!("timed out: {url}: no answer within 300ms"));
}

#[tokio::test]
async fn a_body_past_its_limit_is_not_read() {
    let flood = read(Reply::flood()).await;
    assert_eq!(flood, "malformed: /health: longer than 4194304 bytes");

    let server = Server::plain().await;
    server.on("/health", Reply::json(WELL));
    let at = |limit| document(endpoint(&server.url("/health")).with_limit(limit));
    assert_eq!(print(at(WELL.len()).check().await), "OK\ncpu OK");
    let words = print(at(WELL.len() - 1).check().await);
    assert!(words.ends_with(&format!("longer than {} bytes", WELL.len() - 1)), "{words}");
}

#[tokio::test]
async fn an_error_page_without_end_is_read_as_far_as_it_is_told() {
    let page = format!("HTTP/1.1 502 \r\nConnection: close\r\n\r\n{}", "e".repeat(8 << 20));
    let words = read(Reply::raw(page)).await;
    assert!(words.starts_with("failed: /health: status 502: eee"), "{words}");
    assert!(words.len() < 512, "{} bytes", words.len());
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_is_told_without_its_secrets() {
    let server = Server::plain().await;
    server.on("/health", Reply::redirect("/health"));
    server.on("/away", Reply::redirect("https://user:hunter2@sso.example/login?token=hunter2"));
    let at = |path: &str| document(endpoint(&server.url(path)));
    let url = server.url("/health");
    let words = print(at("/health").check().await);
    assert_eq!(words, format!("failed: {url}: status 302: to {url}"));
    let words = print(at("/away").check().await);
    assert!(words.ends_with(": status 302: to https://sso.example/login?…"), "{words}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn nobody_there_is_an_error_with_the_systems_words() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let words = print(document(endpoint(&url)).check().await);
    assert_eq!(words, format!("failed: {url}: no connection: Connection refused (os error 111)"));

    // RFC 2606 keeps this name from ever being one.
    let words = print(document(endpoint("http://monitor.invalid/")).check().await);
    let expect = "failed: http://monitor.invalid/: no connection: ";
    assert!(words.starts_with(expect) || words.starts_with("timed out: "), "{words}");
}

#[tokio::test]
async fn secrets_are_sent_and_never_shown() {
    let server = Server::plain().await;
    server.on("/health", Reply::status(500, ""));
    let url = server.url("/health?token=hunter2#hunter2").replace("://", "://admin:hunter2@");
    let endpoint = endpoint(&url).with_header("X-Api-Key", "hunter2").expect("a header");
    let shown = format!("{endpoint:?}");
    let document = document(endpoint);
    let error = document.check().await.expect_err("status 500");
    for shown in [shown, format!("{document:?}"), format!("{error} {error:?}")] {
        assert!(!shown.contains("hunter2") && !shown.contains("admin"), "{shown}");
    }
    let expect = format!("{}?…: status 500", server.url("/health"));
    assert_eq!(error.to_string(), expect);

    let [request] = &server.requests()[..] else { panic!("one request") };
    assert_eq!(request.path, "/health?token=hunter2");
    assert_eq!(request.header("x-api-key"), Some("hunter2"));
    assert_eq!(request.header("authorization"), Some("Basic YWRtaW46aHVudGVyMg=="));
    assert_eq!(request.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn a_secret_in_what_is_no_url_or_no_header_is_not_repeated() {
    for url in ["ftp://u:hunter2@host/", "host?hunter2", "http://u:hunter2@:x/", "http:?hunter2"] {
        let error = Endpoint::new(url).expect_err(url).to_string();
        assert_eq!(error, "(hidden): not an http or https URL", "{url}");
    }
    let error = Endpoint::new("localhost:80/health").expect_err("no scheme").to_string();
    assert_eq!(error, "localhost:80/health: not an http or https URL");

    let endpoint = endpoint("http://127.0.0.1/");
    let error = endpoint.with_header("Authorization", "hunter2\r\n").expect_err("a line break");
    let expect = "http://127.0.0.1/: header Authorization: its name or value is not fit for HTTP";
    assert_eq!(error.to_string(), expect);
}

#[tokio::test]
async fn a_server_is_known_by_its_certificates_fingerprint() {
    let server = Server::tls().await;
    server.on("/health", Reply::json(WELL));
    let endpoint = endpoint(&server.url("/health"));
    let pinned = endpoint.clone().with_trust(Trust::Fingerprint(server.fingerprint()));
    assert_eq!(print(document(pinned).check().await), "OK\ncpu OK");
    assert!(CryptoProvider::get_default().is_none(), "the process's provider is its owner's");

    let other = Fingerprint::of(b"another certificate");
    let error = document(endpoint.with_trust(Trust::Fingerprint(other))).check().await;
    let error = error.expect_err("another certificate");
    assert_eq!(error.kind(), PortErrorKind::Refused);
    let expect = format!(
        "{}: its certificate is not trusted: expected {other}; its SHA-256 fingerprint is {}",
        server.url("/health"),
        server.fingerprint()
    );
    assert_eq!(error.to_string(), expect);
    assert_eq!(server.requests().len(), 1, "nothing was asked of a server that is not the one");
}

#[tokio::test]
async fn a_server_is_known_by_an_authority_in_a_file() {
    let (server, other) = (Server::tls().await, Server::tls().await);
    server.on("/health", Reply::json(WELL));
    let tree = Tree::new();
    tree.write("ca.pem", server.ca_pem());
    tree.write("two.pem", format!("{}\n{}", other.ca_pem(), server.ca_pem()));
    tree.write("other.pem", other.ca_pem());
    let by = |file: &str| {
        let trust = Trust::CaFile(tree.path().join(file));
        document(endpoint(&server.url("/health")).with_trust(trust))
    };
    assert_eq!(print(by("ca.pem").check().await), "OK\ncpu OK");
    assert_eq!(print(by("two.pem").check().await), "OK\ncpu OK");

    let error = by("other.pem").check().await.expect_err("another authority");
    assert_eq!(error.kind(), PortErrorKind::Refused);
    assert!(error.to_string().contains(&server.fingerprint().to_string()), "{error}");
}

#[tokio::test]
async fn a_name_that_the_certificate_does_not_have_is_refused_and_its_fingerprint_told() {
    let server = Server::tls_named("another.example").await;
    let tree = Tree::new();
    tree.write("ca.pem", server.ca_pem());
    let trust = Trust::CaFile(tree.path().join("ca.pem"));
    let endpoint = endpoint(&server.url("/health")).with_trust(trust);
    let error = document(endpoint).check().await.expect_err("another name");
    assert_eq!(error.kind(), PortErrorKind::Refused);
    assert!(error.to_string().contains("another.example"), "{error}");
    assert!(error.to_string().contains(&server.fingerprint().to_string()), "{error}");
}

#[tokio::test]
async fn the_hosts_authorities_do_not_know_a_certificate_of_the_servers_own() {
    let server = Server::tls().await;
    server.on("/health", Reply::json(WELL));
    let document = match Document::http("monitor", endpoint(&server.url("/health"))) {
        Ok(document) => document,
        Err(error) => {
            println!("skipped: {error}");
            return;
        }
    };
    let error = document.check().await.expect_err("not known");
    assert_eq!(error.kind(), PortErrorKind::Refused);
    assert!(error.to_string().contains(&server.fingerprint().to_string()), "{error}");
}

#[tokio::test]
async fn a_server_that_shows_a_certificate_and_has_not_its_key_is_refused() {
    let server = Server::tls().await;
    let impostor = Server::impostor_of(&server).await;
    impostor.on("/health", Reply::json(WELL));
    let pinned = Trust::Fingerprint(server.fingerprint());
    let endpoint = endpoint(&impostor.url("/health")).with_trust(pinned);
    let words = print(document(endpoint).check().await);
    let expect = format!("refused: {}: its certificate is not trusted: ", impostor.url("/health"));
    assert!(words.starts_with(&expect) && words.contains("BadSignature"), "{words}");
    assert!(impostor.requests().is_empty());
}

#[tokio::test]
async fn a_server_without_tls_is_no_server_of_https() {
    let server = Server::plain().await;
    let url = server.url("/health").replace("http:", "https:");
    let pinned = Trust::Fingerprint(Fingerprint::of(b""));
    let words = print(document(endpoint(&url).with_trust(pinned)).check().await);
    assert!(words.starts_with(&format!("failed: {url}: no connection: ")), "{words}");
}

#[tokio::test]
async fn a_trust_that_cannot_be_is_told_before_anything_is_asked() {
    let tree = Tree::new();
    tree.write("empty.pem", "");
    tree.write("torn.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n");
    tree.write("odd.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let build = |url: &str, trust| {
        let endpoint = endpoint(url).with_trust(trust);
        let error = Document::http("monitor", endpoint).expect_err("no client");
        error.to_string().replace(&tree.path().display().to_string(), "")
    };
    let file = |name: &str| build("https://h/", Trust::CaFile(tree.path().join(name)));
    assert_eq!(file("empty.pem"), "https://h/: trust: /empty.pem: no certificate in it");
    for name in ["torn.pem", "odd.pem"] {
        assert!(file(name).starts_with(&format!("https://h/: trust: /{name}: ")), "{}", file(name));
    }
    assert_eq!(file("missing.pem"), "/missing.pem: No such file or directory (os error 2)");

    let pinned = Trust::Fingerprint(Fingerprint::of(b""));
    assert_eq!(build("http://h/", pinned), "http://h/: trust: needs https");
}
