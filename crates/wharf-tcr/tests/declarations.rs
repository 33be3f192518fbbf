//! Every action is declared as the API's facts have it: names, types, what is required.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use wharf_cloudapi::Declaration;

const SPEC: &str = include_str!("../../../spec/tcr-2019-09-24.json");

#[test]
fn actions_are_declared_as_the_api_has_them() {
    let spec: Value = serde_json::from_str(SPEC).unwrap();
    let declarations = wharf_tcr::product().declarations();
    for declaration in &declarations {
        let action = &spec["actions"][declaration.name];
        assert_eq!(parameters(declaration), documented(action), "parameters of {}", declaration.name);
    }
    let total = spec["actions"].as_object().unwrap().len();
    println!("{} of {total} actions are implemented", declarations.len());
}

fn parameters(declaration: &Declaration) -> Vec<(String, String, bool)> {
    let parameters = declaration.parameters.iter();
    parameters
        .map(|parameter| (parameter.name.to_owned(), parameter.type_name.clone(), parameter.required))
        .collect()
}

fn documented(action: &Value) -> Vec<(String, String, bool)> {
    let parameters = action["input"].as_array().unwrap().iter();
    parameters
        .map(|parameter| {
            let text = |key: &str| parameter[key].as_str().unwrap().to_owned();
            (text("name"), text("type"), parameter["required"].as_bool().unwrap_or(false))
        })
        .collect()
}
