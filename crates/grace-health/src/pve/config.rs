//! A guest's configuration file, qm.conf(5) and pct.conf(5): what of it is about names and starts.
//!
//! The grammar is that of `parse_vm_config` in qemu-server and `parse_pct_config` in pve-container, and
//! what they skip with a warning is skipped here with a fault.

use std::time::Duration;

use grace_core::{GuestKind, Text};

use super::faults::Faults;

/// What a guest's file says of its name and of its starts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// `name` of a VM, `hostname` of a container.
    pub(crate) name: Option<Text>,
    pub(crate) on_boot: bool,
    pub(crate) template: bool,
    pub(crate) startup: Startup,
    pub(crate) faults: Faults,
}

/// When a guest is started and stopped among the others of its host: `startup` in its configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Startup {
    /// Its place: lower ones start first and stop last, those without one start last.
    pub order: Option<u64>,
    /// How long the host waits after its start before it starts the next.
    pub up: Option<Duration>,
    /// How long it has to shut down before it is stopped; 180 s if nothing is said.
    pub down: Option<Duration>,
}

impl Startup {
    /// Reads `[[order=]n][,up=n][,down=n]`, the numbers in seconds, as `pve_parse_startup_order` does.
    fn parse(value: &str) -> Option<Self> {
        let mut startup = Self::default();
        for part in value.split(',').filter(|part| !part.trim().is_empty()) {
            match part.split_once('=') {
                None => startup.order = Some(number(part)?),
                Some(("order", n)) => startup.order = Some(number(n)?),
                Some(("up", n)) => startup.up = Some(Duration::from_secs(number(n)?)),
                Some(("down", n)) => startup.down = Some(Duration::from_secs(number(n)?)),
                Some(_) => return None,
            }
        }
        Some(startup)
    }
}

/// Digits alone: `parse` would take a sign too.
fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// Reads a guest's file up to its first section: what follows are snapshots and changes that wait.
///
/// Of a key that stands twice the last counts, but for one whose value is none.
pub(crate) fn parse(kind: GuestKind, text: &str) -> Settings {
    let mut settings = Settings::default();
    for (index, line) in text.lines().enumerate() {
        // Comments are the guest's description.
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('[') {
            break;
        }
        if let Err(words) = settings.take(kind, line) {
            settings.faults.note(index + 1, words);
        }
    }
    settings
}

impl Settings {
    fn take(&mut self, kind: GuestKind, line: &str) -> Result<(), &'static str> {
        let Some((key, value)) = property(line) else {
            return if is_lxc(line) { Ok(()) } else { Err("it is no `key: value`") };
        };
        match (key, kind) {
            ("onboot", _) => self.on_boot = boolean(value).ok_or("onboot is no yes or no")?,
            ("template", _) => self.template = boolean(value).ok_or("template is no yes or no")?,
            ("startup", _) => {
                self.startup = Startup::parse(value).ok_or("startup is no order and delays")?;
            }
            ("name", GuestKind::Vm) | ("hostname", GuestKind::Ct) if !value.is_empty() => {
                self.name = Some(Text::name(value));
            }
            _ => {}
        }
        Ok(())
    }
}

/// `key: value`, without the blanks and the carriage return around the value.
fn property(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    let begins = key.bytes().next()?.is_ascii_lowercase();
    (begins && key.bytes().all(is_key)).then(|| (key, value.trim()))
}

/// A raw line for LXC, which may be written with an equals sign: `lxc.apparmor.profile = unconfined`.
fn is_lxc(line: &str) -> bool {
    line.starts_with("lxc.") && line.contains([':', '='])
}

