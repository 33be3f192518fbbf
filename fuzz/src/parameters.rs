//! JSON parameters: an action's input is decoded exactly when each of its declared parameters is of its declared type,
//! in its declared range and of its declared values, at any depth, and there are no others.

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
    let fits = members_fit(&A::parameters(), object);
    match within_limit(|| A::from_object(object, &Path::default())) {
        Ok(_) => assert!(fits, "{} takes what it does not declare", A::NAME),
        Err(refusal) => {
            let error = refusal.answer("InvalidParameterValue");
            let codes = ["MissingParameter", "UnknownParameter", "InvalidParameter", "InvalidParameterValue"];
            assert!(codes.contains(&error.code.as_ref()), "{}", error.code);
            let message = error.message.english;
            assert!(message.contains("he parameter `"), "{message}");
            assert!(!fits, "{}: {message}", A::NAME);
        }
    }
}

fn members_fit(declared: &[Parameter], object: &Map<String, Value>) -> bool {
    let known = |key: &String| declared.iter().any(|parameter| parameter.name == key);
    object.keys().all(known) && declared.iter().all(|parameter| fits(parameter, object.get(parameter.name)))
}

/// Whether a value is as declared.
fn fits(parameter: &Parameter, value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => !parameter.required,
        Some(Value::String(text)) if text.is_empty() && !parameter.values.is_empty() => !parameter.required,
        Some(value) => is_of(&parameter.type_name, parameter, value) && in_range(parameter, value),
    }
}

fn is_of(type_name: &str, parameter: &Parameter, value: &Value) -> bool {
    if let Some(item) = type_name.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')) {
        return value.as_array().is_some_and(|items| items.iter().all(|value| is_of(item, parameter, value)));
    }
    let allowed = |text: String| parameter.values.is_empty() || parameter.values.contains(&text);
    match type_name {
        "string" => value.as_str().is_some_and(|text| allowed(text.to_owned())),
        "int64" => integer(value).is_some_and(|number| allowed(number.to_string())),
        "bool" => {
            let word = value.as_str().map(str::to_ascii_lowercase);
            value.is_boolean() || matches!(word.as_deref(), Some("true" | "false"))
        }
        _ => value.as_object().is_some_and(|object| members_fit(&parameter.members, object)),
    }
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// A range is of a number's value, of a text's characters, of an array's items.
fn in_range(parameter: &Parameter, value: &Value) -> bool {
    let Some(limits) = parameter.limits else { return true };
    let measure = match (parameter.type_name.as_str(), value) {
        ("string", Value::String(text)) => i64::try_from(text.chars().count()).ok(),
        (_, Value::Array(items)) => i64::try_from(items.len()).ok(),
        (_, value) => integer(value),
    };
    measure.is_some_and(|measure| {
        limits.least().is_none_or(|least| measure >= least) && limits.most().is_none_or(|most| measure <= most)
    })
}
