//! A user's own words: templates for title and body.

mod support;

use grace_core::{Event, Message};
use serde_json::Value;

use self::support::build::{notifier, try_route};
use self::support::samples::{self, envelope, failed, nas, notice};
use self::support::server::{Conduct, Loopback};
use self::support::services::{NTFY, TELEGRAM};

/// What ntfy is sent of a message in these words.
async fn told(words: &str, message: Message) -> (String, String) {
    let server = Loopback::start(Conduct::says(200, NTFY.answer));
    let table = format!(
        "name = \"x\"\ntype = \"ntfy\"\nurl = \"{}\"\ntopic = \"t\"\n{words}",
        server.url()
    );
    notifier(&table).notify(&envelope(message)).await.expect("taken");
    let body = server.received()[0].json();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    (text(&body["title"]), text(&body["message"]))
}

#[tokio::test]
async fn a_template_says_what_the_user_wants() {
    let words = r#"
        title = "[{{ severity | upper }}] {{ host }}"
        body = """
{{ title }}
{% if event %}{{ event.guest.vmid }} {{ event.reason[:12] }}{% endif %}
{%- for section in sections %}{% for line in section.lines %}
* {{ line.text }}{% endfor %}{% endfor %}"""
    "#;
    let (title, body) = told(words, notice(failed())).await;
    assert_eq!(title, "[CRITICAL] pve1");
    let expected = "VM web (100) failed to start: start failed: can't lock file \
                    '/run/lock/lock-100.conf' - got timeout\n100 start failed\n\
                    * at 12.000s after boot";
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_template_sees_the_report_and_the_digest() {
    let words = "body = \"{% if report %}{{ report.vms_failed[0].name }} {{ report.issues }}\
                 {% elif digest %}{{ digest.started | length }}{% endif %}\"";
    assert_eq!(told(words, samples::failures()).await.1, "web 4");
    assert_eq!(told(words, samples::guests()).await.1, "2");
}

#[tokio::test]
async fn a_template_that_fails_costs_no_message() {
    // No message that it is tried on has an alert.
    let words = "title = \"{% if event.alert %}{{ event.alert.key | round }}{% endif %}\"";
    let (title, body) = told(words, notice(Event::Alert(nas()))).await;
    assert_eq!(title, "pve1: storage/nas_1: NFS server <10.0.0.9> not responding (critical)");
    assert!(body.starts_with("at 12.000s after boot\ntemplate for title: "), "{body}");
}

#[tokio::test]
async fn a_title_stays_one_line_and_a_body_within_the_limit() {
    let words = "title = \"a\\nb\"\nbody = \"{% for guest in digest.started %}{{ guest.name }}\\n{% endfor %}\"";
    let (title, body) = told(words, samples::long()).await;
    assert_eq!(title, "a b");
    assert!(body.len() <= 4096, "{} bytes", body.len());
    assert!(body.starts_with("gäst-100\ngäst-101\n"), "{body}");
    assert!(body.ends_with("lines cut]"), "{body}");
}

#[tokio::test]
async fn a_template_is_markup_and_what_is_put_into_it_is_not() {
    let server = Loopback::start(Conduct::says(200, TELEGRAM.answer));
    let table = format!(
        "{}\nbody = \"<i>{{{{ event.alert.text }}}}</i> {{{{ '<u>ours</u>' | safe }}}}\"",
        TELEGRAM.table_at(&server.url())
    );
    notifier(&table).notify(&envelope(notice(Event::Alert(nas())))).await.expect("taken");
    let text = server.received()[0].json()["text"].as_str().expect("text").to_owned();
    let (title, body) = text.split_once('\n').expect("lines");
    assert!(title.starts_with("<b>pve1: storage/nas_1: NFS server &lt;10.0.0.9&gt;"), "{title}");
    assert_eq!(body, "<i>NFS server &lt;10.0.0.9&gt; not responding</i> <u>ours</u>");
}

#[tokio::test]
async fn markup_that_is_too_long_is_not_cut_in_two() {
    let server = Loopback::start(Conduct::says(200, TELEGRAM.answer));
    let body = "<b>{% for guest in digest.started %}{{ guest.name }}{% endfor %}</b>";
    let table = format!("{}\nbody = \"{body}\"", TELEGRAM.table_at(&server.url()));
    notifier(&table).notify(&envelope(samples::long())).await.expect("taken");
    let text = server.received()[0].json()["text"].as_str().expect("text").to_owned();
    assert!(text.contains("• VM gäst-100 (100)\n"), "our own words instead: {text}");
    assert!(text.ends_with("lines cut]"), "{text}");
}

#[tokio::test]
async fn a_webhook_sends_what_the_template_makes() {
    let server = Loopback::start(Conduct::says(200, ""));
    let table = format!(
        "name = \"x\"\ntype = \"webhook\"\nurl = \"{}\"\ncontent_type = \"text/plain\"\n\
         body = \"{{{{ host }}}}|{{{{ severity }}}}|{{{{ id }}}}\"",
        server.url()
    );
    notifier(&table).notify(&envelope(Message::Test)).await.expect("taken");
    let request = server.received().remove(0);
    assert_eq!(request.body, "pve1|info|7fd95082faf04e70afba5c0248f506c7-3");
    assert_eq!(request.headers["content-type"], "text/plain");
}

#[test]
fn a_template_that_cannot_work_is_an_error_of_the_table() {
    for (words, expected) in [
        ("title = \"{{ titel }}\"", "title fails: has \"titel\": there are id, attempt, kind, "),
        ("body = \"{% if %}\"", "body fails: syntax error"),
        ("body = \"a\\n{{ title | no_such_filter }}\"", "(line 2)"),
        (
            "body = \"{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}\"",
            "body fails: takes too long",
        ),
    ] {
        let table = format!("name = \"x\"\ntype = \"ntfy\"\ntopic = \"t\"\n{words}");
        let error = try_route(&table).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
}
