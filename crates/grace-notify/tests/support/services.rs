//! The services over HTTP: a table for each, how it says that a message is taken, and what it has taken.

use serde_json::Value;

/// A service over HTTP, as its tests need it.
#[derive(Clone, Copy)]
pub(crate) struct HttpService {
    pub(crate) name: &'static str,
    /// How long it may take.
    pub(crate) timeout: &'static str,
    /// Its table; `URL` stands where the server's address goes.
    pub(crate) table: &'static str,
    /// The answer by which it takes a message.
    pub(crate) answer: &'static str,
    /// All words of a message, from the body it came in.
    pub(crate) text: fn(&Value) -> String,
    /// Whether it has a limit.
    pub(crate) cuts: bool,
    /// Whether another answer of status 200 says that nothing was taken.
    pub(crate) confirms: bool,
}

impl HttpService {
    pub(crate) fn table_at(&self, url: &str) -> String {
        let Self { name, timeout, .. } = self;
        format!("name = \"{name}\"\ntimeout = \"{timeout}\"\n{}", self.table.replace("URL", url))
    }

    /// The same with little patience.
    pub(crate) const fn quick(self) -> Self {
        Self { timeout: "400ms", ..self }
    }
}

pub(crate) const NTFY: HttpService = HttpService {
    name: "ntfy",
    timeout: "5s",
    table: r#"
        type = "ntfy"
        url = "URL"
        topic = "pve1-alerts"
        token = { env = "TOKEN" }
        click = "https://pve1.example.org:8006"
    "#,
    answer: r#"{"id":"hwQ2YpKdmg","time":1795554245,"event":"message","topic":"pve1-alerts"}"#,
    text: |body| both(&body["title"], &body["message"]),
    cuts: true,
    confirms: true,
};

pub(crate) const GOTIFY: HttpService = HttpService {
    name: "gotify",
    timeout: "5s",
    table: r#"
        type = "gotify"
        url = "URL/gotify/"
        token = { env = "TOKEN" }
    "#,
    answer: r#"{"id":25,"appid":5,"message":"","title":"","priority":8,"date":""}"#,
    text: |body| both(&body["title"], &body["message"]).replace('\\', ""),
    cuts: true,
    confirms: true,
};

pub(crate) const DISCORD: HttpService = HttpService {
    name: "discord",
    timeout: "5s",
    table: r#"
        type = "discord"
        url = { env = "DISCORD" }
    "#,
    answer: r#"{"id":"1201","type":0,"channel_id":"42","content":""}"#,
    text: |body| {
        let embed = &body["embeds"][0];
        both(&embed["title"], &embed["description"]).replace('\\', "")
    },
    cuts: true,
    confirms: true,
};

pub(crate) const TELEGRAM: HttpService = HttpService {
    name: "telegram",
    timeout: "5s",
    table: r#"
        type = "telegram"
        url = "URL"
        token = { env = "TOKEN" }
        chat = -1001234567890
        thread = 7
    "#,
    answer: r#"{"ok":true,"result":{"message_id":5}}"#,
    text: |body| body["text"].as_str().expect("text").to_owned(),
    cuts: true,
    confirms: true,
};

pub(crate) const TELEGRAM_MARKDOWN: HttpService = HttpService {
    name: "telegram-markdown",
    timeout: "5s",
    table: r#"
        type = "telegram"
        url = "URL"
        token = { env = "TOKEN" }
        chat = "@pve_alerts"
        markup = "markdown-v2"
    "#,
    text: |body| body["text"].as_str().expect("text").replace('\\', ""),
    ..TELEGRAM
};

pub(crate) const APPRISE: HttpService = HttpService {
    name: "apprise",
    timeout: "5s",
    table: r#"
        type = "apprise"
        url = "URL"
        key = { env = "KEY" }
        tag = "admins"
    "#,
    answer: "{}",
    text: |body| both(&body["title"], &body["body"]).replace('\\', ""),
    cuts: true,
    confirms: false,
};

pub(crate) const WEBHOOK: HttpService = HttpService {
    name: "webhook",
    timeout: "5s",
    table: r#"
        type = "webhook"
        url = "URL/hooks/a1b2c3d4e5f6?channel=pve"
        secret = { env = "HMAC" }
        headers = { X-Team = "storage", X-Api-Key = { env = "HEADER" } }
    "#,
    answer: "ok",
    text: |body| both(&body["title"], &body["body"]),
    cuts: false,
    confirms: false,
};

pub(crate) const ALERTMANAGER: HttpService = HttpService {
    name: "alertmanager",
    timeout: "5s",
    table: r#"
        type = "alertmanager"
        url = "URL"
        user = "grace"
        password = { env = "PASSWORD" }
        labels = { team = "storage" }
        generator_url = "https://pve1.example.org:8006"
        lifetime = "1h"
    "#,
    answer: "",
    text: |body| {
        let annotations = &body[0]["annotations"];
        both(&annotations["summary"], &annotations["description"])
    },
    cuts: false,
    confirms: false,
};

pub(crate) const ALL: [HttpService; 8] =
    [NTFY, GOTIFY, DISCORD, TELEGRAM, TELEGRAM_MARKDOWN, APPRISE, WEBHOOK, ALERTMANAGER];

fn both(title: &Value, body: &Value) -> String {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    format!("{}\n{}", text(title), text(body))
}
