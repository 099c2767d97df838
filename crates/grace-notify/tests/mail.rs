//! Mail: the contract by a server of our own, and TLS, STARTTLS and AUTH by a real one.

mod support;

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use expect_test::expect_file;
use grace_core::{Message, Notifier, PortErrorKind};
use grace_sim::contract::notifier::{NotifierSubject, Taken};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use self::support::build::{notifier, try_route};
use self::support::mail::{Conduct, MailServer};
use self::support::samples::{envelope, failed, failures, long, notice};

fn table(port: u16, more: &str) -> String {
    format!(
        "name = \"mail\"\ntype = \"smtp\"\nserver = \"localhost\"\nport = {port}\n\
         from = \"Grace <grace@pve1.example.org>\"\nto = [\"admin@example.org\", \"Ä <b@example.org>\"]\n{more}"
    )
}

fn mail(port: u16, more: &str) -> Arc<dyn Notifier> {
    notifier(&table(port, more))
}

struct Subject {
    willing: MailServer,
    unwilling: Vec<MailServer>,
}

impl NotifierSubject for Subject {
    type Port = Arc<dyn Notifier>;

    fn service(&self) -> Self::Port {
        mail(self.willing.port(), "security = \"none\"")
    }

    fn unwilling(&self) -> Vec<Self::Port> {
        let ports = self.unwilling.iter().map(MailServer::port).chain([9]);
        ports.map(|port| mail(port, "security = \"none\"\ntimeout = \"300ms\"")).collect()
    }

    fn taken(&self) -> Vec<Taken> {
        let mails = self.willing.taken().into_iter();
        let taken = mails.map(|mail| {
            let id = mail.lines().find_map(|line| line.strip_prefix("Message-ID: <"));
            let id = id.and_then(|id| id.split('@').next()).expect("an id").to_owned();
            // Soft line ends of quoted-printable, and what stands between words of a folded header.
            Taken::new(id, mail.replace("=\r\n", "").replace("\r\n ", " "))
        });
        taken.collect()
    }

    fn says_cut(&self) -> Option<&'static str> {
        None
    }
}

fn subject() -> Subject {
    let unwilling = [
        Conduct::Says("554 5.7.1 spam"),
        Conduct::Says("451 4.3.0 disk full"),
        Conduct::SaysOfReceiver("550 5.1.1 no such user"),
        Conduct::Hangs,
        Conduct::Babbles,
        Conduct::Closes,
    ];
    let unwilling = unwilling.map(MailServer::start).into();
    Subject { willing: MailServer::start(Conduct::Takes), unwilling }
}

mod contract {
    use super::subject;

    grace_sim::contract!(notifier, Some(subject()));
}

#[tokio::test]
async fn a_mail_is_text_and_a_page_under_an_id_of_its_own() {
    let server = MailServer::start(Conduct::Takes);
    let mut envelope = envelope(failures());
    envelope.attempt = 1;
    let prefix = "security = \"none\"\nsubject_prefix = \"[grace] \"";
    mail(server.port(), prefix).notify(&envelope).await.expect("taken");
    let mail = server.taken().remove(0).replace("\r\n", "\n");
    let boundary = mail.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next());
    let mail = mail.replace(boundary.expect("a boundary"), "BOUNDARY");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/requests/smtp.txt");
    expect_file![golden].assert_eq(&mail);
}

#[tokio::test]
async fn a_mail_in_the_users_words_is_text_alone() {
    let server = MailServer::start(Conduct::Takes);
    let words = "security = \"none\"\ntitle = \"{{ severity | upper }} on {{ host }}\"\nbody = \"Look: {{ title }}\"";
    mail(server.port(), words).notify(&envelope(notice(failed()))).await.expect("taken");
    let mail = server.taken().remove(0);
    assert!(mail.contains("\r\nSubject: CRITICAL on pve1\r\n"), "{mail}");
    assert!(mail.contains("\r\n\r\nLook: VM web (100) failed to start"), "{mail}");
    assert!(!mail.contains("multipart"), "{mail}");
}

