//! What one process does for all: whoever holds the lease, until it no longer renews it.

use std::time::Duration;

use wharf_db::leases;

use crate::{Core, Error};

/// How long a lease holds. A process that dies is replaced after this. The clocks of processes have to agree to well
/// within it.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

impl Core {
    /// Whether this process is the one to do what `name` stands for, now and for the next half minute.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn holds_lease(&self, name: &'static str) -> Result<bool, Error> {
        let (holder, now) = (self.process.clone(), Self::now());
        let reader = holder.clone();
        if self.read(move |tx| Ok(leases::is_taken(tx, name, &reader, now)?)).await? {
            return Ok(false);
        }
        self.write(move |tx| Ok(leases::take(tx, name, &holder, now, now.plus(LEASE))?)).await
    }

    /// Lets others do what this process did for all, without waiting for its leases to end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release_leases(&self) -> Result<(), Error> {
        let holder = self.process.clone();
        self.write(move |tx| Ok(leases::release_all(tx, &holder)?)).await
    }
}
