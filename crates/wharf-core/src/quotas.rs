use wharf_db::{Transaction, instance_tokens, repositories, service_accounts};
use wharf_model::{Edition, Quota};

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

    /// Lets an instance have another edition, where that much is in use. What the new edition allows no less of than
    /// the old one is no reason to refuse, however much is there.
    ///
    /// # Errors
    /// [`Error::EditionTooSmall`] for the first thing of which more is there than the new edition allows.
    pub(crate) fn check_fits(
        &self,
        instance: &Instance,
        edition: Edition,
        in_use: &[(Quota, u64)],
    ) -> Result<(), Error> {
        for (quota, used) in in_use {
            let before = self.quotas.of(instance.edition).limit(*quota);
            match self.quotas.of(edition).limit(*quota) {
                Some(limit) if *used > limit && before.is_none_or(|before| limit < before) => {
                    return Err(Error::EditionTooSmall {
                        instance: instance.id.clone(),
                        edition,
                        quota: *quota,
                        used: *used,
                        limit,
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// How much of what an edition bounds an instance has; of tags, how many its repository with the most has, for which all
/// of its repositories are looked at.
pub(crate) fn in_use(tx: &Transaction<'_>, instance: &Instance) -> Result<[(Quota, u64); 5], Error> {
    Ok([
        (Quota::Namespaces, instance.namespace_count),
        (Quota::Repositories, instance.repository_count),
        (Quota::Tags, repositories::most_tags(tx, &instance.id)?),
        (Quota::ServiceAccounts, service_accounts::count(tx, &instance.id)?),
        (Quota::Tokens, instance_tokens::count(tx, &instance.id, None)?),
    ])
}
