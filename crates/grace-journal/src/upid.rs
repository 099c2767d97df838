//! The name of a Proxmox VE task. Pure: text in, value out.

use std::fmt;
use std::str::FromStr;

use grace_core::{Text, Uptime};

/// The kernel's clock ticks a second, `USER_HZ`: 100 on every architecture that Proxmox VE runs on.
const TICKS_PER_SECOND: u64 = 100;

/// The unique id of a task of Proxmox VE, as its logs, its task files and its API write it.
///
/// `UPID:{node}:{pid}:{pstart}:{starttime}:{type}:{id}:{user}:`, the three numbers in hexadecimal. The
/// grammar is that of `PVE::UPID` in pve-common.
///
/// ```
/// use grace_journal::Upid;
///
/// let upid: Upid = "UPID:pve:00000540:00000502:69D41F34:qmstart:1001:root@pam:".parse()?;
/// assert_eq!(upid.kind, "qmstart");
/// assert_eq!(upid.started.to_string(), "12.820s"); // 0x502 ticks after boot
/// # Ok::<(), grace_journal::NotAnUpid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Upid {
    /// The node it runs on.
    pub node: Text,
    /// Its process.
    pub pid: u32,
    /// When its process started, on the boot timeline: exact to a hundredth of a second, and no wall clock's word.
    pub started: Uptime,
    /// When it started by the wall clock, in whole seconds of Unix time.
    pub unix_time: u32,
    /// What it does: `qmstart`, `vzshutdown`, `startall`, …
    pub kind: Text,
    /// What it does it to, often a guest's id; empty if it is about none.
    pub id: Text,
    /// Who asked for it: `root@pam`, or `user@realm!token`.
    pub user: Text,
    text: Text,
}

impl Upid {
    /// The id as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    pub(crate) const fn text(&self) -> &Text {
        &self.text
    }

    /// The id at the beginning of `text`, which goes on after it, and what follows.
    ///
    /// An id ends with its eighth colon, and has no blank in it.
    #[must_use]
    pub fn find(text: &str) -> Option<(Self, &str)> {
        let start = text.find("UPID:")?;
        let rest = text.get(start..)?;
        let (end, _) = rest.match_indices(':').nth(7)?;
        let (upid, after) = rest.split_at_checked(end + 1)?;
        Some((upid.parse().ok()?, after))
    }
}

impl fmt::Display for Upid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl FromStr for Upid {
    type Err = NotAnUpid;

    fn from_str(text: &str) -> Result<Self, NotAnUpid> {
        if text.len() > Text::LIMIT {
            return Err(NotAnUpid::TooLong);
        }
        let rest = text.strip_prefix("UPID:").ok_or(NotAnUpid::Prefix)?;
        let rest = rest.strip_suffix(':').ok_or(NotAnUpid::End)?;
        let fields: Vec<&str> = rest.split(':').collect();
        let [node, pid, pstart, unix_time, kind, id, user] = fields[..] else {
            return Err(NotAnUpid::Fields(fields.len()));
        };
        if !is_node(node) {
            return Err(NotAnUpid::Node);
        }
        let pid = hexadecimal(pid, 8..=8).ok_or(NotAnUpid::Number("process id"))?;
        let ticks = hexadecimal(pstart, 8..=9).ok_or(NotAnUpid::Number("process start"))?;
        let unix_time = hexadecimal(unix_time, 8..=8).ok_or(NotAnUpid::Number("start time"))?;
        for (field, name, may_be_empty) in
            [(kind, "type", false), (id, "id", true), (user, "user", false)]
        {
            let is_wrong = |c: char| c == '/' || c.is_whitespace();
            if field.contains(is_wrong) || (field.is_empty() && !may_be_empty) {
                return Err(NotAnUpid::Word(name));
            }
        }
        Ok(Self {
            node: Text::name(node),
            pid: u32::try_from(pid).map_err(|_| NotAnUpid::Number("process id"))?,
            started: Uptime::from_millis(ticks * 1_000 / TICKS_PER_SECOND),
            unix_time: u32::try_from(unix_time).map_err(|_| NotAnUpid::Number("start time"))?,
            kind: Text::name(kind),
            id: Text::name(id),
            user: Text::name(user),
            text: Text::new(text),
        })
    }
}

/// A host's name: letters, digits and hyphens, no hyphen at either end.
fn is_node(node: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let ends = [node.bytes().next(), node.bytes().next_back()];
    node.bytes().all(is_inner)
        && ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
}

fn hexadecimal(digits: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_number || !lengths.contains(&digits.len()) {
        return None;
    }
    u64::from_str_radix(digits, 16).ok()
}

