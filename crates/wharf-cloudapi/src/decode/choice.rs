//! Parameters that have one of a few values.

use super::{Decode, Path};
use crate::{Refusal, say};

/// Declares a parameter that has one of a few values, texts or numbers, and what each stands for:
/// `pub struct TokenType(TokenKind): String { "temp" => TokenKind::Temporary, … }`.
///
/// Any other value is refused, and those that are allowed are listed. An empty text is as good as none where the
/// parameter may be absent, for clients send it so.
#[macro_export]
macro_rules! choice {
    ($(
        $(#[$attribute:meta])*
        pub struct $type:ident($meaning:ty): $kind:ty { $( $value:literal => $stands_for:expr ),* $(,)? }
    )*) => { $(
        $(#[$attribute])*
        #[derive(Clone, Debug)]
        pub struct $type(#[doc = "What the value stands for."] pub $meaning);

        impl $crate::Decode for $type {
            fn type_name() -> String {
                <$kind as $crate::Decode>::type_name()
            }

            fn values() -> Vec<String> {
                vec![$( $value.to_string() ),*]
            }

            fn is_none(value: &$crate::serde_json::Value) -> bool {
                value.as_str() == Some("")
            }

            fn decode(
                value: &$crate::serde_json::Value,
                path: &$crate::Path,
            ) -> Result<Self, $crate::Refusal> {
                let given = <$kind as $crate::Decode>::decode(value, path)?;
                $( if given == $value { return Ok(Self($stands_for)); } )*
                Err($crate::none_of::<Self>(path))
            }
        }
    )* };
}

/// The refusal of a value that is none of the type's.
#[doc(hidden)]
pub fn none_of<T: Decode>(path: &Path) -> Refusal {
    let values: Vec<_> = T::values().into_iter().map(|value| format!("`{value}`")).collect();
    let (english, chinese) = (values.join(", "), values.join("、"));
    Refusal::NotAllowed { path: path.clone(), rule: say!("it is one of {english}", "可选值为 {chinese}") }
}
