use std::{collections::HashMap, sync::Arc, time::Duration};

use wharf_db::{
    Page, Seek, Transaction, instances,
    repositories::{self, Revision, Scope},
};
use wharf_model::{
    InstanceId, NamespaceName, Quota, RepositoryName,
    policy::{Coverage, ResourcePath},
};

use crate::{
    Caller, Core, Error, Instance, Limits, Operator, Repository, Sort,
    access::{Reach, is_public, reach},
    bookmarks::{Left, seek},
    identity::is_valid,
    instances::{Listing, cut, listing, running_instance},
    namespaces::find_namespace,
};

/// Names of repositories that are looked through in one go.
const NAMES: u64 = 1_000;

/// By how much the times of two changes may differ from the order of their commits: processes have a clock each, and a
/// change may wait for others.
const DISORDER: Duration = Duration::from_secs(5);

/// A repository to be made (`CreateRepository`).
#[derive(Clone, Debug)]
pub struct NewRepository {
    /// Its whole name.
    pub name: RepositoryName,
    /// One line about it.
    pub brief_description: String,
    /// More about it.
    pub description: String,
}

/// What is said about a repository (`ModifyRepository`).
#[derive(Clone, Debug)]
pub struct RepositoryWords {
    /// One line about it.
    pub brief_description: String,
    /// More about it.
    pub description: String,
}

/// Repositories of a listing.
#[derive(Clone, Debug)]
pub struct Repositories {
    /// How many there are in all.
    pub total: u64,
    /// Those of the page.
    pub page: Vec<Repository>,
}

/// Repositories of one instance, by name.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The instance's name in lower case.
    pub instance: String,
    /// The repositories.
    pub names: Vec<RepositoryName>,
}

impl Core {
    /// Makes an empty repository.
    ///
    /// # Errors
    /// When there is no such running instance or namespace, the operator may not, the name is in use, or the instance's
    /// edition allows no more repositories.
    pub async fn create_repository(
        &self,
        operator: Operator,
        instance: InstanceId,
        new: NewRepository,
    ) -> Result<(), Error> {
        let (now, limits) = (Self::now(), Arc::clone(&self.limits));
        self.write(move |tx| {
            let path = ResourcePath::Repository(&instance, &new.name);
            let found = running_instance(tx, &operator, &instance, path)?;
            let namespace = find_namespace(tx, &instance, &new.name.namespace)?;
            let row = repositories::NewRepository {
                instance: &instance,
                namespace_id: namespace.id,
                name: &new.name,
                brief_description: &new.brief_description,
                description: &new.description,
                now,
            };
            add_repository(tx, &limits, &found, &row).map(drop)
        })
        .await
    }

    /// Replaces what is said about a repository (`ModifyRepository`).
    ///
    /// # Errors
    /// When there is no such running instance, namespace or repository, or the operator may not.
    pub async fn modify_repository(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: RepositoryName,
        words: RepositoryWords,
    ) -> Result<(), Error> {
        let now = Self::now();
        self.write(move |tx| {
            running_instance(tx, &operator, &instance, ResourcePath::Repository(&instance, &name))?;
            let repository = find_repository(tx, &instance, &name)?;
            let (brief, long) = (&words.brief_description, &words.description);
            Ok(repositories::describe(tx, repository.id, brief, long, now)?)
        })
        .await
    }

