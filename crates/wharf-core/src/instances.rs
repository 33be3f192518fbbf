mod changes;
mod listing;
mod periods;

use std::time::Duration;

use wharf_db::{Page, Transaction, instance_moves, instances, jobs, resource_tags};
use wharf_model::{
    ChargeType, Completeness, Edition, InstanceId, InstanceName, InstanceStatus, Region, RenewFlag,
    StorageName,
    policy::{Coverage, ResourcePath},
};

use crate::{
    Core, Error, Instance, Operator, audit,
    permissions::Permissions,
    queue::{EventKind, JobKind, emit},
    random,
    resource_tags::check_tags,
};

pub use changes::InstanceChanges;
pub use listing::{InstanceFilter, Instances};
pub use periods::{PeriodsSettled, Renewal};

/// Repositories, or blobs, that go in one transaction when an instance is removed.
const REMOVE_BATCH: u64 = 100;
/// The wait for a worker that moves the content of an instance that is to be removed: it looks every second.
const MOVER_STOPS: Duration = Duration::from_secs(1);

/// An instance to be made (`CreateInstance`).
#[derive(Clone, Debug)]
pub struct NewInstance {
    /// Its name.
    pub name: String,
    /// Its edition.
    pub edition: Edition,
    /// The region it lies in.
    pub region: &'static Region,
    /// How it is paid; a prepaid one has a period in months.
    pub prepaid: Option<(i64, RenewFlag)>,
    /// Whether `DeleteInstance` is refused.
    pub deletion_protection: bool,
    /// Whether content that is deleted is kept for a while.
    pub versioning: bool,
    /// Its cloud tags.
    pub tags: Vec<(String, String)>,
}

/// What is to be said of a name for a new instance (`CheckInstanceName`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameCheck {
    /// It may be used.
    Free,
    /// It breaks the rules of names.
    Illegal,
    /// It is the registry's own.
    Reserved,
    /// An instance has it.
    Taken,
}

impl Core {
    /// Says whether a new instance may have this name.
    ///
    /// # Errors
    /// When the operator may not ask.
    pub async fn check_instance_name(&self, operator: Operator, name: &str) -> Result<NameCheck, Error> {
        self.check_operator(operator).await?;
        let Ok(name) = name.parse::<InstanceName>() else { return Ok(NameCheck::Illegal) };
        if name.is_reserved() {
            return Ok(NameCheck::Reserved);
        }
        let taken = self.read(move |tx| Ok(instances::find_by_label(tx, &name.label())?.is_some())).await?;
        Ok(if taken { NameCheck::Taken } else { NameCheck::Free })
    }

    /// Asks for an instance; the worker takes it from Pending to Running.
    ///
    /// # Errors
    /// When the operator may not, the name is illegal, reserved or taken, a value breaks a rule, or the account has as
    /// many instances as it may.
    pub async fn create_instance(&self, operator: Operator, new: NewInstance) -> Result<InstanceId, Error> {
        let name: InstanceName = new.name.parse().map_err(Error::InstanceNameIllegal)?;
        if name.is_reserved() {
            return Err(Error::InstanceNameReserved(name));
        }
        check_tags(&new.tags, self.limits.tags_per_resource)?;
        let now = Self::now();
        let instance = Instance {
            id: random::instance_id()?.parse()?,
            uin: operator.owner,
            name,
            edition: new.edition,
            region: new.region.name.to_owned(),
            status: InstanceStatus::Pending,
            charge_type: if new.prepaid.is_some() { ChargeType::PrePaid } else { ChargeType::PostPaid },
            renew_flag: new.prepaid.map_or(RenewFlag::Manual, |(_, flag)| flag),
            expires_at: new.prepaid.map(|(months, _)| now.plus_months(months)),
            paid_from: new.prepaid.map(|_| now),
            period_months: new.prepaid.map_or(1, |(months, _)| months),
            isolated_at: None,
            deletion_protection: new.deletion_protection,
            delete_bucket: false,
            versioning: new.versioning,
            completeness: Completeness::default(),
            namespace_count: 0,
            repository_count: 0,
            created_at: now,
            storage: StorageName::default(),
        };
        let (id, limit) = (instance.id.clone(), self.limits.instances_per_account);
        audit::name_resource(id.as_str());
        self.write(move |tx| {
            operator.check(tx, &instance.region, ResourcePath::AnyInstance)?;
            if instances::count(tx, instance.uin, None)? >= limit {
                return Err(Error::TooManyInstances { uin: instance.uin, limit });
            }
            if !instances::insert(tx, &instance)? {
                return Err(Error::InstanceNameTaken(instance.name.clone()));
            }
            resource_tags::replace(tx, &resource_tags::instance(&instance.id), &new.tags)?;
            emit(tx, EventKind::InstanceCreated, instance.id.as_str())
        })
        .await?;
        self.work.notify_one();
        Ok(id)
    }

