use wharf_db::{manifests, repositories};
use wharf_model::{Actions, Digest};

use crate::{Caller, Core, Error, Referrer, Target, access::authorize};

/// Referrers in one answer at most.
const PAGE: usize = 500;
/// Bytes of annotations in one answer, about.
const PAGE_BYTES: usize = 1 << 20;

/// Which referrers of a manifest are asked for.
#[derive(Clone, Debug, Default)]
pub struct ReferrersFilter {
    /// Only artifacts of this type.
    pub artifact_type: Option<String>,
    /// Only those after this digest.
    pub last: Option<Digest>,
}

/// Referrers of a manifest, by digest.
#[derive(Clone, Debug)]
pub struct Referrers {
    /// Those of this answer.
    pub page: Vec<Referrer>,
    /// Whether there are more after them.
    pub more: bool,
}

impl Core {
    /// Manifests of the repository whose subject is `digest`, whether that is there or not.
    ///
    /// # Errors
    /// When the caller may not pull.
    pub async fn list_referrers(
        &self,
        caller: Caller,
        target: Target,
        digest: Digest,
        filter: ReferrersFilter,
    ) -> Result<Referrers, Error> {
        self.read(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PULL)?;
            let Some(repository) = repositories::find(tx, &instance.id, &target.repository)? else {
                return Ok(Referrers { page: Vec::new(), more: false });
            };
            let list = |last: Option<&Digest>, limit| {
                let artifact_type = filter.artifact_type.as_deref();
                manifests::list_referrers(tx, repository.id, &digest, artifact_type, last, limit, PAGE_BYTES)
            };
            let page = list(filter.last.as_ref(), PAGE)?;
            let more = match page.last() {
                Some(last) => !list(Some(&last.digest), 1)?.is_empty(),
                None => false,
            };
            Ok(Referrers { page, more })
        })
        .await
    }
}
