use std::{borrow::Cow, path::PathBuf};

use http::Uri;
use percent_encoding::percent_decode_str;

use crate::Error;

/// Where content is kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// `file:FOLDER`
    Folder(PathBuf),
    /// `s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME]` and the like.
    Bucket(Bucket),
}

/// A bucket of an object store.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub provider: Provider,
    pub name: String,
    /// What all keys begin with, without slashes at its ends.
    pub prefix: String,
    pub endpoint: Option<String>,
    pub region: Option<String>,
}

/// Whose protocol the object store speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    S3,
    Cos,
    Oss,
}

impl Address {
    /// Takes an address apart.
    ///
    /// # Errors
    /// [`Error::Address`], which names the part that is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if let Some(folder) = text.strip_prefix("file:") {
            let folder = Some(folder).filter(|folder| !folder.is_empty());
            let folder = folder.ok_or_else(|| Error::Address("`file:` needs a folder's path".to_owned()))?;
            return Ok(Self::Folder(folder.into()));
        }
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let provider = match scheme {
            "s3" => Provider::S3,
            "cos" => Provider::Cos,
            "oss" => Provider::Oss,
            _ => {
                let shown = without_login(text);
                return Err(Error::Address(format!(
                    "`{shown}` begins with none of file:, s3://, cos://, oss://"
                )));
            }
        };
        Bucket::parse(provider, rest).map(Self::Bucket).map_err(Error::Address)
    }
}

impl Bucket {
    fn parse(provider: Provider, text: &str) -> Result<Self, String> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let (name, prefix) = path.split_once('/').unwrap_or((path, ""));
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if name.is_empty() {
            return Err("the bucket's name is missing".to_owned());
        }
        if !name.chars().all(is_name) {
            return Err(format!("`{}` is no bucket's name", without_login(name)));
        }
        let prefix = decode(prefix)?.trim_matches('/').to_owned();
        if prefix.split('/').any(|part| matches!(part, "." | "..")) || prefix.contains("//") {
            return Err(format!("`{prefix}` is no prefix of keys"));
        }
        let mut bucket = Self { provider, name: name.to_owned(), prefix, endpoint: None, region: None };
        for setting in query.split('&').filter(|setting| !setting.is_empty()) {
            let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
            let value = decode(value)?.into_owned();
            match key {
                "endpoint" => bucket.endpoint = Some(check_endpoint(&value)?),
                "region" if provider == Provider::S3 && !value.is_empty() => bucket.region = Some(value),
                "region" if provider == Provider::S3 => return Err("`region` has no value".to_owned()),
                _ => return Err(format!("the query names an unknown setting `{key}`")),
            }
        }
        if bucket.endpoint.is_none() && provider != Provider::S3 {
            return Err("`endpoint` is missing in the query".to_owned());
        }
        Ok(bucket)
    }
}

/// An endpoint is a scheme, a host and perhaps a port. Credentials have no place in it.
pub(crate) fn check_endpoint(text: &str) -> Result<String, String> {
    let wrong = || {
        let shown = without_login(text);
        format!("the endpoint `{shown}` is not http:// or https:// with a host and perhaps a port")
    };
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let has_scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_host = uri.authority().is_some_and(|it| !it.host().is_empty() && !it.as_str().contains('@'));
    if has_scheme && has_host && matches!(uri.path(), "" | "/") && uri.query().is_none() {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(wrong())
    }
}

/// What of a text may be shown: a key before an `@` may not.
fn without_login(text: &str) -> &str {
    text.rsplit('@').next().unwrap_or_default()
}

fn decode(text: &str) -> Result<Cow<'_, str>, String> {
    percent_decode_str(text).decode_utf8().map_err(|_| format!("`{text}` is not UTF-8 when decoded"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{Address, Bucket, Provider};

    #[test]
    fn an_address_says_where_the_bucket_is() {
        let bucket = |text: &str| match Address::parse(text).unwrap() {
            Address::Bucket(bucket) => bucket,
            Address::Folder(_) => panic!("{text}"),
        };
        let name = "b-1.x".to_owned();
        let local = "http://127.0.0.1:9000".to_owned();
        assert_eq!(
            bucket("s3://b-1.x/a/b/?endpoint=http://127.0.0.1:9000/&region=here"),
            Bucket {
                provider: Provider::S3,
                name,
                prefix: "a/b".into(),
                endpoint: Some(local.clone()),
                region: Some("here".into())
            }
        );
        assert_eq!(bucket("cos://b/a%20b?endpoint=http%3A%2F%2F127.0.0.1%3A9000").endpoint, Some(local));
        assert_eq!(bucket("s3://b").prefix, "");
        assert_eq!(Address::parse("file:/a b").unwrap(), Address::Folder("/a b".into()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (address, part) in [
            ("", "begins with none"),
            ("file:", "folder"),
            ("nowhere:/x", "nowhere:/x"),
            ("/a/path", "/a/path"),
            ("s3://", "bucket's name is missing"),
            ("s3:///prefix", "bucket's name is missing"),
            ("s3://a b", "a b"),
            ("s3://b/../c", "../c"),
            ("s3://b?color=red", "color"),
            ("s3://b?region=", "region"),
            ("s3://b?endpoint=127.0.0.1:9000", "127.0.0.1:9000"),
            ("s3://b?endpoint=ftp://h", "ftp://h"),
            ("s3://b?endpoint=http://h/path", "http://h/path"),
            ("cos://b", "endpoint"),
            ("oss://b?endpoint=http://h&region=x", "region"),
        ] {
            let error = Address::parse(address).unwrap_err().to_string();
            assert!(error.contains(part), "{address}: {error}");
        }
        for address in ["s3://b?endpoint=http://id:secret@host", "s3://id:secret@b", "x://id:secret@host/y"] {
            let error = Address::parse(address).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