    /// Takes an instance down: it refuses everything from now on, and the worker removes it. Its bytes go with it when
    /// `delete_bucket` says so; else they stay in the content store, for whoever looks after that.
    ///
    /// # Errors
    /// When the account has no such instance, the operator may not, it is protected, or it is not made yet.
    pub async fn delete_instance(
        &self,
        operator: Operator,
        id: InstanceId,
        delete_bucket: bool,
        dry_run: bool,
    ) -> Result<(), Error> {
        self.write(move |tx| {
            let instance = owned_instance(tx, &operator, &id, ResourcePath::Instance(&id))?;
            check_readable(&instance)?;
            if instance.deletion_protection {
                return Err(Error::DeletionProtected(id.clone()));
            }
            if !dry_run {
                instances::set_deleting(tx, &id, delete_bucket)?;
                emit(tx, EventKind::InstanceDeleting, id.as_str())?;
            }
            Ok(())
        })
        .await?;
        self.work.notify_one();
        Ok(())
    }

    /// Sets what of a manifest's content an instance wants to be there before the manifest.
    ///
    /// # Errors
    /// When there is no such instance.
    pub async fn set_completeness(&self, id: InstanceId, completeness: Completeness) -> Result<(), Error> {
        self.write(move |tx| match instances::set_completeness(tx, &id, completeness)? {
            true => Ok(()),
            false => Err(Error::InstanceNotFound(id.to_string())),
        })
        .await
    }

    /// Takes a new instance from Pending to Running; a repeated call goes on where the last one stopped.
    ///
    /// # Errors
    /// When a store fails.
    pub async fn deploy_instance(&self, id: InstanceId) -> Result<(), Error> {
        self.move_instance(id.clone(), InstanceStatus::Pending, InstanceStatus::Deploying).await?;
        self.content.named(&StorageName::default())?.current.create_bucket(&id).await?;
        self.move_instance(id, InstanceStatus::Deploying, InstanceStatus::Running).await
    }

    /// Removes a deleted instance's content where that is to go, from all stores that it lies in, then its rows; a
    /// repeated call goes on where the last one stopped. Says after which wait it is to be called again, while a worker
    /// still moves the content.
    ///
    /// # Errors
    /// When a store fails, or is not known here.
    pub async fn remove_instance(&self, id: InstanceId) -> Result<Option<Duration>, Error> {
        let (instance, now) = (id.clone(), Self::now());
        let mover = JobKind::MoveInstanceStorage.name();
        let found = self.read(move |tx| {
            let Some(found) = instances::find(tx, &instance)? else { return Ok(None) };
            let sources = instance_moves::find(tx, &instance)?.map(|moving| moving.sources);
            let is_moved = sources.is_some() && jobs::is_held(tx, mover, instance.as_str(), now)?;
            Ok(Some((found, sources.unwrap_or_default(), is_moved)))
        });
        let Some((instance, mut stores, is_moved)) = found.await? else { return Ok(None) };
        if instance.status != InstanceStatus::Deleting {
            return Ok(None);
        }
        if is_moved {
            return Ok(Some(MOVER_STOPS));
        }
        if instance.delete_bucket {
            stores.push(instance.storage);
            for storage in &stores {
                self.content.holding(&id, storage)?.delete_bucket(&id).await?;
            }
        }
        loop {
            let id = id.clone();
            if !self.write(move |tx| Ok(instances::delete_some(tx, &id, REMOVE_BATCH)?)).await? {
                return Ok(None);
            }
        }
    }

