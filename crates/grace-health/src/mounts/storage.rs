//! What is wanted against what is there.

use std::collections::BTreeMap;

use grace_core::{CategoryHealth, Check, Status};

use super::fstab::{Entry, is_network_kind};
use super::mountinfo::Mount;
use super::probe::Answer;
use super::units::{Need, State, Unit};

/// Kinds that cannot be written to.
const READ_ONLY_KINDS: [&str; 5] = ["cramfs", "erofs", "iso9660", "romfs", "squashfs"];

/// What is known of the host's mounts.
pub(super) struct Host<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) mounts: &'a [Mount],
    /// What looks at network mounts found, by their file systems' numbers.
    pub(super) answers: &'a BTreeMap<String, Answer>,
    /// systemd's mount units, where it could be asked.
    pub(super) units: &'a [Unit],
}

impl Host<'_> {
    /// The mounts to look at: one for each file system that stands on another machine.
    pub(super) fn to_look_at(&self) -> Vec<&Mount> {
        let mut looks: Vec<&Mount> = Vec::new();
        for mount in self.mounts {
            let is_known = looks.iter().any(|other| other.device == mount.device);
            let is_covered = self.mounted_at(&mount.target) != Some(mount);
            if self.is_network(mount) && !is_known && !is_covered {
                looks.push(mount);
            }
        }
        looks
    }

    /// Category `storage`: a check for each entry of fstab that is expected after boot, for each other network
    /// mount, and for each other mount unit that is not as it should be.
    pub(super) fn category(&self) -> CategoryHealth {
        let expected = self.entries.iter().filter(|entry| entry.is_expected());
        let mut checks: Vec<_> = expected.map(|entry| self.entry(entry)).collect();
        let in_fstab = |target: &str| self.entries.iter().any(|entry| entry.target == target);
        let others = self.to_look_at().into_iter().filter(|mount| !in_fstab(&mount.target));
        checks.extend(others.map(|mount| {
            let (status, reason) = self.answered(mount, (Status::Ok, found(mount)));
            Check::new(&mount.target, status, reason)
        }));
        let units = self.units.iter().filter(|unit| !in_fstab(&unit.target));
        checks.extend(units.filter_map(|unit| self.unit(unit)));
        CategoryHealth::from_checks("storage", checks)
    }

    fn entry(&self, entry: &Entry) -> Check {
        let here = || self.mounts.iter().rev().filter(|mount| mount.target == entry.target);
        let (status, reason) = match here().find(|mount| mount.kind != "autofs") {
            Some(mount) => self.answered(mount, mounted(entry, mount)),
            None if here().next().is_some() => {
                (Status::Ok, format!("automount in place, not in use ({})", wanted(entry)))
            }
            None => {
                let unit = self.units.iter().find(|unit| unit.target == entry.target);
                let why = unit.map(|unit| format!(", {}", unit.why_not())).unwrap_or_default();
                let (status, nofail) = if entry.may_fail() {
                    (Status::Warning, ", nofail")
                } else {
                    (Status::Critical, "")
                };
                (status, format!("not mounted ({}{nofail}{why})", wanted(entry)))
            }
        };
        Check::new(&entry.target, status, reason)
    }

    /// A unit of systemd's own that is not mounted, and has failed or should be.
    fn unit(&self, unit: &Unit) -> Option<Check> {
        let is_expected = unit.need != Need::None || unit.state == State::Failed;
        if self.mounted_at(&unit.target).is_some() || !is_expected {
            return None;
        }
        let status = match unit.need {
            Need::Required => Status::Critical,
            Need::Wanted | Need::None => Status::Warning,
        };
        let reason = format!("not mounted ({}: {})", unit.name, unit.why_not());
        Some(Check::new(&unit.target, status, reason))
    }

    /// What is mounted there last, and seen.
    fn mounted_at(&self, target: &str) -> Option<&Mount> {
        self.mounts.iter().rev().find(|mount| mount.target == target)
    }

    fn is_network(&self, mount: &Mount) -> bool {
        let here = self.entries.iter().find(|entry| entry.target == mount.target);
        let is_said = here.is_some_and(Entry::is_network);
        mount.kind != "autofs" && (is_network_kind(&mount.kind) || is_said)
    }

    /// What was found of a mount, with what its server says.
    fn answered(&self, mount: &Mount, found: (Status, String)) -> (Status, String) {
        let (status, reason) = found;
        match self.answers.get(&mount.device).filter(|_| self.is_network(mount)) {
            None | Some(Answer::Alive) => (status, reason),
            Some(Answer::Silent) => {
                (Status::Critical, format!("{reason}, but stale: its server does not answer"))
            }
            Some(Answer::Failed(words)) => (Status::Critical, format!("{reason}, but: {words}")),
            Some(Answer::NotLooked(why)) => {
                (status.max(Status::Unknown), format!("{reason}, but not looked at: {why}"))
            }
        }
    }
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
    (Status::Ok, found(mount))
}

fn found(mount: &Mount) -> String {
    format!("mounted {} from {}", mount.kind, mount.source)
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
    use std::collections::BTreeMap;

    use super::super::{fstab, mountinfo};
    use super::Host;

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
        let entries = fstab::parse(entry).entries;
        let (answers, units) = (&BTreeMap::new(), &[]);
        let host = Host { entries: &entries, mounts: &mounts, answers, units };
        let check = host.entry(&entries[0]);
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
