//! Digests: what parses is of the grammar and comes back as it went; content has the digest that is made of it.

use wharf_model::{Algorithm, Digest};

use crate::grammar;

/// Takes the bytes as a text that may be a digest, and as content.
pub fn check(input: &[u8]) {
    content(input);
    let Ok(text) = str::from_utf8(input) else { return };
    let parsed: Result<Digest, _> = text.parse();
    assert_eq!(parsed.is_ok(), grammar::DIGEST.describes(text));
    let json = serde_json::to_string(text).expect("a text is JSON");
    let decoded: Option<Digest> = serde_json::from_str(&json).ok();
    assert_eq!(decoded.as_ref(), parsed.as_ref().ok());
    match parsed {
        Ok(digest) => whole(&digest, text),
        Err(error) => assert!(error.to_string().chars().count() < 300, "an error repeats a bounded text"),
    }
}

fn whole(digest: &Digest, text: &str) {
    assert_eq!(digest.to_string(), text);
    assert_eq!(format!("{}:{}", digest.algorithm().name(), digest.hex()), text);
}

fn content(content: &[u8]) {
    for algorithm in Algorithm::ALL {
        let digest = Digest::by(algorithm, content);
        assert_eq!(digest.algorithm(), algorithm);
        assert_eq!(digest.as_str().parse(), Ok(digest.clone()));
    }
}
