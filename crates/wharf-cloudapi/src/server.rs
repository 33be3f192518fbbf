//! The server side: a signed request in, the `Response` envelope out.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderValue, header, request::Parts};
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use wharf_core::{Core, Error, Operator};
use wharf_model::{REGIONS, Region, Timestamp};

use crate::{
    ApiError, Call, Product,
    audit::Trail,
    flat::cut,
    product::invalid_action,
    rate_limits,
    request::{Claim, Envelope, Form, host, text, too_large},
    signature_v3::check_time,
};

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
        let mut asked = None;
        let mut trail = Trail::begin(&parts, &request_id);
        let answer = api.call(parts, body, &mut asked, &mut trail).await;
        if let Err(error) = &answer {
            trail.refused(&api.core, error);
        }
        let action = asked.as_deref().unwrap_or_default();
        let answer = match answer {
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

    /// `asked` becomes the action's name once that is known.
    async fn call(
        &self,
        parts: Parts,
        body: Body,
        asked: &mut Option<String>,
        trail: &mut Trail,
    ) -> Result<Map<String, Value>, ApiError> {
        let form = Form::of(&parts)?;
        let body = self.read_body(body, form.body_limit()).await?;
        let envelope = form.envelope(&parts, &body)?;
        let action = asked.insert(envelope.action.clone());
        trail.claims(&envelope);
        let operator = self.authenticate(&parts, &body, &envelope).await?;
        trail.proves(operator);
        let product = self.product(&parts, &envelope)?;
        if !product.has(action) {
            return Err(invalid_action(action));
        }
        let region = region(envelope.region.as_deref(), product)?;
        trail.asks(product, region);
        rate_limits::check(&self.core, product, action, operator, region)?;
        let call = Call { core: self.core.clone(), operator, region };
        let parameters = form.parameters(&parts, &body, &envelope.claim).await?;
        trail.names(&parameters);
        trail.run(&self.core, product.run(action, parameters, call)).await
    }

    async fn read_body(&self, body: Body, limit: usize) -> Result<Bytes, ApiError> {
        let body = timeout(self.body_timeout, to_bytes(body, limit)).await;
        let body =
            body.map_err(|_| ApiError::new("InvalidRequest", "The request's body did not come in time."))?;
        body.map_err(|_| too_large(limit))
    }

    /// Who signed the request.
    async fn authenticate(
        &self,
        parts: &Parts,
        body: &Bytes,
        envelope: &Envelope,
    ) -> Result<Operator, ApiError> {
        check_time(envelope.timestamp, Timestamp::now())?;
        let secret_id = envelope.claim.secret_id();
        let credential =
            self.core.signing_credential(secret_id.clone()).await.map_err(|error| failed(&error))?;
        let credential = credential.ok_or_else(|| {
            ApiError::new("AuthFailure.SecretIdNotFound", format!("There is no SecretId {secret_id}."))
        })?;
        envelope.claim.verify(parts, body, envelope.timestamp, &credential.secret_key)?;
        if !credential.enabled {
            return Err(ApiError::new(
                "AuthFailure.InvalidSecretId",
                "The SecretId or its account is disabled.",
            ));
        }
        if envelope.token.is_some() {
            return Err(ApiError::new(
                "AuthFailure.TokenFailure",
                "The SecretId is not of a temporary credential: it goes without a token.",
            ));
        }
        if let Claim::V1(claim) = &envelope.claim {
            let first = self.core.is_first_request(secret_id.clone(), envelope.timestamp, claim.nonce).await;
            if !first.map_err(|error| failed(&error))? {
                return Err(ApiError::new(
                    "AuthFailure.SignatureExpire",
                    "A request with this Timestamp and Nonce was accepted before. Sign each with a new Nonce.",
                ));
            }
        }
        Ok(Operator { uin: credential.uin })
    }

    /// The product that a request is for. A signature of method v3 names it, else the host does; where the host is any
    /// other, version and action tell.
    fn product(&self, parts: &Parts, envelope: &Envelope) -> Result<&Product, ApiError> {
        let named = match &envelope.claim {
            Claim::V3(authorization) => Some(authorization.service.as_str()),
            Claim::V1(_) => host(parts).split('.').next().filter(|label| self.find(label).is_some()),
        };
        let Some(service) = named else {
            let mut fitting =
                self.products.iter().filter(|product| product.version == envelope.version).peekable();
            if fitting.peek().is_none() {
                let message = format!("No product has the version `{}`.", cut(&envelope.version));
                return Err(ApiError::new("NoSuchVersion", message));
            }
            let with_action = fitting.find(|product| product.has(&envelope.action));
            return with_action.ok_or_else(|| invalid_action(&envelope.action));
        };
        let product = self.find(service).ok_or_else(|| {
            ApiError::new("NoSuchProduct", format!("There is no product `{}`.", cut(service)))
        })?;
        if product.version != envelope.version {
            let asked = cut(&envelope.version);
            let message = format!("There is no version `{asked}` of {service}, only {}.", product.version);
            return Err(ApiError::new("NoSuchVersion", message));
        }
        Ok(product)
    }

    fn find(&self, service: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.service == service)
    }
}

fn failed(error: &Error) -> ApiError {
    tracing::error!(%error, "a request could not be authenticated");
    ApiError::new(
        "InternalError",
        "The server failed at this request. Its log has the reason under the RequestId.",
    )
}

fn region(name: Option<&str>, product: &Product) -> Result<&'static Region, ApiError> {
    if name.is_none() && !product.needs_region() {
        return Ok(&REGIONS[0]);
    }
    let name = name.ok_or_else(|| ApiError::new("MissingParameter", "The parameter `Region` is missing."))?;
    Region::named(name).ok_or_else(|| {
        ApiError::new("UnsupportedRegion", format!("There is no region `{}` here.", cut(name)))
    })
}
