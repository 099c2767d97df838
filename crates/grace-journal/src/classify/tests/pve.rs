//! Proxmox VE's lines.

use super::{FAILED, Host, START_FAILED, STARTED, about, line, pve_line};
use crate::record::Record;
use grace_core::Text;

#[test]
fn a_boot_without_guests() {
    Host::new().check(
        "pve-guests: <root@pam> starting task UPID:pve:000003E0:000005E8:654A4CB7:startall::root@pam: => sweep-started
         pve-guests: <root@pam> end task UPID:pve:000003E0:000005E8:654A4CB7:startall::root@pam: OK => sweep-finished",
    );
}

/// The task itself is told to have ended well, and the failed start has no line of its own with a task in it.
#[test]
fn a_guest_that_fails_in_the_sweep_is_told_though_the_sweep_ends_well() {
    let sweep = "UPID:buckwheat:000015C7:00000710:622D6A6F:startall::root@pam:";
    let task = "UPID:buckwheat:00002BF9:00004A38:622D6B1F:qmstart:153:root@pam:";
    let mut host = Host::new();
    host.check(&format!(
        "pve-guests: <root@pam> starting task {sweep} => sweep-started
         pvesh: Starting VM 153
         pve-guests: <root@pam> starting task {task} => guest-starting vm 153 by the host
         pve-guests: start VM 153: {task}
         pve-guests: start failed: command '/usr/bin/kvm -id 153 -name Eden -no-shutdown -chardev 'socket,id=qmp'",
    ));
    let failed = host
        .sees(&pve_line("pvesh", "Starting VM 153 failed: start failed: command '/usr/bin/kvm"));
    let failed = failed.expect("it is told");
    assert_eq!(
        super::words(&failed),
        "guest-failed vm 153 by the host start: start failed: command '/usr/bin/kvm"
    );
    // The task files tell of the same under this identity.
    assert_eq!(failed.identity, Some(Text::new(format!("error:{task}"))));
    host.check(&format!(
        "pve-guests: <root@pam> end task {sweep} OK => sweep-finished
         pvesh: Starting VM 153 failed: after the sweep"
    ));
}

#[test]
fn guests_that_the_host_starts_are_told_to_run_though_their_tasks_are_not_told_to_end() {
    let mut host = Host::new();
    host.check(
        "pve-guests: <root@pam> starting task UPID:pve-dev:0000053C:000004D2:69D41F33:startall::root@pam: => sweep-started
         pvesh: Starting VM 1001
         pve-guests: <root@pam> starting task UPID:pve-dev:00000540:00000502:69D41F34:qmstart:1001:root@pam: => guest-starting vm 1001 by the host
         pve-guests: start VM 1001: UPID:pve-dev:00000540:00000502:69D41F34:qmstart:1001:root@pam:
         pve-guests: VM 1001 started with PID 1367. => guest-started vm 1001 by the host
         pve-guests: VM 1001 started with PID 1367.
         pvesh: Starting CT 104
         pve-guests: starting CT 104: UPID:pve-dev:00000580:00000602:69D41F36:vzstart:104:root@pam: => guest-starting ct 104 by the host",
    );
    // A VM's scope is made before the VM; a container's service is the container.
    assert_eq!(host.tells(&about("1001.scope", STARTED, "")), "");
    let service = "pve-container@104.service";
    assert_eq!(host.tells(&about(service, STARTED, "")), "guest-started ct 104 by the host");
    assert_eq!(host.tells(&about(service, STARTED, "")), "");
    host.check("pve-guests: <root@pam> end task UPID:pve-dev:00000540:00000502:69D41F34:qmstart:1001:root@pam: OK");
}

#[test]
fn guests_that_someone_starts_all_at_once_are_told_to_run() {
    Host::new().check(
        "pvedaemon: <root@pam> starting task UPID:pve:0000053C:000104D2:69D41F33:startall::root@pam: => sweep-started
         pvedaemon: start VM 100: UPID:pve:00000540:00010502:69D41F34:qmstart:100:root@pam: => guest-starting vm 100 by hand
         pvedaemon: VM 100 started with PID 1367. => guest-started vm 100 by hand
         pvedaemon: start VM 101: UPID:pve:00000541:00010602:69D41F35:qmstart:101:root@pam: => guest-starting vm 101 by hand
         pvedaemon: Starting VM 101 failed: no storage => guest-failed vm 101 by hand start: no storage
         pvedaemon: <root@pam> end task UPID:pve:0000053C:000104D2:69D41F33:startall::root@pam: OK => sweep-finished",
    );
}

