//! Secrets are shown by nothing, whatever goes wrong.

mod support;

use grace_core::Message;
use grace_notify::{Secret, SecretSource, SecretStore};

use self::support::build::{TOKEN, all_words, form, notifier_at, secrets, surroundings, try_route};
use self::support::samples::{envelope, failures};
use self::support::server::{Conduct, Loopback};
use self::support::services::ALL;

#[track_caller]
fn check_no_secret(words: &str) {
    for secret in secrets() {
        assert!(!words.contains(secret), "{secret} in {words}");
    }
    let [bare, base64] = [TOKEN.split(':').nth(1).expect("a part"), "p4ss-w0rd"];
    assert!(!words.contains(bare) && !words.contains(base64), "{words}");
    // User and password as `Basic` has them.
    assert!(!words.contains("Z3JhY2U6cDRzcy13MHJk"), "{words}");
}

#[tokio::test]
async fn no_error_of_any_service_shows_a_secret() {
    let mut errors = 0;
    for service in ALL {
        let conducts = [
            Conduct::Echoes(500),
            Conduct::Echoes(429),
            Conduct::Echoes(403),
            Conduct::Echoes(200),
            Conduct::Hangs,
            Conduct::Babbles,
            Conduct::BreaksOff,
            Conduct::Closes,
        ];
        let servers: Vec<_> = conducts.into_iter().map(Loopback::start).collect();
        let nobody = ["http://127.0.0.1:9", "http://no-such-host.invalid"].map(str::to_owned);
        for url in servers.iter().map(Loopback::url).chain(nobody) {
            let quick = service.quick();
            let answer = notifier_at(&quick, &url).notify(&envelope(failures())).await;
            if let Err(error) = answer {
                errors += 1;
                check_no_secret(&all_words(&error));
            }
        }
    }
    assert!(errors > 60, "only {errors} errors were looked at");
}

#[tokio::test]
async fn a_password_for_mail_is_not_shown_by_what_the_server_says() {
    let server = support::mail::MailServer::start(support::mail::Conduct::EchoesAuth);
    let table = format!(
        "name = \"mail\"\ntype = \"smtp\"\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n\
         user = \"grace\"\npassword = {{ env = \"PASSWORD\" }}\n\
         from = \"grace@example.org\"\nto = [\"admin@example.org\"]",
        server.port()
    );
    let mail = support::build::notifier(&table);
    let error = mail.notify(&envelope(Message::Test)).await.expect_err("not taken");
    assert!(error.to_string().contains("(hidden)"), "{error}");
    check_no_secret(&all_words(&error));
    // In base64, as it goes over the wire.
    assert!(!all_words(&error).contains("AGdyYWNlAHA0c3M"), "{error}");
}

#[tokio::test]
async fn nothing_that_is_built_shows_a_secret() {
    for service in ALL {
        let table = service.table_at("http://127.0.0.1:9");
        check_no_secret(&format!("{:?}", form(&table)));
        if service.name != "discord" {
            check_no_secret(&format!(
                "{:?}",
                form(&table).build(&surroundings()).expect("a route")
            ));
        }
    }
    check_no_secret(&format!("{:?}", surroundings()));
    let secret = Secret::new(TOKEN);
    check_no_secret(&format!("{secret} {secret:?} {:#?}", Some(&secret)));
    assert_eq!(serde_json::to_string(&secret).expect("JSON"), "\"(hidden)\"");
}

#[test]
fn a_secret_in_the_configuration_is_refused_and_not_repeated() {
    for table in [
        format!("type = \"ntfy\"\ntopic = \"t\"\ntoken = \"{TOKEN}\""),
        format!("type = \"discord\"\nurl = \"https://discord.com/api/webhooks/1/{TOKEN}\""),
        format!("type = \"telegram\"\nchat = 1\ntoken = \"{TOKEN}\""),
        format!("type = \"webhook\"\nurl = \"http://x.org\"\nsecret = \"{TOKEN}\""),
        format!("type = \"webhook\"\nurl = \"ftp://{TOKEN}@x.org\""),
        format!("type = \"webhook\"\nurl = \"http://x.org\"\nheaders = {{ a = \"{TOKEN}\\n\" }}"),
    ] {
        let error = try_route(&format!("name = \"x\"\n{table}")).expect_err("refused");
        check_no_secret(&format!("{error} {error:?}"));
    }
    let error = try_route(&format!("name = \"x\"\ntype = \"gotify\"\ntoken = \"{TOKEN}\""));
    let remedy = "notifier \"x\": token may not stand here: write { file = \"…\" }, { env = \"…\" } or \
                  { credential = \"…\" }";
    assert_eq!(error.expect_err("refused").to_string(), remedy);
}

#[test]
fn a_secret_is_read_from_each_of_its_places() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    std::fs::write(&file, "abc\n").expect("written");
    let place = folder.path().display().to_string();
    let store = SecretStore::new(move |name| match name {
        "CREDENTIALS_DIRECTORY" => Some(place.clone()),
        "TOKEN" => Some("abc".to_owned()),
        "TWO_LINES" => Some("abc\ndef".to_owned()),
        "EMPTY" => Some(" ".to_owned()),
        _ => None,
    });
    let [env, credential] =
        [SecretSource::Env as fn(String) -> _, SecretSource::Credential as fn(String) -> _];
    for source in [SecretSource::File(file), env("TOKEN".into()), credential("token".into())] {
        assert!(store.read(&source).is_ok(), "{source:?}");
    }
    for (source, words) in [
        (SecretSource::File("/no/such/file".into()), "/no/such/file: No such file"),
        (env("NO".into()), "$NO is not set"),
        (env("EMPTY".into()), "$EMPTY: empty"),
        (env("TWO_LINES".into()), "$TWO_LINES: more than one line"),
        (credential("../token".into()), "../token: not the name of a credential"),
        (SecretSource::File("/dev/zero".into()), "/dev/zero: too long"),
    ] {
        let error = store.read(&source).expect_err("no secret").to_string();
        assert!(error.starts_with(words), "{error}");
    }
    let nowhere = SecretStore::new(|_| None);
    let error = nowhere.read(&credential("token".into())).expect_err("no secret").to_string();
    assert!(error.contains("LoadCredential="), "{error}");
}
