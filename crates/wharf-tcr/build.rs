//! Writes the error codes that the API documents for each action, from the facts in `spec/`.

use std::{env, error::Error, fmt::Write, fs, path::Path};

use serde_json::Value;

const SPEC: &str = "../../spec/tcr-2019-09-24.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SPEC}");
    let spec: Value = serde_json::from_str(&fs::read_to_string(SPEC)?)?;
    let actions = spec["actions"].as_object().ok_or("the facts have no actions")?;
    let mut table = String::from("match action {\n");
    // Actions that are newer than the reference document none.
    for (name, action) in actions.iter().filter(|(_, action)| action["errors"].is_array()) {
        writeln!(table, "    {name:?} => &{},", action["errors"])?;
    }
    table.push_str("    _ => &[],\n}\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("documented_errors.rs"), table)?;
    Ok(())
}
