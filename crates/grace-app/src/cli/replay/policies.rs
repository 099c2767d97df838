//! The policies that a boot is run under, as the command line names them.

use std::fs;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use grace_core::{Adaptive, Policy, Text};
use grace_sim::timeline::parse_policy_file;

use crate::replay::Contender;

/// The policies of these names. If there is none, that of the configuration, which is the default one if it does
/// not say.
///
/// # Errors
/// A file that cannot be read or is no policy, or the same policy twice.
pub(super) fn read(names: &[String], configured: &Policy) -> anyhow::Result<Vec<Contender>> {
    if names.is_empty() {
        let is_default = *configured == Policy::default();
        let name = Text::literal(if is_default { "default" } else { "configured" });
        return Ok(vec![Contender { name, policy: configured.clone() }]);
    }
    let mut seen: Vec<PathBuf> = Vec::new();
    let contenders = names.iter().map(|name| {
        let path = fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name));
        if seen.contains(&path) {
            bail!("--policy {name} is given twice: a policy stands beside others once");
        }
        seen.push(path);
        Ok(Contender { name: Text::name(name), policy: policy(name)? })
    });
    contenders.collect()
}

fn policy(name: &str) -> anyhow::Result<Policy> {
    match name {
        "default" => Ok(Policy::default()),
        "adaptive" => {
            let mut policy = Policy::default();
            policy.adaptive = Some(Adaptive::default());
            Ok(policy)
        }
        path => {
            let text = fs::read_to_string(path).map_err(|error| {
                anyhow!("{path}: {error}: name a file, or write default or adaptive")
            })?;
            Ok(parse_policy_file(path, &text)?)
        }
    }
}
