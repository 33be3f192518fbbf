//! Bodies of type `multipart/form-data` (RFC 7578).

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Map, Value};

use crate::{
    ApiError, Message, flat,
    flat::{COUNT, cut, too_many},
    json, say,
};

/// The boundary that the parameters of a `Content-Type` name.
///
/// # Errors
/// `InvalidRequest`.
pub(crate) fn boundary(parameters: &str) -> Result<String, ApiError> {
    let content_type = format!("multipart/form-data;{parameters}");
    multer::parse_boundary(content_type).map_err(|error| invalid(&error))
}

/// The parameters that the parts are: texts under flat names, and arrays and structures as parts of type
/// `application/json`, as the official SDKs send them.
///
/// # Errors
/// `InvalidRequest`, where the body is no such form, or a part has no name or is not what it says; `InvalidParameter`, where
/// names do not go together.
pub(crate) async fn parameters(boundary: &str, body: &Bytes) -> Result<Map<String, Value>, ApiError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let body = stream::iter([Ok::<_, Infallible>(body.clone())]);
    let mut parts = multer::Multipart::new(body, boundary);
    let (mut texts, mut whole, mut left) = (Vec::new(), Vec::new(), json::COUNT);
    while let Some(part) = parts.next_field().await.map_err(|error| invalid(&error))? {
        if texts.len() + whole.len() == COUNT {
            return Err(too_many(COUNT));
        }
        let unnamed = || refused(say!("A part of the form has no name.", "表单中有一部分没有名称。"));
        let name = part.name().ok_or_else(unnamed)?.to_owned();
        let is_json = part.content_type().is_some_and(|kind| kind.essence_str() == "application/json");
        let bytes = part.bytes().await.map_err(|error| invalid(&error))?;
        if is_json {
            let value = json::value(&bytes, &mut left).map_err(|error| in_part(&name, &error))?;
            whole.push((name, value));
        } else {
            let text = String::from_utf8(bytes.into());
            let message = || say!("A part of the form is not UTF-8 text.", "表单中有一部分不是 UTF-8 文本。");
            texts.push((name, text.map_err(|_| refused(message()))?));
        }
    }
    let mut parameters = flat::tree(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
    for (name, value) in whole {
        if parameters.contains_key(&name) {
            let shown = cut(&name);
            let message = say!("The parameter `{shown}` is given twice.", "参数 `{shown}` 重复出现。");
            return Err(ApiError::new("InvalidParameter", message));
        }
        parameters.insert(name, value);
    }
    Ok(parameters)
}

fn invalid(error: &multer::Error) -> ApiError {
    refused(say!(
        "The body is not multipart/form-data: {error}.",
        "请求体不是 multipart/form-data：{error}。"
    ))
}

/// Why the JSON of a part was refused.
fn in_part(name: &str, error: &ApiError) -> ApiError {
    let (name, Message { english, chinese }) = (cut(name), &error.message);
    let message = say!("The part `{name}` of the form: {english}", "表单中的 `{name}` 部分：{chinese}");
    ApiError { code: error.code.clone(), message }
}

fn refused(message: Message) -> ApiError {
    ApiError::new("InvalidRequest", message)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};

    use super::{boundary, parameters};

    const BODY: &str = "--b\r\nContent-Disposition: form-data; name=\"Offset\"\r\n\r\n0\r\n\
        --b\r\nContent-Disposition: form-data; name=\"A.0\"\r\n\r\nx\r\n\
        --b\r\nContent-Disposition: form-data; name=\"Filters\"\r\nContent-Type: application/json\r\n\r\n[{\"Name\": \"n\"}]\r\n\
        --b--\r\n";

    async fn of(body: &str) -> Result<Value, String> {
        let found = parameters("b", &Bytes::copy_from_slice(body.as_bytes())).await;
        found.map(Value::Object).map_err(|error| error.message.english)
    }

    #[tokio::test]
    async fn parts_are_texts_and_json() {
        assert_eq!(of(BODY).await.unwrap(), json!({"Offset": "0", "A": ["x"], "Filters": [{"Name": "n"}]}));
        assert_eq!(of("").await.unwrap(), json!({}));
    }

    #[tokio::test]
    async fn each_mistake_is_told() {
        for (from, to, word) in [
            ("--b--\r\n", "", "multipart/form-data"),
            ("; name=\"Offset\"", "", "no name"),
            ("[{", "[", "`Filters`"),
            ("A.0", "Filters.0", "twice"),
        ] {
            let error = of(&BODY.replace(from, to)).await.unwrap_err();
            assert!(error.contains(word), "{error} should say {word}");
        }
        assert!(parameters("b", &Bytes::from_static(b"\xff")).await.is_err());
    }

    /// All parts together have what one body of JSON may have.
    #[tokio::test]
    async fn json_has_so_many_values_at_most() {
        let array = |items: usize| format!("[{}]", vec!["0"; items].join(","));
        let filters = r#"[{"Name": "n"}]"#;
        assert!(of(&BODY.replace(filters, &array(99_999))).await.is_ok());
        let other = "Content-Disposition: form-data; name=\"Other\"\r\nContent-Type: application/json";
        let two = BODY.replace("Content-Disposition: form-data; name=\"A.0\"", other);
        for items in [99_998, 100_000] {
            let body = two.replace(filters, &array(items)).replace("\r\n\r\nx\r\n", "\r\n\r\n0\r\n");
            assert_eq!(of(&body).await.is_ok(), items == 99_998);
        }
    }

    #[test]
    fn a_content_type_names_the_boundary() {
        assert_eq!(boundary(" boundary=58731222010402").unwrap(), "58731222010402");
        assert!(boundary("").is_err());
    }
}
