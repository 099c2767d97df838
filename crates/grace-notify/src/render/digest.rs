//! Many events in words.

use grace_core::{Digest, DigestCause, HeldAlert, HeldState};

use super::{Rendered, count, notice, seen};

/// What there is of each kind as the title, and below it a line for each.
pub(super) fn render(digest: &Digest) -> Rendered {
    Rendered { title: title(digest), body: body(digest).join("\n") }
}

/// `Shutdown cancelled: 2 guests stopped, 1 alert held`
fn title(digest: &Digest) -> String {
    let many = |number: usize| number as u64;
    let parts = [
        (many(digest.started.len()), "guest", " started"),
        (many(digest.stopped.len()), "guest", " stopped"),
        (many(digest.alerts.len()), "alert", " held"),
        (digest.recovered, "alert", " recovered"),
        (many(digest.notices.len()), "single event", ""),
        (digest.beyond, "event", " not listed"),
    ];
    let counts: Vec<_> = parts
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, noun, verb)| format!("{}{verb}", count(number, noun)))
        .collect();
    let counts = match counts.as_slice() {
        [] => "nothing to tell".to_owned(),
        _ => counts.join(", "),
    };
    match cause(digest.cause) {
        Some(cause) => format!("{cause}: {counts}"),
        None => counts,
    }
}

/// Why there is a digest; `None` where what is in it says so.
fn cause(cause: DigestCause) -> Option<&'static str> {
    match cause {
        DigestCause::GuestsStarted => None,
        DigestCause::GraceEnded => Some("Grace period over"),
        DigestCause::ShutdownCancelled => Some("Shutdown cancelled"),
        DigestCause::ShutdownOverdue => Some("Host was to go down and still runs"),
        DigestCause::PreviousBoot => Some("Left untold by the boot before"),
        DigestCause::OutboxFull => Some("Could not be delivered one by one"),
        other => Some(other.as_str()),
    }
}

/// A line for each; with headings if there is more than one kind.
fn body(digest: &Digest) -> Vec<String> {
    let sections = [
        ("Started:", digest.started.iter().map(notice::guest).collect()),
        ("Stopped:", digest.stopped.iter().map(notice::guest).collect()),
        ("Alerts:", digest.alerts.iter().map(held).collect()),
        ("Events:", digest.notices.iter().map(notice::line).collect()),
    ];
    let filled: Vec<(_, Vec<_>)> =
        sections.into_iter().filter(|(_, lines): &(_, Vec<String>)| !lines.is_empty()).collect();
    let headed = filled.len() > 1;
    let mut body = Vec::new();
    for (heading, lines) in filled {
        if headed {
            body.push(heading.to_owned());
            body.extend(lines.iter().map(|line| format!("  {line}")));
        } else {
            body.extend(lines);
        }
    }
    if digest.recovered > 0 {
        body.push(format!("{} recovered", count(digest.recovered, "alert")));
    }
    if digest.beyond > 0 {
        let rest = if body.is_empty() {
            format!("{} not listed", count(digest.beyond, "event"))
        } else {
            format!("and {} more", digest.beyond)
        };
        body.push(rest);
    }
    body
}

/// `storage/nas: NFS server not responding (critical), held since 12.000s, seen 3 times`
fn held(held: &HeldAlert) -> String {
    let seen = format!("held since {}{}", held.first_seen, seen(held.count));
    match held.state {
        HeldState::Failing => format!("{}, {seen}", notice::alert(&held.alert)),
        HeldState::Unverified => {
            format!("{}, {seen}, could not be checked again", notice::alert(&held.alert))
        }
        HeldState::Recovered => format!("Recovered: {}, {seen}", notice::subject(&held.alert)),
        other => format!("{}, {seen}, {}", notice::alert(&held.alert), other.as_str()),
    }
}
