//! The server side: a signed request in, the `Response` envelope out.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, header, request::Parts};
use serde_json::{Map, Value, json};
use wharf_core::{Core, Operator};
use wharf_model::{Peer, Timestamp};

use crate::{
    ApiError, Call, Language, Product,
    audit::Trail,
    authentication, body,
    flat::cut,
    product::invalid_action,
    rate_limits,
    request::{Claim, Envelope, Form, host, language, text},
    say,
};

/// Bytes of an answer (API reference, "request structure").
const RESPONSE_LIMIT: usize = 50 << 20;

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
        let (mut asked, mut language) = (None, language(&parts.headers));
        let mut trail = Trail::begin(&parts, &request_id);
        let answer = api.call(parts, body, &mut asked, &mut language, &mut trail).await;
        if let Err(error) = &answer {
            trail.refused(&api.core, error);
        }
        let action = asked.as_deref().unwrap_or_default();
        let answer = answer.and_then(|output| answered(output, &request_id, RESPONSE_LIMIT));
        let body = match answer {
            Ok(body) => {
                tracing::info!(action, "cloud API call");
                body
            }
            Err(error) => {
                tracing::info!(action, code = %error.code, "cloud API call refused");
                let error = json!({"Code": error.code, "Message": error.message.in_language(language)});
                json!({"Response": {"Error": error, "RequestId": request_id}}).to_string()
            }
        };
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    /// `asked` becomes the action's name once that is known, `language` the one that the request asks for.
    async fn call(
        &self,
        parts: Parts,
        body: Body,
        asked: &mut Option<String>,
        language: &mut Language,
        trail: &mut Trail,
    ) -> Result<Map<String, Value>, ApiError> {
        let form = Form::of(&parts)?;
        let body = body::read(body, form.body_limit(), self.body_timeout).await?;
        *language = form.language(&parts, &body);
        let envelope = form.envelope(&parts, &body)?;
        let action = asked.insert(envelope.action.clone());
        trail.claims(&envelope);
        let credential = authentication::find(&self.core, &envelope).await?;
        trail.finds_key();
        authentication::check(&self.core, &parts, &body, &envelope, &credential).await?;
        trail.proves(&credential);
        let product = self.product(&parts, &envelope)?;
        product.expect(action)?;
        let region = product.region(action, envelope.region.as_deref(), self.core.limits().regions)?;
        let operator = Operator {
            owner: credential.owner,
            uin: credential.uin,
            principal: credential.principal,
            action: format!("{}:{action}", product.service).into(),
            region,
            address: parts.extensions.get::<Peer>().map(|peer| peer.0.ip()),
            time: Timestamp::now(),
            session: credential.session,
        };
        trail.asks(product, region);
        rate_limits::check(&self.core, product, action, &operator)?;
        let call = Call { core: self.core.clone(), operator, region };
        let parameters = form.parameters(&parts, &body, &envelope.claim).await?;
        trail.names(&parameters);
        trail.run(&self.core, product.run(action, parameters, call)).await
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
                let version = cut(&envelope.version);
                let message = say!("No product has the version `{version}`.", "没有产品有版本 `{version}`。");
                return Err(ApiError::new("NoSuchVersion", message));
            }
            let with_action = fitting.find(|product| product.knows(&envelope.action));
            return with_action.ok_or_else(|| invalid_action(&envelope.action));
        };
        let product = self.find(service).ok_or_else(|| {
            let shown = cut(service);
            ApiError::new("NoSuchProduct", say!("There is no product `{shown}`.", "产品 `{shown}` 不存在。"))
        })?;
        if product.version != envelope.version {
            let (asked, version) = (cut(&envelope.version), product.version);
            let message = say!(
                "There is no version `{asked}` of {service}, only {version}.",
                "产品 {service} 没有版本 `{asked}`，只有 {version}。"
            );
            return Err(ApiError::new("NoSuchVersion", message));
        }
        Ok(product)
    }

    fn find(&self, service: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.service == service)
    }
}

/// The envelope of an answer, of `limit` bytes at most.
fn answered(mut output: Map<String, Value>, request_id: &str, limit: usize) -> Result<String, ApiError> {
    output.insert("RequestId".to_owned(), Value::String(request_id.to_owned()));
    let body = json!({"Response": output}).to_string();
    if body.len() > limit {
        let message = say!(
            "The answer is larger than {limit} bytes: ask for less, or for smaller pages.",
            "返回内容超过 {limit} 字节，请缩小查询范围或减小分页大小。"
        );
        return Err(ApiError::new("ResponseSizeLimitExceeded", message));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::answered;

    #[test]
    fn an_answer_has_its_id_and_a_limit() {
        let output = Map::from_iter([("Names".to_owned(), json!(["a", "b"]))]);
        let body = answered(output.clone(), "id", 1000).unwrap();
        let parsed: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(parsed, json!({"Response": {"Names": ["a", "b"], "RequestId": "id"}}));
        assert!(answered(output.clone(), "id", body.len()).is_ok());
        let error = answered(output, "id", body.len() - 1).unwrap_err();
        assert_eq!(error.code, "ResponseSizeLimitExceeded");
    }
}
