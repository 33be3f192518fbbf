//! The parameters in a JSON body, of which there may only be so many: ten megabytes of zeros would be much work and a
//! hundred times the memory.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::{ApiError, flat, say};

/// Values in a body, those that hold others among them.
pub(crate) const COUNT: usize = 100_000;

/// The parameters in a JSON body. An empty one has none.
///
/// # Errors
/// `InvalidRequest`, where it is no JSON object; `InvalidParameter`, where it has too many values.
pub(crate) fn parse(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match value(body, &mut { COUNT })? {
        Value::Object(parameters) => Ok(parameters),
        _ => {
            let message = say!("The body is not a JSON object.", "请求体不是 JSON 对象。");
            Err(ApiError::new("InvalidRequest", message))
        }
    }
}

/// The value that is all of a text, where it has no more values than are `left`, which it takes away.
///
/// # Errors
/// As [`parse`].
pub(crate) fn value(text: &[u8], left: &mut usize) -> Result<Value, ApiError> {
    let counted = Cell::new(Some(*left));
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Counted(&counted).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    *left = counted.get().unwrap_or(0);
    value.map_err(|error| match counted.get() {
        None => flat::too_many(COUNT),
        Some(_) => {
            let message = say!("The body is not JSON: {error}.", "请求体不是 JSON：{error}。");
            ApiError::new("InvalidRequest", message)
        }
    })
}

/// A value, counted with all in it. Nothing is left when there were too many.
#[derive(Clone, Copy)]
struct Counted<'c>(&'c Cell<Option<usize>>);

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.0.set(self.0.get().and_then(|left| left.checked_sub(1)));
        match self.0.get() {
            None => Err(D::Error::custom("too many values")),
            Some(_) => reader.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key()? {
            object.insert(name, members.next_value_seed(self)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::{COUNT, parse, value};

    #[test]
    fn there_are_so_many_values_at_most() {
        let array = |items: usize| format!("{{\"A\":[{}]}}", vec!["0"; items].join(","));
        assert!(parse(array(COUNT - 2).as_bytes()).is_ok());
        for body in [array(COUNT - 1), array(10 * COUNT), format!("[{}0", "0,".repeat(COUNT))] {
            let error = parse(body.as_bytes()).unwrap_err();
            assert_eq!(
                (error.code.as_ref(), error.message.english.contains("100000")),
                ("InvalidParameter", true)
            );
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert!(parse(b"").unwrap().is_empty());
        for body in ["not json", "[1]", "\"text\"", "{", "{} {}", "1", &"[".repeat(200)] {
            assert_eq!(parse(body.as_bytes()).unwrap_err().code, "InvalidRequest", "{body}");
        }
    }

    proptest! {
        /// Written by hand for the count alone, so it must read what the library reads.
        #[test]
        fn values_are_the_librarys(text in r#"[\[\]{}"':,0-9.eE+\\u \-a-z]{0,24}|\{"[a-c]":[0-9.eE+-]{1,6},"[a-c]":(null|true|"\PC{0,4}")\}"#) {
            let expected = serde_json::from_str::<Value>(&text);
            prop_assert_eq!(value(text.as_bytes(), &mut { COUNT }).ok(), expected.ok());
        }
    }
}