/// Why a text is not the id of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAnUpid {
    /// It is longer than any.
    #[error("longer than {} bytes", Text::LIMIT)]
    TooLong,
    /// It does not begin as one.
    #[error("does not begin with \"UPID:\"")]
    Prefix,
    /// It does not end as one.
    #[error("does not end with \":\"")]
    End,
    /// It has not seven fields.
    #[error("{0} fields in place of 7")]
    Fields(usize),
    /// Its node is no host's name.
    #[error("the node is no host's name")]
    Node,
    /// One of its numbers is none.
    #[error("the {0} is not 8 hexadecimal digits")]
    Number(&'static str),
    /// One of its words is empty, or has a blank or a slash in it.
    #[error("the {0} is empty, or has a blank or a slash in it")]
    Word(&'static str),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_task_says_where_when_and_what() {
        let text = "UPID:example-node:0000C346:165A0CE4:68D7279C:aptupdate::root@pam:";
        let upid: Upid = text.parse().expect("an id");
        assert_eq!(upid.node, "example-node");
        assert_eq!(upid.pid, 0xC346);
        assert_eq!(upid.started, Uptime::from_millis(0x165A_0CE4 * 10));
        assert_eq!(upid.unix_time, 0x68D7_279C);
        assert_eq!((upid.kind.as_str(), upid.id.as_str()), ("aptupdate", ""));
        assert_eq!(upid.user, "root@pam");
        assert_eq!(upid.to_string(), text);
    }

    #[test]
    fn the_grammar_is_that_of_proxmox_ve() {
        fn check(text: &str, expected: Result<&str, NotAnUpid>) {
            let kind = text.parse::<Upid>().map(|upid| upid.kind.to_string());
            assert_eq!(kind, expected.map(str::to_owned), "{text}");
        }
        check("UPID:n:000934AF:0D015579:68BF3A41:hastart:100:root@pam:", Ok("hastart"));
        check("UPID:n:00000001:00000001:00000001:vzdump:100:91a1da29-1@pam!tok:", Ok("vzdump"));
        check("UPID:n:00000001:FFFFFFFFF:00000001:qmstart:100:root@pam:", Ok("qmstart"));
        check("UPID:n:0000c346:165a0ce4:68d7279c:qmstart:100:root@pam:", Ok("qmstart"));
        check("", Err(NotAnUpid::Prefix));
        check("upid:n:00000001:00000001:00000001:a:b:c:", Err(NotAnUpid::Prefix));
        check("UPID:n:00000001:00000001:00000001:a:b:c", Err(NotAnUpid::End));
        check("UPID:n:00000001:00000001:00000001:a:b:", Err(NotAnUpid::Fields(6)));
        check("UPID:n:00000001:00000001:00000001:a:b:c:d:", Err(NotAnUpid::Fields(8)));
        check("UPID:-n:00000001:00000001:00000001:a:b:c:", Err(NotAnUpid::Node));
        check("UPID:n_1:00000001:00000001:00000001:a:b:c:", Err(NotAnUpid::Node));
        check("UPID::00000001:00000001:00000001:a:b:c:", Err(NotAnUpid::Node));
        check("UPID:n:1:00000001:00000001:a:b:c:", Err(NotAnUpid::Number("process id")));
        check("UPID:n:000000001:00000001:00000001:a:b:c:", Err(NotAnUpid::Number("process id")));
        check("UPID:n:00000001:+0000001:00000001:a:b:c:", Err(NotAnUpid::Number("process start")));
        check("UPID:n:00000001:00000001:0000000G:a:b:c:", Err(NotAnUpid::Number("start time")));
        check("UPID:n:00000001:00000001:00000001::b:c:", Err(NotAnUpid::Word("type")));
        check("UPID:n:00000001:00000001:00000001:a:b b:c:", Err(NotAnUpid::Word("id")));
        check("UPID:n:00000001:00000001:00000001:a:b/b:c:", Err(NotAnUpid::Word("id")));
        check("UPID:n:00000001:00000001:00000001:a:b::", Err(NotAnUpid::Word("user")));
        check(&format!("UPID:n:{}:", "a".repeat(2_000)), Err(NotAnUpid::TooLong));
    }

    #[test]
    fn an_id_is_found_in_a_line() {
        let line = "<root@pam> end task UPID:pve:000003E0:000005E8:654A4CB7:startall::root@pam: OK";
        let (upid, after) = Upid::find(line).expect("there is one");
        assert_eq!((upid.kind.as_str(), after), ("startall", " OK"));
        assert_eq!(Upid::find("start VM 100: UPID:pve:0003"), None);
        assert_eq!(Upid::find("no task here"), None);
    }

    proptest! {
        /// Whatever a task is made of is read back out of its id, alone and in a line.
        #[test]
        fn a_task_is_what_its_id_was_made_of(
            node in "[a-zA-Z0-9]([a-zA-Z0-9-]{0,12}[a-zA-Z0-9])?",
            (pid, pstart, unix_time) in (any::<u32>(), 0..=0xF_FFFF_FFFF_u64, any::<u32>()),
            kind in "[^:\\s/\\p{C}]{1,12}",
            id in "[^:\\s/\\p{C}]{0,12}",
            user in "[^:\\s/\\p{C}]{1,24}",
        ) {
            let text =
                format!("UPID:{node}:{pid:08X}:{pstart:08X}:{unix_time:08X}:{kind}:{id}:{user}:");
            let upid: Upid = text.parse().expect("an id");
            prop_assert_eq!(&upid.to_string(), &text);
            prop_assert_eq!((upid.pid, upid.unix_time), (pid, unix_time));
            prop_assert_eq!(upid.started, Uptime::from_millis(pstart * 10));
            let words = [&upid.node, &upid.kind, &upid.id, &upid.user].map(ToString::to_string);
            prop_assert_eq!(words, [node, kind, id, user]);
            let line = format!("<root@pam> end task {text} OK");
            prop_assert_eq!(Upid::find(&line), Some((upid, " OK")));
        }

        /// No text makes the parser panic, and what it takes for an id is one to the letter.
        #[test]
        fn what_is_taken_for_an_id_is_one(text in "(UPID:)?[nN:0-9a-fA-F/ ]{0,80}:?") {
            if let Ok(upid) = text.parse::<Upid>() {
                prop_assert_eq!(upid.to_string(), text);
            }
        }
    }
}
