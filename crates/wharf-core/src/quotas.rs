use wharf_model::Quota;

use crate::{Error, Instance, Limits};

impl Limits {
    /// Lets one more thing be, where `used` of them are there. Whoever asks reads `used` in the transaction that adds
    /// the thing and changes what it read there, so that of two at the edge only one is let.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`] when the instance's edition allows no more.
    pub(crate) fn check_quota(&self, instance: &Instance, quota: Quota, used: u64) -> Result<(), Error> {
        self.check_counted_quota(instance, quota, || Ok(used))
    }

    /// As [`Self::check_quota`], for things of which no count is kept: they are counted where there is a bound.
    pub(crate) fn check_counted_quota(
        &self,
        instance: &Instance,
        quota: Quota,
        used: impl FnOnce() -> Result<u64, Error>,
    ) -> Result<(), Error> {
        match self.quotas.of(instance.edition).limit(quota) {
            Some(limit) if used()? >= limit => Err(Error::QuotaExceeded {
                instance: instance.id.clone(),
                edition: instance.edition,
                quota,
                limit,
            }),
            _ => Ok(()),
        }
    }
}
