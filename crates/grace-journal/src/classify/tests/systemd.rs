//! systemd's messages, and the kernel's.

use grace_core::Text;

use super::{FAILED, Host, START_FAILED, STARTED, STOPPED, about, line};
use crate::record::Record;

fn message(id: &str, unit: &str) -> Record {
    Record {
        message_id: Text::name(id),
        unit: Text::name(unit),
        uid: Some(0),
        ..line("systemd", "in systemd's words")
    }
}

#[test]
fn what_the_host_does_is_told_by_the_ids_of_messages() {
    fn check(id: &str, unit: &str, told: &str) {
        assert_eq!(Host::new().tells(&message(id, unit)), told, "{id}");
    }
    check("b07a249cd024414a82dd00cd181378ff", "init.scope", "startup-finished");
    check("c7a787079b354eaaa9e77b371893cd27", "systemd-timedated.service", "clock-changed");
    check("6bbd95ee977941e497c48be27c254128", "systemd-suspend.service", "sleeping");
    check("8811e6df2a8e40f58a94cea26f8ebf14", "systemd-suspend.service", "resumed");
    check("249f6fb9e6e2428c96f3f0875681ffa3", "systemd-logind.service", "shutdown-cancelled");
}

#[test]
fn a_shutdown_is_told_with_its_kind() {
    fn check(shutdown: &str, told: &str) {
        let record = Record {
            shutdown: Text::name(shutdown),
            ..message("98268866d1d54a499c4e98921d93bc40", "systemd-logind.service")
        };
        let seen = Host::new().sees(&record).expect("it is told");
        assert_eq!(super::words(&seen), told);
        assert_eq!(seen.identity, None, "the bus tells of it too, and cannot know which it is");
    }
    check("power-off", "shutdown power-off");
    check("reboot", "shutdown reboot");
    check("halt", "shutdown halt");
    check("kexec", "shutdown kexec");
    check("soft-reboot", "shutdown soft-reboot");
    check("", "shutdown unknown");
    check("something-new", "shutdown unknown");
}

#[test]
fn a_shutdown_that_is_set_for_later_is_a_note() {
    fn check(action: &str, told: &str) {
        let record = Record {
            action: Text::name(action),
            ..message("9e7066279dc8403da79ce4b1a69064b2", "systemd-logind.service")
        };
        assert_eq!(Host::new().tells(&record), told);
    }
    check("poweroff", "shutdown-scheduled power-off");
    check("reboot", "shutdown-scheduled reboot");
    check("soft-reboot", "shutdown-scheduled soft-reboot");
}

#[test]
fn only_logind_says_that_the_host_goes_down() {
    for id in [
        "98268866d1d54a499c4e98921d93bc40",
        "9e7066279dc8403da79ce4b1a69064b2",
        "249f6fb9e6e2428c96f3f0875681ffa3",
    ] {
        for unit in ["user@1000.service", "session-4.scope", "init.scope", ""] {
            assert_eq!(Host::new().tells(&message(id, unit)), "", "{id} from {unit}");
        }
    }
}

#[test]
fn a_user_cannot_say_that_a_unit_failed() {
    let record = about("nginx.service", FAILED, "exit-code");
    let by_user = Record { unit: Text::literal("user@1000.service"), uid: Some(1000), ..record };
    assert_eq!(Host::new().tells(&by_user), "");
}

#[test]
fn a_service_that_fails_is_one_alert_until_it_starts() {
    let mut host = Host::new();
    let unit = "nginx.service";
    assert_eq!(
        host.tells(&about(unit, FAILED, "exit-code")),
        "alert services/nginx.service critical: nginx.service failed: exit-code"
    );
    assert_eq!(host.tells(&about(unit, START_FAILED, "failed")), "");
    assert_eq!(host.tells(&about(unit, FAILED, "exit-code")), "");
    assert_eq!(host.tells(&about(unit, STOPPED, "")), "");
    assert_eq!(host.tells(&about("cron.service", STARTED, "")), "");
    assert_eq!(
        host.tells(&about(unit, STARTED, "")),
        "resolved services/nginx.service critical: nginx.service started"
    );
    assert_eq!(host.tells(&about(unit, STARTED, "")), "");
}

#[test]
fn a_start_that_ended_otherwise_is_told_only_if_it_went_wrong() {
    fn check(result: &str, told: &str) {
        let record = about("mnt-nas.mount", START_FAILED, result);
        assert_eq!(Host::new().tells(&record), told, "{result}");
    }
    check(
        "timeout",
        "alert services/mnt-nas.mount critical: mnt-nas.mount failed: its start timed out",
    );
    check(
        "failed",
        "alert services/mnt-nas.mount critical: mnt-nas.mount failed: its start failed",
    );
    check("dependency", "");
    check("canceled", "");
    check("skipped", "");
}

#[test]
fn a_unit_of_a_users_own_manager_is_none_of_the_hosts() {
    assert_eq!(Host::new().tells(&about("", FAILED, "exit-code")), "");
}

#[test]
fn a_process_killed_for_want_of_memory_is_an_alert_of_whom_it_concerns() {
    fn check(group: &str, killed: &str, told: &str) {
        let mut host = Host::new();
        let kernel = |message: &str| Record { is_kernel: true, ..line("kernel", message) };
        let groups = format!(
            "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=ns,mems_allowed=0,oom_memcg={group},task_memcg={group},task=stress,pid=77,uid=100000"
        );
        assert_eq!(host.tells(&kernel(&groups)), "");
        assert_eq!(host.tells(&kernel(killed)), told);
    }
    check(
        "/lxc/101/ns/system.slice",
        "Memory cgroup out of memory: Killed process 77 (stress) total-vm:9437184kB",
        "alert vms/101 warning: its memory limit was reached, and the kernel killed a process of CT 101: stress",
    );
    check(
        "/lxc/101",
        "Out of memory: Killed process 77 (stress) total-vm:9437184kB",
        "alert vms/101 critical: the host's memory ran out, and the kernel killed a process of CT 101: stress",
    );
    check(
        "/system.slice/mysql.service",
        "Out of memory: Killed process 77 (mysqld (old)) total-vm:9437184kB",
        "alert memory/mysqld (old) critical: the host's memory ran out, and the kernel killed a process: mysqld (old)",
    );
    // The group of another process says nothing of this one.
    check(
        "/qemu.slice/100.scope",
        "Out of memory: Killed process 78 (tar) total-vm:9437184kB",
        "alert memory/tar critical: the host's memory ran out, and the kernel killed a process: tar",
    );
}

#[test]
fn only_the_kernel_says_what_it_killed() {
    let message = "Out of memory: Killed process 77 (kvm) total-vm:9437184kB";
    assert_eq!(Host::new().tells(&Record { uid: Some(0), ..line("kernel", message) }), "");
}
