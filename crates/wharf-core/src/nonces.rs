//! Signatures that are good for one request.

use std::time::Duration;

use wharf_db::nonces;
use wharf_model::SecretId;

use crate::{Core, Error};

/// How long a request is remembered: longer than its time is accepted, on a server whose clock is another.
const MEMORY: Duration = Duration::from_secs(1200);

impl Core {
    /// Whether a request, by who signed it, when, in seconds since 1970, and its nonce, comes for the first time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_first_request(
        &self,
        secret_id: SecretId,
        signed_at: i64,
        nonce: i64,
    ) -> Result<bool, Error> {
        self.write_soon(move |tx| Ok(nonces::insert(tx, &secret_id, signed_at, nonce)?)).await
    }

    /// Forgets the requests that are too old to be accepted. Says how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_requests(&self) -> Result<u64, Error> {
        let forgotten = Self::now().minus(MEMORY).seconds();
        self.write_soon(move |tx| Ok(nonces::delete_older(tx, forgotten)?)).await
    }
}
