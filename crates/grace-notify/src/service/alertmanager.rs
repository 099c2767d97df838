//! Alertmanager: messages as alerts. <https://prometheus.io/docs/alerting/latest/clients/>
//!
//! An alert that is told becomes one alert of these labels: `alertname`, `host`, `category`, `key`, `severity`.
//! Its recovery ends it. As a recovery does not know how bad its alert was, and an alert may get worse, the
//! three that differ in `severity` alone are always sent together: one that fires at most, the others ended.
//!
//! Alertmanager forgets an alert that is not sent again within its `resolve_timeout`; each is sent with an end
//! of its own (`lifetime`), so that nobody has to be there to send it again.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use grace_core::{
    Alert, Envelope, Event, Guest, HeldAlert, HeldState, Message, Notice, Severity, Uptime,
};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Serialize;

use crate::author::{Author, Form, Written};
use crate::clock::rfc3339;
use crate::http::{Request, Service};
use crate::json::when;
use crate::render::{Limit, Markup};

const FORM: Form =
    Form { markup: Markup::Plain, title: Limit::NONE, body: Limit::NONE, details: true };

pub(crate) struct Alertmanager {
    pub(crate) author: Author,
    pub(crate) authorization: Option<HeaderValue>,
    /// Labels of every alert, the user's own.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) generator_url: Option<String>,
    /// How long an alert lasts that nobody ends.
    pub(crate) lifetime: Duration,
}

/// One of the API's `postableAlert`.
#[derive(Serialize)]
struct PostableAlert {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<&'static str, String>,
    #[serde(rename = "startsAt")]
    starts_at: Option<String>,
    #[serde(rename = "endsAt")]
    ends_at: Option<String>,
    #[serde(rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    generator_url: Option<String>,
}

/// What an alert is about: labels besides those that all have.
type Labels = Vec<(&'static str, String)>;

impl Service for Alertmanager {
    fn request(&self, envelope: &Envelope) -> Request {
        let alerts = serde_json::to_value(self.alerts(envelope)).unwrap_or_default();
        let mut request = Request::json(&alerts);
        if let Some(authorization) = &self.authorization {
            request.header(AUTHORIZATION, authorization.clone());
        }
        request.to(["api", "v2", "alerts"])
    }
}

impl Alertmanager {
    fn alerts(&self, envelope: &Envelope) -> Vec<PostableAlert> {
        let written = self.author.write(envelope, FORM);
        match &*envelope.message {
            Message::Notice(notice) => self.notice(envelope, &written, notice),
            Message::Digest(digest) => {
                let held = digest.alerts.iter().flat_map(|held| self.held(envelope, held));
                let single = |notice: &Notice| self.notice(envelope, &self.words(notice), notice);
                let notices = digest.notices.iter().flat_map(single);
                let mut alerts = vec![self.message(envelope, &written, "GraceDigest")];
                alerts.extend(held.chain(notices));
                alerts
            }
            Message::StartupReport(report) => {
                let failing = report.alerts.failing.iter();
                let held = failing.flat_map(|held| self.held(envelope, held));
                let mut alerts = vec![self.message(envelope, &written, "GraceStartupReport")];
                alerts.extend(held);
                alerts
            }
            Message::Test => vec![self.message(envelope, &written, "GraceTest")],
            _ => vec![self.message(envelope, &written, "GraceMessage")],
        }
    }

    /// A message as an alert of its own: nothing ends it but its lifetime.
    fn message(&self, envelope: &Envelope, written: &Written, name: &'static str) -> PostableAlert {
        let about = vec![("grace_message", envelope.id.to_string())];
        let at = when(&envelope.message);
        self.firing(envelope, written, name, about, envelope.message.severity(), at)
    }

    fn notice(
        &self,
        envelope: &Envelope,
        written: &Written,
        notice: &Notice,
    ) -> Vec<PostableAlert> {
        let since = Some(notice.first_seen.unwrap_or(notice.at));
        match &notice.event {
            Event::Alert(alert) => {
                self.one_of_three(envelope, written, alert, Some(alert.severity), since)
            }
            Event::Resolved(alert) => self.one_of_three(envelope, written, alert, None, since),
            event => {
                let mut about = event.guest().map(guest).unwrap_or_default();
                about.push(("event", event.name().to_owned()));
                about.push(("grace_message", envelope.id.to_string()));
                let severity = Message::Notice(notice.clone()).severity();
                vec![self.firing(envelope, written, "GraceEvent", about, severity, since)]
            }
        }
    }

    /// The words of an event that is told among others.
    fn words(&self, notice: &Notice) -> Written {
        let title = self.author.headline(&Message::Notice(notice.clone()));
        Written { title, body: String::new() }
    }

    fn held(&self, envelope: &Envelope, held: &HeldAlert) -> Vec<PostableAlert> {
        let fires = (held.state != HeldState::Recovered).then_some(held.alert.severity);
        let words = Written { title: held.alert.text.to_string(), body: String::new() };
        self.one_of_three(envelope, &words, &held.alert, fires, Some(held.first_seen))
    }

    /// The alert in each of its severities, of which at most one fires.
    fn one_of_three(
        &self,
        envelope: &Envelope,
        written: &Written,
        alert: &Alert,
        fires: Option<Severity>,
        since: Option<Uptime>,
    ) -> Vec<PostableAlert> {
        let each = Severity::ALL.into_iter().map(|severity| {
            let about =
                vec![("category", alert.category.to_lowercase()), ("key", alert.key.to_string())];
            let one = self.firing(envelope, written, "GraceAlert", about, severity, since);
            if fires == Some(severity) { one } else { self.ended(one) }
        });
        each.collect()
    }

    fn ended(&self, alert: PostableAlert) -> PostableAlert {
        PostableAlert { ends_at: rfc3339(self.author.clock.wall()), ..alert }
    }

    fn firing(
        &self,
        envelope: &Envelope,
        written: &Written,
        name: &'static str,
        about: Labels,
        severity: Severity,
        since: Option<Uptime>,
    ) -> PostableAlert {
        let now = self.author.clock.wall();
        // An alert may not begin after it ends, nor in the future.
        let since = since.and_then(|since| self.author.clock.wall_at(since));
        let starts = since.filter(|since| *since <= now).unwrap_or(now);
        let own = [("alertname", name.to_owned()), ("severity", severity.as_str().to_owned())];
        let host = ("host", self.author.host.to_string());
        let all = own.into_iter().chain([host]).chain(about);
        let mut labels = self.labels.clone();
        // A label without a value is none.
        labels.extend(all.filter(|(_, value)| !value.is_empty()).map(|(k, v)| (k.to_owned(), v)));
        PostableAlert {
            labels,
            annotations: annotations(envelope, written),
            starts_at: rfc3339(starts),
            ends_at: self.end(now),
            generator_url: self.generator_url.clone(),
        }
    }

    fn end(&self, now: SystemTime) -> Option<String> {
        now.checked_add(self.lifetime).and_then(rfc3339)
    }
}

fn annotations(envelope: &Envelope, written: &Written) -> BTreeMap<&'static str, String> {
    let all = [
        ("summary", written.title.clone()),
        ("description", written.body.clone()),
        ("grace_message", envelope.id.to_string()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn guest(guest: &Guest) -> Labels {
    vec![
        ("guest", guest.id.to_string()),
        ("guest_name", guest.name.to_string()),
        ("guest_kind", guest.kind.as_str().to_owned()),
    ]
}
