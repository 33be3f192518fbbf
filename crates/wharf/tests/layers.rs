//! Arrows between crates only point down.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::HashSet, process::Command};

use serde_json::Value;

/// Crates by layer, the highest first. A crate may depend on crates of lower layers only.
const LAYERS: [&[&str]; 6] = [
    &["wharf"],
    &["wharf-registry", "wharf-sts", "wharf-tag", "wharf-tcr", "wharf-worker"],
    &["wharf-cloudapi"],
    &["wharf-core"],
    &["wharf-db", "wharf-blob"],
    &["wharf-model"],
];

/// Crates that speak to a store: no edge is among them. The program opens the stores for core.
const STORES: [&str; 2] = ["wharf-db", "wharf-blob"];
const MAY_USE_STORES: [&str; 2] = ["wharf", "wharf-core"];

#[test]
fn every_crate_has_a_layer_and_depends_on_lower_ones_only() {
    let arrows = arrows();
    let crates: HashSet<_> = arrows.iter().map(|(from, _)| from.as_str()).collect();
    let known: HashSet<_> = LAYERS.iter().flat_map(|layer| layer.iter().copied()).collect();
    assert_eq!(crates, known, "the crates of the workspace and those that have a layer");
    for (from, targets) in &arrows {
        for to in targets {
            assert!(layer(to) > layer(from), "{from} depends on {to}, which is not below it");
        }
    }
}

#[test]
fn no_edge_touches_a_store() {
    for (from, targets) in arrows() {
        let store = targets.iter().find(|to| STORES.contains(&to.as_str()));
        if !MAY_USE_STORES.contains(&from.as_str()) {
            assert_eq!(store, None, "{from} is an edge");
        }
    }
}

fn layer(name: &str) -> usize {
    LAYERS.iter().position(|layer| layer.contains(&name)).unwrap()
}

/// Each crate of the workspace and what of the workspace it depends on, by whichever kind of dependency.
fn arrows() -> Vec<(String, Vec<String>)> {
    let arguments = ["metadata", "--no-deps", "--format-version", "1", "--offline"];
    let output =
        Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let dependencies = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter().map(name);
        dependencies.filter(|name| name.starts_with("wharf-")).collect()
    };
    packages.iter().map(|package| (name(package), dependencies(package))).collect()
}