#[test]
fn a_container_that_began_to_run_and_failed_is_told_to_have_failed() {
    let mut host = Host::new();
    host.check(
        "pve-guests: <root@pam> starting task UPID:pve:0000053C:000004D2:69D41F33:startall::root@pam: => sweep-started
         pve-guests: <root@pam> starting task UPID:pve:00000580:00000602:69D41F36:vzstart:104:root@pam: => guest-starting ct 104 by the host",
    );
    let service = "pve-container@104.service";
    assert_eq!(host.tells(&about(service, STARTED, "")), "guest-started ct 104 by the host");
    // Its task tells why, so systemd's own word is none besides.
    assert_eq!(host.tells(&about(service, FAILED, "exit-code")), "");
    host.check(
        "pvesh: Starting CT 104 failed: startup for container '104' failed => guest-failed ct 104 by the host start: startup for container '104' failed",
    );
}

#[test]
fn a_start_by_hand_is_told_when_its_task_ends() {
    Host::new().check(
        "pvedaemon: start VM 1001: UPID:pve-dev:00002E08:00016C6D:69D422CC:qmstart:1001:admin_dev@pam: => guest-starting vm 1001 by hand
         pvedaemon: <admin_dev@pam> starting task UPID:pve-dev:00002E08:00016C6D:69D422CC:qmstart:1001:admin_dev@pam:
         pvedaemon: VM 1001 started with PID 11800.
         pvedaemon: <admin_dev@pam> end task UPID:pve-dev:00002E08:00016C6D:69D422CC:qmstart:1001:admin_dev@pam: WARNINGS: 1 => guest-warned vm 1001 by hand start: 1 warning
         qm: <root@pam> starting task UPID:pve:0009E606:014D3A0F:64B076A9:qmstart:100:root@pam: => guest-starting vm 100 by hand
         qm: <root@pam> end task UPID:pve:0009E606:014D3A0F:64B076A9:qmstart:100:root@pam: can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout => guest-failed vm 100 by hand start: can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout
         pct: <root@pam> end task UPID:pve:0009E607:014D3A0F:64B076A9:vzstart:101:root@pam: OK => guest-started ct 101 by hand
         pve-ha-lrm: <root@pam> end task UPID:pve:0009E608:014D3A0F:64B076A9:qmstart:102:root@pam: OK => guest-started vm 102",
    );
}

#[test]
fn a_start_that_failed_and_was_told_by_its_task_is_not_told_again_by_the_sweep() {
    Host::new().check(
        "pve-guests: <root@pam> starting task UPID:pve:0000053C:000004D2:69D41F33:startall::root@pam: => sweep-started
         pve-guests: <root@pam> starting task UPID:pve:00000580:00000602:69D41F36:qmstart:104:root@pam: => guest-starting vm 104 by the host
         pve-guests: <root@pam> end task UPID:pve:00000580:00000602:69D41F36:qmstart:104:root@pam: no storage => guest-failed vm 104 by the host start: no storage
         pvesh: Starting VM 104 failed: no storage",
    );
}

#[test]
fn a_start_that_failed_before_it_had_a_task_is_told_under_the_sweep() {
    let sweep = "UPID:pve:0000053C:000004D2:69D41F33:startall::root@pam:";
    let mut host = Host::new();
    // This task is of an earlier start, by hand, and not of the sweep.
    host.check(&format!(
        "pvedaemon: start VM 104: UPID:pve:00000500:000004D1:69D41F33:qmstart:104:root@pam: => guest-starting vm 104 by hand
         pve-guests: <root@pam> starting task {sweep} => sweep-started"
    ));
    let failed = host.sees(&pve_line("pvesh", "Starting VM 104 failed: no quorum"));
    let identity = failed.expect("it is told").identity;
    assert_eq!(identity, Some(Text::new(format!("sweep {sweep} start 104"))));
}

#[test]
fn a_host_that_stops_its_guests() {
    Host::new().check(
        "pve-guests: <root@pam> starting task UPID:pve:0000953C:000804D2:69D41F33:stopall::root@pam: => guests-stopping
         pvesh: Stopping CT 213 (timeout = 180 seconds)
         pve-guests: <root@pam> starting task UPID:pve:00009580:00080602:69D41F36:vzshutdown:213:root@pam: => guest-stopping ct 213
         pve-guests: shutdown CT 213: UPID:pve:00009580:00080602:69D41F36:vzshutdown:213:root@pam:
         pve-guests: end task UPID:pve:00009580:00080602:69D41F36:vzshutdown:213:root@pam: => guest-stopped ct 213
         pve-guests: all VMs and CTs stopped => guests-stopped
         pve-guests: <root@pam> end task UPID:pve:0000953C:000804D2:69D41F33:stopall::root@pam: OK",
    );
}

