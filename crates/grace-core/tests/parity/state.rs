//! `state.jsonl`: one program start a line, with timed calls of the original's functions.

use grace_core::{
    BootIdentity, BootKind, Decision, Event, Grace, Guest, GuestKind, Policy, Severity,
    ShutdownKind, Start, Subject, Uptime,
};
use serde_json::{Value, json};

use crate::{field, parse, seconds, text};

pub(crate) fn check(line: &str) -> Result<(), String> {
    let vector = &parse(line)?;
    let uptime = match field(vector, "uptime_at_start")? {
        Value::Null => None,
        known => Some(Uptime::from(seconds(known, "uptime_at_start")?)),
    };
    let mut grace = Grace::new(Policy::default(), Start::new(uptime, BootIdentity::UNKNOWN));
    let ops = field(vector, "ops")?.as_array().ok_or("ops is no list")?;
    for (index, op) in ops.iter().enumerate() {
        let found = call(&mut grace, op).map_err(|why| format!("op {index}: {why}"))?;
        let expected = op.get("result").unwrap_or(&Value::Null);
        if found != *expected {
            return Err(format!(
                "op {index} {op}: the original gave {expected}, this gives {found}"
            ));
        }
    }
    Ok(())
}

/// One call of an original function. The original has no timers, so no time-out is handled here.
fn call(grace: &mut Grace, op: &Value) -> Result<Value, String> {
    let now = grace.started_at().saturating_add(seconds(field(op, "t")?, "t")?);
    let args = field(op, "args")?;
    let view = grace.view();
    Ok(match text(field(op, "op")?, "op")? {
        "is_startup_vm_period" => {
            json!(view.decide(now, Subject::GuestStarted) != Decision::Deliver)
        }
        "is_startup_health_grace" => json!(view.health_window().is_open(now)),
        "should_suppress_category" => {
            let category = text(field_at(args, 0)?, "category")?;
            let subject = Subject::Alert { category, severity: Severity::Critical };
            json!(view.decide(now, subject) != Decision::Deliver)
        }
        "is_real_system_boot" => json!(grace.kind() == BootKind::Boot),
        "get_startup_elapsed" => {
            let elapsed = now.saturating_since(grace.started_at());
            json!(elapsed.as_millis() as f64 / 1_000.0)
        }
        "mark_shutdown" => {
            grace.handle_event(now, Event::Shutdown(ShutdownKind::Unknown));
            Value::Null
        }
        "is_host_shutting_down" => {
            json!(view.decide(now, Subject::GuestStopped) != Decision::Deliver)
        }
        "add_startup_vm" => {
            grace.collect_guest(now, &guest(args)?);
            Value::Null
        }
        "get_and_clear_startup_vms" => {
            let guests = grace.take_guests(now);
            json!(guests.iter().map(triple).collect::<Vec<_>>())
        }
        "has_startup_vms" => json!(grace.has_collected_guests()),
        "was_startup_aggregated" => json!(grace.is_aggregated()),
        "mark_startup_aggregated" => {
            grace.mark_reported(now);
            Value::Null
        }
        unknown => return Err(format!("unknown function {unknown:?}")),
    })
}

pub(crate) fn guest(triple: &Value) -> Result<Guest, String> {
    let kind = match text(field_at(triple, 2)?, "kind")? {
        "vm" => GuestKind::Vm,
        "ct" => GuestKind::Ct,
        unknown => return Err(format!("unknown kind {unknown:?}")),
    };
    let id = text(field_at(triple, 0)?, "vmid")?;
    Ok(Guest::new(id, text(field_at(triple, 1)?, "name")?, kind))
}

fn triple(guest: &Guest) -> Value {
    json!([guest.id.as_str(), guest.name.as_str(), guest.kind.as_str()])
}

fn field_at(args: &Value, index: usize) -> Result<&Value, String> {
    args.get(index).ok_or_else(|| format!("no argument {index} in {args}"))
}
