//! What a path below `/v2/` names.

use http::Method;
use percent_encoding::percent_decode_str;
use wharf_core::Target;
use wharf_model::{Actions, Digest, InstanceName, Reference, RepositoryPath};

use crate::{
    error::{Code, Failure},
    token_service::url_pairs,
};

/// A resource of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The repository's name as the client wrote it, which is what scopes and locations repeat.
    pub(crate) name: String,
    /// The repository that it means.
    pub(crate) target: Target,
    /// What of it.
    pub(crate) resource: Resource,
}

/// What of a repository a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// `tags/list`
    Tags,
    /// `manifests/<reference>`
    Manifest(Reference),
    /// `blobs/<digest>`
    Blob(Digest),
    /// `blobs/uploads/`
    Uploads,
    /// `blobs/uploads/<id>`
    Upload(String),
    /// `referrers/<digest>`
    Referrers(Digest),
}

impl Route {
    /// Takes a request's path apart. `host` is the instance that the host stands for; without one it begins the name.
    pub(crate) fn parse(path: &str, host: Option<String>) -> Result<Self, Failure> {
        let path = percent_decode_str(path.strip_prefix("/v2/").unwrap_or(path)).decode_utf8();
        let path = path.map_err(|_| Failure::not_found())?;
        let segments: Vec<_> = path.split('/').collect();
        let (name, resource) = match segments[..] {
            [ref name @ .., "tags", "list"] => (name, Resource::Tags),
            [ref name @ .., "blobs", "uploads"] | [ref name @ .., "blobs", "uploads", ""] => {
                (name, Resource::Uploads)
            }
            [ref name @ .., "blobs", "uploads", id] => (name, Resource::Upload(upload_id(id)?)),
            [ref name @ .., "blobs", digest] => {
                (name, Resource::Blob(digest.parse().map_err(Failure::digest)?))
            }
            [ref name @ .., "manifests", reference] => (name, Resource::Manifest(reference_of(reference)?)),
            [ref name @ .., "referrers", digest] => {
                (name, Resource::Referrers(digest.parse().map_err(Failure::digest)?))
            }
            _ => return Err(Failure::not_found()),
        };
        let name = name.join("/");
        Ok(Self { target: target(&name, host)?, name, resource })
    }

    /// The methods that the resource takes.
    pub(crate) fn allow(&self) -> &'static str {
        match self.resource {
            Resource::Tags | Resource::Referrers(_) => "GET, HEAD",
            Resource::Manifest(_) => "GET, HEAD, PUT, DELETE",
            Resource::Blob(_) => "GET, HEAD, DELETE",
            Resource::Uploads => "POST",
            Resource::Upload(_) => "GET, PATCH, PUT, DELETE",
        }
    }

    /// The scopes that a bearer token needs for `method` here; a mount needs to pull from its source too.
    pub(crate) fn scope(&self, method: &Method, query: &str) -> String {
        let actions = match *method {
            Method::GET | Method::HEAD if !matches!(self.resource, Resource::Upload(_)) => Actions::PULL,
            Method::DELETE if !matches!(self.resource, Resource::Upload(_)) => Actions::DELETE,
            _ => Actions::PULL | Actions::PUSH,
        };
        let mut scope = format!("repository:{}:{actions}", self.name);
        if self.resource == Resource::Uploads
            && let Some((_, from)) = url_pairs(query).find(|(name, _)| name == "from")
            && from.parse::<RepositoryPath>().is_ok()
        {
            scope.push_str(&format!(" repository:{from}:pull"));
        }
        scope
    }
}

/// The repository that a name means at a host: the instance's own host, or a host where the name begins with it.
pub(crate) fn target(name: &str, host: Option<String>) -> Result<Target, Failure> {
    let (instance, repository) = match &host {
        Some(instance) => (instance.as_str(), name),
        None => name
            .split_once('/')
            .ok_or_else(|| Failure::name("a name is INSTANCE/NAMESPACE/REPOSITORY at this host"))?,
    };
    let instance: InstanceName = instance.parse().map_err(|error| Failure::name(format!("{error}")))?;
    let repository = repository.parse().map_err(|error| Failure::name(format!("{error}")))?;
    Ok(Target { instance: instance.label(), repository })
}

