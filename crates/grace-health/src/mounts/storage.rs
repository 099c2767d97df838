//! What is wanted against what is there.

use grace_core::{CategoryHealth, Check, Status};

use super::fstab::Entry;
use super::mountinfo::Mount;

/// Kinds that cannot be written to.
const READ_ONLY_KINDS: [&str; 5] = ["cramfs", "erofs", "iso9660", "romfs", "squashfs"];

/// Category `storage`: a check for each entry that is expected after boot.
pub(super) fn category(entries: &[Entry], mounts: &[Mount]) -> CategoryHealth {
    let expected = entries.iter().filter(|entry| entry.is_expected());
    let checks = expected.map(|entry| check(entry, mounts)).collect();
    CategoryHealth::from_checks("storage", checks)
}

fn check(entry: &Entry, mounts: &[Mount]) -> Check {
    let here = || mounts.iter().rev().filter(|mount| mount.target == entry.target);
    let (status, reason) = match here().find(|mount| mount.kind != "autofs") {
        Some(mount) => mounted(entry, mount),
        None if here().next().is_some() => {
            (Status::Ok, format!("automount in place, not in use ({})", wanted(entry)))
        }
        None if entry.may_fail() => {
            (Status::Warning, format!("not mounted ({}, nofail)", wanted(entry)))
        }
        None => (Status::Critical, format!("not mounted ({})", wanted(entry))),
    };
    Check::new(&entry.target, status, reason)
}

fn mounted(entry: &Entry, mount: &Mount) -> (Status, String) {
    let Mount { kind, source, .. } = mount;
    if !is_same_kind(entry, kind) {
        let reason = format!("mounted {kind} from {source}, not {}", wanted(entry));
        return (Status::Warning, reason);
    }
    let writable = entry.is_writable() && !READ_ONLY_KINDS.contains(&kind.as_str());
    if writable && mount.read_only {
        let reason = format!("mounted read-only ({kind} from {source})");
        return (Status::Warning, reason);
    }
    if entry.is_bind() {
        return (Status::Ok, format!("mounted ({})", wanted(entry)));
    }
    (Status::Ok, format!("mounted {kind} from {source}"))
}

/// What fstab wants: `nfs from nas:/vol, network mount`.
fn wanted(entry: &Entry) -> String {
    let Entry { kind, source, .. } = entry;
    match (entry.is_bind(), entry.is_network()) {
        (true, _) => format!("bind of {source}"),
        (false, true) => format!("{kind} from {source}, network mount"),
        (false, false) => format!("{kind} from {source}"),
    }
}

/// Whether the kernel's name of a file system is one that fstab's name may be mounted as.
fn is_same_kind(entry: &Entry, mounted: &str) -> bool {
    // FUSE daemons choose their own names; what fstab calls ntfs-3g is `fuseblk`.
    let is_any = entry.is_bind() || matches!(entry.kind.as_str(), "auto" | "none");
    if is_any || mounted.starts_with("fuse") {
        return true;
    }
    entry.kind.split(',').any(|wanted| family(wanted) == family(mounted))
}

