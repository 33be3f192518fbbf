//! What fuzz targets see beside the public functions.

use http::{HeaderMap, Method};
use wharf_core::{Scope, Target};
use wharf_model::Digest;

use crate::{
    accept, authentication, conditions,
    content_range::{self, Wanted},
    route::{Resource, Route},
    token_service,
};

/// A range outside of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outside;

/// What a path below `/v2/` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    /// The repository's name as the client wrote it.
    pub name: String,
    /// The repository that it means.
    pub target: Target,
    /// The rest of the path, written out.
    pub resource: String,
    route: Route,
}

/// What a `Range` header wants of `size` bytes: all of them, or those from a first to a last one.
///
/// # Errors
/// [`Outside`], when it wants none that there are.
pub fn range(header: &str, size: u64) -> Result<Option<(u64, u64)>, Outside> {
    match content_range::wanted(Some(header), size) {
        Wanted::Everything => Ok(None),
        Wanted::Part { first, last } => Ok(Some((first, last))),
        Wanted::Outside => Err(Outside),
    }
}

/// Where a `Content-Range` header says that a chunk begins, if it is one for a body of that length.
pub fn chunk_start(header: &str, length: Option<u64>) -> Option<u64> {
    content_range::chunk_start(Some(header), length).ok()?
}

/// Whether `Accept` asks for an image in an index's place.
pub fn wants_image_for_index(headers: &HeaderMap) -> bool {
    accept::wants_image_for_index(headers)
}

/// Whether `If-None-Match` says that the client has the content.
pub fn not_modified(headers: &HeaderMap, digest: &Digest) -> bool {
    conditions::not_modified(headers, digest).is_some()
}

/// The `Range` that is heeded, with regard to `If-Range`.
pub fn heeded_range<'h>(headers: &'h HeaderMap, digest: &Digest) -> Option<&'h str> {
    conditions::range(headers, digest)
}

/// What a path names, at the host of an instance or at another.
pub fn route(path: &str, host: Option<String>) -> Option<Routed> {
    let route = Route::parse(path, host).ok()?;
    let resource = match &route.resource {
        Resource::Tags => "tags/list".to_owned(),
        Resource::Manifest(reference) => format!("manifests/{reference}"),
        Resource::Blob(digest) => format!("blobs/{digest}"),
        Resource::Uploads => "blobs/uploads/".to_owned(),
        Resource::Upload(id) => format!("blobs/uploads/{id}"),
        Resource::Referrers(digest) => format!("referrers/{digest}"),
    };
    Some(Routed { name: route.name.clone(), target: route.target.clone(), resource, route })
}

impl Routed {
    /// The scopes that a bearer token needs for a request to this path.
    pub fn scope(&self, method: &Method, query: &str) -> String {
        self.route.scope(method, query)
    }
}

/// The scopes that a query of the token service asks for.
pub fn scopes(query: &str, host: Option<&str>) -> Vec<Scope> {
    token_service::scopes(&url_pairs(query), host)
}

/// The pairs of a query string.
pub fn url_pairs(query: &str) -> Vec<(String, String)> {
    token_service::url_pairs(query).collect()
}

/// The user name and password of a Basic header.
pub fn basic(header: &str) -> Option<(String, String)> {
    authentication::basic(header)
}
