use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::Response,
    routing::{any, get},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use serde_json::json;
use wharf_core::{Audited, Caller, Core};

use crate::{
    audit, authentication, blobs, catalog,
    error::Failure,
    manifests, referrers,
    response::json_of,
    route::{Resource, Route},
    tags, token_service, uploads,
};

/// The data plane at one set of hosts. Clones share it.
#[derive(Clone)]
pub struct Registry {
    pub(crate) core: Core,
    pub(crate) settings: Settings,
    /// `.` and the suffix of instance domains, in lower case and without a port.
    suffix: Arc<str>,
}

/// How the data plane is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Instances are reached at `NAME.domain`, and by path at every other host.
    pub domain: String,
    /// How clients reach the registry when that is not how its own listener is reached (a proxy's TLS).
    pub scheme: Option<Scheme>,
    /// How long a body may pause.
    pub body_idle: Duration,
}

/// How a connection was made. The listener puts it into each request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

/// A request to one resource of a repository, with who sends it.
pub(crate) struct Exchange {
    pub(crate) caller: Caller,
    pub(crate) route: Route,
    pub(crate) parts: Arc<Parts>,
    pub(crate) body: Body,
}

impl Scheme {
    /// The scheme's name in a URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl Registry {
    /// Serves by the rules of `core`.
    pub fn new(core: Core, settings: Settings) -> Self {
        let suffix = format!(".{}", settings.domain.to_ascii_lowercase()).into();
        Self { core, settings, suffix }
    }

    /// The paths of the data plane.
    pub fn router(self) -> Router {
        Router::new()
            .route("/v2", any(base))
            .route("/v2/", any(base))
            .route("/v2/_catalog", any(catalog))
            .route("/v2/{*path}", any(resource))
            .route("/service/token", get(token_service::issue).post(token_service::exchange))
            .with_state(self)
    }

    /// The name of the instance that the request's host stands for.
    pub(crate) fn instance_of_host(&self, uri: &Uri, headers: &HeaderMap) -> Option<String> {
        let host = host(uri, headers)?.to_ascii_lowercase();
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => &host,
        };
        name.strip_suffix(&*self.suffix)
            .filter(|label| !label.is_empty() && !label.contains('.'))
            .map(str::to_owned)
    }

    /// The address at which the client of this request reaches the registry.
    pub(crate) fn base_url(&self, parts: &Parts) -> String {
        let connection = parts.extensions.get::<Scheme>().copied().unwrap_or(Scheme::Http);
        let scheme = self.settings.scheme.unwrap_or(connection).name();
        format!("{scheme}://{}", host(&parts.uri, &parts.headers).unwrap_or("localhost"))
    }
}

/// The authority of an HTTP/2 request, or the `Host` of an older one; one of other characters than a host's is none.
fn host<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    let host = uri.authority().map(http::uri::Authority::as_str);
    let is_plain = |host: &&str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
        !host.is_empty() && host.bytes().all(plain)
    };
    host.or_else(|| headers.get(header::HOST)?.to_str().ok()).filter(is_plain)
}

/// `GET /v2/`: 200 for whoever is logged in (endpoint end-1).
async fn base(State(registry): State<Registry>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let answer = async {
        read_only(&parts)?;
        let caller = authentication::caller(&registry, &parts).await?;
        registry.core.check_caller(caller).await?;
        Ok(json_of(StatusCode::OK, &json!({})))
    };
    let answer = answer.await;
    finish(&registry, &parts, || None, answer)
}

/// `GET /v2/_catalog`: the repositories that the caller may pull.
async fn catalog(State(registry): State<Registry>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let answer = async {
        read_only(&parts)?;
        catalog::list(&registry, &parts).await
    };
    let answer = answer.await;
    finish(&registry, &parts, || Some("registry:catalog:*".to_owned()), answer)
}

fn read_only(parts: &Parts) -> Result<(), Failure> {
    match parts.method {
        Method::GET | Method::HEAD => Ok(()),
        _ => Err(Failure::method_not_allowed("GET, HEAD")),
    }
}

/// Everything else below `/v2/`.
async fn resource(State(registry): State<Registry>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let parts = Arc::new(parts);
    let asked = parts.clone();
    let answer = async {
        let route = route(&registry, &parts)?;
        let caller = authentication::caller(&registry, &parts).await?;
        let Some(event) = audit::event(&parts, &route, &caller) else {
            return dispatch(&registry, Exchange { caller, route, parts, body }).await;
        };
        let (core, named) = (registry.core.clone(), route.clone());
        // On the heap, for all that a request may lead to is large to be moved.
        let work = Box::pin(dispatch(&registry, Exchange { caller, route, parts, body }));
        core.audited(event, Audited::Change, work, |failure| audit::refusal(failure, &named)).await
    };
    let answer = answer.await;
    let scope = || {
        let route = route(&registry, &asked).ok()?;
        Some(route.scope(&asked.method, asked.uri.query().unwrap_or_default()))
    };
    finish(&registry, &asked, scope, answer)
}

fn route(registry: &Registry, parts: &Parts) -> Result<Route, Failure> {
    Route::parse(parts.uri.path(), registry.instance_of_host(&parts.uri, &parts.headers))
}

async fn dispatch(registry: &Registry, exchange: Exchange) -> Result<Response, Failure> {
    let method = exchange.parts.method.clone();
    match (exchange.route.resource.clone(), &method) {
        (Resource::Tags, &Method::GET | &Method::HEAD) => tags::list(registry, exchange).await,
        (Resource::Referrers(digest), &Method::GET | &Method::HEAD) => {
            referrers::list(registry, exchange, digest).await
        }
        (Resource::Manifest(reference), &Method::GET | &Method::HEAD) => {
            manifests::get(registry, exchange, reference).await
        }
        (Resource::Manifest(reference), &Method::PUT) => manifests::put(registry, exchange, reference).await,
        (Resource::Manifest(reference), &Method::DELETE) => {
            manifests::delete(registry, exchange, reference).await
        }
        (Resource::Blob(digest), &Method::GET) => blobs::get(registry, exchange, digest).await,
        (Resource::Blob(digest), &Method::HEAD) => blobs::head(registry, exchange, digest).await,
        (Resource::Blob(digest), &Method::DELETE) => blobs::delete(registry, exchange, digest).await,
        (Resource::Uploads, &Method::POST) => uploads::begin(registry, exchange).await,
        (Resource::Upload(id), &Method::GET) => uploads::status(registry, exchange, id).await,
        (Resource::Upload(id), &Method::PATCH) => uploads::append(registry, exchange, id).await,
        (Resource::Upload(id), &Method::PUT) => uploads::finish(registry, exchange, id).await,
        (Resource::Upload(id), &Method::DELETE) => uploads::cancel(registry, exchange, id).await,
        _ => Err(Failure::method_not_allowed(exchange.route.allow())),
    }
}

/// The answer on the wire, with what every answer of the data plane carries.
fn finish(
    registry: &Registry,
    asked: &Parts,
    scope: impl FnOnce() -> Option<String>,
    answer: Result<Response, Failure>,
) -> Response {
    let mut response = answer.unwrap_or_else(|failure| {
        let challenge = failure.challenge(&registry.base_url(asked), scope().as_deref());
        let mut response = failure.into_response();
        if let Some(challenge) = challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    });
    let version = HeaderValue::from_static("registry/2.0");
    response.headers_mut().insert("docker-distribution-api-version", version);
    response
}