/// A boolean as `check_type` of both parsers reads it.
fn boolean(value: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    match value {
        _ if is(["1", "on", "yes", "true"]) => Some(true),
        _ if is(["0", "off", "no", "false"]) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use grace_core::GuestKind;

    use super::{Settings, parse};

    /// The settings in one line, then the faults.
    fn print(settings: &Settings) -> String {
        let flags = [(settings.on_boot, "onboot"), (settings.template, "template")];
        let startup = settings.startup;
        let numbers = [
            ("order", startup.order),
            ("up", startup.up.map(|up| up.as_secs())),
            ("down", startup.down.map(|down| down.as_secs())),
        ];
        let name = settings.name.as_deref().unwrap_or("-").to_owned();
        let words = [name]
            .into_iter()
            .chain(flags.iter().filter(|flag| flag.0).map(|flag| flag.1.to_owned()))
            .chain(numbers.iter().filter_map(|(key, n)| n.map(|n| format!("{key}={n}"))))
            .chain(settings.faults.words().map(|words| format!("? {words}")));
        words.collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn expect(kind: GuestKind, text: &str, expect: &str) {
        assert_eq!(print(&parse(kind, text)), expect, "{text}");
    }

    #[test]
    fn a_vm_as_proxmox_writes_it() {
        let text = "#Runs the shop%3A do not stop\n#\nagent: 1\nboot: order=scsi0;net0\ncores: 4\n\
                    memory: 8192\nmeta: creation-qemu=8.1.5,ctime=1706522312\nname: web.example.org\n\
                    net0: virtio=BC:24:11:2E:C8:3F,bridge=vmbr0,firewall=1\nnuma: 0\nonboot: 1\nostype: l26\n\
                    scsi0: local-lvm:vm-100-disk-0,iothread=1,size=32G\nscsihw: virtio-scsi-single\n\
                    smbios1: uuid=0a8f5f6b-4c7f-4c5a-9d49-3c4b1d2d7a10\nstartup: order=2,up=30,down=120\n\
                    vmgenid: 7f1a8c68-7f6e-4c57-8b0e-51e8b1f2d3c4\n";
        expect(GuestKind::Vm, text, "web.example.org onboot order=2 up=30 down=120");
    }

    #[test]
    fn a_container_as_proxmox_writes_it() {
        let text = "arch: amd64\ncores: 2\nfeatures: nesting=1\nhostname: db\nmemory: 2048\n\
                    mp0: /tank/db,mp=/var/lib/db\nonboot: 1\nostype: debian\n\
                    rootfs: local-lvm:vm-101-disk-0,size=8G\nswap: 512\nunprivileged: 1\n\
                    lxc.cgroup2.devices.allow: c 226:0 rwm\nlxc.apparmor.profile = unconfined\n\
                    lxc.idmap: u 0 100000 65536\n";
        expect(GuestKind::Ct, text, "db onboot");
        // Each kind has its own key for its name.
        expect(GuestKind::Ct, "name: web\n", "-");
        expect(GuestKind::Vm, "hostname: db\n", "-");
    }

    #[test]
    fn snapshots_and_changes_that_wait_do_not_count() {
        for section in
            ["[PENDING]", "[pve:pending]", "[before_upgrade]", "[special:cloudinit]", "[x"]
        {
            let text =
                format!("name: web\nonboot: 0\n\n{section}\nname: old\nonboot: 1\ntemplate: 1\n");
            expect(GuestKind::Vm, &text, "web");
        }
    }

    #[test]
    fn booleans_have_many_words() {
        for yes in ["1", "on", "yes", "true", "True", "ON"] {
            expect(GuestKind::Vm, &format!("onboot: {yes}"), "- onboot");
        }
        for no in ["0", "off", "no", "false", "No"] {
            expect(GuestKind::Vm, &format!("onboot: 1\nonboot: {no}"), "-");
        }
        for neither in ["", "2", "maybe", "-1", "1 1"] {
            expect(
                GuestKind::Vm,
                &format!("onboot: {neither}"),
                "- ? line 1: onboot is no yes or no",
            );
        }
        expect(GuestKind::Vm, "template: 1", "- template");
    }

    #[test]
    fn startup_has_three_parts_in_any_order() {
        let values = [
            ("3", "- order=3"),
            ("order=0", "- order=0"),
            ("up=5", "- up=5"),
            ("down=60,order=1", "- order=1 down=60"),
            ("2,up=10,down=20", "- order=2 up=10 down=20"),
            ("1,,", "- order=1"),
            ("order=-1", "- ? line 1: startup is no order and delays"),
            ("order=+1", "- ? line 1: startup is no order and delays"),
            ("order=1;up=2", "- ? line 1: startup is no order and delays"),
            ("up=99999999999999999999999", "- ? line 1: startup is no order and delays"),
            ("sideways=1", "- ? line 1: startup is no order and delays"),
        ];
        for (value, line) in values {
            expect(GuestKind::Ct, &format!("startup: {value}"), line);
        }
    }

    #[test]
    fn the_last_of_two_counts_unless_it_is_none() {
        expect(GuestKind::Vm, "name: a\nname: b\nname:\nonboot: 0\nonboot: 1", "b onboot");
        expect(
            GuestKind::Vm,
            "onboot: 1\nonboot: perhaps",
            "- onboot ? line 2: onboot is no yes or no",
        );
    }

    #[test]
    fn windows_line_ends_and_blanks_are_no_part_of_a_value() {
        expect(GuestKind::Vm, "name: web \r\nonboot:1\r\n\r\n# x\r\n", "web onboot");
    }

    #[test]
    fn a_line_that_is_none_spoils_only_itself() {
        let text = "name: web\nrubbish\n onboot: 1\nUPPER: 1\nonboot: 1\n";
        expect(GuestKind::Vm, text, "web onboot ? line 2: it is no `key: value`, and 2 more");
        expect(GuestKind::Vm, "", "-");
        // Cut off in the middle of a word.
        expect(GuestKind::Vm, "name: web\nonbo", "web ? line 2: it is no `key: value`");
    }

    #[test]
    fn a_name_is_safe_and_bounded() {
        let text = format!("name: a\u{1b}[2J{}\n", "x".repeat(1 << 20));
        let settings = parse(GuestKind::Vm, &text);
        let name = settings.name.unwrap_or_default();
        assert!(name.starts_with("a\u{fffd}[2J") && name.len() < 200, "{} bytes", name.len());
    }
}
