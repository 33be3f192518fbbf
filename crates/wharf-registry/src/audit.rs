//! What the audit log is told of: manifests put, tags, manifests and blobs deleted, and log-ins refused.

use http::{Method, header, request::Parts};
use wharf_core::{AuditEvent, Caller, Error, Identity, Refusal};
use wharf_model::{InstanceId, ServiceAccountName, Timestamp, Uin};

use crate::{
    authentication::address,
    error::Failure,
    registry::Registry,
    route::{Resource, Route},
};

/// The event of a request that changes what can be pulled.
pub(crate) fn event(parts: &Parts, route: &Route, caller: &Caller) -> Option<AuditEvent> {
    let (action, reference) = match (&route.resource, &parts.method) {
        (Resource::Manifest(reference), &Method::PUT) => ("PushManifest", reference.to_string()),
        (Resource::Manifest(reference), &Method::DELETE) => ("DeleteManifest", reference.to_string()),
        (Resource::Blob(digest), &Method::DELETE) => ("DeleteBlob", digest.to_string()),
        _ => return None,
    };
    let (uin, owner, credential) = match &caller.identity {
        Identity::Anonymous => (None, None, None),
        Identity::Account { uin, token_id, session, .. } => {
            let session = session.as_ref().map(ToString::to_string);
            (Some(*uin), None, token_id.clone().or(session))
        }
        Identity::ServiceAccount { name, owner, .. } => (None, Some(*owner), Some(name.to_string())),
    };
    // A token or a service account opens one instance: what is done with it is done there.
    let instance = caller.identity.instance().map(InstanceId::as_str);
    let resource = resource(instance.unwrap_or(&route.target.instance), route, &reference);
    Some(AuditEvent { account: uin, owner, credential, ..blank(parts, action, Some(resource)) })
}

/// How a failure is noted. That somebody has to say first who they are is how a client begins.
pub(crate) fn refusal(failure: &Failure, asked: &Route) -> Option<Refusal> {
    let (code, message) = failure.told();
    let resource = match &asked.resource {
        Resource::Manifest(reference) => {
            Some(resource(&asked.target.instance, asked, &reference.to_string()))
        }
        Resource::Blob(digest) => Some(resource(&asked.target.instance, asked, digest.as_str())),
        _ => None,
    };
    let told = || Refusal { code: code.to_owned(), message: Some(message.to_owned()), resource };
    (!failure.is_challenge()).then(told)
}

/// `INSTANCE/NAMESPACE/REPOSITORY:TAG`, or with `@DIGEST`.
fn resource(instance: &str, route: &Route, reference: &str) -> String {
    let sign = if reference.contains(':') { '@' } else { ':' };
    format!("{instance}/{}{sign}{reference}", route.target.repository)
}

/// Notes a log-in that was refused. The name may be a password that somebody typed in the wrong place: it is noted only
/// where it is an account's number or a service account's name.
pub(crate) fn log_in_refused(registry: &Registry, parts: &Parts, user: Option<&str>, error: &Error) {
    let code = match error {
        Error::WrongCredentials => "WrongCredentials",
        Error::TooManyAttempts { .. } => "TooManyAttempts",
        _ => return,
    };
    let account = user.and_then(|user| match user.parse::<Uin>() {
        Ok(uin) => Some(format!("account {uin}")),
        Err(_) if ServiceAccountName::is_meant(user) => {
            let name = user.parse::<ServiceAccountName>().ok()?;
            Some(format!("service account {name}"))
        }
        Err(_) => None,
    });
    let refusal = Refusal { code: code.to_owned(), message: Some(error.to_string()), resource: None };
    registry.core.note_stranger(blank(parts, "LogIn", account), refusal);
}

fn blank(parts: &Parts, action: &str, resource: Option<String>) -> AuditEvent {
    let header = |name| {
        let value: Option<&http::HeaderValue> = parts.headers.get(name);
        value.and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    AuditEvent {
        time: Timestamp::now(),
        request_id: header(header::HeaderName::from_static("x-request-id")),
        account: None,
        owner: None,
        credential: None,
        address: address(parts).map(|address| address.to_string()),
        product: "registry".to_owned(),
        action: action.to_owned(),
        region: None,
        resource,
        code: None,
        message: None,
        user_agent: header(header::USER_AGENT),
        parameters: None,
    }
}
