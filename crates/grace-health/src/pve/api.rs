//! Asking a node by its HTTPS API.

use std::fmt;
use std::str::FromStr;

use grace_core::Text;

use super::error::PveError;
use super::state::Ask;
use crate::Error;
use crate::http::{Endpoint, HttpClient, HttpFault};

/// The HTTPS API of a node or of its cluster, asked with an API token.
///
/// It is for a process that is not root, or not on the node. The token has to have the role `PVEAuditor` on
/// `/`; a token with privilege separation has it by itself, besides its user. What it may not see, Proxmox VE
/// leaves out of some lists instead of refusing them; guests and storages that are missed are then
/// [`Unknown`](grace_core::Status::Unknown).
#[derive(Debug, Clone)]
pub struct PveApi {
    client: HttpClient,
    node: String,
}

impl PveApi {
    /// The API at this endpoint, such as `https://localhost:8006`, about the node that answers there. That
    /// one answers for itself whether its cluster has a quorum or not.
    ///
    /// A node's certificate is signed by its cluster's own authority: trust
    /// [the file](crate::Trust::CaFile) `/etc/pve/pve-root-ca.pem`, or
    /// [the fingerprint](crate::Trust::Fingerprint) that the web interface shows.
    ///
    /// # Errors
    /// Trust that cannot be set up, such as a file that cannot be read.
    pub fn new(endpoint: Endpoint, token: &PveToken) -> Result<Self, Error> {
        let value = format!("PVEAPIToken={}", token.secret);
        let endpoint = endpoint.with_header("Authorization", &value)?;
        Ok(Self { client: HttpClient::new(endpoint)?, node: "localhost".to_owned() })
    }

    /// The same API about another node of the cluster.
    ///
    /// # Errors
    /// What is no node's name: letters, digits and hyphens.
    pub fn with_node(mut self, node: &str) -> Result<Self, Error> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if node.is_empty() || !node.bytes().all(is_name) {
            return Err(PveError::NotANode { name: Text::name(node) }.into());
        }
        node.clone_into(&mut self.node);
        Ok(self)
    }

    fn path(&self, part: &str) -> String {
        format!("api2/json/nodes/{}/{part}", self.node)
    }
}

impl Ask for PveApi {
    fn shown(&self, part: &str) -> Text {
        self.client.shown(&self.path(part))
    }

    async fn ask(&self, part: &str) -> Result<String, Error> {
        self.client.get(&self.path(part)).await.map_err(with_remedy)
    }
}

/// The error of an API that gave no answer, with what helps where its status is known.
fn with_remedy(error: Error) -> Error {
    let Error::Http { url, fault } = error else { return error };
    let HttpFault::Status { status, .. } = &fault else { return Error::Http { url, fault } };
    let words = Text::new(fault.to_string());
    let remedy = match status {
        401 => "the token is not known, has expired or is disabled; write user@realm!name=secret",
        403 => "give the token the role PVEAuditor on /",
        // A server of another kind is not the same as a host without Proxmox VE.
        404 => return PveError::Malformed { asked: url, words }.into(),
        _ => return Error::Http { url, fault },
    };
    PveError::NotPermitted { asked: url, words, remedy }.into()
}

/// An API token of Proxmox VE, `user@realm!name=secret`. It is never shown but for its name.
#[derive(Clone)]
pub struct PveToken {
    secret: String,
}

impl FromStr for PveToken {
    type Err = NotAToken;

    /// Reads a token, or the whole value of the header that carries it; blanks and line ends around it do
    /// not matter.
    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let text = text.trim();
        let text = text.strip_prefix("PVEAPIToken=").unwrap_or(text);
        let (id, secret) = text.rsplit_once('=').ok_or(NotAToken)?;
        let (user, name) = id.split_once('!').ok_or(NotAToken)?;
        let (login, realm) = user.rsplit_once('@').ok_or(NotAToken)?;
        let whole = [login, realm, name, secret].iter().all(|part| !part.is_empty());
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !name.contains(['!', '=']);
        if whole && plain { Ok(Self { secret: text.to_owned() }) } else { Err(NotAToken) }
    }
}

impl fmt::Debug for PveToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.secret.rsplit_once('=').map_or("", |(id, _)| id);
        f.debug_tuple("PveToken").field(&id).finish()
    }
}

/// Text that is no API token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an API token of Proxmox VE: write user@realm!name=secret")]
#[non_exhaustive]
pub struct NotAToken;

#[cfg(test)]
mod tests {
    use super::{NotAToken, PveToken};

    #[test]
    fn a_token_is_read_and_not_shown() {
        let secret = "8f1c2d3e-4b5a-4c6d-8e7f-90a1b2c3d4e5";
        for text in [
            format!("grace@pve!monitor={secret}"),
            format!(" grace@pve!monitor={secret}\n"),
            format!("PVEAPIToken=grace@pve!monitor={secret}"),
            format!("first.last@company@ldap!a-b_c.d={secret}"),
        ] {
            let token: PveToken = text.parse().expect("a token");
            let shown = format!("{token:?}");
            assert!(!shown.contains(secret) && shown.contains('!'), "{shown}");
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in [
            "",
            "8f1c2d3e-4b5a-4c6d-8e7f-90a1b2c3d4e5",
            "grace@pve=secret",
            "grace!monitor=secret",
            "grace@pve!monitor",
            "grace@pve!monitor=",
            "grace@pve!=secret",
            "@pve!monitor=secret",
            "grace@!monitor=secret",
            "root@pam!proxcenter!tokenid=secret",
            "grace@pve!monitor=sec ret",
            "grace@pve!monitor=secret\nX-Other: header",
            "PVEAPIToken=grace@pve",
            "grace@pve!moni\u{e4}tor=secret",
        ] {
            assert_eq!(text.parse::<PveToken>().err(), Some(NotAToken), "{text:?}");
        }
    }
}
