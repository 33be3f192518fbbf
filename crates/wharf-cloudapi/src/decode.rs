//! From a request's JSON to an action's input, by the input's own declaration.

mod choice;
mod limits;
mod refusal;
mod values;

use std::fmt;

use serde_json::{Map, Value};

pub use choice::none_of;
pub use limits::{Ends, Limits, Measured, Unit, within};
pub use refusal::Refusal;

/// Where in the parameters a value stands, such as `Filters.0.Values`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(String);

/// A value that can be read from a parameter.
pub trait Decode: Sized {
    /// Whether a request must have it.
    const REQUIRED: bool = true;

    /// The type's name as the API reference has it, such as `int64` or `list<Filter>`.
    fn type_name() -> String;

    /// The members of a structure, or of each structure in an array.
    fn members() -> Vec<Parameter> {
        Vec::new()
    }

    /// The values that there are, where they are few. See [`choice!`](crate::choice).
    fn values() -> Vec<String> {
        Vec::new()
    }

    /// Whether a value says that there is none, where there need not be one.
    fn is_none(_: &Value) -> bool {
        false
    }

    /// Reads the value.
    ///
    /// # Errors
    /// When the value, or one in it, is not as declared.
    fn decode(value: &Value, path: &Path) -> Result<Self, Refusal>;

    /// What an absent parameter stands for.
    ///
    /// # Errors
    /// Where it must be there.
    fn absent(path: &Path) -> Result<Self, Refusal> {
        Err(Refusal::Missing(path.clone()))
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
    /// The range that it is in.
    pub limits: Option<Limits>,
    /// The values that there are, where they are few.
    pub values: Vec<String>,
    /// The members of a structure, or of each structure in an array.
    pub members: Vec<Parameter>,
}

/// An object with declared members: an action's input, or a structure in one. See [`input!`](crate::input).
pub trait Input: Sized {
    /// The members.
    fn parameters() -> Vec<Parameter>;

    /// Reads the object.
    ///
    /// # Errors
    /// As [`Decode::decode`].
    fn from_object(object: &Map<String, Value>, path: &Path) -> Result<Self, Refusal>;
}

impl Path {
    /// The path of a member of what is here.
    #[must_use]
    pub fn member(&self, name: impl fmt::Display) -> Self {
        if self.0.is_empty() { Self(name.to_string()) } else { Self(format!("{}.{name}", self.0)) }
    }

    /// The refusal of a value here that is not of type `expected`.
    pub fn ill_typed(&self, expected: &'static str) -> Refusal {
        Refusal::IllTyped { path: self.clone(), expected }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads one member; null is as good as none.
#[doc(hidden)]
pub fn member<T: Decode>(object: &Map<String, Value>, path: &Path, name: &str) -> Result<T, Refusal> {
    let path = path.member(name);
    match object.get(name) {
        None | Some(Value::Null) => T::absent(&path),
        Some(value) => T::decode(value, &path),
    }
}

/// Refuses members that are not declared. A name is shown as far as a message shows names.
#[doc(hidden)]
pub fn refuse_unknown(object: &Map<String, Value>, path: &Path, known: &[&str]) -> Result<(), Refusal> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(Refusal::Unknown(path.member(crate::flat::cut(key)))),
    }
}

/// Declares an action's input, or a structure in one: `field: Type = "ParameterName"`, `Option` where it may be absent,
/// and `in 1..=100` after the name for a range: of an integer's value, a text's characters, an array's items. A
/// structure may leave the type of a member open (`Filter<Name>`).
///
/// The declaration is what decodes: what is missing, unknown, of another type or out of its range is refused by its path.
/// A structure cannot hold itself, so how deep parameters nest is bounded by their declaration.
#[macro_export]
macro_rules! input {
    ($(
        $(#[$attribute:meta])*
        pub struct $type:ident $(<$open:ident>)? {
            $( $(#[$comment:meta])* $field:ident: $kind:ty = $name:literal $(in $range:expr)? ),* $(,)?
        }
    )*) => { $(
        $(#[$attribute])*
        #[derive(Clone, Debug)]
        pub struct $type $(<$open>)? { $( $(#[$comment])* pub $field: $kind ),* }

        impl $(<$open: $crate::Decode>)? $crate::Input for $type $(<$open>)? {
            fn parameters() -> Vec<$crate::Parameter> {
                vec![$( $crate::Parameter {
                    name: $name,
                    type_name: <$kind as $crate::Decode>::type_name(),
                    required: <$kind as $crate::Decode>::REQUIRED,
                    limits: $crate::range!($kind $(, $range)?),
                    values: <$kind as $crate::Decode>::values(),
                    members: <$kind as $crate::Decode>::members(),
                } ),*]
            }

            fn from_object(
                object: &$crate::serde_json::Map<String, $crate::serde_json::Value>,
                path: &$crate::Path,
            ) -> Result<Self, $crate::Refusal> {
                $crate::refuse_unknown(object, path, &[$($name),*])?;
                Ok(Self { $( $field: {
                    let value: $kind = $crate::member(object, path, $name)?;
                    $( $crate::within(&value, &path.member($name), $crate::Limits::of::<$kind>($range))?; )?
                    value
                } ),* })
            }
        }

        impl $(<$open: $crate::Decode>)? $crate::Decode for $type $(<$open>)? {
            fn type_name() -> String {
                stringify!($type).to_owned()
            }

            fn members() -> Vec<$crate::Parameter> {
                <Self as $crate::Input>::parameters()
            }

            fn decode(
                value: &$crate::serde_json::Value,
                path: &$crate::Path,
            ) -> Result<Self, $crate::Refusal> {
                let object = value.as_object().ok_or_else(|| path.ill_typed(stringify!($type)))?;
                <Self as $crate::Input>::from_object(object, path)
            }
        }
    )* };
}

/// The range of a declaration, where it has one.
#[doc(hidden)]
#[macro_export]
macro_rules! range {
    ($kind:ty) => {
        None
    };
    ($kind:ty, $range:expr) => {
        Some($crate::Limits::of::<$kind>($range))
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Decode, Input, Path};
    use crate::choice;

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
        let request =
            decode(json!({"RegistryId": "x", "Limit": "20", "All": "True", "Filters": null})).unwrap();
        assert_eq!((request.id.as_str(), request.limit, request.all), ("x", Some(20), Some(true)));
        assert!(request.filters.is_none());
        let request = decode(json!({"RegistryId": "", "Filters": [{"Name": "n", "Values": ["v"]}]})).unwrap();
        let filter = &request.filters.unwrap()[0];
        assert_eq!((filter.name.0, &filter.values[..]), ('n', &["v".to_owned()][..]));
        let request = decode(json!({
            "RegistryId": "", "Size": "18446744073709551615", "Share": "0.5", "Kind": "1", "Order": "", "Remark": "三个字"
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
}
