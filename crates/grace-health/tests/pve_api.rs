//! A node of Proxmox VE, asked through an HTTPS API that answers well or badly.

#[path = "support/pve.rs"]
mod node;
#[path = "support/server.rs"]
mod server;
mod support;

use std::time::Duration;

use grace_core::HealthSource;
use grace_health::{Endpoint, Pve, PveApi, Trust};
use node::{Node, PARTS, WELL, WELL_READ, changed, data};
use server::{Reply, Server};
use support::print;

const TOKEN: &str = "grace@pve!monitor=8f1c2d3e-4b5a-4c6d-8e7f-90a1b2c3d4e5";

/// A server that answers as the API of a node that is well.
async fn well(node: &str) -> Server {
    let server = Server::tls().await;
    for (part, answer) in WELL {
        server.on(&path(node, part), Reply::json(data(answer)));
    }
    server
}

/// A server whose every answer about the node is this one.
async fn always(reply: Reply) -> Server {
    let server = Server::tls().await;
    for part in PARTS {
        server.on(&path("localhost", part), reply.clone());
    }
    server
}

fn path(node: &str, part: &str) -> String {
    format!("/api2/json/nodes/{node}/{part}")
}

fn endpoint(server: &Server) -> Endpoint {
    let endpoint = Endpoint::new(&server.url("")).expect("a URL");
    endpoint.with_trust(Trust::Fingerprint(server.fingerprint()))
}

fn api(endpoint: Endpoint) -> PveApi {
    PveApi::new(endpoint, &TOKEN.parse().expect("a token")).expect("trust")
}

/// The reading of a node that is well but for its API.
async fn read(endpoint: Endpoint) -> String {
    print(Node::new().pve().with_api(api(endpoint)).check().await)
}

/// The same, without the server's address.
async fn read_of(server: &Server) -> String {
    read(endpoint(server)).await.replace(&server.url(""), "")
}

#[tokio::test]
async fn a_node_that_is_well_is_well() {
    let server = well("localhost").await;
    assert_eq!(read_of(&server).await, WELL_READ);
    let mut asked: Vec<_> = server.requests().into_iter().map(|request| request.path).collect();
    asked.sort();
    assert_eq!(asked, ["lxc", "qemu", "services", "storage"].map(|part| path("localhost", part)));
    for request in server.requests() {
        let token = format!("PVEAPIToken={TOKEN}");
        assert_eq!(request.header("authorization"), Some(token.as_str()));
    }
}

#[tokio::test]
async fn a_node_is_known_by_the_authority_of_its_cluster() {
    let server = well("localhost").await;
    let node = Node::new();
    node.configure("pve-root-ca.pem", server.ca_pem());
    let file = node.0.path().join("etc/pve/pve-root-ca.pem");
    assert_eq!(read(endpoint(&server).with_trust(Trust::CaFile(file.clone()))).await, WELL_READ);

    let other = well("localhost").await;
    let reading = read(endpoint(&other).with_trust(Trust::CaFile(file))).await;
    assert!(reading.starts_with("refused: "), "{reading}");
    assert!(reading.contains("its certificate is not trusted"), "{reading}");
}

#[tokio::test]
async fn another_node_of_the_cluster_is_asked_by_its_name() {
    let server = well("pve2").await;
    let api = api(endpoint(&server)).with_node("pve2").expect("a name");
    assert_eq!(print(Node::new().pve().with_api(api).check().await), WELL_READ);
}

#[test]
fn what_is_no_name_of_a_node_is_refused() {
    let endpoint = || Endpoint::new("https://localhost:8006").expect("a URL");
    let api = || {
        let pinned = "00".repeat(32).parse().expect("a fingerprint");
        api(endpoint().with_trust(Trust::Fingerprint(pinned)))
    };
    for name in ["", "../..", "a/b", "pve?x=1", "pve 1", "pvé"] {
        let error = api().with_node(name).expect_err("no name");
        assert!(error.to_string().contains("is not the name of a node"), "{error}");
    }
}

