//! What the classifier is told about the host.

use glob::Pattern;
use grace_core::GuestKind;

use super::guests::{GuestName, unescape};

/// The characters that make a text a pattern.
const WILD: [char; 4] = ['*', '?', '[', ']'];

/// What a host's entries are read by, besides what is the same on every host.
///
/// The default knows the units in which common programs run guests, [`GuestUnit::WELL_KNOWN`]. Proxmox VE's
/// guests need no rule: its tasks tell of them.
#[derive(Debug, Clone)]
pub struct Rules {
    guest_units: Vec<GuestUnit>,
}

impl Rules {
    /// Units of systemd that are guests, in place of those that are known to be. The first that matches
    /// counts.
    #[must_use]
    pub fn with_guest_units(mut self, units: impl IntoIterator<Item = GuestUnit>) -> Self {
        self.guest_units = units.into_iter().collect();
        self
    }

    /// The guest that a unit is, if it is one.
    pub(super) fn guest(&self, unit: &str) -> Option<GuestName> {
        self.guest_units.iter().find(|guests| guests.matches(unit))?.guest(unit)
    }
}

impl Default for Rules {
    fn default() -> Self {
        let known = GuestUnit::WELL_KNOWN.into_iter();
        let units = known.filter_map(|(pattern, kind)| GuestUnit::new(pattern, kind).ok());
        Self { guest_units: units.collect() }
    }
}

/// Units of systemd that are guests.
#[derive(Debug, Clone)]
pub struct GuestUnit {
    pattern: Pattern,
    kind: GuestKind,
}

impl GuestUnit {
    /// The patterns and kinds that [`Rules`] begins with: containers of systemd-nspawn and LXC, containers
    /// that `podman generate systemd` and NixOS made services of, and machines of systemd-machined, which
    /// libvirt's guests are among. These last are VMs where their names say so.
    pub const WELL_KNOWN: [(&'static str, GuestKind); 6] = [
        ("systemd-nspawn@*.service", GuestKind::Ct),
        ("machine-*.scope", GuestKind::Ct),
        ("container-*.service", GuestKind::Ct),
        ("docker-*.service", GuestKind::Ct),
        ("podman-*.service", GuestKind::Ct),
        ("lxc@*.service", GuestKind::Ct),
    ];

    /// Units that a pattern above fits and that are podman's own.
    const NO_GUESTS: [&'static str; 3] =
        ["podman-auto-update.service", "podman-clean-transient.service", "podman-restart.service"];

    /// The units whose names match a glob, such as `container-*.service`. A guest's name is what stands from
    /// the glob's first wild card to its last, with systemd's escapes undone; where there is none, what stands
    /// before the last dot.
    ///
    /// # Errors
    /// The pattern is no glob.
    pub fn new(pattern: &str, kind: GuestKind) -> Result<Self, BadPattern> {
        match Pattern::new(pattern) {
            Ok(pattern) => Ok(Self { pattern, kind }),
            Err(source) => Err(BadPattern { pattern: pattern.to_owned(), source }),
        }
    }

    /// What the guests are.
    #[must_use]
    pub const fn kind(&self) -> GuestKind {
        self.kind
    }

    fn matches(&self, unit: &str) -> bool {
        let (head, _) = self.around();
        unit.starts_with(head) && self.pattern.matches(unit) && !Self::NO_GUESTS.contains(&unit)
    }

    fn guest(&self, unit: &str) -> Option<GuestName> {
        let (head, tail) = self.around();
        let wild = unit.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
        let name = match wild {
            Some(name) if !name.is_empty() => name,
            _ => unit.rsplit_once('.').map_or(unit, |(stem, _)| stem),
        };
        GuestName::new(&unescape(name), self.kind)
    }

    /// What stands before the first wild card and after the last.
    fn around(&self) -> (&str, &str) {
        let pattern = self.pattern.as_str();
        match (pattern.find(WILD), pattern.rfind(WILD)) {
            (Some(first), Some(last)) => (&pattern[..first], &pattern[last + 1..]),
            _ => (pattern, ""),
        }
    }
}

/// Why a text is no pattern of units' names.
#[derive(Debug, thiserror::Error)]
#[error("{pattern:?} is no glob: {source}")]
#[non_exhaustive]
pub struct BadPattern {
    /// The text.
    pub pattern: String,
    /// Why not.
    pub source: glob::PatternError,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_patterns_are_globs() {
        assert_eq!(Rules::default().guest_units.len(), GuestUnit::WELL_KNOWN.len());
    }

    #[test]
    fn a_unit_is_the_guest_that_its_pattern_says() {
        fn check(unit: &str, guest: Option<(&str, GuestKind)>) {
            let found = Rules::default().guest(unit);
            let found = found.as_ref().map(|guest| (guest.name.as_str(), guest.kind));
            assert_eq!(found, guest, "{unit}");
        }
        check("systemd-nspawn@web.service", Some(("web", GuestKind::Ct)));
        check("systemd-nspawn@my\\x2dbox.service", Some(("my-box", GuestKind::Ct)));
        check("machine-qemu\\x2d1\\x2dweb.scope", Some(("web", GuestKind::Vm)));
        check("machine-web.scope", Some(("web", GuestKind::Ct)));
        check("container-db.service", Some(("db", GuestKind::Ct)));
        check("docker-db.service", Some(("db", GuestKind::Ct)));
        check("podman-db.service", Some(("db", GuestKind::Ct)));
        check("podman-restart.service", None);
        check("podman.service", None);
        check("docker.service", None);
        check("100.scope", None);
        check("pve-container@101.service", None);
        check("nginx.service", None);
        check("", None);
    }

    #[test]
    fn rules_of_ones_own_take_the_place_of_the_known_ones() {
        let own = [
            GuestUnit::new("vm-[ab]?-*.service", GuestKind::Vm).expect("a glob"),
            GuestUnit::new("firewall.service", GuestKind::Vm).expect("a glob"),
        ];
        let rules = Rules::default().with_guest_units(own);
        let name = |unit: &str| rules.guest(unit).map(|guest| guest.name.to_string());
        assert_eq!(name("vm-a1-web.service").as_deref(), Some("a1-web"));
        assert_eq!(name("firewall.service").as_deref(), Some("firewall"));
        assert_eq!(name("vm-c1-web.service"), None);
        assert_eq!(name("container-db.service"), None);
    }

    #[test]
    fn a_text_that_is_no_glob_is_named() {
        let error = GuestUnit::new("vm-[a.service", GuestKind::Vm).expect_err("no glob");
        assert_eq!(error.pattern, "vm-[a.service");
        assert!(error.to_string().starts_with("\"vm-[a.service\" is no glob: "), "{error}");
    }
}
