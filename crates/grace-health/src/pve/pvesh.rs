//! Asking a node by its own command, pvesh(1).

use std::path::PathBuf;
use std::time::Duration;

use grace_core::Text;

use super::error::PveError;
use super::state::Ask;
use crate::Error;
use crate::child::{self, Output};

/// `pvesh`, which speaks for root and needs no daemon but that of the cluster file system.
#[derive(Debug, Clone)]
pub(super) struct Pvesh {
    pub(super) program: PathBuf,
    pub(super) deadline: Duration,
}

impl Ask for Pvesh {
    fn shown(&self, part: &str) -> Text {
        Text::new(format!("{} get /nodes/localhost/{part}", self.program.display()))
    }

    async fn ask(&self, part: &str) -> Result<String, Error> {
        let path = format!("/nodes/localhost/{part}");
        let args = ["get", &path, "--output-format", "json"];
        let output = child::run(&self.program, &args, self.deadline).await?;
        if output.status.success() { Ok(output.stdout) } else { Err(failure(output)) }
    }
}

/// The error of a `pvesh` that failed, with what helps where its words are known.
fn failure(output: Output) -> Error {
    let says = |words: &str| output.stderr.contains(words);
    // Both are how the library of the cluster file system complains; the daemon turns all but root away.
    let refused = says("please run as root") || says("access control list: Unknown error -1");
    let down = says("ipcc_send_rec") && (says("Connection refused") || says("No such file"));
    let (asked, words) = (output.argv.clone(), Text::bounded(&output.stderr, 200));
    match (refused, down) {
        (true, _) => PveError::NotPermitted {
            asked,
            words,
            remedy: "it needs root; without it, use the API with a token of role PVEAuditor",
        }
        .into(),
        (_, true) => PveError::NoCluster { asked, words }.into(),
        _ => output.failure(),
    }
}