#[test]
fn an_older_host_tells_that_all_is_stopped_without_a_task() {
    Host::new().check("pve-guests: all VMs and CTs stopped => guests-stopped");
}

#[test]
fn a_migration_that_fails_is_an_alert() {
    Host::new().check(
        "pvedaemon: <root@pam> starting task UPID:pve:00009580:00080602:69D41F36:qmigrate:100:root@pam: => guest-migrating vm 100
         pvedaemon: <root@pam> end task UPID:pve:00009580:00080602:69D41F36:qmigrate:100:root@pam: migration aborted => alert vms/migrate 100 warning: VM 100 was not migrated: migration aborted
         pvedaemon: <root@pam> end task UPID:pve:00009581:00080603:69D41F37:vzmigrate:101:root@pam: OK => guest-migrated ct 101",
    );
}

#[test]
fn lines_that_are_about_no_task_tell_nothing() {
    Host::new().check(
        "pvestatd: VM 112 qmp command failed - VM 112 qmp command 'query-proxmox-support' failed - unable to connect to VM 112 qmp socket
         pve-guests: start failed: ... got timeout
         pvedaemon: <root@pam> successful auth for user 'root@pam'
         pvedaemon: <root@pam> starting task UPID:pve:00009580:00080602:69D41F36:vncproxy:100:root@pam:
         pve-ha-lrm: got shutdown request with shutdown policy 'conditional'
         pvescheduler: <root@pam> starting task UPID:pve:00009580:00080602:69D41F36:vzdump::root@pam:",
    );
}

#[test]
fn a_task_that_anyone_could_have_written_is_not_believed() {
    fn check(record: &Record) {
        assert_eq!(Host::new().tells(record), "", "{record:?}");
    }
    let message =
        "<root@pam> end task UPID:pve:00009580:00080602:69D41F36:qmstart:100:root@pam: error";
    let by_logger = line("pvedaemon", message);
    check(&by_logger);
    check(&Record { uid: Some(1000), ..by_logger.clone() });
    check(&Record { uid: Some(1000), unit: Text::new("session-4.scope"), ..by_logger.clone() });
    check(&Record { uid: Some(33), unit: Text::new("apache2.service"), ..by_logger.clone() });
    check(&Record { uid: Some(0), ..line("my-script", message) });
    // www-data's own service is PVE's.
    let by_proxy =
        Record { uid: Some(33), unit: Text::new("pveproxy.service"), ..line("pveproxy", message) };
    assert_eq!(Host::new().tells(&by_proxy), "guest-failed vm 100 by hand start: error");
}

#[test]
fn a_guest_whose_process_ends_by_itself_is_told_to_have_failed() {
    let mut host = Host::new();
    let service = "pve-container@101.service";
    host.check("pvedaemon: <root@pam> end task UPID:pve:00009580:00080602:69D41F36:vzstart:101:root@pam: OK => guest-started ct 101 by hand");
    let failed = "guest-failed ct 101 start: it had started, and ended: signal";
    assert_eq!(host.tells(&about(service, FAILED, "signal")), failed);
    assert_eq!(host.tells(&about(service, FAILED, "signal")), "");
    assert_eq!(host.tells(&about(service, START_FAILED, "failed")), "");
}

#[test]
fn a_vm_killed_for_want_of_memory_is_one_alert_until_it_runs_again() {
    let mut host = Host::new();
    let kernel = |message: &str| Record { is_kernel: true, ..line("kernel", message) };
    let groups = kernel(
        "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=qemu.slice,mems_allowed=0,global_oom,task_memcg=/qemu.slice/100.scope,task=kvm,pid=4242,uid=0",
    );
    let killed = kernel(
        "Out of memory: Killed process 4242 (kvm) total-vm:9437184kB, anon-rss:8388608kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:17000kB oom_score_adj:0",
    );
    assert_eq!(host.tells(&groups), "");
    assert_eq!(
        host.tells(&killed),
        "alert vms/100 critical: the host's memory ran out, and the kernel killed VM 100: kvm"
    );
    assert_eq!(host.tells(&about("100.scope", FAILED, "oom-kill")), "");
    assert_eq!(
        host.tells(&about("100.scope", STARTED, "")),
        "resolved vms/100 critical: VM 100 runs again"
    );
    assert_eq!(host.tells(&about("100.scope", STARTED, "")), "");
}
