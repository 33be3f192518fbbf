//! Why parameters are not what an action's declaration says.

use super::Path;
use crate::{ApiError, Message, say};

/// What is wrong with a parameter, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It must be there.
    Missing(Path),
    /// The action takes none of that name.
    Unknown(Path),
    /// It is of another type.
    IllTyped {
        /// Where.
        path: Path,
        /// The type that it should have.
        expected: &'static str,
    },
    /// It is of its type, but none of the values that are allowed.
    NotAllowed {
        /// Where.
        path: Path,
        /// What is allowed.
        rule: Message,
    },
}

impl Refusal {
    /// The error, with the path in its message. `values` is the code for a value that is not allowed.
    pub fn answer(self, values: &'static str) -> ApiError {
        let (code, message) = match self {
            Self::Missing(path) => {
                ("MissingParameter", say!("The parameter `{path}` is missing.", "缺少参数 `{path}`。"))
            }
            Self::Unknown(path) => (
                "UnknownParameter",
                say!("The parameter `{path}` is not known to this action.", "该接口没有参数 `{path}`。"),
            ),
            Self::IllTyped { path, expected } => (
                "InvalidParameter",
                say!(
                    "The parameter `{path}` is not of type {expected}.",
                    "参数 `{path}` 不是 {expected} 类型。"
                ),
            ),
            Self::NotAllowed { path, rule: Message { english, chinese } } => (
                values,
                say!(
                    "The value of the parameter `{path}` is not allowed: {english}.",
                    "参数 `{path}` 的取值无效：{chinese}。"
                ),
            ),
        };
        ApiError::new(code, message)
    }
}
