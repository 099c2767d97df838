//! What Proxmox VE answers when it is asked for a node's guests, storages and services.
//!
//! The shapes are those of its API: `/nodes/{node}/qemu`, `/lxc`, `/storage` and `/services`. `pvesh` prints
//! the list alone, the HTTPS API puts it in `{"data": …}`. Perl does not tell numbers from words, so that any
//! number and any yes or no may come as either.

use grace_core::{GuestId, Text};
use serde_json::Value;

/// A list of which each entry is read by itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed<T> {
    pub(super) items: Vec<T>,
    /// The entries that are not understood, counted from 1.
    pub(super) unread: Vec<usize>,
}

/// One entry of `/qemu` or `/lxc`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GuestState {
    pub(super) id: GuestId,
    pub(super) state: RunState,
}

/// Whether a guest runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RunState {
    Running,
    Stopped,
    /// A word that none of the versions known here has.
    Other(Text),
}

/// One entry of `/storage`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Storage {
    pub(super) name: Text,
    /// `dir`, `lvmthin`, `nfs`, …
    pub(super) kind: Text,
    /// `false` if it is disabled, or for other nodes.
    pub(super) enabled: bool,
    pub(super) active: Option<bool>,
    /// Whether guests' disks lie on it: its content has `images` or `rootdir`.
    pub(super) has_disks: bool,
}

/// One entry of `/services`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(super) name: Text,
    /// systemd's `SubState`: `running`, `dead`, `failed`, …
    pub(super) state: Text,
    /// systemd's `ActiveState`, since PVE 7.
    pub(super) active: Option<Text>,
    /// systemd's `UnitFileState`, since PVE 7.
    pub(super) unit: Option<Text>,
}

/// The guests of one kind.
///
/// # Errors
/// What is wrong with an answer that holds no list.
pub(crate) fn guests(answer: &str) -> Result<Listed<GuestState>, Text> {
    list(answer, |entry| {
        let state = match word(entry, "status")? {
            "running" => RunState::Running,
            "stopped" => RunState::Stopped,
            other => RunState::Other(Text::name(other)),
        };
        Some(GuestState { id: GuestId::new(number(entry.get("vmid")?)?.to_string()), state })
    })
}

/// The storages of the node.
///
/// # Errors
/// What is wrong with an answer that holds no list.
pub(crate) fn storages(answer: &str) -> Result<Listed<Storage>, Text> {
    list(answer, |entry| {
        let content = word(entry, "content").unwrap_or_default();
        Some(Storage {
            name: Text::name(word(entry, "storage")?),
            kind: Text::name(word(entry, "type")?),
            enabled: flag(entry, "enabled").unwrap_or(true),
            active: flag(entry, "active"),
            has_disks: content.split(',').any(|kind| matches!(kind, "images" | "rootdir")),
        })
    })
}

/// The services of the node.
///
/// # Errors
/// What is wrong with an answer that holds no list.
pub(crate) fn services(answer: &str) -> Result<Listed<Service>, Text> {
    list(answer, |entry| {
        Some(Service {
            name: Text::name(word(entry, "service")?),
            state: Text::name(word(entry, "state")?),
            active: word(entry, "active-state").map(Text::name),
            unit: word(entry, "unit-state").map(Text::name),
        })
    })
}

fn list<T>(answer: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Listed<T>, Text> {
    let answer = answer.trim();
    if answer.is_empty() {
        return Err(Text::literal("an empty answer"));
    }
    let with_excerpt = |words: &str| Text::new(format!("{words}: {}", Text::bounded(answer, 200)));
    let parsed: Value =
        serde_json::from_str(answer).map_err(|error| with_excerpt(&error.to_string()))?;
    let entries = match parsed.get("data").unwrap_or(&parsed) {
        Value::Array(entries) => entries,
        Value::Null => return Err(with_excerpt("no data")),
        _ => return Err(with_excerpt("not a list")),
    };
    let mut listed = Listed { items: Vec::new(), unread: Vec::new() };
    for (index, entry) in entries.iter().enumerate() {
        match read(entry) {
            Some(item) => listed.items.push(item),
            None => listed.unread.push(index + 1),
        }
    }
    Ok(listed)
}

fn word<'a>(entry: &'a Value, key: &str) -> Option<&'a str> {
    entry.get(key)?.as_str()
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn flag(entry: &Value, key: &str) -> Option<bool> {
    let value = entry.get(key)?;
    value.as_bool().or_else(|| number(value).map(|number| number != 0))
}

#[cfg(test)]
mod tests {
    use super::{Listed, guests, services, storages};

