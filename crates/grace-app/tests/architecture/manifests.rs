//! The crate graph, as the manifests say it.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::repository::{TextFile, files, no_complaints};

/// Each crate, the crates of this workspace that it may use, and those that its tests may use besides.
///
/// Adapters do not know each other, and nothing but the program knows them all.
const EDGES: [(&str, &[&str], &[&str]); 7] = [
    ("grace-core", &[], &[]),
    ("grace-health", &["grace-core"], &["grace-sim"]),
    ("grace-journal", &["grace-core"], &["grace-sim"]),
    ("grace-notify", &["grace-core"], &["grace-sim"]),
    ("grace-proc", &["grace-core"], &["grace-sim"]),
    ("grace-sim", &["grace-core"], &[]),
    (
        "grace-app",
        &["grace-core", "grace-health", "grace-journal", "grace-notify", "grace-proc", "grace-sim"],
        &[],
    ),
];

/// What a crate that collects leftovers is called.
const LEFTOVERS: [&str; 6] = ["common", "helper", "misc", "shared", "util", "utils"];

/// A crate's `Cargo.toml`.
struct Manifest {
    path: String,
    table: Table,
}

impl Manifest {
    fn of(file: &TextFile) -> Self {
        let table = file.text.parse().unwrap_or_else(|e| panic!("{}: {e}", file.path));
        Self { path: file.path.clone(), table }
    }

    fn name(&self) -> &str {
        self.at(&["package", "name"]).and_then(Value::as_str).unwrap_or_default()
    }

    fn at(&self, keys: &[&str]) -> Option<&Value> {
        let (first, rest) = keys.split_first()?;
        rest.iter().try_fold(self.table.get(*first)?, |value, key| value.get(key))
    }

    /// The dependencies of a kind, for every target: name, whichever name they are used by, and how.
    fn dependencies<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let of_targets = self.at(&["target"]).and_then(Value::as_table).into_iter().flatten();
        let tables = of_targets.filter_map(move |(_, target)| target.get(kind));
        let tables = tables.chain(self.at(&[kind]));
        tables.filter_map(Value::as_table).flatten().map(|(name, how)| {
            let package = how.get("package").and_then(Value::as_str);
            (package.unwrap_or(name), how)
        })
    }
}

fn manifests() -> Vec<Manifest> {
    let files = files("crates", "toml");
    let manifests = files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    manifests.map(Manifest::of).collect()
}

#[test]
fn crates_use_only_the_crates_they_may() {
    let complaints = manifests().into_iter().flat_map(|manifest| {
        let (name, path) = (manifest.name(), &manifest.path);
        let Some((_, uses, tests_use)) = EDGES.iter().find(|(crate_name, ..)| *crate_name == name)
        else {
            return vec![format!("{path}: {name} is new; say in EDGES whom it may use")];
        };
        let of_kind = |kind: &'static str, allowed: Vec<&'static str>| {
            let ours = manifest.dependencies(kind).map(|(name, _)| name);
            // A crate's tests may use the crate itself, with features that its users choose.
            let others = |used: &&str| used.starts_with("grace-") && *used != name;
            let ours: Vec<_> = ours.filter(others).collect();
            let wrong = ours.into_iter().filter(move |used| !allowed.contains(used));
            wrong.map(move |used| {
                format!(
                    "{path}: {name} may not use {used} in [{kind}]; move what both need to \
                     grace-core, or join them in grace-app"
                )
            })
        };
        let mut complaints: Vec<_> = of_kind("dependencies", uses.to_vec()).collect();
        complaints.extend(of_kind("build-dependencies", Vec::new()));
        complaints.extend(of_kind("dev-dependencies", [*uses, *tests_use].concat()));
        complaints
    });
    no_complaints(complaints);
}

#[test]
fn every_crate_of_the_graph_is_there() {
    let there = manifests();
    let there: BTreeSet<_> = there.iter().map(Manifest::name).collect();
    let gone = EDGES.iter().filter(|(name, ..)| !there.contains(name));
    no_complaints(gone.map(|(name, ..)| format!("{name} is gone; take it out of EDGES")));
}

#[test]
fn the_program_can_be_built_without_the_simulator() {
    let manifest = Manifest::of(&TextFile::read("crates/grace-app/Cargo.toml"));
    let is_optional = manifest.at(&["dependencies", "grace-sim", "optional"]);
    assert_eq!(is_optional, Some(&Value::Boolean(true)), "make grace-sim optional in grace-app");
    let features = |name| {
        let features = manifest.at(&["features", name]).and_then(Value::as_array);
        let features = features.into_iter().flatten().filter_map(Value::as_str);
        features.collect::<Vec<_>>()
    };
    assert!(features("default").contains(&"sim"), "grace-app: put `sim` into `default`");
    assert!(features("sim").contains(&"dep:grace-sim"), "grace-app: `sim` turns on grace-sim");
}

#[test]
fn every_crate_says_what_it_is_and_takes_the_rest_from_the_workspace() {
    let manifests = manifests();
    let complaints = manifests.iter().flat_map(|manifest| {
        let path = &manifest.path;
        let is_set = |keys: &[&str]| manifest.at(keys) == Some(&Value::Boolean(true));
        let says = |key| manifest.at(&["package", key]).and_then(Value::as_str).is_some();
        let mut complaints = Vec::new();
        if !is_set(&["lints", "workspace"]) {
            complaints.push(format!("{path}: add `[lints] workspace = true`"));
        }
        for key in ["version", "edition", "license"] {
            if !is_set(&["package", key, "workspace"]) {
                complaints.push(format!("{path}: take `{key}` from the workspace"));
            }
        }
        if !says("description") {
            complaints.push(format!("{path}: add a `description`"));
        }
        if manifest.name().split('-').any(|word| LEFTOVERS.contains(&word)) {
            complaints.push(format!("{path}: name the crate after its one subject"));
        }
        complaints
    });
    no_complaints(complaints);
}

#[test]
fn versions_of_dependencies_stand_in_the_workspace_alone() {
    let manifests = manifests();
    let complaints = manifests.iter().flat_map(|manifest| {
        let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
        let all = kinds.into_iter().flat_map(|kind| manifest.dependencies(kind));
        // The crate itself, in its own tests, is a path: it has no version before it is released.
        let others = all.filter(|(name, _)| *name != manifest.name());
        let own = others.filter(|(_, how)| how.get("workspace") != Some(&Value::Boolean(true)));
        own.map(|(name, _)| {
            format!(
                "{}: move {name}'s version to the workspace's Cargo.toml, and write \
                 `{name}.workspace = true`",
                manifest.path
            )
        })
    });
    no_complaints(complaints);
}
