//! JSON parameters: an action's input is decoded exactly when each of its declared parameters is of its declared type
//! and there are no others.

use serde_json::{Map, Value};
use wharf_cloudapi::{Action, Parameter, Path, fuzzing::parse_parameters};
use wharf_tcr::{
    image::{DeleteImage, DescribeImages},
    instance::{
        CheckInstanceName, CreateInstance, DeleteInstance, DescribeInstanceStatus, DescribeInstances,
    },
    instance_token::CreateInstanceToken,
    namespace::{CreateNamespace, DeleteNamespace, DescribeNamespaces},
    region::DescribeRegions,
    repository::{CreateRepository, DeleteRepository, DescribeRepositories},
};

use crate::pace::within_limit;

/// Takes the bytes as a request's body, for every action.
pub fn check(input: &[u8]) {
    let value = serde_json::from_slice::<Value>(input).ok();
    let object = within_limit(|| parse_parameters(input));
    if input.is_empty() {
        assert_eq!(object, Some(Map::new()));
    } else {
        assert_eq!(object.as_ref(), value.as_ref().and_then(Value::as_object));
    }
    let Some(object) = object else { return };
    macro_rules! each {
        ($($action:ty),*) => { $( decoded::<$action>(&object); )* };
    }
    each!(
        CheckInstanceName,
        CreateInstance,
        CreateInstanceToken,
        CreateNamespace,
        CreateRepository,
        DeleteImage,
        DeleteInstance,
        DeleteNamespace,
        DeleteRepository,
        DescribeImages,
        DescribeInstanceStatus,
        DescribeInstances,
        DescribeNamespaces,
        DescribeRegions,
        DescribeRepositories
    );
}

fn decoded<A: Action>(object: &Map<String, Value>) {
    let declared = A::parameters();
    let unknown = object.keys().any(|key| !declared.iter().any(|parameter| parameter.name == key));
    let fits = declared.iter().map(|parameter| fits(parameter, object.get(parameter.name)));
    let verdicts: Vec<_> = fits.collect();
    match within_limit(|| A::from_object(object, &Path::default())) {
        Ok(_) => assert!(
            !unknown && !verdicts.contains(&Some(false)),
            "{} takes what it does not declare",
            A::NAME
        ),
        Err(error) => {
            let codes = ["MissingParameter", "UnknownParameter", "InvalidParameter"];
            assert!(codes.contains(&error.code.as_ref()), "{}", error.code);
            assert!(error.message.starts_with("The parameter `"));
            assert!(
                unknown || verdicts.iter().any(|fits| *fits != Some(true)),
                "{}: {}",
                A::NAME,
                error.message
            );
        }
    }
}

/// Whether a value fits a parameter. Of structures, whose members are not listed here, that is not known.
fn fits(parameter: &Parameter, value: Option<&Value>) -> Option<bool> {
    match value {
        None | Some(Value::Null) => Some(!parameter.required),
        Some(value) => is_of(&parameter.type_name, value),
    }
}

fn is_of(type_name: &str, value: &Value) -> Option<bool> {
    if let Some(item) = type_name.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')) {
        let Some(items) = value.as_array() else { return Some(false) };
        let verdicts: Vec<_> = items.iter().map(|value| is_of(item, value)).collect();
        return if verdicts.contains(&Some(false)) {
            Some(false)
        } else {
            verdicts.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
        };
    }
    match type_name {
        "string" => Some(value.is_string()),
        "int64" => {
            Some(value.as_i64().is_some() || value.as_str().is_some_and(|text| text.parse::<i64>().is_ok()))
        }
        "bool" => {
            let word = value.as_str().map(str::to_ascii_lowercase);
            Some(value.is_boolean() || matches!(word.as_deref(), Some("true" | "false")))
        }
        _ if value.is_object() => None,
        _ => Some(false),
    }
}