    /// An instance's repositories, or a namespace's, whose path holds `path`: those that the operator may see. For one
    /// who may see some only, all of the instance or the namespace are read. Without `path`, a page costs the same
    /// wherever it is for who pages on; one that is jumped to costs what lies between it and the nearest end or page
    /// seen before, in an index.
    ///
    /// # Errors
    /// When there is no such running instance or namespace, or the operator may see nothing there.
    pub async fn list_repositories(
        &self,
        operator: Operator,
        instance: InstanceId,
        namespace: Option<NamespaceName>,
        path: Option<String>,
        sort: Sort,
        page: Page,
    ) -> Result<Repositories, Error> {
        let asked = (instance.clone(), namespace.clone(), sort);
        let known = self.bookmarks.repositories.known(&asked);
        let (found, left) = self
            .read(move |tx| {
                let below = namespace.as_ref();
                let below = below.map_or(ResourcePath::Below(&instance), |name| {
                    ResourcePath::BelowNamespace(&instance, name)
                });
                let listing = listing(tx, &operator, &instance, below)?;
                let namespace =
                    namespace.as_ref().map(|name| find_namespace(tx, &instance, name)).transpose()?;
                let scope = namespace.map_or(Scope::Instance(&instance), |found| Scope::Namespace(found.id));
                if let Listing::Only(..) = listing {
                    let mut seen = match &path {
                        Some(part) => repositories::list_like(tx, scope, part, sort, Page::ALL)?,
                        None => repositories::list(tx, scope, sort, &Seek::from_ends(u64::MAX, Page::ALL))?,
                    };
                    seen.retain(|one| {
                        listing.shows(&operator, ResourcePath::Repository(&instance, &one.name))
                    });
                    let total = seen.len() as u64;
                    return Ok((Repositories { total, page: cut(seen, page) }, None));
                }
                if let Some(part) = &path {
                    let total = repositories::count_like(tx, scope, part)?;
                    let page = repositories::list_like(tx, scope, part, sort, page)?;
                    return Ok((Repositories { total, page }, None));
                }
                let revision = repositories::revision(tx, scope, sort)?;
                let total = revision.count;
                let seek = seek(known.as_deref(), &revision, total, page);
                let mut rows = repositories::list(tx, scope, sort, &seek)?;
                let marks = seek.cut(&mut rows, Repository::place);
                let left = if is_settled(&revision) { Left::of(revision, total, marks) } else { None };
                Ok((Repositories { total, page: rows }, left))
            })
            .await?;
        self.bookmarks.repositories.leave(asked, left);
        Ok(found)
    }

    /// Names of an instance's repositories after `last` in byte order, `limit` at most: those that the caller may pull.
    /// For a sub-account or service account that may pull some only, it grows with the repositories that are passed over.
    ///
    /// # Errors
    /// When the caller is nobody, or its account or token is disabled.
    pub async fn list_catalog(
        &self,
        caller: Caller,
        instance: Option<String>,
        last: Option<String>,
        limit: u64,
    ) -> Result<Catalog, Error> {
        self.read(move |tx| {
            let opened = caller.identity.instance().ok_or(Error::Unauthenticated)?;
            if !is_valid(tx, &caller.identity)? {
                return Err(Error::InvalidBearer);
            }
            let found = match &instance {
                Some(label) => instances::find_by_label(tx, label)?,
                None => instances::find(tx, opened)?,
            };
            let Some(found) = found else {
                return Ok(Catalog { instance: String::new(), names: Vec::new() });
            };
            let reach = reach(tx, &caller.identity, &found)?;
            let pulls = reach.pulls(&found, caller.address);
            let names = match &reach {
                Reach::Policies(_) | Reach::Service(_) if pulls != Coverage::All => {
                    let may_pull =
                        |name: &RepositoryName, public| reach.may_pull(&found, name, caller.address, public);
                    pulled_names(tx, &found.id, pulls == Coverage::Nothing, last.clone(), limit, may_pull)?
                }
                _ => {
                    let only_public = pulls == Coverage::Nothing;
                    repositories::list_names(tx, &found.id, only_public, last.as_deref(), limit)?
                }
            };
            Ok(Catalog { instance: found.name.label(), names })
        })
        .await
    }

    /// Removes a repository with its images.
    ///
    /// # Errors
    /// When the operator may not, there is none of that name, or images are in it and `only_empty` says that they are
    /// to stay.
    pub async fn delete_repository(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: RepositoryName,
        only_empty: bool,
    ) -> Result<(), Error> {
        self.write(move |tx| {
            running_instance(tx, &operator, &instance, ResourcePath::Repository(&instance, &name))?;
            let repository = find_repository(tx, &instance, &name)?;
            if only_empty && repository.tag_count > 0 {
                return Err(Error::RepositoryNotEmpty { name: repository.name, tags: repository.tag_count });
            }
            Ok(repositories::delete(tx, &instance, &repository)?)
        })
        .await
    }
}

