use wharf_db::{Page, Transaction, instances, resource_tags};
use wharf_model::{
    InstanceId, InstanceStatus, Uin,
    policy::{Coverage, ResourcePath},
};

use super::{cut, owned_instance};
use crate::{Core, Error, Instance, Operator, permissions::Permissions};

/// Which of an account's instances a listing shows: those that pass every condition. A condition is a list of values,
/// of which one is enough.
#[derive(Clone, Debug, Default)]
pub struct InstanceFilter {
    /// Only this region's.
    pub region: Option<String>,
    /// Parts of names, whatever the case.
    pub names: Vec<Vec<String>>,
    /// States.
    pub statuses: Vec<Vec<InstanceStatus>>,
    /// Cloud tags: a key, and the value where one is given.
    pub tags: Vec<Vec<(String, Option<String>)>>,
}

/// Instances of a listing, each with its cloud tags.
#[derive(Clone, Debug)]
pub struct Instances {
    /// How many there are in all.
    pub total: u64,
    /// Those of the page.
    pub page: Vec<(Instance, Vec<(String, String)>)>,
}

impl InstanceFilter {
    /// Whether it asks for nothing but a region.
    fn is_wide(&self) -> bool {
        self.names.is_empty() && self.statuses.is_empty() && self.tags.is_empty()
    }

    fn passes(&self, tx: &Transaction<'_>, instance: &Instance) -> Result<bool, Error> {
        let label = instance.name.label();
        let named = |names: &Vec<String>| names.iter().any(|name| label.contains(&name.to_lowercase()));
        let stands = |statuses: &Vec<InstanceStatus>| statuses.contains(&instance.status);
        let is_meant = self.names.iter().all(named) && self.statuses.iter().all(stands);
        if !is_meant || self.tags.is_empty() {
            return Ok(is_meant);
        }
        let tags = resource_tags::list(tx, &resource_tags::instance(&instance.id))?;
        let carried = |(key, value): &(String, Option<String>)| {
            tags.iter().any(|tag| tag.0 == *key && value.as_ref().is_none_or(|value| tag.1 == *value))
        };
        Ok(self.tags.iter().all(|wanted| wanted.iter().any(carried)))
    }
}

impl Core {
    /// An account's instances that pass `filter`, newest first: those that the operator may see. Where the filter asks
    /// for more than a region, or the operator may see some only, all of the account's are read, which are bounded.
    ///
    /// # Errors
    /// When the operator may see none, whatever there is.
    pub async fn list_instances(
        &self,
        operator: Operator,
        filter: InstanceFilter,
        page: Page,
    ) -> Result<Instances, Error> {
        self.read(move |tx| {
            let permissions = operator.permissions(tx)?;
            let region = filter.region.as_deref();
            let any = operator.resource(region.unwrap_or(operator.region.name), ResourcePath::AnyInstance);
            let coverage =
                permissions.coverage(&operator.asked(), &any, "instance/", filter.region.is_none());
            let (total, page) = match coverage {
                Coverage::Nothing => return Err(operator.refused(&any)),
                Coverage::All if filter.is_wide() => {
                    let total = instances::count(tx, operator.owner, region)?;
                    (total, instances::list(tx, operator.owner, region, page)?)
                }
                coverage => {
                    let mut seen = passing(tx, operator.owner, &filter)?;
                    if coverage == Coverage::Some {
                        seen.retain(|instance| may_see(&operator, &permissions, instance));
                    }
                    (seen.len() as u64, cut(seen, page))
                }
            };
            let page = page.into_iter().map(|instance| with_tags(tx, instance)).collect::<Result<_, _>>()?;
            Ok(Instances { total, page })
        })
        .await
    }

    /// Those of an account's instances that have one of these ids and pass `filter`, in the order of the ids, each with
    /// its cloud tags. An id that is there twice counts once.
    ///
    /// # Errors
    /// When the operator may not see one of them.
    pub async fn find_instances(
        &self,
        operator: Operator,
        ids: Vec<InstanceId>,
        filter: InstanceFilter,
        page: Page,
    ) -> Result<Instances, Error> {
        self.read(move |tx| {
            let mut found: Vec<Instance> = Vec::new();
            for id in &ids {
                match owned_instance(tx, &operator, id, ResourcePath::Instance(id)) {
                    Ok(instance) if found.iter().any(|other| other.id == instance.id) => {}
                    Ok(instance) if filter.passes(tx, &instance)? => found.push(instance),
                    Ok(_) | Err(Error::InstanceNotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            let total = found.len() as u64;
            let page = cut(found, page).into_iter();
            let page = page.map(|instance| with_tags(tx, instance)).collect::<Result<_, _>>()?;
            Ok(Instances { total, page })
        })
        .await
    }

    /// The account's instance of that id, whatever its state; none where the account has no such instance.
    ///
    /// # Errors
    /// When the operator may not see it.
    pub async fn check_instance(
        &self,
        operator: Operator,
        id: InstanceId,
    ) -> Result<Option<Instance>, Error> {
        self.read(move |tx| match owned_instance(tx, &operator, &id, ResourcePath::Instance(&id)) {
            Ok(instance) => Ok(Some(instance)),
            Err(Error::InstanceNotFound(_)) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }
}

/// All of an account's instances that pass, newest first.
fn passing(tx: &Transaction<'_>, owner: Uin, filter: &InstanceFilter) -> Result<Vec<Instance>, Error> {
    let all = instances::list(tx, owner, filter.region.as_deref(), Page::ALL)?;
    let mut passing = Vec::new();
    for instance in all {
        if filter.passes(tx, &instance)? {
            passing.push(instance);
        }
    }
    Ok(passing)
}

fn may_see(operator: &Operator, permissions: &Permissions, instance: &Instance) -> bool {
    let resource = operator.resource(&instance.region, ResourcePath::Instance(&instance.id));
    permissions.allows(&operator.asked(), &resource)
}

fn with_tags(tx: &Transaction<'_>, instance: Instance) -> Result<(Instance, Vec<(String, String)>), Error> {
    let tags = resource_tags::list(tx, &resource_tags::instance(&instance.id))?;
    Ok((instance, tags))
}
