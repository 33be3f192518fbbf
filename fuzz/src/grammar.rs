//! The grammars of names and digests as regular expressions, written from the specifications and not from the code.

use std::sync::LazyLock;

use regex::Regex;

/// A regular expression for whole texts.
pub(crate) struct Grammar(LazyLock<Regex>);

macro_rules! grammars {
    ($($(#[$comment:meta])* $name:ident = $expression:expr;)*) => { $(
        $(#[$comment])*
        pub(crate) static $name: Grammar = Grammar(LazyLock::new(|| {
            Regex::new(concat!("^(?:", $expression, ")$")).expect("a grammar is a regular expression")
        }));
    )* };
}

macro_rules! component {
    () => {
        r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
    };
}

macro_rules! tag {
    () => {
        r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}"
    };
}

macro_rules! digest {
    () => {
        r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}"
    };
}

macro_rules! namespace {
    () => {
        r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
    };
}

grammars! {
    /// OCI image specification, "Digests", for the registered algorithms.
    DIGEST = digest!();
    /// OCI distribution specification, `<reference>` as a tag.
    TAG = tag!();
    /// A tag or a digest.
    REFERENCE = concat!(tag!(), "|", digest!());
    /// `CreateNamespace`, without its lengths.
    NAMESPACE = namespace!();
    /// OCI distribution specification, `<name>`, without its length.
    PATH = concat!(component!(), "(?:/", component!(), ")*");
    /// A namespace and a path.
    REPOSITORY = concat!(namespace!(), "/", component!(), "(?:/", component!(), ")*");
    /// `CreateInstance`, without its lengths.
    INSTANCE_NAME = r"[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*";
    /// An instance's id.
    INSTANCE_ID = r"tcr-[a-z0-9]{8}";
    /// An account's number.
    UIN = r"[0-9]{1,18}";
    /// The public half of an access key.
    SECRET_ID = r"[a-zA-Z0-9]{8,64}";
    /// An upload session's id in a path.
    UPLOAD_ID = r"[a-zA-Z0-9-]{0,64}";
}

impl Grammar {
    /// Whether the whole of `text` is of this grammar.
    pub(crate) fn describes(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
