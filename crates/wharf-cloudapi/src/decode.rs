//! From a request's JSON to an action's input, by the input's own declaration.

mod choice;
mod limits;
mod refusal;
#[cfg(test)]
mod tests;
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
    /// What it means here, a sentence or more.
    pub meaning: &'static str,
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
    /// What it asks for here, a sentence or more.
    const MEANING: &'static str;

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
/// The comments go into the user's documentation: they say what a thing means to a caller, links to code are out of place.
/// The declaration is what decodes: what is missing, unknown, of another type or out of its range is refused by its
/// path. A structure cannot hold itself, so how deep parameters nest is bounded by their declaration.
#[macro_export]
macro_rules! input {
    ($(
        $(#[doc = $meaning:literal])*
        pub struct $type:ident $(<$open:ident>)? {
            $( $(#[doc = $comment:literal])* $field:ident: $kind:ty = $name:literal $(in $range:expr)? ),* $(,)?
        }
    )*) => { $(
        $(#[doc = $meaning])*
        #[derive(Clone, Debug)]
        pub struct $type $(<$open>)? { $( $(#[doc = $comment])* pub $field: $kind ),* }

        impl $(<$open: $crate::Decode>)? $crate::Input for $type $(<$open>)? {
            const MEANING: &'static str = concat!($($meaning),*);

            fn parameters() -> Vec<$crate::Parameter> {
                vec![$( $crate::Parameter {
                    name: $name,
                    meaning: concat!($($comment),*),
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
