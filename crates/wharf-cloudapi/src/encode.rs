//! An action's output, declared: what is answered is what is declared.

use serde::Serialize;

/// A member of an output as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the API.
    pub name: &'static str,
    /// Its type as the API reference has it: `string`, `int64`, `bool`, `structure`, or a `list<…>` of one.
    pub type_name: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// The members, of a structure or of each structure in a list.
    pub fields: Vec<Field>,
}

/// A value in an output.
pub trait Encode: Serialize {
    /// Whether it may be null.
    const NULLABLE: bool = false;

    /// The type's name, see [`Field::type_name`].
    fn type_name() -> String;

    /// The members of a structure, or of each in a list.
    fn fields() -> Vec<Field> {
        Vec::new()
    }
}

macro_rules! encode {
    ($name:literal: $($type:ty),*) => { $(
        impl Encode for $type {
            fn type_name() -> String {
                $name.to_owned()
            }
        }
    )* };
}

encode!("string": String, &'static str);
encode!("int64": i64, u64, usize);
encode!("float": f64);
encode!("bool": bool);

impl<T: Encode> Encode for Option<T> {
    const NULLABLE: bool = true;

    fn type_name() -> String {
        T::type_name()
    }

    fn fields() -> Vec<Field> {
        T::fields()
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn type_name() -> String {
        format!("list<{}>", T::type_name())
    }

    fn fields() -> Vec<Field> {
        T::fields()
    }
}

/// Declares an action's output, or a structure in one: `field: Type = "MemberName"`, `Option` where it may be null.
#[macro_export]
macro_rules! output {
    ($(
        $(#[$attribute:meta])*
        pub struct $type:ident { $( $(#[$comment:meta])* $field:ident: $kind:ty = $name:literal ),* $(,)? }
    )*) => { $(
        $(#[$attribute])*
        #[derive(Clone, Debug, $crate::serde::Serialize)]
        #[serde(crate = "wharf_cloudapi::serde")]
        pub struct $type { $( $(#[$comment])* #[serde(rename = $name)] pub(crate) $field: $kind ),* }

        impl $crate::Encode for $type {
            fn type_name() -> String {
                "structure".to_owned()
            }

            fn fields() -> Vec<$crate::Field> {
                vec![$( $crate::Field {
                    name: $name,
                    type_name: <$kind as $crate::Encode>::type_name(),
                    nullable: <$kind as $crate::Encode>::NULLABLE,
                    fields: <$kind as $crate::Encode>::fields(),
                } ),*]
            }
        }
    )* };
}
