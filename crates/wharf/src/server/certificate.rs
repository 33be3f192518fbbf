//! The registry's own certificate, for when nobody gave it one: an authority in the data directory that clients can be
//! told to trust (`tls/ca.pem`), and a certificate by it for each start.

use std::{fs, path::Path};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use time::{Duration, OffsetDateTime};

use crate::data_directory;

const AUTHORITY: &str = "ca.pem";
const AUTHORITY_KEY: &str = "ca.key";
const AUTHORITY_YEARS: i64 = 20;
/// Clients refuse certificates that are good for longer.
const CERTIFICATE_DAYS: i64 = 397;

/// A certificate for `names` by the authority in `folder`, which is made where there is none.
pub(crate) fn issue(
    folder: &Path,
    names: Vec<String>,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let issuer = authority(folder)?;
    let mut params = CertificateParams::new(names).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, "Wharf");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    (params.not_before, params.not_after) = validity(Duration::days(CERTIFICATE_DAYS));
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(failed)?;
    Ok((vec![certificate.der().clone()], key))
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