#[tokio::test]
async fn a_part_that_is_refused_costs_itself_and_says_what_helps() {
    let server = well("localhost").await;
    let message = r#"{"data":null,"message":"Permission check failed (/nodes/pve, Sys.Audit)\n"}"#;
    server.on(&path("localhost", "services"), Reply::typed(403, "application/json", message));
    let reading = read_of(&server).await;
    assert!(reading.contains("\nvms OK\n") && reading.contains("\nstorage OK\n"), "{reading}");
    let gap = reading.lines().last().expect("a gap");
    assert!(gap.starts_with("? /api2/json/nodes/localhost/services: status 403: "), "{gap}");
    assert!(gap.contains("Permission check failed (/nodes/pve, Sys.Audit)"), "{gap}");
    assert!(gap.ends_with("; give the token the role PVEAuditor on /"), "{gap}");
}

#[tokio::test]
async fn a_token_without_rights_sees_empty_lists_and_is_not_told_that_all_is_well() {
    let server = always(Reply::json(r#"{"data":[]}"#)).await;
    let reading = read_of(&server).await;
    let unknown = "UNKNOWN: not among the guests that Proxmox VE lists";
    assert!(reading.starts_with("UNKNOWN\nvms UNKNOWN\n"), "{reading}");
    assert!(reading.contains(&format!("- VM 100 (web) {unknown}")), "{reading}");
    assert!(reading.contains("storage UNKNOWN: Proxmox VE lists no storage"), "{reading}");
    assert!(!reading.contains(" OK"), "{reading}");
}

#[tokio::test]
async fn a_token_that_is_not_known_is_permission_denied() {
    let reading = read_of(&always(Reply::status(401, "")).await).await;
    assert_eq!(
        reading,
        "permission denied: /api2/json/nodes/localhost/qemu: status 401; \
         the token is not known, has expired or is disabled; write user@realm!name=secret"
    );
}

#[tokio::test]
async fn a_server_that_fails_is_named_with_its_status() {
    let cases = [
        (500, r#"{"data":null,"message":"hostname lookup 'pve' failed"}"#, "hostname lookup"),
        (501, "Method 'GET /nodes/localhost/qemu' not implemented", "not implemented"),
        (595, "Connection refused", "Connection refused"),
        (596, "tls_process_server_certificate: certificate verify failed", "verify failed"),
    ];
    for (status, body, words) in cases {
        let reading = read_of(&always(Reply::status(status, body)).await).await;
        let head = format!("failed: /api2/json/nodes/localhost/qemu: status {status}: ");
        assert!(reading.starts_with(&head) && reading.contains(words), "{reading}");
    }
}

#[tokio::test]
async fn a_server_of_another_kind_is_not_a_host_without_proxmox() {
    let reading = read_of(&Server::tls().await).await;
    let head = "malformed: /api2/json/nodes/localhost/qemu: not understood: status 404";
    assert!(reading.starts_with(head), "{reading}");

    let page = "<!DOCTYPE html><html><title>Sign in</title></html>";
    let reading = read_of(&always(Reply::typed(200, "text/html", page)).await).await;
    let head = "malformed: /api2/json/nodes/localhost/qemu: not understood: expected value";
    assert!(reading.starts_with(head) && reading.ends_with(page), "{reading}");

    let reading = read_of(&always(Reply::redirect("https://sso.example/login")).await).await;
    assert!(reading.contains("status 302: to https://sso.example/login"), "{reading}");
}

#[tokio::test]
async fn an_answer_of_another_shape_is_malformed() {
    let shapes = [
        (r#"{"data":null}"#, "no data: "),
        (r#"{"data":{"vmid":100}}"#, "not a list: "),
        (r#"{"errors":{}}"#, "not a list: "),
        (r#"{"data":[{"vmid":1"#, "EOF while parsing an object"),
        ("", "an empty answer"),
    ];
    for (body, words) in shapes {
        let reading = read_of(&always(Reply::json(body)).await).await;
        let head = "malformed: /api2/json/nodes/localhost/qemu: not understood: ";
        assert!(reading.starts_with(&format!("{head}{words}")), "{reading}");
    }
}

#[tokio::test]
async fn an_entry_of_another_type_spoils_only_itself() {
    let server = well("localhost").await;
    let answer = changed("storage", r#""type":"dir""#, r#""type":["dir"]"#);
    server.on(&path("localhost", "storage"), Reply::json(data(&answer)));
    let reading = read_of(&server).await;
    assert!(reading.contains("\n- local-lvm OK: lvmthin storage available\n"), "{reading}");
    assert!(reading.ends_with("\n? storage: entry 1 of the list is not understood"), "{reading}");
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":[";
    let reading = read_of(&always(Reply::raw(half)).await).await;
    let head = "malformed: /api2/json/nodes/localhost/qemu: not a whole HTTP answer";
    assert!(reading.starts_with(head), "{reading}");
}

#[tokio::test]
async fn a_certificate_with_another_fingerprint_is_refused_before_the_token_is_sent() {
    let server = well("localhost").await;
    let other = well("localhost").await;
    let reading = read(endpoint(&server).with_trust(Trust::Fingerprint(other.fingerprint()))).await;
    assert!(reading.starts_with("refused: "), "{reading}");
    assert!(reading.contains(&format!("expected {}", other.fingerprint())), "{reading}");
    assert!(reading.contains(&format!("fingerprint is {}", server.fingerprint())), "{reading}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_server_without_the_key_of_its_certificate_gets_no_token() {
    let real = well("localhost").await;
    let impostor = Server::impostor_of(&real).await;
    let reading = read(endpoint(&impostor)).await;
    assert!(reading.starts_with("refused: "), "{reading}");
    assert_eq!(impostor.requests().len(), 0);
}

#[tokio::test]
async fn a_server_that_hangs_or_never_ends_is_bounded() {
    let silent = always(Reply::raw("").then_hang()).await;
    let brief = endpoint(&silent).with_deadline(Duration::from_millis(300));
    let reading = read(brief).await;
    assert!(reading.starts_with("timed out: "), "{reading}");
    assert!(reading.ends_with(": no answer within 300ms"), "{reading}");

    let flood = always(Reply::flood()).await;
    let reading = read(endpoint(&flood)).await;
    assert!(reading.starts_with("malformed: "), "{reading}");
    assert!(reading.ends_with(": longer than 4194304 bytes"), "{reading}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_and_the_expected_guests_are_known() {
    let server = Server::tls().await;
    let endpoint = endpoint(&server);
    drop(server);
    let node = Node::new();
    let pve = node.pve().with_api(api(endpoint));
    let reading = print(pve.check().await);
    assert!(reading.starts_with("failed: ") && reading.contains("no connection: "), "{reading}");
    let expected = pve.expected_guests().await.expect("the files are there");
    assert_eq!(expected.map(|guests| guests.len()), Some(2));
}

#[tokio::test]
async fn a_host_that_is_no_node_asks_about_the_services_and_storages_of_one() {
    let server = well("localhost").await;
    let elsewhere = Node::new();
    elsewhere.0.remove("etc/pve");
    let reading = print(elsewhere.pve().with_api(api(endpoint(&server))).check().await);
    assert!(
        reading.contains("\nvms UNKNOWN: ") && reading.contains("\nservices OK\n"),
        "{reading}"
    );
    assert!(reading.ends_with("/etc/pve: Proxmox VE is not installed here"), "{reading}");
}

#[tokio::test]
async fn the_token_is_shown_nowhere() {
    let secret = "8f1c2d3e-4b5a-4c6d-8e7f-90a1b2c3d4e5";
    let server = always(Reply::status(500, "no")).await;
    let pve: Pve = Node::new().pve().with_api(api(endpoint(&server)));
    let shown = format!("{pve:?} {:?} {}", pve.check().await, print(pve.check().await));
    assert!(!shown.contains(secret), "{shown}");
    assert!(shown.contains("authorization"), "{shown}");
}