/// Names of one file system's versions and drivers under one name.
fn family(kind: &str) -> &str {
    match kind {
        "nfs4" => "nfs",
        "smb3" | "smbfs" => "cifs",
        "ext2" | "ext3" => "ext4",
        "ntfs3" | "ntfs-3g" => "ntfs",
        "msdos" => "vfat",
        kind => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{fstab, mountinfo};
    use super::check;

    /// One entry of fstab against a table; each mount is written `TARGET KIND SOURCE OPTIONS`.
    #[track_caller]
    fn expect(entry: &str, mounts: &[&str], expect: &str) {
        let lines: Vec<_> = mounts
            .iter()
            .map(|mount| {
                let (target, rest) = mount.split_once(' ').unwrap();
                format!("1 1 0:1 / {target} rw - {rest}")
            })
            .collect();
        let mounts = mountinfo::parse(&lines.join("\n")).mounts;
        assert_eq!(mounts.len(), lines.len());
        let check = check(&fstab::parse(entry).entries[0], &mounts);
        let found = format!("{} {}: {}", check.name, check.status.as_str(), check.reason);
        assert_eq!(found, expect);
    }

    #[test]
    fn mounted_is_ok_under_any_of_its_names() {
        expect("UUID=1 / ext4", &["/ ext4 /dev/sda1 rw"], "/ OK: mounted ext4 from /dev/sda1");
        expect("n:/v /n nfs", &["/n nfs4 n:/v rw"], "/n OK: mounted nfs4 from n:/v");
        expect("//n/s /n cifs", &["/n smb3 //n/s rw"], "/n OK: mounted smb3 from //n/s");
        expect(
            "/dev/a /w ntfs-3g",
            &["/w fuseblk /dev/a rw"],
            "/w OK: mounted fuseblk from /dev/a",
        );
        expect(
            "n:/g /g glusterfs",
            &["/g fuse.glusterfs n:/g rw"],
            "/g OK: mounted fuse.glusterfs from n:/g",
        );
        expect("/dev/a /a auto", &["/a xfs /dev/a rw"], "/a OK: mounted xfs from /dev/a");
        expect("/dev/a /a ext4,xfs", &["/a xfs /dev/a rw"], "/a OK: mounted xfs from /dev/a");
        expect("/srv/a /b none bind", &["/b zfs rpool rw"], "/b OK: mounted (bind of /srv/a)");
    }

    #[test]
    fn not_mounted_is_critical_and_with_nofail_a_warning() {
        expect(
            "nas:/vol /mnt/nas nfs",
            &["/mnt ext4 /dev/sda rw", "/mnt/nas2 nfs nas:/vol rw"],
            "/mnt/nas CRITICAL: not mounted (nfs from nas:/vol, network mount)",
        );
        expect("/dev/a /a ext4 nofail", &[], "/a WARNING: not mounted (ext4 from /dev/a, nofail)");
        expect("/srv/a /b none bind", &[], "/b CRITICAL: not mounted (bind of /srv/a)");
    }

    #[test]
    fn read_only_is_a_warning_unless_it_is_wanted_or_cannot_be_else() {
        expect(
            "/dev/a /a ext4",
            &["/a ext4 /dev/a ro"],
            "/a WARNING: mounted read-only (ext4 from /dev/a)",
        );
        expect("/dev/a /a ext4 ro", &["/a ext4 /dev/a ro"], "/a OK: mounted ext4 from /dev/a");
        expect(
            "/i.iso /i iso9660",
            &["/i iso9660 /dev/loop0 ro"],
            "/i OK: mounted iso9660 from /dev/loop0",
        );
    }

    #[test]
    fn another_file_system_in_its_place_is_a_warning() {
        expect(
            "nas:/v /n nfs",
            &["/n tmpfs tmpfs rw"],
            "/n WARNING: mounted tmpfs from tmpfs, not nfs from nas:/v, network mount",
        );
    }

    #[test]
    fn an_automount_in_place_is_ok() {
        let entry = "nas:/v /n nfs noauto,x-systemd.automount";
        expect(
            entry,
            &["/n autofs systemd-1 rw"],
            "/n OK: automount in place, not in use (nfs from nas:/v, network mount)",
        );
        let used = ["/n autofs systemd-1 rw", "/n nfs4 nas:/v rw"];
        expect(entry, &used, "/n OK: mounted nfs4 from nas:/v");
        expect(entry, &[], "/n CRITICAL: not mounted (nfs from nas:/v, network mount)");
    }

    #[test]
    fn what_is_mounted_last_counts() {
        let twice = ["/a tmpfs tmpfs rw", "/a ext4 /dev/a rw"];
        expect("/dev/a /a ext4", &twice, "/a OK: mounted ext4 from /dev/a");
    }
}
