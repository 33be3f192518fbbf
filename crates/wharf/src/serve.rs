//! `wharf serve`: everything put together.

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::any};
use tokio::{net::TcpListener, sync::watch, time::timeout};
use wharf_cloudapi::CloudApi;
use wharf_core::Core;
use wharf_registry::Registry;

use crate::{
    data_directory, first_start, logging, open, products,
    server::{self, Metrics, Tls, TrustedProxies},
    settings::Settings,
};

/// How long the worker may take to come to an end.
const WORKER_STOP: Duration = Duration::from_secs(5);

/// Serves until a signal says stop, then lets running requests finish.
pub(crate) async fn run(settings: Settings) -> Result<(), String> {
    logging::start(&settings.log);
    let core = open::core(&settings).await?;
    first_start::run(&core, settings.root.clone()).await?;
    let tls = Tls::open(&settings)?;
    let listener = TcpListener::bind(settings.listen).await;
    let listener =
        listener.map_err(|error| format!("listen: {} cannot be listened at: {error}", settings.listen))?;
    let metrics = Arc::new(Metrics::new().map_err(|error| format!("metrics: {error}"))?);
    let service = service(&settings, core.clone(), metrics);
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(wharf_worker::run(core, stopped));
    tracing::info!(version = env!("CARGO_PKG_VERSION"), %settings, "serving");
    let proxies = TrustedProxies::new(settings.trusted_proxies.clone());
    server::serve(listener, service, tls, proxies, &settings.timeouts).await;
    let _ = stop.send(true);
    if timeout(WORKER_STOP, worker).await.is_err() {
        tracing::warn!("the worker did not stop in time: its job goes on at the next start");
    }
    tracing::info!("stopped");
    Ok(())
}

/// One port serves all.
fn service(settings: &Settings, core: Core, metrics: Arc<Metrics>) -> Router {
    let cloud_api = CloudApi::new(core.clone(), products::all(), settings.timeouts.body);
    let registry = wharf_registry::Settings {
        domain: settings.domain.clone(),
        scheme: settings.public_url.as_ref().map(|url| url.scheme),
        body_idle: settings.timeouts.body,
    };
    let registry = Registry::new(core.clone(), registry);
    let routes = Router::new()
        .route("/", any(CloudApi::handle).with_state(cloud_api))
        .merge(registry.router())
        .merge(server::operations(core, metrics.clone()));
    server::observed(routes, metrics)
}

/// Whether there is anything to administer yet.
pub(crate) fn check_started(settings: &Settings) -> Result<(), String> {
    if settings.master_key.is_some() || data_directory::is_in_use(&settings.data_dir) {
        return Ok(());
    }
    let path = settings.data_dir.display();
    Err(format!(
        "data_dir: {path} holds no registry yet: start `wharf serve` on it first, or name another folder"
    ))
}
