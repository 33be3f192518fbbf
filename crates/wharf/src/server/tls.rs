//! What is answered to a TLS handshake.

use std::{path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_rustls::TlsAcceptor;

use super::certificate;
use crate::settings::{Settings, TlsMode};

/// TLS at the listener.
#[derive(Clone)]
pub(crate) struct Tls {
    /// Answers handshakes, unless TLS is off.
    pub(crate) acceptor: Option<TlsAcceptor>,
    /// Whether plain HTTP is answered too.
    pub(crate) plain: bool,
}

impl Tls {
    /// Loads the certificate that the settings name, or makes the registry's own.
    pub(crate) fn open(settings: &Settings) -> Result<Self, String> {
        if settings.tls.mode == TlsMode::Off {
            return Ok(Self { acceptor: None, plain: true });
        }
        let (chain, key) = match &settings.tls.certificate {
            Some((certificate, key)) => load(certificate, key)?,
            None => certificate::issue(&settings.data_dir.join("tls"), names(settings))?,
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(|error| format!("tls.certificate: {error}"))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: Some(TlsAcceptor::from(Arc::new(config))),
            plain: settings.tls.mode == TlsMode::Optional,
        })
    }
}

/// Every name and address by which clients may reach the registry.
fn names(settings: &Settings) -> Vec<String> {
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
        settings.listen.ip().to_string(),
        settings.domain.clone(),
        format!("*.{}", settings.domain),
    ];
    names.extend(settings.public_url.iter().map(|url| url.host.clone()));
    names.sort();
    names.dedup();
    names
}

fn load(
    certificate: &Path,
    key: &Path,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.map_err(|error| format!("tls.certificate: {}: {error}", certificate.display()))?;
    let key =
        PrivateKeyDer::from_pem_file(key).map_err(|error| format!("tls.key: {}: {error}", key.display()))?;
    Ok((chain, key))
}
