//! Guests of hosts without Proxmox VE, by the names of units and machines.

use grace_core::{Guest, GuestKind, Text};

/// What a guest is called, and what it is. Its name is its id too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GuestName {
    pub(super) name: Text,
    pub(super) kind: GuestKind,
}

impl GuestName {
    /// A guest of this kind, unless its name says that libvirt runs it as another.
    ///
    /// libvirt calls its machines by its driver, a number that changes with each start, and the guest's name:
    /// `qemu-1-web`.
    pub(super) fn new(name: &str, kind: GuestKind) -> Option<Self> {
        let libvirt = |driver: &str| {
            let (number, name) = name.strip_prefix(driver)?.split_once('-')?;
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            (is_number && !name.is_empty()).then_some(name)
        };
        let (name, kind) = match (libvirt("qemu-"), libvirt("lxc-")) {
            (Some(name), _) => (name, GuestKind::Vm),
            (None, Some(name)) => (name, GuestKind::Ct),
            (None, None) => (name, kind),
        };
        (!name.is_empty()).then(|| Self { name: Text::name(name), kind })
    }

    /// The guest that machined calls so. Of those it registers, only libvirt's are VMs by their names.
    pub(super) fn of_machine(name: &str) -> Option<Self> {
        Self::new(name, GuestKind::Ct)
    }

    pub(super) fn guest(&self) -> Guest {
        Guest::new(&self.name, &self.name, self.kind)
    }
}

/// A part of a unit's name as it was before systemd escaped it: `my\x2dbox` is `my-box`.
pub(super) fn unescape(escaped: &str) -> String {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((before, after)) = rest.split_once("\\x") {
        bytes.extend_from_slice(before.as_bytes());
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.extend_from_slice(code.as_ref().map_or(b"\\x".as_slice(), std::slice::from_ref));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_the_guest_that_its_name_says() {
        fn check(machine: &str, name: &str, kind: GuestKind) {
            let guest = GuestName::of_machine(machine).expect("a guest");
            assert_eq!((guest.name.as_str(), guest.kind), (name, kind), "{machine}");
        }
        check("web", "web", GuestKind::Ct);
        check("qemu-1-web", "web", GuestKind::Vm);
        check("qemu-12-web-2", "web-2", GuestKind::Vm);
        check("lxc-3-box", "box", GuestKind::Ct);
        check("qemu-web", "qemu-web", GuestKind::Ct);
        check("qemu-1-", "qemu-1-", GuestKind::Ct);
        assert_eq!(GuestName::of_machine(""), None);
    }

    #[test]
    fn a_units_name_is_unescaped() {
        fn check(escaped: &str, name: &str) {
            assert_eq!(unescape(escaped), name);
        }
        check("web", "web");
        check("qemu\\x2d1\\x2dweb", "qemu-1-web");
        check("caf\\xc3\\xa9", "café");
        check("end\\x", "end\\x");
        check("no\\xzz", "no\\xzz");
        check("half\\x2", "half\\x2");
    }
}
