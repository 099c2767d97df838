//! The notifier contract over the terminal.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::{fs, io};

use grace_core::{Envelope, Event, Message, MessageId, Notice, Notifier as _, PortErrorKind};
use grace_core::{Guest, GuestKind, Sequence, Uptime};
use grace_notify::Terminal;
use grace_sim::contract::notifier::{NotifierSubject, Taken};
use tokio::io::AsyncWrite;

type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// A slow screen: it keeps what was written to it, takes ten bytes at a time, and rests after each time.
#[derive(Clone, Default)]
struct Screen {
    shown: Arc<Mutex<Vec<u8>>>,
    resting: bool,
}

impl Screen {
    fn text(&self) -> String {
        String::from_utf8(self.shown().clone()).expect("text")
    }

    fn shown(&self) -> MutexGuard<'_, Vec<u8>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncWrite for Screen {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        part: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.resting = !self.resting;
        if !self.resting {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let part = &part[..part.len().min(10)];
        self.shown().extend_from_slice(part);
        Poll::Ready(Ok(part.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl NotifierSubject for Screen {
    type Port = Terminal<Writer>;

    fn service(&self) -> Self::Port {
        Terminal::new(Box::new(self.clone()))
    }

    fn unwilling(&self) -> Vec<Self::Port> {
        vec![broken_pipe(), full_disk()]
    }

    fn taken(&self) -> Vec<Taken> {
        let text = self.text();
        let paragraphs = text.split_terminator("\n\n");
        paragraphs
            .map(|text| {
                let (_, id) = text.rsplit_once("\n  message ").expect("an id");
                let id = id.split(", ").next().unwrap_or_default();
                Taken::new(id, text)
            })
            .collect()
    }

    fn says_cut(&self) -> Option<&'static str> {
        None
    }
}

mod terminal {
    use super::Screen;

    grace_sim::contract!(notifier, Some(Screen::default()));
}

fn broken_pipe() -> Terminal<Writer> {
    let (ours, theirs) = tokio::io::duplex(64);
    drop(theirs);
    Terminal::new(Box::new(ours))
}

/// Takes what is written and fails when it is written out.
fn full_disk() -> Terminal<Writer> {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    Terminal::new(Box::new(tokio::fs::File::from_std(full)))
}

fn envelope() -> Envelope {
    let event = Event::GuestStarted { guest: Guest::new("100", "web", GuestKind::Vm), at: None };
    let notice = Notice::single(event, Uptime::from_secs(12));
    Envelope::new(MessageId::new(None, Sequence::new(3)), Message::Notice(notice))
}

#[tokio::test]
async fn a_message_is_a_paragraph_and_says_when_it_comes_again() {
    let screen = Screen::default();
    let terminal = screen.service();
    let mut envelope = envelope();
    terminal.notify(&envelope).await.expect("taken");
    envelope.attempt = 1;
    terminal.notify(&envelope).await.expect("taken");
    let expected = "\
VM web (100) started
  at 12.000s after boot
  message unknown-boot-3

VM web (100) started
  at 12.000s after boot
  message unknown-boot-3, sent again

";
    assert_eq!(screen.text(), expected);
}

#[tokio::test]
async fn what_cannot_be_written_is_an_error_that_says_why() {
    async fn check(terminal: Terminal<Writer>, kind: PortErrorKind, words: &str) {
        let error = terminal.notify(&envelope()).await.expect_err("not taken");
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    check(broken_pipe(), PortErrorKind::Missing, "terminal: broken pipe").await;
    check(full_disk(), PortErrorKind::Other, "terminal: No space left on device").await;
}

#[tokio::test]
async fn messages_sent_at_once_are_not_mixed() {
    let screen = Screen::default();
    let terminal = screen.service();
    let envelope = envelope();
    let (one, two) = tokio::join!(terminal.notify(&envelope), terminal.notify(&envelope));
    assert!(one.is_ok() && two.is_ok());
    let taken = screen.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0], taken[1]);
}
