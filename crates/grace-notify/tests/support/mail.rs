//! A mail server on loopback, without TLS: for what a real one does not do at will.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a mail server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conduct {
    /// It takes every mail.
    Takes,
    /// It says this to the mail's end.
    Says(&'static str),
    /// It says this to its receiver.
    SaysOfReceiver(&'static str),
    /// It never greets.
    Hangs,
    /// It is no mail server.
    Babbles,
    /// It takes the mail and closes the connection without a word.
    Closes,
    /// It refuses the password and repeats it.
    EchoesAuth,
}

/// A mail server that ends with its test.
pub(crate) struct MailServer {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailServer {
    pub(crate) fn start(conduct: Conduct) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&taken);
        let task = tokio::spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move { speak(stream, conduct, &kept).await.ok() });
            }
        });
        Self { address, taken, task }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// The mails it took, oldest first.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn speak(stream: TcpStream, conduct: Conduct, kept: &Mutex<Vec<String>>) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    match conduct {
        Conduct::Hangs => std::future::pending::<()>().await,
        Conduct::Babbles => return writer.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await,
        _ => writer.write_all(b"220 loopback ESMTP\r\n").await?,
    }
    while let Some(line) = lines.next_line().await? {
        let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let said = match (word.as_str(), conduct) {
            ("EHLO", _) => "250-loopback\r\n250-AUTH PLAIN\r\n250 8BITMIME".to_owned(),
            ("AUTH", Conduct::EchoesAuth) => format!("535 5.7.8 not accepted: {line}"),
            ("RCPT", Conduct::SaysOfReceiver(words)) => words.to_owned(),
            ("DATA", _) => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push_str("\r\n");
                }
                match conduct {
                    Conduct::Says(words) => words.to_owned(),
                    Conduct::Closes => return Ok(()),
                    _ => {
                        kept.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                        "250 taken".to_owned()
                    }
                }
            }
            ("QUIT", _) => return writer.write_all(b"221 bye\r\n").await,
            _ => "250 ok".to_owned(),
        };
        writer.write_all(format!("{said}\r\n").as_bytes()).await?;
    }
    Ok(())
}
