use std::{env, time::Duration};

use opendal::{
    HttpTransporter, OperationContext, Operator,
    layers::{RetryEvent, RetryInterceptor, RetryLayer, TimeoutLayer},
    services::{Cos, Oss, S3},
};
use opendal_http_transport_reqwest::ReqwestTransport;

use super::spool::{Spool, SpoolTransport};
use crate::{
    Credentials, Error,
    address::{Bucket, Provider},
};

/// How long it may take to get a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a request without a body of note may take.
const SMALL_OPERATION: Duration = Duration::from_secs(10);
/// How long a request that moves bytes may take, or on which the store works: a part of 16 MiB, a copy of
/// [`super::compose::LARGEST_COPY`], the making of an object from its parts.
const IO: Duration = Duration::from_secs(60);
/// Tries after the first one; with the waits between them, a store may pause for more than 20 seconds.
const RETRIES: usize = 3;
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const WAIT_GROWTH: f32 = 3.0;
/// Where nothing names a region, S3's own default, which other makers' stores take too.
const DEFAULT_REGION: &str = "us-east-1";

/// A client of `bucket` at `endpoint`, or where that is none at the bucket's own. No request is made.
///
/// # Errors
/// [`Error::Address`] when the provider's client does not take what the address says.
pub(super) fn client(
    bucket: &Bucket,
    endpoint: Option<&str>,
    credentials: Option<&Credentials>,
    spool: &Spool,
) -> Result<Operator, Error> {
    let endpoint = endpoint.or(bucket.endpoint.as_deref()).unwrap_or_default();
    let (id, secret) = credentials.map_or(("", ""), |keys| (&keys.id, &keys.secret));
    let operator = match bucket.provider {
        Provider::S3 => {
            let service = S3::default()
                .root(&bucket.prefix)
                .bucket(&bucket.name)
                .endpoint(endpoint)
                .region(&region(bucket))
                .access_key_id(id)
                .secret_access_key(secret);
            Operator::new(service)
        }
        Provider::Cos => {
            let service = Cos::default().root(&bucket.prefix).bucket(&bucket.name).endpoint(endpoint);
            Operator::new(match credentials {
                Some(_) => service.secret_id(id).secret_key(secret),
                None => service,
            })
        }
        Provider::Oss => {
            let service = Oss::default().root(&bucket.prefix).bucket(&bucket.name).endpoint(endpoint);
            Operator::new(match credentials {
                Some(_) => service.access_key_id(id).access_key_secret(secret),
                None => service,
            })
        }
    };
    let operator = operator.map_err(|error| Error::Address(error.message().to_owned()))?;
    let http = reqwest::Client::builder().connect_timeout(CONNECT).build();
    let http = http.map_err(std::io::Error::other)?;
    let transport = SpoolTransport::new(ReqwestTransport::new(http), spool.clone());
    let context = OperationContext::new().with_http_transport(HttpTransporter::new(transport));
    Ok(operator.with_context(context))
}

/// The client with its requests bounded in time, and tried once.
pub(super) fn bounded(client: Operator) -> Operator {
    client.layer(TimeoutLayer::new().with_timeout(SMALL_OPERATION).with_io_timeout(IO))
}

/// The client with its requests bounded in time, and tried again where that may help.
pub(super) fn patient(client: Operator) -> Operator {
    let retries = RetryLayer::new()
        .with_max_times(RETRIES)
        .with_min_delay(FIRST_WAIT)
        .with_max_delay(LONGEST_WAIT)
        .with_factor(WAIT_GROWTH)
        .with_jitter()
        .with_notify(Noted);
    bounded(client).layer(retries)
}

struct Noted;

impl RetryInterceptor for Noted {
    fn intercept(&self, event: RetryEvent<'_>) {
        tracing::info!(
            operation = ?event.op,
            attempt = event.attempt,
            error = event.err.message(),
            "the object store is asked again"
        );
    }
}

fn region(bucket: &Bucket) -> String {
    let named = bucket.region.clone();
    let named = named.or_else(|| env::var("AWS_REGION").ok()).or_else(|| env::var("AWS_DEFAULT_REGION").ok());
    named.unwrap_or_else(|| DEFAULT_REGION.to_owned())
}
