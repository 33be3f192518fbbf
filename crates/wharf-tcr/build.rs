//! Writes what the API documents of each action beside its parameters, from the facts in `spec/`: error codes, use of
//! the region, rate.

use std::{env, error::Error, fmt::Write, fs, path::Path};

use serde_json::Value;

const SPEC: &str = "../../spec/tcr-2019-09-24.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SPEC}");
    let spec: Value = serde_json::from_str(&fs::read_to_string(SPEC)?)?;
    let actions = spec["actions"].as_object().ok_or("the facts have no actions")?;
    let mut table = String::from("match action {\n");
    for (name, action) in actions {
        // Actions that are newer than the reference document neither errors nor regions.
        let errors = if action["errors"].is_array() { action["errors"].to_string() } else { "[]".to_owned() };
        let region = match &action["region"] {
            Value::String(text) if text == "required" => "Required".to_owned(),
            Value::String(text) if text == "not used" => "Unused".to_owned(),
            Value::Array(_) => format!("OneOf(&{})", action["region"]),
            Value::Null => "Required".to_owned(),
            other => return Err(format!("{name} uses the region as {other}").into()),
        };
        let rate = action["rate_per_second"].as_u64().ok_or_else(|| format!("{name} has no rate"))?;
        writeln!(
            table,
            "    {name:?} => Some(&Facts {{ errors: &{errors}, region: RegionUse::{region}, rate: {rate} }}),"
        )?;
    }
    table.push_str("    _ => None,\n}\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("facts.rs"), table)?;
    Ok(())
}
