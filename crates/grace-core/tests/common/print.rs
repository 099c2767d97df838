//! Effects as lines: `180.000s digest guests-started: started web (100)`.

use grace_core::{
    Closing, Decision, Destination, Digest, Effect, Event, Guest, HeldAlert, Message, Notice,
    Undelivered, Uptime,
};

pub(crate) fn line(at: Uptime, effect: &Effect) -> String {
    let what = match effect {
        Effect::Deliver(envelope) => {
            let to = to(&envelope.to);
            match envelope.attempt {
                0 => format!("{}{to}", message(&envelope.message)),
                attempt => format!("{}{to}, attempt {attempt}", message(&envelope.message)),
            }
        }
        Effect::CollectFacts { deadline, .. } => format!("collect facts until {deadline}"),
        Effect::Accepted { event, entry, decision } if event == entry => {
            format!("accept {event}: {}", self::decision(*decision))
        }
        Effect::Accepted { event, entry, decision } => {
            format!("accept {event} to {entry}: {}", self::decision(*decision))
        }
        Effect::Settled { entry, events, outcome } => {
            format!("settle {entry} x{events}: {}", outcome.as_str())
        }
        Effect::Closed(Closing::Acknowledged(_)) => "closed: acknowledged".to_string(),
        Effect::Closed(closing) => format!("closed: {}", closing.as_str()),
        Effect::GaveUp { to, attempts, lost, .. } => {
            let lost = if *lost { ", lost" } else { "" };
            format!("gave up{}, sent {attempts} times{lost}", self::to(to))
        }
    };
    format!("{at} {what}")
}

fn decision(decision: Decision) -> String {
    match decision {
        Decision::Deliver => "deliver".to_string(),
        Decision::Hold { until, reason } => format!("hold until {until} ({})", reason.as_str()),
        Decision::Aggregate { until } => format!("aggregate until {until}"),
    }
}

fn message(message: &Message) -> String {
    match message {
        Message::StartupReport(_) => "report".to_string(),
        Message::Notice(notice) => format!("notice {}", self::notice(notice)),
        Message::Digest(digest) => self::digest(digest),
        Message::Undelivered(undelivered) => {
            let Undelivered { to, messages, lost, oldest, .. } = undelivered;
            format!("undelivered to {to}: {messages}, {lost} lost, the oldest {oldest:?} old")
        }
        other => format!("{other:?}"),
    }
}

/// Nothing of a destination without a name.
fn to(to: &Destination) -> String {
    if to.name().is_empty() { String::new() } else { format!(" to {to}") }
}

fn notice(notice: &Notice) -> String {
    let mut line = event(&notice.event);
    if notice.count != 1 {
        line.push_str(&format!(" x{}", notice.count));
    }
    if let Some(first) = notice.first_seen {
        line.push_str(&format!(" since {first}"));
    }
    line
}

fn event(event: &Event) -> String {
    match event {
        Event::Alert(alert) | Event::Resolved(alert) => {
            format!("{} {}/{} {}", event.name(), alert.category, alert.key, alert.severity)
        }
        Event::Shutdown(kind) => format!("{} {}", event.name(), kind.as_str()),
        _ => match event.guest() {
            Some(guest) => format!("{} {guest}", event.name()),
            None => event.name().to_string(),
        },
    }
}

fn digest(digest: &Digest) -> String {
    let mut parts = vec![format!("digest {}", digest.cause.as_str())];
    parts.extend(
        (!digest.started.is_empty()).then(|| format!("started {}", names(&digest.started))),
    );
    parts.extend(
        (!digest.stopped.is_empty()).then(|| format!("stopped {}", names(&digest.stopped))),
    );
    parts.extend(digest.alerts.iter().map(held));
    parts.extend(digest.notices.iter().map(|one| format!("notice {}", notice(one))));
    parts.extend((digest.recovered > 0).then(|| format!("{} recovered", digest.recovered)));
    parts.extend((digest.beyond > 0).then(|| format!("{} beyond", digest.beyond)));
    parts.join("; ")
}

pub(crate) fn held(held: &HeldAlert) -> String {
    format!(
        "{}/{} {} {} x{} since {}",
        held.alert.category,
        held.alert.key,
        held.alert.severity,
        held.state.as_str(),
        held.count,
        held.first_seen
    )
}

fn names(guests: &[Guest]) -> String {
    guests.iter().map(Guest::to_string).collect::<Vec<_>>().join(", ")
}
