//! What is answered to a TLS handshake.

use std::{sync::Arc, time::Duration};

use rustls::ServerConfig;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::{certificate_files::CertificateFiles, own_certificates::OwnCertificates};
use crate::settings::{Settings, TlsMode};

/// How often certificate files are looked at.
const RELOAD_PERIOD: Duration = Duration::from_secs(2);

/// TLS at the listener.
#[derive(Clone)]
pub(crate) struct Tls {
    /// Answers handshakes, unless TLS is off.
    pub(crate) acceptor: Option<TlsAcceptor>,
    /// Whether plain HTTP is answered too.
    pub(crate) plain: bool,
}

impl Tls {
    /// Loads the certificate that the settings name, and again whenever its files change; or answers with certificates
    /// of the registry's own.
    pub(crate) fn open(settings: &Settings) -> Result<Self, String> {
        if settings.tls.mode == TlsMode::Off {
            return Ok(Self { acceptor: None, plain: true });
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| format!("tls: {error}"))?.with_no_client_auth();
        let mut config = match &settings.tls.certificate {
            Some((certificate, key)) => {
                let files = Arc::new(CertificateFiles::load(certificate.clone(), key.clone())?);
                tokio::spawn(keep_loaded(files.clone()));
                builder.with_cert_resolver(files)
            }
            None => builder.with_cert_resolver(Arc::new(OwnCertificates::open(settings)?)),
        };
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = Some(TlsAcceptor::from(Arc::new(config)));
        Ok(Self { acceptor, plain: settings.tls.mode == TlsMode::Optional })
    }
}

async fn keep_loaded(files: Arc<CertificateFiles>) {
    loop {
        sleep(RELOAD_PERIOD).await;
        match files.reload() {
            Ok(false) => {}
            Ok(true) => tracing::info!("the certificate was loaded again"),
            Err(error) => tracing::error!(error, "the changed certificate is not used"),
        }
    }
}
