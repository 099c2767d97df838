//! Processes that the kernel kills for want of memory.
//!
//! The kernel (`mm/oom_kill.c`, since 4.19) writes a line with the control groups that are concerned,
//! `oom-kill:constraint=…,task_memcg=/qemu.slice/100.scope,task=kvm,pid=4242,uid=0`, and then one with the
//! process, `Out of memory: Killed process 4242 (kvm) …`, or `Memory cgroup out of memory: Killed process …`
//! where it was a group's own limit that was reached.

use grace_core::{Alert, Event, Occurrence, Origin, Severity, Text};

use super::pve::is_id;
use super::units::Units;

/// What the kernel said last of whom it would kill.
#[derive(Debug, Clone, Default)]
pub(super) struct Oom {
    victim: Option<Victim>,
}

#[derive(Debug, Clone)]
struct Victim {
    pid: u32,
    group: Group,
}

/// The control group of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Group {
    /// A VM of Proxmox VE.
    Vm(Text),
    /// A container of Proxmox VE.
    Ct(Text),
    Other,
}

impl Oom {
    pub(super) fn read(&mut self, message: &str, units: &mut Units) -> Option<Occurrence> {
        if let Some(fields) = message.strip_prefix("oom-kill:") {
            self.victim = Victim::parse(fields);
            return None;
        }
        let rest = message
            .strip_prefix("Out of memory: ")
            .or_else(|| message.strip_prefix("Memory cgroup out of memory: "))?;
        let (pid, rest) = rest.strip_prefix("Killed process ")?.split_once(" (")?;
        let (name, _) = rest.split_once(") ")?;
        let pid: u32 = pid.parse().ok()?;
        let victim = self.victim.take().filter(|victim| victim.pid == pid);
        let group = victim.map_or(Group::Other, |victim| victim.group);
        if let Group::Vm(id) = &group {
            units.vm_starved(id);
        }
        let alert = alert(&group, name, message.starts_with("Memory cgroup"));
        Some(Occurrence::new(Origin::Journal, Event::Alert(alert)))
    }
}

/// Of a guest it is an alert of `vms` under the guest's id, of any other process one of `memory` under the
/// process's name. That a container's process was killed at the container's own limit is the container's
/// matter, and only a warning.
fn alert(group: &Group, name: &str, is_limit: bool) -> Alert {
    let (category, key, severity, whose) = match group {
        Group::Vm(id) => ("vms", id.as_str(), Severity::Critical, format!("VM {id}")),
        Group::Ct(id) if is_limit => {
            ("vms", id.as_str(), Severity::Warning, format!("a process of CT {id}"))
        }
        Group::Ct(id) => ("vms", id.as_str(), Severity::Critical, format!("a process of CT {id}")),
        Group::Other => ("memory", name, Severity::Critical, "a process".to_owned()),
    };
    let what = if is_limit { "its memory limit was reached" } else { "the host's memory ran out" };
    Alert::new(category, key, severity, format!("{what}, and the kernel killed {whose}: {name}"))
}

impl Victim {
    /// The victim in the fields of an `oom-kill:` line. The group's path may have commas in it, but begins
    /// with a guest's where it is a guest's.
    fn parse(fields: &str) -> Option<Self> {
        let field = |name: &str| {
            let mut fields = fields.split(',');
            fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
        };
        let pid = field("pid")?.parse().ok()?;
        Some(Self { pid, group: field("task_memcg").map_or(Group::Other, Group::of) })
    }
}

impl Group {
    fn of(path: &str) -> Self {
        let id = |id: Option<&str>| id.filter(|id| is_id(id)).map(Text::name);
        let mut parts = path.trim_start_matches('/').split('/');
        match (parts.next(), parts.next()) {
            (Some("qemu.slice"), Some(scope)) => {
                id(scope.strip_suffix(".scope")).map_or(Self::Other, Self::Vm)
            }
            (Some("lxc" | "lxc.monitor" | "lxc.payload"), name) => {
                id(name).map_or(Self::Other, Self::Ct)
            }
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_group_is_the_guest_whose_it_is() {
        fn check(path: &str, group: Group) {
            assert_eq!(Group::of(path), group, "{path}");
        }
        check("/qemu.slice/100.scope", Group::Vm(Text::new("100")));
        check("/lxc/101/ns/system.slice/cron.service", Group::Ct(Text::new("101")));
        check("/lxc/101", Group::Ct(Text::new("101")));
        check("/lxc.monitor/101", Group::Ct(Text::new("101")));
        check("/system.slice/ssh.service", Group::Other);
        check("/qemu.slice/x.scope", Group::Other);
        check("/user.slice/qemu.slice/100.scope", Group::Other);
        check("/", Group::Other);
        check("", Group::Other);
    }
}