fn reference_of(text: &str) -> Result<Reference, Failure> {
    text.parse().map_err(|error| {
        let code = if text.contains(':') { Code::DigestInvalid } else { Code::ManifestInvalid };
        Failure::bad_request(code, format!("{error}"))
    })
}

fn upload_id(text: &str) -> Result<String, Failure> {
    let valid = text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    valid.then(|| text.to_owned()).ok_or_else(Failure::not_found)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;
    use wharf_model::Digest;

    use super::{Resource, Route};

    fn route(path: &str, host: Option<&str>) -> Result<(String, String, Resource), String> {
        let route = Route::parse(path, host.map(str::to_owned)).map_err(|failure| failure.to_string())?;
        Ok((route.target.instance, route.target.repository.to_string(), route.resource))
    }

    #[test]
    fn the_instance_comes_from_the_host_or_begins_the_name() {
        let expected = ("acme".to_owned(), "team/app/web".to_owned(), Resource::Tags);
        assert_eq!(route("/v2/team/app/web/tags/list", Some("acme")), Ok(expected.clone()));
        assert_eq!(route("/v2/acme/team/app/web/tags/list", None), Ok(expected));
        assert!(route("/v2/team/web/tags/list", None).is_err());
        assert!(route("/v2/a%22b/team/web/tags/list", None).unwrap_err().starts_with("NAME_INVALID"));
    }

    #[test]
    fn each_resource_has_its_path() {
        let digest = Digest::of(b"");
        let upload = Resource::Upload("a-1".to_owned());
        for (path, resource) in [
            ("blobs/uploads/".to_owned(), Resource::Uploads),
            ("blobs/uploads".to_owned(), Resource::Uploads),
            ("blobs/uploads/a-1".to_owned(), upload),
            (format!("referrers/{digest}"), Resource::Referrers(digest.clone())),
            (format!("blobs/{digest}"), Resource::Blob(digest.clone())),
            (format!("blobs/{}", digest.to_string().replace(':', "%3A")), Resource::Blob(digest.clone())),
            ("manifests/v1.0".to_owned(), Resource::Manifest("v1.0".parse().unwrap())),
        ] {
            let (_, repository, parsed) = route(&format!("/v2/ns/manifests/{path}"), Some("acme")).unwrap();
            assert_eq!((repository.as_str(), parsed), ("ns/manifests", resource), "{path}");
        }
    }

    #[test]
    fn mistakes_have_their_codes() {
        for (path, code) in [
            ("/v2/ns/app/blobs/sha256:00", "DIGEST_INVALID"),
            ("/v2/ns/app/manifests/sha256:00", "DIGEST_INVALID"),
            ("/v2/ns/app/manifests/-x", "MANIFEST_INVALID"),
            ("/v2/NS/app/tags/list", "NAME_INVALID"),
            ("/v2/app/tags/list", "NAME_INVALID"),
            ("/v2/ns/app%22/tags/list", "NAME_INVALID"),
            ("/v2/ns/app/blobs/uploads/../../x", "UNSUPPORTED"),
            ("/v2/ns/app/blobs/uploads/%00", "UNSUPPORTED"),
            ("/v2/ns/app", "UNSUPPORTED"),
        ] {
            let error = route(path, Some("acme")).unwrap_err();
            assert!(error.starts_with(code), "{path}: {error}");
        }
    }

    #[test]
    fn scopes_repeat_the_name_as_it_was_written() {
        let route = Route::parse("/v2/acme/ns/app/tags/list", None).unwrap();
        assert_eq!(route.scope(&Method::GET, ""), "repository:acme/ns/app:pull");
        let route = Route::parse("/v2/ns/app/blobs/uploads/x", Some("acme".to_owned())).unwrap();
        assert_eq!(route.scope(&Method::GET, ""), "repository:ns/app:pull,push");
        let route = Route::parse("/v2/ns/app/blobs/uploads/", Some("acme".to_owned())).unwrap();
        let scope = route.scope(&Method::POST, "mount=sha256:0&from=ns%2Fother");
        assert_eq!(scope, "repository:ns/app:pull,push repository:ns/other:pull");
        assert_eq!(route.scope(&Method::POST, "from=\"x"), "repository:ns/app:pull,push");
    }

    proptest! {
        #[test]
        fn no_path_panics(path: String, host: Option<String>) {
            let _ = Route::parse(&format!("/v2/{path}"), host);
        }
    }
}
