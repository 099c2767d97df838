//! Which guests the cluster's high availability manages, and what it wants of them.
//!
//! `/etc/pve/ha/resources.cfg` is a file of sections, read as `PVE::SectionConfig` reads it:
//!
//! ```text
//! vm: 100
//!         state started
//!
//! ct: 101
//!         group two
//!         state stopped
//! ```

use std::collections::BTreeMap;

use grace_core::GuestId;

use super::faults::Faults;

/// What high availability wants of a guest: `state` of a resource of pve-ha-manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HaState {
    /// It should run, on whichever node: `started`, its old name `enabled`, and what counts if nothing is said.
    Started,
    /// It should be stopped, and moves away from a node that fails.
    Stopped,
    /// It should be stopped and stay where it is.
    Disabled,
    /// It is left alone, as if it were not managed.
    Ignored,
}

impl HaState {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "started" | "enabled" => Self::Started,
            "stopped" => Self::Stopped,
            "disabled" => Self::Disabled,
            "ignored" => Self::Ignored,
            _ => return None,
        })
    }
}

/// The guests of the whole cluster that are managed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct HaResources {
    pub(super) states: BTreeMap<GuestId, HaState>,
    pub(super) faults: Faults,
}

/// Reads the file of resources.
///
/// Other kinds of resources are not looked at. Of two sections for one guest the last counts.
pub(crate) fn parse(text: &str) -> HaResources {
    let mut resources = HaResources::default();
    let mut section = Section::None;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with('#') {
            continue;
        }
        if let Err(words) = resources.take(&mut section, line) {
            resources.faults.note(index + 1, words);
        }
    }
    resources
}

/// Where a line stands.
enum Section {
    None,
    Guest(GuestId),
    /// Another kind of resource, or a header that is none.
    Other,
}

impl HaResources {
    fn take(&mut self, section: &mut Section, line: &str) -> Result<(), &'static str> {
        // Only a blank line ends a section.
        if line.trim().is_empty() {
            *section = Section::None;
            return Ok(());
        }
        let guest = match section {
            Section::None => {
                // What follows a header that is none belongs to it all the same.
                let (found, outcome) = match header(line) {
                    Ok(found) => (found, Ok(())),
                    Err(words) => (Section::Other, Err(words)),
                };
                if let Section::Guest(id) = &found {
                    self.states.insert(id.clone(), HaState::Started);
                }
                *section = found;
                return outcome;
            }
            Section::Other => return Ok(()),
            Section::Guest(id) => id,
        };
        if !line.starts_with([' ', '\t']) {
            return Err("it stands in a section and is not indented");
        }
        let mut words = line.split_whitespace();
        if words.next() == Some("state") {
            let word = words.next().unwrap_or_default();
            let state = HaState::parse(word).ok_or("its state is not known")?;
            self.states.insert(guest.clone(), state);
        }
        Ok(())
    }
}

fn header(line: &str) -> Result<Section, &'static str> {
    let words = line.split_once(':').filter(|_| !line.starts_with([' ', '\t']));
    let (kind, name) = words.ok_or("it is no `type: name`")?;
    let name = name.trim();
    match kind.to_ascii_lowercase().as_str() {
        "vm" | "ct" if is_vmid(name) => Ok(Section::Guest(GuestId::new(name))),
        "vm" | "ct" => Err("it names no guest"),
        _ => Ok(Section::Other),
    }
}

/// Whether it is a guest's id: a number without a leading zero, of at most nine digits.
pub(super) fn is_vmid(word: &str) -> bool {
    let bytes = word.as_bytes();
    (1..=9).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit) && bytes[0] != b'0'
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[track_caller]
    fn expect(text: &str, expect: &str) {
        let resources = parse(text);
        let states = resources.states.iter().map(|(id, state)| format!("{id} {state:?}"));
        let faults = resources.faults.words().map(|words| format!("? {words}"));
        let lines: Vec<_> = states.chain(faults).collect();
        assert_eq!(lines.join("; "), expect, "{text}");
    }

    #[test]
    fn each_state_is_read() {
        let text = "vm: 100\n\tgroup two\n\tstate started\n\nct: 101\n\tstate stopped\n\n\
                    vm: 102\n\tcomment state stopped\n\tstate disabled\n\nct: 103\n\tstate ignored\n\n\
                    vm: 104\n\tmax_restart 3\n\nVM:105\n    state enabled\n";
        expect(
            text,
            "100 Started; 101 Stopped; 102 Disabled; 103 Ignored; 104 Started; 105 Started",
        );
    }

    #[test]
    fn what_is_not_understood_spoils_only_itself() {
        expect("", "");
        expect("# a comment\r\nvm: 100\r\n\tstate stopped\r\n", "100 Stopped");
        expect("vm: 100\n\tstate asleep\n", "100 Started; ? line 2: its state is not known");
        expect("rubbish\n\nvm: 1\n", "1 Started; ? line 1: it is no `type: name`");
        expect("vm: web\n\tstate stopped\n", "? line 1: it names no guest");
        expect(
            "vm: 100\nct: 101\n",
            "100 Started; ? line 2: it stands in a section and is not indented",
        );
        expect("service: web\n\tstate stopped\n\nvm: 7\n", "7 Started");
        expect("vm: 100\n\nvm: 100\n\tstate stopped\n", "100 Stopped");
        expect("vm: 100\n\tstate", "100 Started; ? line 2: its state is not known");
    }
}