    fn print<T: std::fmt::Debug>(
        read: Result<Listed<T>, grace_core::Text>,
        line: impl Fn(&T) -> String,
    ) -> String {
        match read {
            Err(words) => format!("! {words}"),
            Ok(listed) => {
                let unread = listed.unread.iter().map(|number| format!("? {number}"));
                listed.items.iter().map(line).chain(unread).collect::<Vec<_>>().join("; ")
            }
        }
    }

    #[track_caller]
    fn expect_guests(answer: &str, expect: &str) {
        let found = print(guests(answer), |guest| format!("{} {:?}", guest.id, guest.state));
        assert_eq!(found, expect, "{answer}");
    }

    #[test]
    fn guests_are_read_in_every_form() {
        let pve8 = r#"[{"cpu":0.0102,"cpus":4,"disk":0,"maxdisk":34359738368,"maxmem":8589934592,
            "mem":3221225472,"name":"web","netin":1,"netout":2,"pid":1912,"status":"running","uptime":86400,
            "vmid":100},{"cpus":1,"name":"base","status":"stopped","template":1,"uptime":0,"vmid":8000}]"#;
        expect_guests(pve8, "100 Running; 8000 Stopped");
        expect_guests(&format!("{{\"data\":{pve8}}}\n"), "100 Running; 8000 Stopped");
        // Containers had their ids as words up to PVE 7.
        expect_guests(r#"[{"vmid":"101","status":"running","type":"lxc"}]"#, "101 Running");
        expect_guests(r#"[{"vmid":102,"status":"paused"}]"#, "102 Other(Text(\"paused\"))");
        expect_guests("[]", "");
    }

    #[test]
    fn an_entry_of_another_shape_spoils_only_itself() {
        let answer = r#"[{"vmid":[],"status":"running"},{"status":"running"},{"vmid":1},7,null,
            {"vmid":-1,"status":"stopped"},{"vmid":2,"status":1},{"vmid":3,"status":"stopped"}]"#;
        expect_guests(answer, "3 Stopped; ? 1; ? 2; ? 3; ? 4; ? 5; ? 6; ? 7");
    }

    #[test]
    fn an_answer_without_a_list_says_what_it_is() {
        let answers = [
            (" \n", "! an empty answer"),
            (r#"{"data":null}"#, r#"! no data: {"data":null}"#),
            (r#"{"data":{}}"#, r#"! not a list: {"data":{}}"#),
            ("{}", "! not a list: {}"),
            ("7", "! not a list: 7"),
            ("null", "! no data: null"),
            (
                r#"{"data":[{"vm"#,
                r#"! EOF while parsing a string at line 1 column 13: {"data":[{"vm"#,
            ),
            ("<!DOCTYPE html>", "! expected value at line 1 column 1: <!DOCTYPE html>"),
        ];
        for (answer, expect) in answers {
            expect_guests(answer, expect);
        }
        let long = print(guests(&"<".repeat(1 << 20)), |_| String::new());
        assert!(long.len() < 400, "{} bytes", long.len());
        // Nesting that would overflow a stack.
        assert!(guests(&"[".repeat(1 << 16)).is_err());
    }

    #[test]
    fn storages_have_flags_of_every_type() {
        let answer = r#"[{"active":1,"avail":48,"content":"iso,vztmpl,backup","enabled":1,"shared":0,
            "storage":"local","total":93,"type":"dir","used":39,"used_fraction":0.417},
            {"active":"0","content":"images,rootdir","enabled":"1","storage":"nas","type":"nfs"},
            {"active":false,"content":"images","enabled":false,"storage":"old","type":"rbd"},
            {"content":"rootdir","storage":"new","type":"zfspool"},{"storage":7,"type":"dir"}]"#;
        let found = print(storages(answer), |storage| {
            format!(
                "{} {} {} {:?} {}",
                storage.name, storage.kind, storage.enabled, storage.active, storage.has_disks
            )
        });
        assert_eq!(
            found,
            "local dir true Some(true) false; nas nfs true Some(false) true; \
             old rbd false Some(false) true; new zfspool true None true; ? 5"
        );
    }

    #[test]
    fn services_have_more_to_say_since_pve_7() {
        let answer = r#"[{"active-state":"active","desc":"PVE API Proxy Server","name":"pveproxy",
            "service":"pveproxy","state":"running","unit-state":"enabled"},
            {"desc":"Corosync","name":"corosync","service":"corosync","state":"dead"},{"service":"x"}]"#;
        let found = print(services(answer), |service| {
            format!(
                "{} {} {:?} {:?}",
                service.name,
                service.state,
                service.active.as_deref(),
                service.unit.as_deref()
            )
        });
        assert_eq!(
            found,
            r#"pveproxy running Some("active") Some("enabled"); corosync dead None None; ? 3"#
        );
    }
}
