//! proc_pid_mountinfo(5): what is mounted.

use super::Fault;
use super::escape::unescape;

/// A mount table, in the order of mounting.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MountInfo {
    pub(super) mounts: Vec<Mount>,
    pub(super) faults: Vec<Fault>,
}

/// One mount.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// The file system's number, `MAJOR:MINOR`. What is mounted twice has one.
    pub(super) device: String,
    pub(super) target: String,
    pub(super) kind: String,
    pub(super) source: String,
    /// Whether the file system itself is read-only, for everyone and not only through this mount: the
    /// kernel makes it so after errors. A sandboxed unit sees read-only mounts of writable file systems.
    pub(super) read_only: bool,
}

/// Reads a table, such as `/proc/self/mountinfo`.
pub(super) fn parse(text: &str) -> MountInfo {
    let mut info = MountInfo::default();
    for (index, line) in text.lines().enumerate() {
        match mount(line) {
            Some(mount) => info.mounts.push(mount),
            None => info.faults.push(Fault { line: index + 1, words: "it is not understood" }),
        }
    }
    info
}

/// `36 35 98:0 /root /target rw,noatime [optional fields …] - kind source rw,errors=continue`
fn mount(line: &str) -> Option<Mount> {
    // Split at single blanks: an empty source is written as nothing between two.
    let mut fields = line.split(' ').skip(2);
    let (device, _root) = (fields.next()?, fields.next()?);
    let target = fields.next().filter(|target| target.starts_with('/'))?;
    let _mount_options = fields.next()?;
    fields.by_ref().find(|&field| field == "-")?;
    let (kind, source, options) = (fields.next()?, fields.next()?, fields.next()?);
    Some(Mount {
        device: device.to_owned(),
        target: unescape(target),
        kind: unescape(kind),
        source: unescape(source),
        read_only: options.split(',').any(|option| option == "ro"),
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn each_line_is_read_by_itself() {
        let lines = [
            (
                "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
                "/mnt2 ext3 /dev/root",
            ),
            (
                "36 35 98:0 / /mnt rw shared:1 master:2 propagate_from:3 unbindable - xfs /dev/sda ro,attr2",
                "/mnt xfs /dev/sda ro",
            ),
            ("40 1 0:5 / /tmp ro,nosuid - tmpfs tmpfs rw", "/tmp tmpfs tmpfs"),
            ("41 1 0:6 / /x rw - tmpfs  rw", "/x tmpfs "),
            (
                r"42 1 0:7 / /mnt/my\040disk rw - nfs4 nas:/my\040vol rw,vers=4.2",
                "/mnt/my disk nfs4 nas:/my vol",
            ),
            ("43 1 0:8 / /g rw - fuse.glusterfs nas:/g rw", "/g fuse.glusterfs nas:/g"),
            (
                "44 1 0:9 net:[4026532] /run/netns/a rw shared:9 - nsfs nsfs rw",
                "/run/netns/a nsfs nsfs",
            ),
            ("45 1 0:9 / mnt rw - ext4 /dev/sda rw", "?"),
            ("46 1 0:9 / /mnt rw ext4 /dev/sda rw", "?"),
            ("47 1 0:9 / /mnt rw - ext4 /dev/sda", "?"),
            ("", ""),
        ];
        for (line, expect) in lines {
            let info = parse(line);
            let mounts = info.mounts.iter().map(|m| {
                let ro = if m.read_only { " ro" } else { "" };
                format!("{} {} {}{ro}", m.target, m.kind, m.source)
            });
            let faults = info.faults.iter().map(|_| "?".to_owned());
            assert_eq!(mounts.chain(faults).collect::<String>(), expect, "{line}");
        }
    }
}