#[tokio::test]
async fn a_mail_server_says_whether_another_try_may_succeed() {
    for (conduct, kind, words) in [
        (Conduct::Says("554 5.7.1 spam"), PortErrorKind::Refused, "5.7.1 spam"),
        (Conduct::Says("451 4.3.0 disk full"), PortErrorKind::Other, "4.3.0 disk full"),
        (Conduct::SaysOfReceiver("550 5.1.1 no such user"), PortErrorKind::Refused, "no such user"),
        (Conduct::Hangs, PortErrorKind::TimedOut, ""),
    ] {
        let server = MailServer::start(conduct);
        let notifier = mail(server.port(), "security = \"none\"\ntimeout = \"300ms\"");
        let error = notifier.notify(&envelope(Message::Test)).await.expect_err("not taken");
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().starts_with("localhost:"), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_password_goes_to_another_host_by_tls_alone() {
    let login = "user = \"grace\"\npassword = { env = \"PASSWORD\" }\nsecurity = \"none\"";
    assert!(try_route(&table(25, login)).is_ok(), "this host may have it");
    let other = table(25, login).replace("localhost", "mail.example.org");
    let error = try_route(&other).expect_err("refused").to_string();
    assert!(error.contains("security is none: the password would go to another host"), "{error}");
}

/// A real server with TLS and a password, in Python.
struct Aiosmtpd {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Aiosmtpd {
    /// `None`, and a line that says why, where the server cannot be had.
    async fn start(mode: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/smtpd.py");
        // Debian's python, which has Debian's packages.
        #[expect(clippy::disallowed_methods, reason = "killed when its test ends")]
        let mut child = Command::new("/usr/bin/python3")
            .arg(program)
            .arg(mode)
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(child.stdout.take()?).lines();
        let ready = timeout(Duration::from_secs(30), lines.next_line()).await.ok()?.ok()?;
        let ready = ready.expect("a word from the server");
        if let Some(what) = ready.strip_prefix("MISSING ") {
            println!(
                "skipped: no real mail server (python3-aiosmtpd, python3-cryptography): {what}"
            );
            return None;
        }
        let port = ready.strip_prefix("READY ").and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("the server says {ready}"));
        Some(Self { child, folder, port })
    }

    fn login(&self, security: &str) -> String {
        let ca_file = self.folder.path().join("ca.pem");
        format!(
            "security = \"{security}\"\nca_file = {ca_file:?}\nuser = \"user\"\n\
             password = {{ env = \"PASSWORD\" }}"
        )
    }

    /// What the server's own mail parser makes of the one mail it has: its headers and its parts.
    fn parsed(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("mail.1")).expect("a mail")
    }
}

#[tokio::test]
async fn a_real_server_takes_mail_by_tls_and_by_starttls() {
    for mode in ["tls", "starttls"] {
        let Some(mut server) = Aiosmtpd::start(mode).await else { return };
        let port = server.port;
        let sent = mail(port, &server.login(mode)).notify(&envelope(failures())).await;
        sent.expect("taken");
        let parsed = server.parsed();
        for expected in [
            "over TLS: True\n",
            "authenticated: True\n",
            "From: Grace <grace@pve1.example.org>\n",
            "To: admin@example.org, Ä <b@example.org>\n",
            "Subject: pve1: System startup - 4 issue(s) detected\n",
            "Message-ID: <7fd95082faf04e70afba5c0248f506c7-3@pve1.example.org>\n",
            "Date: Tue, 24 Nov 2026 21:04:05 +0000\n",
            "text/plain utf-8\nVM failed: web (100) - start failed: can't lock file",
            "text/html utf-8\n<!DOCTYPE html>",
            "&lt;b&gt;my_*dns*.[x](y)&amp;`z`@everyone~|#!&lt;/b&gt; (101)",
        ] {
            assert!(parsed.contains(expected), "{mode}: {expected}\n{parsed}");
        }
        server.child.kill().await.expect("ended");
    }
}

#[tokio::test]
async fn a_real_server_gives_a_long_mail_back_whole() {
    let Some(mut server) = Aiosmtpd::start("tls").await else { return };
    mail(server.port, &server.login("tls")).notify(&envelope(long())).await.expect("taken");
    let parsed = server.parsed();
    let parts: Vec<&str> = parsed.split("text/html utf-8\n").collect();
    assert_eq!(parts.len(), 2, "a text and a page");
    for part in parts {
        let missing = (100..2100).find(|id| !part.contains(&format!("VM gäst-{id} ({id})")));
        assert_eq!(missing, None);
    }
    server.child.kill().await.expect("ended");
}

#[tokio::test]
async fn a_real_server_is_not_told_anything_unless_it_is_trusted() {
    let Some(mut server) = Aiosmtpd::start("tls").await else { return };
    let port = server.port;
    let wrong = server.login("tls").replace("PASSWORD", "TOKEN");
    let error = mail(port, &wrong).notify(&envelope(Message::Test)).await.expect_err("not taken");
    assert_eq!(error.kind(), PortErrorKind::Refused, "{error}");
    assert!(error.to_string().contains("535"), "{error}");

    let other = support::server::Authority::new();
    let other_file = server.folder.path().join("other.pem");
    std::fs::write(&other_file, other.pem()).expect("written");
    let untrusted = server.login("tls").replace("ca.pem", "other.pem");
    let error = mail(port, &untrusted).notify(&envelope(Message::Test)).await;
    let error = error.expect_err("not taken").to_string();
    assert!(error.contains("certificate"), "{error}");

    // A server that has no STARTTLS to offer is not spoken to any further.
    let plain = MailServer::start(Conduct::Takes);
    let login = server.login("starttls");
    let error = mail(plain.port(), &login).notify(&envelope(Message::Test)).await;
    assert!(error.is_err() && plain.taken().is_empty());
    server.child.kill().await.expect("ended");
}
