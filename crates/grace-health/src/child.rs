//! The one place that starts programs.
//!
//! A child gets no input and a plain environment for its words, has a deadline, cannot fill memory, and is
//! killed when its reader goes away.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use grace_core::Text;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::Error;

/// The longest output kept, in bytes. Ten thousand failed units fit.
const STDOUT_LIMIT: usize = 4 << 20;
/// The most of a child's complaints that is kept, in bytes.
const STDERR_LIMIT: usize = 4 << 10;

/// What a child wrote, and how it ended.
#[derive(Debug)]
pub(crate) struct Output {
    /// The program and its arguments, for errors.
    pub(crate) argv: Text,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: Text,
}

impl Output {
    /// The standard output of a child that succeeded.
    pub(crate) fn success(self) -> Result<String, Error> {
        if self.status.success() { Ok(self.stdout) } else { Err(self.failure()) }
    }

    /// The error of a child that failed, in its own words.
    pub(crate) fn failure(self) -> Error {
        Error::Failed { argv: self.argv, status: self.status, stderr: self.stderr }
    }
}

/// Runs a program to its end, and kills it if that takes longer than `deadline`.
pub(crate) async fn run(
    program: &Path,
    args: &[&str],
    deadline: Duration,
) -> Result<Output, Error> {
    let argv = Text::new(format!("{} {}", program.display(), args.join(" ")));
    match timeout(deadline, run_to_end(program, args)).await {
        Err(_) => Err(Error::Late { argv, deadline }),
        Ok(Err(error)) => Err(Error::Run { argv, error }),
        Ok(Ok((_, stdout, _))) if stdout.cut => Err(Error::Malformed {
            argv,
            output: Text::new(format!("more than {STDOUT_LIMIT} bytes of output")),
        }),
        Ok(Ok((status, stdout, stderr))) => Ok(Output {
            argv,
            status,
            stdout: String::from_utf8_lossy(&stdout.bytes).into_owned(),
            stderr: Text::new(String::from_utf8_lossy(&stderr.bytes).trim()),
        }),
    }
}

async fn run_to_end(program: &Path, args: &[&str]) -> io::Result<(ExitStatus, Kept, Kept)> {
    let mut child = spawn(program, args)?;
    let stdout = read(child.stdout.take(), STDOUT_LIMIT);
    let stderr = read(child.stderr.take(), STDERR_LIMIT);
    let (stdout, stderr) = futures_util::future::try_join(stdout, stderr).await?;
    Ok((child.wait().await?, stdout, stderr))
}

fn spawn(program: &Path, args: &[&str]) -> io::Result<Child> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the owner of every child of this crate; its callers give it a deadline"
    )]
    let mut command = Command::new(program);
    command
        .args(args)
        .env("LC_ALL", "C.UTF-8")
        .env("SYSTEMD_COLORS", "0")
        .env("SYSTEMD_PAGER", "")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// A child that looks at something which may never answer, and may then not even be killed.
pub(crate) struct Look {
    argv: Text,
    child: Child,
}

impl Look {
    pub(crate) fn start(program: &Path, args: &[&str]) -> Result<Self, Error> {
        let argv = Text::new(format!("{} {}", program.display(), args.join(" ")));
        match spawn(program, args) {
            Ok(child) => Ok(Self { argv, child }),
            Err(error) => Err(Error::Run { argv, error }),
        }
    }

    /// What came of it; `None` if that takes longer than `deadline`.
    pub(crate) async fn answer(&mut self, deadline: Duration) -> Option<Result<(), Error>> {
        let Self { argv, child } = self;
        let ended = async {
            let stdout = read(child.stdout.take(), 0);
            let stderr = read(child.stderr.take(), STDERR_LIMIT);
            let (_, stderr) = futures_util::future::try_join(stdout, stderr).await?;
            Ok((child.wait().await?, stderr))
        };
        Some(match timeout(deadline, ended).await.ok()? {
            Ok((status, _)) if status.success() => Ok(()),
            Ok((status, stderr)) => {
                let stderr = Text::new(String::from_utf8_lossy(&stderr.bytes).trim());
                Err(Error::Failed { argv: argv.clone(), status, stderr })
            }
            Err(error) => Err(Error::Run { argv: argv.clone(), error }),
        })
    }

    /// Kills it. The kernel may let it wait for its answer all the same.
    pub(crate) fn kill(&mut self) {
        // It fails where the child has ended, which is what is wanted.
        drop(self.child.start_kill());
    }

    /// Whether it has ended, and is no longer a process.
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Waits for its end, and not for long. Whether it has come.
    pub(crate) async fn end(&mut self, patience: Duration) -> bool {
        timeout(patience, self.child.wait()).await.is_ok()
    }
}

/// The beginning of a stream, and whether there was more.
struct Kept {
    bytes: Vec<u8>,
    cut: bool,
}

/// Reads a stream to its end, so that its writer never waits, and keeps its first `limit` bytes.
async fn read(stream: Option<impl AsyncRead + Unpin>, limit: usize) -> io::Result<Kept> {
    let mut kept = Kept { bytes: Vec::new(), cut: false };
    let Some(mut stream) = stream else {
        return Ok(kept);
    };
    let mut head = (&mut stream).take(limit as u64);
    head.read_to_end(&mut kept.bytes).await?;
    kept.cut = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await? > 0;
    Ok(kept)
}
