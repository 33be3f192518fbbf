//! Parameters as names and texts, `Filters.0.Values.1=x`: what queries and forms hold. They become the tree that JSON is.

use std::{borrow::Cow, collections::BTreeMap};

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use crate::{ApiError, Message, Path, say};

/// How deep names go.
const DEPTH: usize = 16;
/// How many parameters a request has.
pub(crate) const COUNT: usize = 10_000;

/// Names and values of a query or a form (`application/x-www-form-urlencoded`), decoded, in their order. This is done
/// before the signature is checked, so that it must cost little whatever the request holds.
///
/// # Errors
/// `InvalidParameter`, where a name or value is not UTF-8, or there are more than a request has.
pub(crate) fn pairs(encoded: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let mut pairs = Vec::new();
    for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        if pairs.len() == COUNT {
            return Err(too_many(COUNT));
        }
        let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let unreadable = || invalid(say!("A parameter's name is not UTF-8.", "有参数的名称不是 UTF-8。"));
        let name = decoded(&pair[..end]).ok_or_else(unreadable)?;
        let value = decoded(pair.get(end + 1..).unwrap_or_default());
        let refused = || {
            let shown = cut(&name);
            invalid(say!("The parameter `{shown}` is not UTF-8.", "参数 `{shown}` 不是 UTF-8。"))
        };
        let value = value.ok_or_else(refused)?;
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// A plus is a space (HTML, "application/x-www-form-urlencoded"), `%2B` is a plus.
fn decoded(encoded: &[u8]) -> Option<String> {
    let mut spaced = Cow::Borrowed(encoded);
    if encoded.contains(&b'+') {
        spaced.to_mut().iter_mut().filter(|byte| **byte == b'+').for_each(|byte| *byte = b' ');
    }
    percent_decode(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

/// What stands at a name so far.
enum Node {
    Text(String),
    Members(BTreeMap<String, Node>),
}

/// The object that the pairs describe. Members that are numbers make an array, in the order of the numbers.
///
/// # Errors
/// `InvalidParameter`, where a name is empty in a part, given twice, both a text and more, or too deep; where an array
/// leaves a number out.
pub(crate) fn tree<'p>(
    pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
) -> Result<Map<String, Value>, ApiError> {
    let mut root = BTreeMap::new();
    for (number, (name, text)) in pairs.into_iter().enumerate() {
        if number == COUNT {
            return Err(too_many(COUNT));
        }
        insert(&mut root, name, text)?;
    }
    root.into_iter()
        .map(|(name, node)| Ok((name.clone(), value(node, &Path::default().member(name))?)))
        .collect()
}

fn insert(root: &mut BTreeMap<String, Node>, name: &str, text: &str) -> Result<(), ApiError> {
    let refused = |why: &str, chinese: &str| {
        let shown = cut(name);
        invalid(say!("The parameter `{shown}` {why}.", "参数 `{shown}` {chinese}。"))
    };
    let parts: Vec<_> = name.split('.').take(DEPTH + 1).collect();
    if parts.len() > DEPTH {
        return Err(refused("is nested too deeply", "嵌套过深"));
    }
    if parts.iter().any(|part| part.is_empty()) {
        return Err(refused("has an empty part in its name", "的名称中有空的部分"));
    }
    let Some((last, way)) = parts.split_last() else { return Ok(()) };
    let mut members = root;
    for part in way {
        let node = members.entry((*part).to_owned()).or_insert_with(|| Node::Members(BTreeMap::new()));
        let Node::Members(below) = node else {
            return Err(refused("is below one that is a text", "的上级参数是文本"));
        };
        members = below;
    }
    match members.insert((*last).to_owned(), Node::Text(text.to_owned())) {
        None => Ok(()),
        Some(_) => Err(refused("is given twice", "重复出现")),
    }
}

fn value(node: Node, path: &Path) -> Result<Value, ApiError> {
    let members = match node {
        Node::Text(text) => return Ok(Value::String(text)),
        Node::Members(members) => members,
    };
    if !members.keys().all(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        let members =
            members.into_iter().map(|(name, node)| Ok((name.clone(), value(node, &path.member(name))?)));
        return members.collect::<Result<_, _>>().map(Value::Object);
    }
    let mut members = members;
    let items = (0..members.len()).map(|index| {
        let path = path.member(index);
        let missing = || {
            let path = path.to_string();
            let shown = cut(&path);
            invalid(say!("The parameter `{shown}` is left out of an array.", "数组中缺少参数 `{shown}`。"))
        };
        value(members.remove(&index.to_string()).ok_or_else(missing)?, &path)
    });
    items.collect::<Result<_, _>>().map(Value::Array)
}

/// The refusal of a request of too many parameters.
pub(crate) fn too_many(most: usize) -> ApiError {
    invalid(say!(
        "A request of this form has {most} parameters at most.",
        "这种形式的请求最多有 {most} 个参数。"
    ))
}

fn invalid(message: Message) -> ApiError {
    ApiError::new("InvalidParameter", message)
}

/// As much of a name as a message shows.
pub(crate) fn cut(name: &str) -> String {
    name.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{pairs, tree};

    fn of(pairs: &[(&str, &str)]) -> Result<Value, String> {
        tree(pairs.iter().copied()).map(Value::Object).map_err(|error| error.message.english)
    }

    #[test]
    fn names_make_objects_and_arrays() {
        assert_eq!(of(&[]).unwrap(), json!({}));
        let pairs = [
            ("Limit", "20"),
            ("Filters.0.Name", "n"),
            ("Filters.0.Values.1", "b"),
            ("Filters.0.Values.0", "a"),
            ("TagSpecification.ResourceType", "instance"),
            ("TagSpecification.Tags.0.Key", ""),
        ];
        let tags = json!({"ResourceType": "instance", "Tags": [{"Key": ""}]});
        let filters = json!([{"Name": "n", "Values": ["a", "b"]}]);
        assert_eq!(of(&pairs).unwrap(), json!({"Limit": "20", "Filters": filters, "TagSpecification": tags}));
    }

    #[test]
    fn arrays_are_in_the_order_of_their_numbers() {
        let names: Vec<_> = (0..12).rev().map(|index| (format!("A.{index}"), index.to_string())).collect();
        let pairs: Vec<_> = names.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let expected: Vec<_> = (0..12).map(|index| index.to_string()).collect();
        assert_eq!(of(&pairs).unwrap(), json!({"A": expected}));
    }

    #[test]
    fn each_mistake_is_told_by_its_name() {
        let deep = vec!["A"; 17].join(".");
        for (pairs, message) in [
            (&[("A", "1"), ("A", "1")][..], "The parameter `A` is given twice."),
            (&[("A", "1"), ("A.B", "1")], "The parameter `A.B` is below one that is a text."),
            (&[("A.B", "1"), ("A", "1")], "The parameter `A` is given twice."),
            (&[("A..B", "1")], "The parameter `A..B` has an empty part in its name."),
            (&[("", "1")], "The parameter `` has an empty part in its name."),
            (&[("A.0", "1"), ("A.2", "1")], "The parameter `A.1` is left out of an array."),
            (&[("A.B.1", "1")], "The parameter `A.B.0` is left out of an array."),
            (&[("A.00", "1")], "The parameter `A.0` is left out of an array."),
            (&[(&deep, "1")], &format!("The parameter `{}` is nested too deeply.", &deep)),
        ] {
            assert_eq!(of(pairs).unwrap_err(), message);
        }
        let many: Vec<_> = (0..10_001).map(|number| format!("P{number}")).collect();
        assert!(tree(many.iter().map(|name| (name.as_str(), ""))).is_err());
        assert!(tree(many[1..].iter().map(|name| (name.as_str(), ""))).is_ok());
    }

    #[test]
    fn names_and_values_are_decoded() {
        let found = pairs(b"A=%E6%9C%AA+%2B&&B=a=b&C&=d&%2e=%").unwrap();
        let expected = [("A", "未 +"), ("B", "a=b"), ("C", ""), ("", "d"), (".", "%")];
        assert_eq!(found, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
        assert_eq!(pairs(b"").unwrap(), []);
    }

    #[test]
    fn what_is_not_utf_8_is_refused_by_its_name() {
        for (encoded, message) in [
            (&b"A=1&B=%E6%9C"[..], "The parameter `B` is not UTF-8."),
            (b"B=\xff", "The parameter `B` is not UTF-8."),
            (b"%FF=1", "A parameter's name is not UTF-8."),
        ] {
            assert_eq!(pairs(encoded).unwrap_err().message.english, message);
        }
    }

    #[test]
    fn there_are_so_many_pairs_at_most() {
        assert_eq!(pairs("a=&".repeat(10_000).as_bytes()).unwrap().len(), 10_000);
        let error = pairs("a=&".repeat(10_001).as_bytes()).unwrap_err();
        assert_eq!(
            (error.code.as_ref(), error.message.english.contains("10000")),
            ("InvalidParameter", true)
        );
    }

    proptest! {
        #[test]
        fn no_name_panics(pairs in prop::collection::vec(("[A.0-2]{0,8}", "x?"), 0..8)) {
            let _ = tree(pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        }
    }
}
