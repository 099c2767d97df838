//! fstab(5): what the host wants mounted.

use super::Fault;
use super::escape::unescape;

/// A table of file systems.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fstab {
    pub(super) entries: Vec<Entry>,
    pub(super) faults: Vec<Fault>,
}

/// One file system that has a mount point.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// A device, `UUID=…`, `LABEL=…`, `nas:/vol`, `//nas/share`, or any word.
    pub(super) source: String,
    /// The mount point: absolute, without a slash at its end.
    pub(super) target: String,
    /// `ext4`, `nfs`, `auto`, `none`, …
    pub(super) kind: String,
    options: Vec<String>,
}

/// Kinds that stand on another machine.
const NETWORK_KINDS: [&str; 23] = [
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "fuse.ceph",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "gfs2",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "pvfs2",
    "smb3",
    "smbfs",
    "sshfs",
];

/// Whether file systems of this kind stand on another machine.
pub(super) fn is_network_kind(kind: &str) -> bool {
    NETWORK_KINDS.contains(&kind)
}

impl Entry {
    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|there| there == option)
    }

    /// Whether it should be there once the host has booted.
    pub(super) fn is_expected(&self) -> bool {
        self.is_automount() || !self.has("noauto")
    }

    /// Whether it is mounted at its first use.
    pub(super) fn is_automount(&self) -> bool {
        self.has("x-systemd.automount") || self.has("comment=systemd.automount")
    }

    /// Whether the host boots without it.
    pub(super) fn may_fail(&self) -> bool {
        self.has("nofail")
    }

    /// Whether it needs the network.
    pub(super) fn is_network(&self) -> bool {
        self.has("_netdev") || is_network_kind(&self.kind)
    }

    /// Whether it repeats a part of the tree that is mounted already.
    pub(super) fn is_bind(&self) -> bool {
        self.has("bind") || self.has("rbind")
    }

    /// Whether it should be writable. The last of `ro` and `rw` counts.
    pub(super) fn is_writable(&self) -> bool {
        let said = self.options.iter().rev();
        said.map(String::as_str).find(|&option| option == "ro" || option == "rw") != Some("ro")
    }
}

/// Reads a table. Comments, swap and entries without a mount point are left out.
pub(super) fn parse(text: &str) -> Fstab {
    let mut fstab = Fstab::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let entry = match entry(line) {
            Ok(None) => continue,
            // systemd and mount(8) both act on the first.
            Ok(Some(entry)) if fstab.entries.iter().any(|e| e.target == entry.target) => {
                Err("its mount point stands in an earlier line, which counts")
            }
            Ok(Some(entry)) => Ok(entry),
            Err(words) => Err(words),
        };
        match entry {
            Ok(entry) => fstab.entries.push(entry),
            Err(words) => fstab.faults.push(Fault { line: index + 1, words }),
        }
    }
    fstab
}

fn entry(line: &str) -> Result<Option<Entry>, &'static str> {
    let mut fields = line.split_whitespace();
    let (Some(source), Some(target), Some(kind)) = (fields.next(), fields.next(), fields.next())
    else {
        return Err("it has fewer than three fields");
    };
    let target = unescape(target);
    let without_mount_point = matches!(target.as_str(), "none" | "swap");
    if without_mount_point || matches!(kind, "swap" | "ignore") {
        return Ok(None);
    }
    if !target.starts_with('/') {
        return Err("its mount point is not absolute");
    }
    let options = fields.next().unwrap_or("defaults");
    Ok(Some(Entry {
        source: unescape(source),
        target: without_slash(&target),
        kind: kind.to_owned(),
        options: options.split(',').map(unescape).collect(),
    }))
}

fn without_slash(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// `TARGET KIND SOURCE: traits`, one line an entry, then the faults.
    fn print(text: &str) -> Vec<String> {
        let fstab = parse(text);
        let entries = fstab.entries.iter().map(|e| {
            let traits = [
                (!e.is_expected(), "noauto"),
                (e.is_automount(), "automount"),
                (e.may_fail(), "nofail"),
                (e.is_network(), "network"),
                (e.is_bind(), "bind"),
                (!e.is_writable(), "ro"),
            ];
            let traits: String =
                traits.iter().filter(|t| t.0).map(|t| format!(" {}", t.1)).collect();
            format!("{} {} {}:{traits}", e.target, e.kind, e.source)
        });
        let faults = fstab.faults.iter().map(|f| format!("? {}: {}", f.line, f.words));
        entries.chain(faults).collect()
    }

    #[test]
    fn each_line_is_read_by_itself() {
        let lines: [(&str, &[&str]); 22] = [
            ("", &[]),
            ("# a comment\n   # another\n\n\t\n", &[]),
            ("UUID=ab-cd / ext4 errors=remount-ro 0 1", &["/ ext4 UUID=ab-cd:"]),
            ("LABEL=data\t/srv\txfs", &["/srv xfs LABEL=data:"]),
            ("/dev/sda2 none swap sw 0 0", &[]),
            ("/swapfile swap swap defaults", &[]),
            ("/dev/sdb1 /old ignore defaults", &[]),
            ("proc /proc proc defaults 0 0", &["/proc proc proc:"]),
            ("nas:/vol /mnt/nas nfs4 nofail 0 0", &["/mnt/nas nfs4 nas:/vol: nofail network"]),
            (
                r"//nas/my\040share /mnt/my\040share cifs ro",
                &["/mnt/my share cifs //nas/my share: network ro"],
            ),
            ("/dev/sdc1 /mnt/iscsi ext4 _netdev,rw", &["/mnt/iscsi ext4 /dev/sdc1: network"]),
            ("u@h: /mnt/ssh fuse.sshfs noauto", &["/mnt/ssh fuse.sshfs u@h:: noauto network"]),
            (
                "nas:/v /mnt/v nfs noauto,x-systemd.automount",
                &["/mnt/v nfs nas:/v: automount network"],
            ),
            ("/srv/a /srv/b none bind", &["/srv/b none /srv/a: bind"]),
            ("/srv/a /srv/c none rbind,ro", &["/srv/c none /srv/a: bind ro"]),
            ("/dev/sdd1 /rw ext4 ro,rw", &["/rw ext4 /dev/sdd1:"]),
            ("/dev/sdd1 /mnt/slash/ ext4", &["/mnt/slash ext4 /dev/sdd1:"]),
            ("/dev/sdd1 // ext4", &["/ ext4 /dev/sdd1:"]),
            ("/dev/sdd1 /mnt", &["? 1: it has fewer than three fields"]),
            (
                "\nrubbish\n/dev/a /a ext4",
                &["/a ext4 /dev/a:", "? 2: it has fewer than three fields"],
            ),
            ("/dev/a mnt ext4", &["? 1: its mount point is not absolute"]),
            (
                "/dev/a /a ext4\n/dev/b /a/ ext4",
                &[
                    "/a ext4 /dev/a:",
                    "? 2: its mount point stands in an earlier line, which counts",
                ],
            ),
        ];
        for (text, expect) in lines {
            assert_eq!(print(text), expect, "{text}");
        }
    }
}
