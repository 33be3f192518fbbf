//! Every action is declared as the API's facts have it: parameters and outputs in full depth, limits, error codes, use
//! of the region, rate.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use wharf_cloudapi::{COMMON_CODES, Field, Parameter, RegionUse};

const SPEC: &str = include_str!("../../../spec/tcr-2019-09-24.json");
const CODES: &str = include_str!("../../../spec/error-codes.json");
const TABLE_OF_CODES: &str = include_str!("../src/error.rs");

fn spec() -> Value {
    serde_json::from_str(SPEC).unwrap()
}

/// A list of texts.
fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

#[test]
fn parameters_are_declared_as_the_api_has_them() {
    let spec = spec();
    for declaration in wharf_tcr::product().declarations() {
        let documented = &spec["actions"][declaration.name]["input"];
        same_parameters(declaration.name, &declaration.parameters, documented, &spec["types"]);
    }
}

fn same_parameters(place: &str, declared: &[Parameter], documented: &Value, types: &Value) {
    let documented = documented.as_array().unwrap_or_else(|| panic!("{place} is not documented"));
    let names: Vec<_> = documented.iter().map(|member| member["name"].as_str().unwrap()).collect();
    assert_eq!(declared.iter().map(|member| member.name).collect::<Vec<_>>(), names, "parameters of {place}");
    for (declared, documented) in declared.iter().zip(documented) {
        let place = format!("{place}.{}", declared.name);
        let type_name = documented["type"].as_str().unwrap();
        assert_eq!(declared.type_name, type_name, "type of {place}");
        assert_eq!(
            declared.required,
            documented["required"].as_bool().unwrap_or(false),
            "{place} is required"
        );
        let values: BTreeSet<_> = declared.values.iter().map(String::as_str).collect();
        for value in texts(&documented["values"]) {
            assert!(values.contains(value), "{place} does not take {value}");
        }
        let ends = [
            ("least", declared.limits.and_then(|l| l.least())),
            ("most", declared.limits.and_then(|l| l.most())),
        ];
        for (end, declared) in ends {
            if let Some(documented) = documented[end].as_i64() {
                assert_eq!(declared, Some(documented), "{end} of {place}");
            }
        }
        let members = &types[item_of(type_name)];
        if members.is_array() {
            same_parameters(&place, &declared.members, members, types);
        } else {
            assert!(declared.members.is_empty(), "{place} has members");
        }
    }
}

#[test]
fn outputs_are_declared_as_the_api_has_them() {
    let spec = spec();
    for declaration in wharf_tcr::product().declarations() {
        let documented = spec["actions"][declaration.name]["output"].as_array().unwrap();
        let own = documented.iter().filter(|member| member["name"] != "RequestId").cloned().collect();
        same_fields(declaration.name, &declaration.output, &Value::Array(own), &spec["types"]);
    }
}

fn same_fields(place: &str, declared: &[Field], documented: &Value, types: &Value) {
    let documented = documented.as_array().unwrap_or_else(|| panic!("{place} is not documented"));
    let names = |names: Vec<&'_ str>| names.into_iter().map(ToOwned::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(
        names(declared.iter().map(|member| member.name).collect()),
        names(documented.iter().map(|member| member["name"].as_str().unwrap()).collect()),
        "members of {place}"
    );
    for declared in declared {
        let place = format!("{place}.{}", declared.name);
        let documented = documented.iter().find(|member| member["name"] == declared.name).unwrap();
        let type_name = documented["type"].as_str().unwrap();
        assert_eq!(declared.type_name, shape(type_name, types), "type of {place}");
        assert!(!declared.nullable || documented["nullable"] == true, "{place} is never null");
        let members = &types[item_of(type_name)];
        if members.is_array() {
            same_fields(&place, &declared.fields, members, types);
        }
    }
}

/// What an item of a list is, or the type itself.
fn item_of(type_name: &str) -> &str {
    type_name.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(type_name)
}

