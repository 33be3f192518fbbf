//! The registry's own certificates, for when nobody gave it one: an authority in the data directory that clients can be
//! told to trust (`tls/ca.pem`), and by it a certificate for each name that a client asks for and that is the registry's.
//!
//! One certificate for `*.localhost` would not do: many clients take no wildcard right below a top-level name.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::PrivateKeyDer,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use time::{Duration, OffsetDateTime};

use crate::{data_directory, settings::Settings};

const AUTHORITY: &str = "ca.pem";
const AUTHORITY_KEY: &str = "ca.key";
const AUTHORITY_YEARS: i64 = 20;
/// Clients refuse certificates that are good for longer than 398 days.
const CERTIFICATE_DAYS: i64 = 397;
/// A certificate is used for this long, then another is made.
const RENEWAL_DAYS: i64 = 300;
/// Certificates kept at most. When there are more, all are made anew as they are asked for.
const KEPT: usize = 1000;

/// Certificates made as they are asked for.
pub(crate) struct OwnCertificates {
    issuer: Issuer<'static, KeyPair>,
    /// Names and addresses of the registry, which are in every certificate.
    names: Vec<String>,
    /// `.` and the suffix of instance domains.
    suffix: String,
    made: Mutex<HashMap<String, (OffsetDateTime, Arc<CertifiedKey>)>>,
}

impl OwnCertificates {
    /// Opens the authority, and makes it where there is none.
    pub(crate) fn open(settings: &Settings) -> Result<Self, String> {
        let issuer = authority(&settings.data_dir.join("tls"))?;
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
        Ok(Self { issuer, names, suffix: format!(".{}", settings.domain), made: Mutex::default() })
    }

    /// The certificate for a name; for one that is not the registry's, the one without further names.
    fn certificate(&self, name: &str) -> Result<Arc<CertifiedKey>, String> {
        let label = name.strip_suffix(&self.suffix).filter(|label| !label.is_empty() && !label.contains('.'));
        let extra = label.map(|_| name.to_owned()).unwrap_or_default();
        let now = OffsetDateTime::now_utc();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((until, certificate)) = made.get(&extra)
            && now < *until
        {
            return Ok(certificate.clone());
        }
        if made.len() >= KEPT {
            made.clear();
        }
        let certificate = Arc::new(self.make(&extra)?);
        made.insert(extra, (now + Duration::days(RENEWAL_DAYS), certificate.clone()));
        Ok(certificate)
    }

    fn make(&self, extra: &str) -> Result<CertifiedKey, String> {
        let mut names = self.names.clone();
        names.extend(Some(extra.to_owned()).filter(|extra| !extra.is_empty()));
        let mut params = CertificateParams::new(names).map_err(failed)?;
        params.distinguished_name.push(DnType::CommonName, "Wharf");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = validity(Duration::days(CERTIFICATE_DAYS));
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(failed)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(failed)?;
        Ok(CertifiedKey::new(vec![certificate.der().clone()], any_supported_type(&key).map_err(failed)?))
    }
}

impl std::fmt::Debug for OwnCertificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnCertificates").field("names", &self.names).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for OwnCertificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().unwrap_or_default().to_ascii_lowercase();
        self.certificate(&name).inspect_err(|error| tracing::error!(error, "no certificate")).ok()
    }
}

fn authority(folder: &Path) -> Result<Issuer<'static, KeyPair>, String> {
    let (path, key_path) = (folder.join(AUTHORITY), folder.join(AUTHORITY_KEY));
    if !path.exists() {
        create_authority(folder)?;
    }
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    let key = KeyPair::from_pem(&read(&key_path)?).map_err(failed)?;
    Issuer::from_ca_cert_pem(&read(&path)?, key).map_err(failed)
}

fn create_authority(folder: &Path) -> Result<(), String> {
    data_directory::create(folder)?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Wharf local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = validity(Duration::days(AUTHORITY_YEARS * 365));
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.self_signed(&key).map_err(failed)?;
    // The key first: an authority without its key would never be made again.
    let key_path = folder.join(AUTHORITY_KEY);
    if key_path.exists() {
        fs::remove_file(&key_path).map_err(failed)?;
    }
    data_directory::write_secret(&key_path, &key.serialize_pem())?;
    data_directory::write_secret(&folder.join(AUTHORITY), &certificate.pem())
}

/// From a day ago, for clocks that are late.
fn validity(length: Duration) -> (OffsetDateTime, OffsetDateTime) {
    let now = OffsetDateTime::now_utc();
    (now - Duration::days(1), now + length - Duration::days(1))
}

fn failed(error: impl std::fmt::Display) -> String {
    format!("tls: the registry's own certificate cannot be made: {error}")
}
