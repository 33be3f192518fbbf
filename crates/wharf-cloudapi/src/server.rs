//! The server side: a signed request in, the `Response` envelope out.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use wharf_core::{Core, Operator};
use wharf_model::{Region, Timestamp};

use crate::{
    ApiError, Call, Product,
    authorization::Authorization,
    product::invalid_action,
    signature_v3::{Signed, check_time},
};

/// Bytes of a request at most, signed by method v3.
const REQUEST_LIMIT: usize = 10 << 20;

/// The products behind one endpoint. Clones share them.
#[derive(Clone)]
pub struct CloudApi {
    core: Core,
    products: Arc<[Product]>,
    body_timeout: Duration,
}

impl CloudApi {
    /// Serves `products` by the rules of `core`. A request's body must be there within `body_timeout`.
    pub fn new(core: Core, products: Vec<Product>, body_timeout: Duration) -> Self {
        Self { core, products: products.into(), body_timeout }
    }

    /// Answers one request. The request's `X-Request-Id` becomes its `RequestId`.
    pub async fn handle(State(api): State<Self>, request: Request) -> Response {
        let request_id = text(request.headers(), "x-request-id").unwrap_or_default().to_owned();
        let (parts, body) = request.into_parts();
        let action = text(&parts.headers, "x-tc-action").unwrap_or_default().to_owned();
        let answer = match api.call(parts, body).await {
            Ok(mut output) => {
                tracing::info!(action, "cloud API call");
                output.insert("RequestId".to_owned(), Value::String(request_id));
                Value::Object(output)
            }
            Err(error) => {
                tracing::info!(action, code = %error.code, "cloud API call refused");
                json!({"Error": {"Code": error.code, "Message": error.message}, "RequestId": request_id})
            }
        };
        let mut response = Response::new(Body::from(json!({"Response": answer}).to_string()));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    async fn call(&self, parts: Parts, body: Body) -> Result<Map<String, Value>, ApiError> {
        check_protocol(&parts)?;
        let body = self.read_body(body).await?;
        let action = required(&parts.headers, "x-tc-action", "Action")?;
        let (operator, service) = self.authenticate(&parts, &body).await?;
        let product = self.product(&service, required(&parts.headers, "x-tc-version", "Version")?)?;
        if !product.has(action) {
            return Err(invalid_action(action));
        }
        let region = region(&parts.headers)?;
        let call = Call { core: self.core.clone(), operator, region };
        product.run(action, parameters(&body)?, call).await
    }

    async fn read_body(&self, body: Body) -> Result<Bytes, ApiError> {
        let body = timeout(self.body_timeout, to_bytes(body, REQUEST_LIMIT)).await;
        let body =
            body.map_err(|_| ApiError::new("InvalidRequest", "The request's body did not come in time."))?;
        body.map_err(|_| {
            let message = format!("The request is larger than {REQUEST_LIMIT} bytes, or broke off.");
            ApiError::new("RequestSizeLimitExceeded", message)
        })
    }

    /// Who signed the request, and for which service.
    async fn authenticate(&self, parts: &Parts, body: &Bytes) -> Result<(Operator, String), ApiError> {
        let header = required(&parts.headers, "authorization", "Authorization")?;
        let authorization = Authorization::parse(header)?;
        let timestamp = required(&parts.headers, "x-tc-timestamp", "Timestamp")?;
        let timestamp = timestamp.parse().map_err(|_| {
            ApiError::new("InvalidParameter", "The parameter `Timestamp` is not a number of seconds.")
        })?;
        check_time(timestamp, Timestamp::now())?;
        let credential =
            self.core.signing_credential(authorization.secret_id.clone()).await.map_err(|error| {
                tracing::error!(%error, "an access key could not be read");
                ApiError::new(
                    "InternalError",
                    "The server failed at this request. Its log has the reason under the RequestId.",
                )
            })?;
        let credential = credential.ok_or_else(|| {
            ApiError::new(
                "AuthFailure.SecretIdNotFound",
                format!("There is no SecretId {}.", authorization.secret_id),
            )
        })?;
        let query = parts.uri.query().unwrap_or_default();
        let signed = Signed { method: &parts.method, query, headers: &parts.headers, body, timestamp };
        signed.verify(&authorization, &credential.secret_key)?;
        if !credential.enabled {
            return Err(ApiError::new(
                "AuthFailure.InvalidSecretId",
                "The SecretId or its account is disabled.",
            ));
        }
        Ok((Operator { uin: credential.uin }, authorization.service))
    }

    fn product(&self, service: &str, version: &str) -> Result<&Product, ApiError> {
        let product = self.products.iter().find(|product| product.service == service).ok_or_else(|| {
            ApiError::new("NoSuchProduct", format!("There is no product `{}`.", cut(service)))
        })?;
        if product.version != version {
            let message =
                format!("There is no version `{}` of {service}, only {}.", cut(version), product.version);
            return Err(ApiError::new("NoSuchVersion", message));
        }
        Ok(product)
    }
}

fn check_protocol(parts: &Parts) -> Result<(), ApiError> {
    let content_type = text(&parts.headers, "content-type").unwrap_or_default();
    let json = content_type
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if parts.method == Method::POST && json {
        return Ok(());
    }
    let message = "Requests are POST with Content-Type application/json and signature method v3.";
    Err(ApiError::new("UnsupportedProtocol", message))
}

pub(crate) fn parameters(body: &Bytes) -> Result<Map<String, Value>, ApiError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => Ok(parameters),
        Ok(_) => Err(ApiError::new("InvalidRequest", "The body is not a JSON object.")),
        Err(error) => Err(ApiError::new("InvalidRequest", format!("The body is not JSON: {error}."))),
    }
}

fn region(headers: &HeaderMap) -> Result<&'static Region, ApiError> {
    let name = required(headers, "x-tc-region", "Region")?;
    Region::named(name).ok_or_else(|| {
        ApiError::new("UnsupportedRegion", format!("There is no region `{}` here.", cut(name)))
    })
}

fn required<'h>(headers: &'h HeaderMap, header: &str, name: &str) -> Result<&'h str, ApiError> {
    text(headers, header).filter(|value| !value.is_empty()).ok_or_else(|| {
        ApiError::new("MissingParameter", format!("The parameter `{name}` (header {header}) is missing."))
    })
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}
