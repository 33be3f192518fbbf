//! A certificate from files, which is taken up again when they change.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::SystemTime,
};

use rustls::{
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// A certificate chain and its key, PEM.
#[derive(Debug)]
pub(crate) struct CertificateFiles {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
    /// When the files that are in use, or were last found wanting, had changed.
    seen: Mutex<Changed>,
}

type Changed = (Option<SystemTime>, Option<SystemTime>);

impl CertificateFiles {
    /// Loads the files.
    pub(crate) fn load(certificate: PathBuf, key: PathBuf) -> Result<Self, String> {
        let seen = Mutex::new((changed(&certificate), changed(&key)));
        let current = RwLock::new(read(&certificate, &key)?.into());
        Ok(Self { certificate, key, current, seen })
    }

    /// Takes the files up again where they changed; says whether it did. Files that are no pair change nothing.
    pub(crate) fn reload(&self) -> Result<bool, String> {
        let now = (changed(&self.certificate), changed(&self.key));
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == now {
                return Ok(false);
            }
            *seen = now;
        }
        let loaded = read(&self.certificate, &self.key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded.into();
        Ok(true)
    }
}

impl ResolvesServerCert for CertificateFiles {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, String> {
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain: Vec<_> =
        chain.map_err(|error| format!("tls.certificate: {}: {error}", certificate.display()))?;
    if chain.is_empty() {
        let empty = io::Error::new(io::ErrorKind::InvalidData, "there is no certificate in it");
        return Err(format!("tls.certificate: {}: {empty}", certificate.display()));
    }
    let wrong_key = |error: &dyn std::fmt::Display| format!("tls.key: {}: {error}", key.display());
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong_key(&error))?;
    let signer = any_supported_type(&private).map_err(|error| wrong_key(&error))?;
    let certified = CertifiedKey::new(chain, signer);
    certified.keys_match().map_err(|error| wrong_key(&error))?;
    Ok(certified)
}
