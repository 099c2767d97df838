//! What the kernel says of one interface, and what that means.

use grace_core::{Check, Status, Text};

/// The text of an interface's files in `/sys/class/net/NAME`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) name: &'a str,
    pub(super) flags: &'a str,
    pub(super) arp_type: &'a str,
    pub(super) operstate: &'a str,
    /// `None` where it cannot be read, as for one that is not set up.
    pub(super) carrier: Option<&'a str>,
    pub(super) uevent: &'a str,
    pub(super) index: &'a str,
    pub(super) lower_index: &'a str,
    pub(super) has_device: bool,
    /// How many ports a bridge has; `None` for what is no bridge.
    pub(super) ports: Option<usize>,
}

/// One interface.
#[derive(Debug)]
pub(super) struct Interface {
    name: Text,
    is_set_up: bool,
    kind: Kind,
    state: State,
    has_carrier: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Loopback,
    /// The host's side of a guest's interface.
    Guest,
    Bridge {
        ports: usize,
    },
    /// A card, or what stands on other interfaces: a bond, a VLAN, a container's own end of a pair.
    Link,
    /// Tunnels and other interfaces without a link below.
    Virtual,
}

/// RFC 2863 `ifOperStatus`, in the kernel's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unknown,
    NotPresent,
    Down,
    LowerLayerDown,
    Testing,
    Dormant,
    Up,
}

/// `IFF_UP`, the administrator's wish.
const IFF_UP: u32 = 0x1;
/// `ARPHRD_LOOPBACK`.
const LOOPBACK: &str = "772";
/// What the host's sides of guests' interfaces are called by PVE, libvirt and container runtimes.
const GUEST_PREFIXES: [&str; 5] = ["fwbr", "fwln", "fwpr", "tap", "vnet"];

impl Interface {
    /// # Errors
    /// What is not understood, in words.
    pub(super) fn parse(facts: &Facts<'_>) -> Result<Self, String> {
        let odd = |file: &str, text: &str| format!("{file} is \"{}\"", Text::name(text.trim()));
        let flags = facts.flags.trim();
        let flags = flags
            .strip_prefix("0x")
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .ok_or_else(|| odd("flags", flags))?;
        let state = State::parse(facts.operstate.trim());
        Ok(Self {
            name: Text::name(facts.name),
            is_set_up: flags & IFF_UP != 0,
            kind: Kind::of(facts),
            state: state.ok_or_else(|| odd("operstate", facts.operstate))?,
            has_carrier: facts.carrier.is_some_and(|carrier| carrier.trim() == "1"),
        })
    }

    /// The check of this interface; `None` for one that need not be up.
    pub(super) fn check(&self) -> Option<Check> {
        if !self.is_set_up || matches!(self.kind, Kind::Loopback | Kind::Guest) {
            return None;
        }
        let (status, reason) = self.verdict();
        Some(Check::new(&self.name, status, reason))
    }

    fn verdict(&self) -> (Status, &'static str) {
        let is_down = match self.kind {
            Kind::Bridge { ports: 0 } => (Status::Info, "bridge without ports"),
            Kind::Virtual => (Status::Info, "link is down (virtual)"),
            _ => (Status::Critical, "link is down"),
        };
        match self.state {
            State::Up => (Status::Ok, "UP"),
            // Drivers without a notion of state leave it unknown; the carrier is then the answer.
            State::Unknown if self.has_carrier => (Status::Ok, "UP"),
            State::Unknown => (Status::Unknown, "link state is not known"),
            State::Testing => (Status::Unknown, "link is being tested"),
            State::Dormant => (Status::Warning, "link waits for another party (dormant)"),
            State::NotPresent => (Status::Critical, "hardware is not present"),
            State::LowerLayerDown if is_down.0 == Status::Critical => {
                (Status::Critical, "link is down (the link below it is down)")
            }
            State::Down | State::LowerLayerDown => is_down,
        }
    }
}

impl Kind {
    fn of(facts: &Facts<'_>) -> Self {
        if facts.arp_type.trim() == LOOPBACK {
            return Self::Loopback;
        }
        if !facts.has_device && is_guest(facts.name) {
            return Self::Guest;
        }
        if let Some(ports) = facts.ports {
            return Self::Bridge { ports };
        }
        let of_type = |wanted: &str| facts.uevent.lines().any(|line| line == wanted);
        let stands_on_another = facts.lower_index.trim() != facts.index.trim();
        if facts.has_device || of_type("DEVTYPE=bond") || of_type("DEVTYPE=vlan") {
            return Self::Link;
        }
        // Tunnels stand on another interface too, and are no Ethernet (`ARPHRD_ETHER`, 1).
        if stands_on_another && facts.arp_type.trim() == "1" && !of_type("DEVTYPE=vxlan") {
            return Self::Link;
        }
        Self::Virtual
    }
}