/// How JSON has a type: without signs of numbers and names of structures, and times as texts.
fn shape(type_name: &str, types: &Value) -> String {
    let item = match item_of(type_name) {
        "uint64" => "int64",
        "datetime_iso" => "string",
        name if types[name].is_array() => "structure",
        name => name,
    };
    if item_of(type_name) == type_name { item.to_owned() } else { format!("list<{item}>") }
}

#[test]
fn errors_regions_and_rates_are_the_documented_ones() {
    let (spec, product) = (spec(), wharf_tcr::product());
    for (name, action) in spec["actions"].as_object().unwrap() {
        let facts = product.facts(name).unwrap();
        assert_eq!(facts.errors, texts(&action["errors"]), "errors of {name}");
        assert_eq!(Some(u64::from(product.rate(name))), action["rate_per_second"].as_u64(), "rate of {name}");
        let region = match facts.region {
            RegionUse::Required => json!("required"),
            RegionUse::Unused => json!("not used"),
            RegionUse::OneOf(regions) => json!(regions),
        };
        // Actions that are newer than the reference do not say, and clients send a region with every request.
        let documented =
            if action["region"].is_null() { json!("required") } else { action["region"].clone() };
        assert_eq!(region, documented, "region of {name}");
    }
    assert!(product.facts("CreateEverything").is_none());
    assert_eq!(product.rate("CreateEverything"), 20);
}

/// What the table of core's errors names, in source: the product answers of it only what an action documents, or what
/// is common.
#[test]
fn every_code_of_the_table_exists() {
    let codes: Value = serde_json::from_str(CODES).unwrap();
    let (common, business) = (texts(&codes["common"]), texts(&codes["business"]));
    assert_eq!(common, COMMON_CODES);
    let named: BTreeSet<_> = TABLE_OF_CODES.split('"').skip(1).step_by(2).collect();
    assert!(named.len() > 15);
    for code in named {
        assert!(common.contains(&code) || business.contains(&code), "there is no code {code}");
    }
}

#[test]
fn a_value_that_is_not_allowed_gets_a_code_that_the_action_documents() {
    let product = wharf_tcr::product();
    let code = |action: &str, parameters: Value| {
        let Value::Object(parameters) = parameters else { panic!("{parameters}") };
        product.check(action, &parameters).unwrap_err().code
    };
    let id = "tcr-00000000";
    assert_eq!(code("DescribeInstances", json!({"Limit": 0})), "InvalidParameter");
    assert_eq!(
        code("DescribeNamespaces", json!({"RegistryId": id, "Offset": -1})),
        "InvalidParameter.ErrorTcrInvalidParameter"
    );
    assert_eq!(code("CreateInstanceToken", json!({"RegistryId": id, "TokenType": "x"})), "InvalidParameter");
    assert_eq!(
        code("CreateInstance", json!({"RegistryName": "x", "RegistryType": "huge"})),
        "InvalidParameter"
    );
}

#[test]
fn what_the_api_has_and_wharf_does_not_is_unsupported() {
    let (spec, product) = (spec(), wharf_tcr::product());
    let implemented: BTreeSet<_> =
        product.declarations().iter().map(|declaration| declaration.name).collect();
    let actions = spec["actions"].as_object().unwrap();
    let missing: Vec<_> =
        actions.keys().map(String::as_str).filter(|name| !implemented.contains(name)).collect();
    println!("{} of {} actions are implemented", implemented.len(), actions.len());
    println!("missing: {}", missing.join(", "));
    assert_eq!(
        implemented.len() + missing.len(),
        actions.len(),
        "an action is declared that the API does not have"
    );
    for name in missing {
        assert_eq!(product.check(name, &Map::new()).unwrap_err().code, "UnsupportedOperation", "{name}");
    }
    for name in ["CreateEverything", "", "createinstance", "DescribeRegions "] {
        assert_eq!(product.check(name, &Map::new()).unwrap_err().code, "InvalidAction", "{name}");
    }
}
