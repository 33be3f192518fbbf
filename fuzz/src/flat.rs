//! What queries and forms mean, written from their standards and from the API reference's rules for flat names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// How deep a name goes, and how many pairs a request has.
const DEPTH: usize = 16;
const COUNT: usize = 10_000;

type Pair = (String, String);
/// What is left of a name, and the text.
type Rest<'p> = (&'p [&'p str], &'p str);

/// The pairs of an `application/x-www-form-urlencoded` text, where all of it is UTF-8.
pub(crate) fn pairs(encoded: &[u8]) -> Option<Vec<Pair>> {
    let pieces: Vec<_> = encoded.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()).collect();
    if pieces.len() > COUNT {
        return None;
    }
    let pair = |piece: &[u8]| {
        let mut halves = piece.splitn(2, |byte| *byte == b'=');
        Some((decoded(halves.next()?)?, decoded(halves.next().unwrap_or_default())?))
    };
    pieces.into_iter().map(pair).collect()
}

fn decoded(encoded: &[u8]) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), encoded);
    while let [first, after @ ..] = rest {
        let escaped = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        (bytes, rest) = match (first, escaped) {
            (b'%', Some(digits)) => {
                bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
                (bytes, &after[2..])
            }
            (b'+', _) => {
                bytes.push(b' ');
                (bytes, after)
            }
            _ => {
                bytes.push(*first);
                (bytes, after)
            }
        };
    }
    String::from_utf8(bytes).ok()
}

/// The object that pairs describe, where they describe one.
pub(crate) fn object(pairs: &[Pair]) -> Option<Map<String, Value>> {
    if pairs.len() > COUNT {
        return None;
    }
    let names: Vec<Vec<_>> = pairs.iter().map(|(name, _)| name.split('.').collect()).collect();
    let unlike: BTreeSet<_> = names.iter().collect();
    let whole = |name: &Vec<&str>| name.len() <= DEPTH && name.iter().all(|part| !part.is_empty());
    if unlike.len() < names.len() || !names.iter().all(whole) {
        return None;
    }
    let rests = names.iter().zip(pairs).map(|(name, (_, text))| (name.as_slice(), text.as_str()));
    members(rests)?.into_iter().map(|(name, rests)| Some((name.to_owned(), value(&rests)?))).collect()
}

fn members<'p>(rests: impl Iterator<Item = Rest<'p>>) -> Option<BTreeMap<&'p str, Vec<Rest<'p>>>> {
    let mut members = BTreeMap::<_, Vec<_>>::new();
    for (name, text) in rests {
        let (first, rest) = name.split_first()?;
        members.entry(*first).or_default().push((rest, text));
    }
    Some(members)
}

fn value(rests: &[Rest]) -> Option<Value> {
    if let [([], text)] = rests {
        return Some(Value::from(*text));
    }
    // Fails where a text stands beside more names.
    let members = members(rests.iter().copied())?;
    if members.keys().any(|name| !name.chars().all(|c| c.is_ascii_digit())) {
        let object = members.into_iter().map(|(name, rests)| Some((name.to_owned(), value(&rests)?)));
        return object.collect::<Option<_>>().map(Value::Object);
    }
    let items = (0..members.len()).map(|index| value(members.get(index.to_string().as_str())?));
    items.collect::<Option<_>>().map(Value::Array)
}
