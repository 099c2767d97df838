//! systemd as `systemctl` tells of it.

use std::path::Path;
use std::time::Duration;

use futures_util::future::try_join3;
use grace_core::Text;

use super::parse::{self, Unreachable};
use super::reading::{List, Reading, SystemState};
use crate::Error;
use crate::child::{self, Output};

/// The options for columns count where `--output=json` is not known yet.
const AS_LIST: [&str; 5] = ["--output=json", "--plain", "--no-legend", "--no-pager", "--full"];

/// Asks all of it at once, so that the whole has one deadline.
pub(super) async fn read(program: &Path, deadline: Duration) -> Result<Reading, Error> {
    let systemctl = Systemctl { program, deadline };
    let (state, failed, mut jobs) = try_join3(
        systemctl.state(),
        systemctl.list(&["list-units", "--state=failed"], parse::failed_units),
        systemctl.list(&["list-jobs"], parse::jobs),
    )
    .await?;
    if state.is_starting() != Some(true) {
        jobs = List::empty();
    }
    Ok(Reading { state, failed, jobs, detour: None })
}

struct Systemctl<'a> {
    program: &'a Path,
    deadline: Duration,
}

impl Systemctl<'_> {
    async fn state(&self) -> Result<SystemState, Error> {
        // Its exit status is 0 for `running` alone; the word on standard output is the answer.
        let output = self.ask(&["is-system-running"]).await?;
        match SystemState::parse(&output.stdout) {
            Some(SystemState::Offline) => {
                Err(Error::NoSystemd { words: Text::literal("the system state is offline") })
            }
            Some(state) => Ok(state),
            None if !output.status.success() && output.stdout.trim().is_empty() => {
                Err(output.failure())
            }
            None => Err(Error::Malformed {
                argv: output.argv,
                output: Text::bounded(output.stdout.trim(), 200),
            }),
        }
    }

    async fn list<T>(
        &self,
        what: &[&str],
        parse: impl Fn(&str) -> Result<List<T>, Text>,
    ) -> Result<List<T>, Error> {
        let output = self.ask(&[what, &AS_LIST].concat()).await?;
        let argv = output.argv.clone();
        parse(&output.success()?).map_err(|words| Error::Malformed { argv, output: words })
    }

    async fn ask(&self, args: &[&str]) -> Result<Output, Error> {
        let output = child::run(self.program, args, self.deadline).await?;
        match parse::unreachable(&output.stderr) {
            None => Ok(output),
            Some(Unreachable::Absent) => Err(Error::NoSystemd { words: output.stderr }),
            Some(Unreachable::Refused) => Err(output.failure()),
        }
    }
}
