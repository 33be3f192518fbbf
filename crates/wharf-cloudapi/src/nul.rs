//! The one character that no text may hold: PostgreSQL keeps none with it.

use serde_json::{Map, Value};

use crate::{ApiError, flat::cut, say};

/// Refuses parameters with U+0000 in a text.
///
/// # Errors
/// `InvalidParameter`, with the text's path.
pub(crate) fn refuse(parameters: &Map<String, Value>) -> Result<(), ApiError> {
    match members(parameters) {
        None => Ok(()),
        Some(path) => {
            let path = cut(&path);
            let message =
                say!("The parameter `{path}` holds the character U+0000.", "参数 `{path}` 含有字符 U+0000。");
            Err(ApiError::new("InvalidParameter", message))
        }
    }
}

/// The path to the first text that holds one.
fn members(object: &Map<String, Value>) -> Option<String> {
    object.iter().find_map(|(name, value)| below(name, value))
}

fn below(name: &str, value: &Value) -> Option<String> {
    let rest = match value {
        Value::String(text) => return text.contains('\0').then(|| name.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| below(&index.to_string(), item))?
        }
        Value::Object(object) => members(object)?,
        _ => return None,
    };
    Some(format!("{name}.{rest}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::refuse;

    #[test]
    fn a_text_with_it_is_told_by_its_path() {
        for (value, message) in [
            (json!({"A": "x\0"}), "The parameter `A` holds the character U+0000."),
            (
                json!({"A": "", "B": [{"C": 1}, {"C": ["", "\0"]}]}),
                "The parameter `B.1.C.1` holds the character U+0000.",
            ),
        ] {
            let Value::Object(parameters) = value else { panic!() };
            let error = refuse(&parameters).unwrap_err();
            assert_eq!((error.code.as_ref(), error.message.english.as_str()), ("InvalidParameter", message));
        }
        let Value::Object(parameters) = json!({"A": ["\u{1}", {"B": null}], "C": "0"}) else { panic!() };
        refuse(&parameters).unwrap();
    }
}