fn is_guest(name: &str) -> bool {
    // `tap100i0`, but not `tapestry`; container runtimes put random letters after `veth`.
    let numbered = GUEST_PREFIXES.iter().any(|prefix| {
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    numbered || name.starts_with("veth")
}

impl State {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "unknown" => Self::Unknown,
            "notpresent" => Self::NotPresent,
            "down" => Self::Down,
            "lowerlayerdown" => Self::LowerLayerDown,
            "testing" => Self::Testing,
            "dormant" => Self::Dormant,
            "up" => Self::Up,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Facts, Interface};

    /// A card that is set up and has its link.
    const CARD: Facts<'_> = Facts {
        name: "enp3s0",
        flags: "0x1003\n",
        arp_type: "1\n",
        operstate: "up\n",
        carrier: Some("1\n"),
        uevent: "INTERFACE=enp3s0\nIFINDEX=2\n",
        index: "2\n",
        lower_index: "2\n",
        has_device: true,
        ports: None,
    };
    /// An interface without hardware.
    const VIRTUAL: Facts<'_> = Facts { has_device: false, ..CARD };
    const BRIDGE: Facts<'_> = Facts {
        name: "vmbr0",
        uevent: "DEVTYPE=bridge\nINTERFACE=vmbr0\n",
        ports: Some(1),
        ..VIRTUAL
    };

    fn print(facts: &Facts<'_>) -> String {
        match Interface::parse(facts).map(|interface| interface.check()) {
            Ok(Some(check)) => format!("{}: {}", check.status.as_str(), check.reason),
            Ok(None) => "-".to_owned(),
            Err(words) => format!("? {words}"),
        }
    }

    #[test]
    fn a_link_is_told_by_its_state() {
        let states = [
            ("up", Some("1"), "OK: UP"),
            ("unknown", Some("1"), "OK: UP"),
            ("unknown", Some("0"), "UNKNOWN: link state is not known"),
            ("unknown", None, "UNKNOWN: link state is not known"),
            ("down", Some("0"), "CRITICAL: link is down"),
            ("lowerlayerdown", Some("0"), "CRITICAL: link is down (the link below it is down)"),
            ("notpresent", None, "CRITICAL: hardware is not present"),
            ("dormant", Some("1"), "WARNING: link waits for another party (dormant)"),
            ("testing", Some("1"), "UNKNOWN: link is being tested"),
            ("sideways", Some("1"), "? operstate is \"sideways\""),
            ("", Some("1"), "? operstate is \"\""),
        ];
        for (operstate, carrier, expect) in states {
            let facts = Facts { operstate, carrier, ..CARD };
            assert_eq!(print(&facts), expect, "{operstate} {carrier:?}");
        }
    }

    #[test]
    fn what_need_not_be_up_is_not_looked_at() {
        let down = Facts { operstate: "down", carrier: Some("0"), ..VIRTUAL };
        for name in
            ["tap100i0", "veth101i0", "veth3f2a", "fwbr100i0", "fwpr100p0", "fwln100i0", "vnet0"]
        {
            assert_eq!(print(&Facts { name, ..down }), "-", "{name}");
            assert_eq!(print(&Facts { name, ports: Some(2), ..down }), "-", "{name}");
        }
        assert_eq!(print(&Facts { name: "lo", arp_type: "772", ..down }), "-");
        assert_eq!(print(&Facts { flags: "0x1002", operstate: "down", ..CARD }), "-");
        assert_eq!(print(&Facts { flags: "up", ..CARD }), "? flags is \"up\"");
    }

    #[test]
    fn a_down_link_is_as_bad_as_its_kind() {
        let down = |facts| Facts { operstate: "down", carrier: Some("0"), ..facts };
        let kinds = [
            (BRIDGE, "CRITICAL: link is down"),
            (Facts { ports: Some(0), ..BRIDGE }, "INFO: bridge without ports"),
            (Facts { name: "bond0", uevent: "DEVTYPE=bond", ..VIRTUAL }, "CRITICAL: link is down"),
            (
                Facts { name: "vmbr0.5", uevent: "DEVTYPE=vlan", ..VIRTUAL },
                "CRITICAL: link is down",
            ),
            // A container's own end of a pair has its other end as lower interface.
            (Facts { name: "eth0", lower_index: "7", ..VIRTUAL }, "CRITICAL: link is down"),
            (Facts { name: "dummy0", ..VIRTUAL }, "INFO: link is down (virtual)"),
            (Facts { name: "vetheral", ..CARD }, "CRITICAL: link is down"),
            (Facts { name: "tun0", arp_type: "65534", ..VIRTUAL }, "INFO: link is down (virtual)"),
            (
                Facts { name: "sit1", arp_type: "776", lower_index: "2", ..VIRTUAL },
                "INFO: link is down (virtual)",
            ),
        ];
        for (facts, expect) in kinds {
            assert_eq!(print(&down(facts)), expect, "{}", facts.name);
        }
        assert_eq!(print(&Facts { ports: Some(0), ..BRIDGE }), "OK: UP");
    }
}