    async fn move_instance(
        &self,
        id: InstanceId,
        from: InstanceStatus,
        to: InstanceStatus,
    ) -> Result<(), Error> {
        self.write(move |tx| Ok(instances::set_status(tx, &id, from, to).map(drop)?)).await
    }
}

/// The instance, when the operator's account owns it and the operator may do what it wants to a resource in it. An
/// instance of somebody else is as good as none.
pub(crate) fn owned_instance(
    tx: &Transaction<'_>,
    operator: &Operator,
    id: &InstanceId,
    path: ResourcePath<'_>,
) -> Result<Instance, Error> {
    let instance = instance_of_account(tx, operator, id)?;
    operator.check(tx, &instance.region, path)?;
    Ok(instance)
}

/// As [`owned_instance`], when the instance is in use.
pub(crate) fn running_instance(
    tx: &Transaction<'_>,
    operator: &Operator,
    id: &InstanceId,
    path: ResourcePath<'_>,
) -> Result<Instance, Error> {
    let instance = owned_instance(tx, operator, id, path)?;
    check_running(&instance)?;
    Ok(instance)
}

/// As [`owned_instance`], when what is in the instance may be looked at: it is in use, or Isolate.
pub(crate) fn readable_instance(
    tx: &Transaction<'_>,
    operator: &Operator,
    id: &InstanceId,
    path: ResourcePath<'_>,
) -> Result<Instance, Error> {
    let instance = owned_instance(tx, operator, id, path)?;
    check_readable(&instance)?;
    Ok(instance)
}

/// What of a readable instance the operator may list.
pub(crate) enum Listing {
    /// Everything.
    Whole,
    /// What these let it see, one by one.
    Only(Permissions, Box<Instance>),
}

/// What the operator may list of what lies below `path`, in a readable instance of its account.
///
/// # Errors
/// [`Error::Unauthorized`] when that is nothing, whatever there is.
pub(crate) fn listing(
    tx: &Transaction<'_>,
    operator: &Operator,
    id: &InstanceId,
    path: ResourcePath<'_>,
) -> Result<Listing, Error> {
    let instance = instance_of_account(tx, operator, id)?;
    let permissions = operator.permissions(tx)?;
    let all = operator.resource(&instance.region, path);
    let prefix = path.to_string();
    let coverage = permissions.coverage(&operator.asked(), &all, prefix.trim_end_matches('*'), false);
    if coverage == Coverage::Nothing {
        return Err(operator.refused(&all));
    }
    check_readable(&instance)?;
    Ok(if coverage == Coverage::All {
        Listing::Whole
    } else {
        Listing::Only(permissions, Box::new(instance))
    })
}

impl Listing {
    /// Whether a thing is to be seen.
    pub(crate) fn shows(&self, operator: &Operator, path: ResourcePath<'_>) -> bool {
        match self {
            Self::Whole => true,
            Self::Only(permissions, instance) => {
                permissions.allows(&operator.asked(), &operator.resource(&instance.region, path))
            }
        }
    }
}

/// A page of what was listed whole.
pub(crate) fn cut<T>(items: Vec<T>, page: Page) -> Vec<T> {
    let whole = |number| usize::try_from(number).unwrap_or(usize::MAX);
    items.into_iter().skip(whole(page.offset)).take(whole(page.limit)).collect()
}

fn instance_of_account(
    tx: &Transaction<'_>,
    operator: &Operator,
    id: &InstanceId,
) -> Result<Instance, Error> {
    let found = instances::find(tx, id)?.filter(|instance| instance.uin == operator.owner);
    found.ok_or_else(|| Error::InstanceNotFound(id.to_string()))
}

fn check_running(instance: &Instance) -> Result<(), Error> {
    if instance.status == InstanceStatus::Running { Ok(()) } else { Err(not_running(instance)) }
}

fn check_readable(instance: &Instance) -> Result<(), Error> {
    if instance.status.is_readable() { Ok(()) } else { Err(not_running(instance)) }
}

fn not_running(instance: &Instance) -> Error {
    Error::InstanceNotRunning { id: instance.id.clone(), status: instance.status }
}