/// Whether every change from now on will be seen by the time of the last one: none that is under way may come before.
fn is_settled(revision: &Revision) -> bool {
    revision.updated_at.is_none_or(|last| {
        let since = Core::now().microseconds().saturating_sub(last.microseconds());
        u64::try_from(since).is_ok_and(|since| Duration::from_micros(since) > DISORDER)
    })
}

/// Names of repositories after `last`, `limit` at most, of those for which `may_pull` says so, which is told whether
/// the namespace is public.
fn pulled_names(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    only_public: bool,
    mut last: Option<String>,
    limit: u64,
    may_pull: impl Fn(&RepositoryName, bool) -> bool,
) -> Result<Vec<RepositoryName>, Error> {
    let mut pulled = Vec::new();
    let mut public = HashMap::new();
    loop {
        let names = repositories::list_names(tx, instance, only_public, last.as_deref(), NAMES)?;
        let is_last = (names.len() as u64) < NAMES;
        last = names.last().map(RepositoryName::to_string);
        for name in names {
            let is_public = match public.get(&name.namespace) {
                Some(known) => *known,
                None => {
                    let found = is_public(tx, instance, &name.namespace)?;
                    public.insert(name.namespace.clone(), found);
                    found
                }
            };
            if may_pull(&name, is_public) {
                pulled.push(name);
                if pulled.len() as u64 >= limit {
                    return Ok(pulled);
                }
            }
        }
        if is_last {
            return Ok(pulled);
        }
    }
}

/// The repository, or an error that says which part of its name is unknown.
pub(crate) fn find_repository(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    name: &RepositoryName,
) -> Result<Repository, Error> {
    if let Some(repository) = repositories::find(tx, instance, name)? {
        return Ok(repository);
    }
    find_namespace(tx, instance, &name.namespace)?;
    Err(Error::RepositoryNotFound(name.clone()))
}

/// A repository that a push goes to.
#[derive(Clone, Copy)]
pub(crate) struct PushedRepository {
    /// The store's own number.
    pub(crate) id: i64,
    /// Tags in it.
    pub(crate) tag_count: u64,
}

/// The repository that a push goes to, which is made when only its namespace is there. `instance` was read in this
/// transaction.
pub(crate) fn pushed_repository(
    tx: &Transaction<'_>,
    limits: &Limits,
    instance: &Instance,
    name: &RepositoryName,
) -> Result<PushedRepository, Error> {
    if let Some(Repository { id, tag_count, .. }) = repositories::find(tx, &instance.id, name)? {
        return Ok(PushedRepository { id, tag_count });
    }
    let namespace = find_namespace(tx, &instance.id, &name.namespace)?;
    let row = repositories::NewRepository {
        instance: &instance.id,
        namespace_id: namespace.id,
        name,
        brief_description: "",
        description: "",
        now: Core::now(),
    };
    Ok(PushedRepository { id: add_repository(tx, limits, instance, &row)?, tag_count: 0 })
}

/// Fails when a push would have to make the repository and the instance's edition allows no more. It is looked for only
/// where the instance has as many as it may.
pub(crate) fn check_room(
    tx: &Transaction<'_>,
    limits: &Limits,
    instance: &Instance,
    name: &RepositoryName,
) -> Result<(), Error> {
    match limits.check_quota(instance, Quota::Repositories, instance.repository_count) {
        Err(error) if repositories::find(tx, &instance.id, name)?.is_none() => Err(error),
        _ => Ok(()),
    }
}

/// Makes a repository, whichever door asked for it. `instance` was read in this transaction.
fn add_repository(
    tx: &Transaction<'_>,
    limits: &Limits,
    instance: &Instance,
    row: &repositories::NewRepository<'_>,
) -> Result<i64, Error> {
    let id = repositories::insert(tx, row)?.ok_or_else(|| Error::RepositoryExists(row.name.clone()))?;
    limits.check_quota(instance, Quota::Repositories, instance.repository_count)?;
    Ok(id)
}
