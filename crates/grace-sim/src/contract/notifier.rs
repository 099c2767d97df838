//! The contract of [`Notifier`].

use grace_core::{
    BootId, Digest, DigestCause, Envelope, Event, Guest, GuestKind, Message, MessageId, Notice,
    Notifier, Sequence, Uptime,
};

/// The functions of this module, and the bullet that each tests.
pub const BULLETS: [(&str, &str); 3] = [
    (
        "ok_means_taken",
        "`Ok` means that the service has taken the message; whatever else happened is an error.",
    ),
    (
        "same_id_when_sent_again",
        "The same envelope may come again, and is then sent again under the same id.",
    ),
    (
        "unchanged_or_said",
        "A message is never changed but to fit the service's limits, and what was cut is said.",
    ),
];

/// A service to send messages to.
pub trait NotifierSubject {
    /// The port under test.
    type Port: Notifier;

    /// The port to the service.
    fn service(&self) -> Self::Port;

    /// The port to services that do not take a message, each in a way of its own, at least one.
    fn unwilling(&self) -> Vec<Self::Port>;

    /// What [`service`](Self::service) has taken, oldest first.
    fn taken(&self) -> Vec<Taken>;

    /// The words by which a message says that it was cut; `None` if the service has no limits.
    fn says_cut(&self) -> Option<&'static str>;
}

/// A message as a service has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Taken {
    /// The id it came under.
    pub id: String,
    /// All its words.
    pub text: String,
}

impl Taken {
    /// A message of this text, which came under this id.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into() }
    }
}

/// `Ok` means that the service has taken the message; whatever else happened is an error.
pub async fn ok_means_taken(subject: &impl NotifierSubject) {
    let envelope = envelope(1, started("web"));
    let unwilling = subject.unwilling();
    assert!(!unwilling.is_empty(), "the subject has no service that takes no message");
    for service in unwilling {
        let answer = service.notify(&envelope).await;
        assert!(answer.is_err(), "a service that took nothing said {answer:?}");
    }
    assert_eq!(subject.taken(), []);

    subject.service().notify(&envelope).await.expect("the service takes a message");
    let taken = subject.taken();
    assert_eq!(taken.len(), 1, "{taken:?}");
    assert!(taken[0].text.contains("web"), "{taken:?}");
}

/// The same envelope may come again, and is then sent again under the same id.
pub async fn same_id_when_sent_again(subject: &impl NotifierSubject) {
    let service = subject.service();
    let mut again = envelope(7, started("web"));
    for attempt in 0..3 {
        again.attempt = attempt;
        service.notify(&again).await.expect("the service takes a message again");
    }
    let other = envelope(8, started("dns"));
    service.notify(&other).await.expect("the service takes another message");

    let ids: Vec<_> = subject.taken().into_iter().map(|taken| taken.id).collect();
    let [again, other] = [again, other].map(|envelope| envelope.id.to_string());
    assert_eq!(ids, [again.clone(), again.clone(), again, other]);
}

/// A message is never changed but to fit the service's limits, and what was cut is said.
pub async fn unchanged_or_said(subject: &impl NotifierSubject) {
    let names: Vec<_> = (100..2100).map(|id| format!("guest-{id}")).collect();
    let mut digest = Digest::new(DigestCause::GuestsStarted, Uptime::from_secs(180));
    digest.started = names
        .iter()
        .map(|name| Guest::new(name.trim_start_matches("guest-"), name, GuestKind::Vm))
        .collect();
    let envelope = envelope(1, Message::Digest(digest));
    subject.service().notify(&envelope).await.expect("the service takes a long message");

    let taken = subject.taken();
    assert_eq!(taken.len(), 1, "one message is one message, however long");
    let text = &taken[0].text;
    let missing = names.iter().filter(|name| !text.contains(*name)).count();
    match subject.says_cut() {
        _ if missing == 0 => {}
        Some(words) => assert!(text.contains(words), "{missing} guests were cut without a word"),
        None => panic!("a service without limits cut {missing} guests"),
    }
}

fn envelope(number: u64, message: Message) -> Envelope {
    let boot = BootId::new("7fd95082-faf0-4e70-afba-5c0248f506c7");
    Envelope::new(MessageId::new(Some(boot), Sequence::new(number)), message)
}

fn started(name: &str) -> Message {
    let event = Event::GuestStarted { guest: Guest::new("100", name, GuestKind::Vm), at: None };
    Message::Notice(Notice::single(event, Uptime::from_secs(12)))
}
