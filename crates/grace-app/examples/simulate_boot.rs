//! A boot of one's own, simulated: what a person would have received, and when.
//!
//! `cargo run -p grace-app --example simulate_boot`

use grace::simulate::{Colors, run};
use grace_sim::timeline::Timeline;

const BOOT: &str = r#"
title = "A mount that comes late"
[start]
uptime = "20s"
[[event]]
at = "5s"
type = "alert"
category = "storage"
key = "/mnt/nas"
severity = "critical"
text = "not mounted"
[[event]]
at = "8s"
type = "guest-started"
id = "100"
name = "web"
[[event]]
at = "70s"
type = "resolved"
category = "storage"
key = "/mnt/nas"
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let timeline = Timeline::parse("boot.toml", BOOT)?;
    let log = run(&timeline)?;
    log.write_screen(&mut std::io::stdout().lock(), Colors::default())?;
    Ok(())
}
