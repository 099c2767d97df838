//! The state of a node, whichever way it was asked for.

use futures_util::future::join4;
use grace_core::Text;

use super::answer::{self, GuestState, Listed, Service, Storage};
use super::error::PveError;
use crate::Error;

/// The four questions about a node. Each may fail by itself.
#[derive(Debug)]
pub(super) struct NodeState {
    pub(super) vms: Part<GuestState>,
    pub(super) containers: Part<GuestState>,
    pub(super) storages: Part<Storage>,
    pub(super) services: Part<Service>,
}

/// A list that was asked for, or why there is none.
pub(super) type Part<T> = Result<Listed<T>, Error>;

/// A way to ask Proxmox VE.
pub(super) trait Ask {
    /// What the part of the node is called in errors.
    fn shown(&self, part: &str) -> Text;

    /// The answer as it came.
    async fn ask(&self, part: &str) -> Result<String, Error>;

    /// All four questions at the same time.
    async fn node(&self) -> NodeState {
        let (vms, containers, storages, services) = join4(
            self.list("qemu", answer::guests),
            self.list("lxc", answer::guests),
            self.list("storage", answer::storages),
            self.list("services", answer::services),
        )
        .await;
        NodeState { vms, containers, storages, services }
    }

    async fn list<T>(&self, part: &str, read: impl Fn(&str) -> Result<Listed<T>, Text>) -> Part<T> {
        let answer = self.ask(part).await?;
        read(&answer).map_err(|words| {
            let asked = self.shown(part);
            PveError::Malformed { asked, words }.into()
        })
    }
}

impl NodeState {
    /// The state, unless none of it could be read.
    pub(super) fn or_error(self) -> Result<Self, Error> {
        match self {
            Self { vms: Err(error), containers: Err(_), storages: Err(_), services: Err(_) } => {
                Err(error)
            }
            state => Ok(state),
        }
    }
}
