//! Writes the error codes and the rate that the API documents for each action, from the facts in `spec/`.

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
    let mut rates = String::from("match action {\n");
    for (name, action) in actions.iter() {
        if let Some(rate) = action["rate_per_second"].as_u64() {
            writeln!(rates, "    {name:?} => Some({rate}),")?;
        }
    }
    rates.push_str("    _ => None,\n}\n");
    let folder = env::var("OUT_DIR")?;
    fs::write(Path::new(&folder).join("documented_errors.rs"), table)?;
    fs::write(Path::new(&folder).join("documented_rates.rs"), rates)?;
    Ok(())
}
