//! The contracts tested are the contracts written: every bullet in `ports.rs` has its function, in its words.

use std::fs;
use std::path::Path;

use grace_sim::contract::{events, health, journal, notifier, uptime};

#[test]
fn every_bullet_has_its_test() {
    check("UptimeSource", &uptime::BULLETS);
    check("HostEvents", &events::BULLETS);
    check("Journal", &journal::BULLETS);
    check("HealthSource", &health::BULLETS);
    check("Notifier", &notifier::BULLETS);
}

#[track_caller]
fn check(port: &str, tested: &[(&str, &str)]) {
    let tested: Vec<_> = tested.iter().map(|(_, bullet)| (*bullet).to_owned()).collect();
    assert_eq!(bullets(port), tested, "{port}");
}

/// The bullets in the documentation of the trait `port`.
fn bullets(port: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../grace-core/src/ports.rs");
    let source = fs::read_to_string(path).expect("the ports' source can be read");
    let (before, _) = source
        .split_once(&format!("pub trait {port}:"))
        .unwrap_or_else(|| panic!("there is a port {port}"));
    let (_, contract) = before.rsplit_once("/// Contract:\n").expect("the port has a contract");
    let mut bullets: Vec<String> = Vec::new();
    for line in contract.lines().map_while(|line| line.strip_prefix("/// ")) {
        match line.strip_prefix("- ") {
            Some(bullet) => bullets.push(bullet.to_owned()),
            None => {
                let bullet = bullets.last_mut().expect("a bullet goes before its second line");
                bullet.push(' ');
                bullet.push_str(line.trim());
            }
        }
    }
    bullets
}
