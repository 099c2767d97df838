//! Many events in words.

use grace_core::{Digest, DigestCause, HeldAlert, HeldState};

use super::document::{Document, Section};
use super::{count, notice, seen};

/// What there is of each kind as the title, and below it a line for each.
pub(super) fn document(digest: &Digest) -> Document {
    let document =
        sections(digest).into_iter().fold(Document::new(title(digest)), Document::with_section);
    let is_empty = document.sections.is_empty();
    document.with_section(Section::lines(rest(digest, is_empty)))
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
fn sections(digest: &Digest) -> Vec<Section> {
    let sections: [(_, Vec<String>); 4] = [
        ("Started", digest.started.iter().map(notice::guest).collect()),
        ("Stopped", digest.stopped.iter().map(notice::guest).collect()),
        ("Alerts", digest.alerts.iter().map(held).collect()),
        ("Events", digest.notices.iter().map(notice::line).collect()),
    ];
    let filled: Vec<_> = sections.into_iter().filter(|(_, lines)| !lines.is_empty()).collect();
    let is_headed = filled.len() > 1;
    let section = |(heading, lines): (_, Vec<String>)| match is_headed {
        true => Section::headed(heading, lines),
        false => Section::lines(lines),
    };
    filled.into_iter().map(section).collect()
}

/// What is counted and has no line of its own.
fn rest(digest: &Digest, is_all: bool) -> Vec<String> {
    let mut rest = Vec::new();
    if digest.recovered > 0 {
        rest.push(format!("{} recovered", count(digest.recovered, "alert")));
    }
    if digest.beyond > 0 {
        rest.push(if is_all && rest.is_empty() {
            format!("{} not listed", count(digest.beyond, "event"))
        } else {
            format!("and {} more", digest.beyond)
        });
    }
    rest
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
