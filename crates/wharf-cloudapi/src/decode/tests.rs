use serde_json::json;

use super::{Decode, Input, Path};
use crate::{choice, input};

choice! {
    /// What a filter looks at.
    pub struct FilterName(char): String {
        "n" => 'n',
        "m" => 'm',
    }

    /// A number of few.
    pub struct Kind(bool): i64 {
        0 => false,
        1 => true,
    }
}

input! {
    /// A filter.
    pub struct Filter<Name> {
        /// Its name.
        name: Name = "Name",
        /// Its values.
        values: Vec<String> = "Values" in 1..=2,
    }

    /// A request.
    pub struct Request {
        /// Text.
        id: String = "RegistryId",
        /// Number.
        limit: Option<i64> = "Limit" in 1..=100,
        /// Number without a sign.
        size: Option<u64> = "Size" in 1..,
        /// Number with a fraction.
        share: Option<f64> = "Share",
        /// Text of some length.
        remark: Option<String> = "Remark" in ..=3,
        /// One of a few numbers.
        kind: Option<Kind> = "Kind",
        /// One of a few texts.
        order: Option<FilterName> = "Order",
        /// Truth.
        all: Option<bool> = "All",
        /// Structures.
        filters: Option<Vec<Filter<FilterName>>> = "Filters",
    }
}

fn decode(value: serde_json::Value) -> Result<Request, String> {
    Request::decode(&value, &Path::default()).map_err(|refusal| {
        let error = refusal.answer("InvalidParameterValue");
        format!("{}: {}", error.code, error.message)
    })
}

#[test]
fn values_are_read_as_the_reference_writes_them() {
    let request = decode(json!({"RegistryId": "x", "Limit": "20", "All": "True", "Filters": null})).unwrap();
    assert_eq!((request.id.as_str(), request.limit, request.all), ("x", Some(20), Some(true)));
    assert!(request.filters.is_none());
    let request = decode(json!({"RegistryId": "", "Filters": [{"Name": "n", "Values": ["v"]}]})).unwrap();
    let filter = &request.filters.unwrap()[0];
    assert_eq!((filter.name.0, &filter.values[..]), ('n', &["v".to_owned()][..]));
    let request = decode(json!({
        "RegistryId": "", "Size": "18446744073709551615", "Share": "0.5", "Kind": "1", "Order": "",
        "Remark": "三个字"
    }));
    let request = request.unwrap();
    assert_eq!((request.size, request.share), (Some(u64::MAX), Some(0.5)));
    assert!(request.kind.is_some_and(|kind| kind.0));
    assert!(request.order.is_none());
    assert_eq!(request.remark.as_deref(), Some("三个字"));
}

#[test]
fn each_mistake_is_told_by_its_path() {
    for (value, message) in [
        (json!({}), "MissingParameter: The parameter `RegistryId` is missing."),
        (json!({"RegistryId": null}), "MissingParameter: The parameter `RegistryId` is missing."),
        (
            json!({"RegistryId": "x", "Limt": 1}),
            "UnknownParameter: The parameter `Limt` is not known to this action.",
        ),
        (json!({"RegistryId": 5}), "InvalidParameter: The parameter `RegistryId` is not of type String."),
        (
            json!({"RegistryId": "x", "Limit": 1.5}),
            "InvalidParameter: The parameter `Limit` is not of type Integer.",
        ),
        (
            json!({"RegistryId": "x", "All": 1}),
            "InvalidParameter: The parameter `All` is not of type Boolean.",
        ),
        (
            json!({"RegistryId": "x", "Filters": [{"Name": "n", "Values": [1]}]}),
            "InvalidParameter: The parameter `Filters.0.Values.0` is not of type String.",
        ),
        (
            json!({"RegistryId": "x", "Filters": [{"Name": "n"}]}),
            "MissingParameter: The parameter `Filters.0.Values` is missing.",
        ),
        (
            json!({"RegistryId": "x", "Limit": 9_223_372_036_854_775_808_u64}),
            "InvalidParameter: The parameter `Limit` is not of type Integer.",
        ),
        (
            json!({"RegistryId": "x", "Limit": "-9223372036854775809"}),
            "InvalidParameter: The parameter `Limit` is not of type Integer.",
        ),
        (
            json!({"RegistryId": "x", "Size": -1}),
            "InvalidParameter: The parameter `Size` is not of type unsigned Integer.",
        ),
        (
            json!({"RegistryId": "x", "Share": "NaN"}),
            "InvalidParameter: The parameter `Share` is not of type Float.",
        ),
        (
            json!({"RegistryId": "x", "Limit": 0}),
            "InvalidParameterValue: The value of the parameter `Limit` is not allowed: 1 to 100.",
        ),
        (
            json!({"RegistryId": "x", "Limit": "101"}),
            "InvalidParameterValue: The value of the parameter `Limit` is not allowed: 1 to 100.",
        ),
        (
            json!({"RegistryId": "x", "Size": 0}),
            "InvalidParameterValue: The value of the parameter `Size` is not allowed: 1 or more.",
        ),
        (
            json!({"RegistryId": "x", "Remark": "四个字的"}),
            "InvalidParameterValue: The value of the parameter `Remark` is not allowed: 3 characters at most.",
        ),
        (
            json!({"RegistryId": "x", "Kind": 2}),
            "InvalidParameterValue: The value of the parameter `Kind` is not allowed: it is one of `0`, `1`.",
        ),
        (
            json!({"RegistryId": "x", "Filters": [{"Name": "n", "Values": ["1"]}, {"Name": "", "Values": []}]}),
            "InvalidParameterValue: The value of the parameter `Filters.1.Name` is not allowed: \
             it is one of `n`, `m`.",
        ),
        (
            json!({"RegistryId": "x", "Filters": [{"Name": "n", "Values": []}]}),
            "InvalidParameterValue: The value of the parameter `Filters.0.Values` is not allowed: 1 to 2 items.",
        ),
        (
            json!({"RegistryId": "x", "Filters": {}}),
            "InvalidParameter: The parameter `Filters` is not of type Array.",
        ),
    ] {
        assert_eq!(decode(value).unwrap_err(), message);
    }
}

#[test]
fn a_declaration_can_be_read() {
    let parameters = Request::parameters();
    let text = |index: usize| {
        let parameter = &parameters[index];
        format!("{} {} {}", parameter.name, parameter.type_name, parameter.required)
    };
    assert_eq!(text(0), "RegistryId string true");
    let filters = parameters.last().unwrap();
    assert_eq!((filters.name, filters.type_name.as_str()), ("Filters", "list<Filter>"));
    assert_eq!(filters.members[0].values, ["n", "m"]);
    assert_eq!(filters.members[1].limits.unwrap().most(), Some(2));
    assert_eq!(parameters[1].limits.unwrap().least(), Some(1));
}
