//! A program of the user's: the message as JSON on its standard input.

use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{Either, select};
use grace_core::{Envelope, Notifier, PortError, Text};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command as Program};
use tokio::time::timeout;

use crate::author::Author;
use crate::error::NotifyError;
use crate::secret::Hidden;

/// The most of a program's words that an error repeats, in bytes.
const SAID: usize = 400;
/// The most of a program's words that is kept until they are cut, in bytes.
const KEPT: usize = 4096;
/// How long its last words are waited for once it has ended.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Runs a program for each message.
///
/// Exit code 0 says that the message is taken, 75 (`EX_TEMPFAIL`) that another try may succeed; any other that
/// it is refused. The program sees `GRACE_ID`, `GRACE_KIND`, `GRACE_SEVERITY`, `GRACE_ATTEMPT`, `GRACE_HOST` and
/// `GRACE_TITLE` in its environment, a plain `PATH`, and nothing of this program's own. At its deadline it is
/// killed, with all that it started in its process group.
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) author: Author,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) deadline: Duration,
}

#[async_trait]
impl Notifier for Command {
    fn name(&self) -> &str {
        &self.name
    }

    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError> {
        let program = Text::new(self.program.display().to_string());
        let (status, said) = match timeout(self.deadline, self.run(envelope)).await {
            Err(_) => {
                let late = NotifyError::Late { place: program, deadline: self.deadline };
                return Err(late.into());
            }
            Ok(Err(error)) => return Err(NotifyError::Run { program, error }.into()),
            Ok(Ok(end)) => end,
        };
        if status.success() {
            return Ok(());
        }
        let said = Hidden::default().clean(&String::from_utf8_lossy(&said), SAID);
        Err(NotifyError::Exit { program, status, said }.into())
    }
}

impl Command {
    async fn run(&self, envelope: &Envelope) -> io::Result<(ExitStatus, Vec<u8>)> {
        let mut group = Group(self.start(envelope)?);
        let input = self.author.json(envelope);
        let (stdin, stderr) = (group.0.stdin.take(), group.0.stderr.take());
        let write = async {
            let Some(mut stdin) = stdin else { return Ok(()) };
            match stdin.write_all(&input).await {
                // Not everyone reads it to its end.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
                _ => Ok(()),
            }
        };
        let end = pin!(async {
            write.await?;
            group.0.wait().await
        });
        let mut said = Vec::new();
        let status = {
            let read = pin!(beginning(stderr, &mut said));
            match select(end, read).await {
                Either::Left((status, read)) => {
                    // What the program left running may hold its output open for ever.
                    timeout(LAST_WORDS, read).await.ok().transpose()?;
                    status?
                }
                Either::Right((read, end)) => {
                    read?;
                    end.await?
                }
            }
        };
        Ok((status, said))
    }

    fn start(&self, envelope: &Envelope) -> io::Result<Child> {
        let message = &envelope.message;
        #[expect(
            clippy::disallowed_methods,
            reason = "the owner of every child of this crate, which gives it a deadline"
        )]
        let mut program = Program::new(&self.program);
        program
            .args(&self.args)
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("GRACE_ID", envelope.id.to_string())
            .env("GRACE_ATTEMPT", envelope.attempt.to_string())
            .env("GRACE_KIND", message.kind())
            .env("GRACE_SEVERITY", message.severity().as_str())
            .env("GRACE_HOST", self.author.host.as_str())
            .env("GRACE_TITLE", self.author.headline(message));
        let program = program.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        program.process_group(0).kill_on_drop(true).spawn()
    }
}

/// A child and all that it started.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // A child that was waited for has no id any more, and what it left behind is its own.
        let leader = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // It is gone already, if it cannot be killed.
            kill_process_group(leader, Signal::KILL).ok();
        }
    }
}

/// Keeps how a stream begins. It is read to its end, so that its writer never waits.
async fn beginning(stream: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) -> io::Result<()> {
    let Some(mut stream) = stream else { return Ok(()) };
    while kept.len() < KEPT && stream.read_buf(kept).await? > 0 {}
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(())
}
