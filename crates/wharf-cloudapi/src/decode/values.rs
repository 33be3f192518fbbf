//! The types of parameters. The reference's own examples send numbers and truth values as texts.

use serde_json::Value;

use super::{Decode, Parameter, Path};
use crate::Refusal;

impl Decode for String {
    fn type_name() -> String {
        "string".to_owned()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, Refusal> {
        value.as_str().map(ToOwned::to_owned).ok_or_else(|| path.ill_typed("String"))
    }
}

impl Decode for i64 {
    fn type_name() -> String {
        "int64".to_owned()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, Refusal> {
        let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        number.ok_or_else(|| path.ill_typed("Integer"))
    }
}

impl Decode for u64 {
    fn type_name() -> String {
        "uint64".to_owned()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, Refusal> {
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        number.ok_or_else(|| path.ill_typed("unsigned Integer"))
    }
}

/// Finite numbers only.
impl Decode for f64 {
    fn type_name() -> String {
        "float".to_owned()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, Refusal> {
        let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
        number.filter(|number| number.is_finite()).ok_or_else(|| path.ill_typed("Float"))
    }
}

/// `true` and `True` are the same.
impl Decode for bool {
    fn type_name() -> String {
        "bool".to_owned()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, Refusal> {
        let truth = value.as_bool().or_else(|| match value.as_str()? {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        });
        truth.ok_or_else(|| path.ill_typed("Boolean"))
    }
}

impl<T: Decode> Decode for Option<T> {
    const REQUIRED: bool = false;

    fn type_name() -> String {
        T::type_name()
    }

    fn members() -> Vec<Parameter> {
        T::members()
    }

    fn values() -> Vec<String> {
        T::values()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, Refusal> {
        if T::is_none(value) { Ok(None) } else { T::decode(value, path).map(Some) }
    }

    fn absent(_: &Path) -> Result<Self, Refusal> {
        Ok(None)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn type_name() -> String {
        format!("list<{}>", T::type_name())
    }

    fn members() -> Vec<Parameter> {
        T::members()
    }

    fn values() -> Vec<String> {
        T::values()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, Refusal> {
        let items = value.as_array().ok_or_else(|| path.ill_typed("Array"))?;
        items.iter().enumerate().map(|(index, item)| T::decode(item, &path.member(index))).collect()
    }
}
