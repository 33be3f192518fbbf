//! From a request's JSON to an action's input, by the input's own declaration.

use std::fmt;

use serde_json::{Map, Value};

use crate::ApiError;

/// Where in the parameters a value stands, such as `Filters.0.Values`.
#[derive(Clone, Debug, Default)]
pub struct Path(String);

/// A value that can be read from a parameter.
pub trait Decode: Sized {
    /// Whether a request must have it.
    const REQUIRED: bool = true;

    /// The type's name as the API reference has it, such as `int64` or `list<Filter>`.
    fn type_name() -> String;

    /// Reads the value.
    ///
    /// # Errors
    /// `MissingParameter`, `UnknownParameter` or `InvalidParameter`, with the parameter's path in the message.
    fn decode(value: &Value, path: &Path) -> Result<Self, ApiError>;

    /// What an absent parameter stands for.
    ///
    /// # Errors
    /// `MissingParameter`, where it must be there.
    fn absent(path: &Path) -> Result<Self, ApiError> {
        Err(ApiError::new("MissingParameter", format!("The parameter `{path}` is missing.")))
    }
}

/// A parameter as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the API.
    pub name: &'static str,
    /// Its type's name in the API.
    pub type_name: String,
    /// Whether a request must have it.
    pub required: bool,
}

/// An object with declared members: an action's input, or a structure in one. See [`input!`](crate::input).
pub trait Input: Sized {
    /// The members.
    fn parameters() -> Vec<Parameter>;

    /// Reads the object.
    ///
    /// # Errors
    /// As [`Decode::decode`].
    fn from_object(object: &Map<String, Value>, path: &Path) -> Result<Self, ApiError>;
}

impl Path {
    /// The path of a member of what is here.
    #[must_use]
    pub fn member(&self, name: impl fmt::Display) -> Self {
        if self.0.is_empty() { Self(name.to_string()) } else { Self(format!("{}.{name}", self.0)) }
    }

    /// The error for a value here that is not of type `expected`.
    pub fn ill_typed(&self, expected: &str) -> ApiError {
        ApiError::new("InvalidParameter", format!("The parameter `{self}` is not of type {expected}."))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads one member; null is as good as none.
#[doc(hidden)]
pub fn member<T: Decode>(object: &Map<String, Value>, path: &Path, name: &str) -> Result<T, ApiError> {
    let path = path.member(name);
    match object.get(name) {
        None | Some(Value::Null) => T::absent(&path),
        Some(value) => T::decode(value, &path),
    }
}

/// Refuses members that are not declared.
#[doc(hidden)]
pub fn refuse_unknown(object: &Map<String, Value>, path: &Path, known: &[&str]) -> Result<(), ApiError> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let path = path.member(key);
            Err(ApiError::new(
                "UnknownParameter",
                format!("The parameter `{path}` is not known to this action."),
            ))
        }
    }
}

impl Decode for String {
    fn type_name() -> String {
        "string".to_owned()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, ApiError> {
        value.as_str().map(ToOwned::to_owned).ok_or_else(|| path.ill_typed("String"))
    }
}

/// The reference's own examples send numbers as texts.
impl Decode for i64 {
    fn type_name() -> String {
        "int64".to_owned()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, ApiError> {
        let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        number.ok_or_else(|| path.ill_typed("Integer"))
    }
}

/// The reference's own examples send truth values as texts, `true` and `True`.
impl Decode for bool {
    fn type_name() -> String {
        "bool".to_owned()
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, ApiError> {
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

    fn decode(value: &Value, path: &Path) -> Result<Self, ApiError> {
        T::decode(value, path).map(Some)
    }

    fn absent(_: &Path) -> Result<Self, ApiError> {
        Ok(None)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn type_name() -> String {
        format!("list<{}>", T::type_name())
    }

    fn decode(value: &Value, path: &Path) -> Result<Self, ApiError> {
        let items = value.as_array().ok_or_else(|| path.ill_typed("Array"))?;
        items.iter().enumerate().map(|(index, item)| T::decode(item, &path.member(index))).collect()
    }
}

/// Declares an action's input, or a structure in one: `field: Type = "ParameterName"`, `Option` where it may be absent.
///
/// The declaration is what decodes: what is missing, unknown or of another type is refused by its path.
#[macro_export]
macro_rules! input {
    ($(
        $(#[$attribute:meta])*
        pub struct $type:ident { $( $(#[$comment:meta])* $field:ident: $kind:ty = $name:literal ),* $(,)? }
    )*) => { $(
        $(#[$attribute])*
        #[derive(Clone, Debug)]
        pub struct $type { $( $(#[$comment])* pub $field: $kind ),* }

        impl $crate::Input for $type {
            fn parameters() -> Vec<$crate::Parameter> {
                vec![$( $crate::Parameter {
                    name: $name,
                    type_name: <$kind as $crate::Decode>::type_name(),
                    required: <$kind as $crate::Decode>::REQUIRED,
                } ),*]
            }

            fn from_object(
                object: &$crate::serde_json::Map<String, $crate::serde_json::Value>,
                path: &$crate::Path,
            ) -> Result<Self, $crate::ApiError> {
                $crate::refuse_unknown(object, path, &[$($name),*])?;
                Ok(Self { $( $field: $crate::member(object, path, $name)? ),* })
            }
        }

        impl $crate::Decode for $type {
            fn type_name() -> String {
                stringify!($type).to_owned()
            }

            fn decode(
                value: &$crate::serde_json::Value,
                path: &$crate::Path,
            ) -> Result<Self, $crate::ApiError> {
                let object = value.as_object().ok_or_else(|| path.ill_typed(stringify!($type)))?;
                <Self as $crate::Input>::from_object(object, path)
            }
        }
    )* };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Decode, Input, Path};

    input! {
        /// A filter.
        pub struct Filter {
            /// Its name.
            name: String = "Name",
            /// Its values.
            values: Vec<String> = "Values",
        }

        /// A request.
        pub struct Request {
            /// Text.
            id: String = "RegistryId",
            /// Number.
            limit: Option<i64> = "Limit",
            /// Truth.
            all: Option<bool> = "All",
            /// Structures.
            filters: Option<Vec<Filter>> = "Filters",
        }
    }

    fn decode(value: serde_json::Value) -> Result<Request, String> {
        Request::decode(&value, &Path::default())
            .map_err(|error| format!("{}: {}", error.code, error.message))
    }

    #[test]
    fn values_are_read_as_the_reference_writes_them() {
        let request =
            decode(json!({"RegistryId": "x", "Limit": "20", "All": "True", "Filters": null})).unwrap();
        assert_eq!((request.id.as_str(), request.limit, request.all), ("x", Some(20), Some(true)));
        assert!(request.filters.is_none());
        let request = decode(json!({"RegistryId": "", "Filters": [{"Name": "n", "Values": ["v"]}]})).unwrap();
        let filter = &request.filters.unwrap()[0];
        assert_eq!((filter.name.as_str(), &filter.values[..]), ("n", &["v".to_owned()][..]));
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
        assert_eq!(text(3), "Filters list<Filter> false");
    }
}
