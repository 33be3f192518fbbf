use std::collections::HashMap;

use wharf_db::{Page, Transaction, instances, repositories};
use wharf_model::{
    InstanceId, NamespaceName, RepositoryName,
    policy::{Coverage, ResourcePath},
};

use crate::{
    Caller, Core, Error, Operator, Repository, Sort,
    access::{Reach, is_public, is_valid, reach},
    instances::{Listing, cut, listing, running_instance},
    namespaces::find_namespace,
};

/// Names of repositories that are looked through in one go.
const NAMES: u64 = 1_000;

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
    /// When there is no such running instance or namespace, the operator may not, or the name is in use.
    pub async fn create_repository(
        &self,
        operator: Operator,
        instance: InstanceId,
        new: NewRepository,
    ) -> Result<(), Error> {
        let now = Self::now();
        self.write(move |tx| {
            running_instance(tx, &operator, &instance, ResourcePath::Repository(&instance, &new.name))?;
            let namespace = find_namespace(tx, &instance, &new.name.namespace)?;
            let row = repositories::NewRepository {
                instance: &instance,
                namespace_id: namespace.id,
                name: &new.name,
                brief_description: &new.brief_description,
                description: &new.description,
                now,
            };
            let id = repositories::insert(tx, &row)?;
            id.map(drop).ok_or_else(|| Error::RepositoryExists(new.name.clone()))
        })
        .await
    }

    /// An instance's repositories, or a namespace's, whose path holds `path`: those that the operator may see. For one
    /// who may see some only, all of the instance or the namespace are read.
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
        self.read(move |tx| {
            let below = namespace.as_ref();
            let below = below
                .map_or(ResourcePath::Below(&instance), |name| ResourcePath::BelowNamespace(&instance, name));
            let listing = listing(tx, &operator, &instance, below)?;
            let namespace = namespace.as_ref().map(|name| find_namespace(tx, &instance, name)).transpose()?;
            let namespace_id = namespace.map(|namespace| namespace.id);
            let filter = repositories::Filter { namespace_id, path: path.clone() };
            if let Listing::Whole = listing {
                let total = repositories::count(tx, &instance, &filter)?;
                return Ok(Repositories {
                    total,
                    page: repositories::list(tx, &instance, &filter, sort, page)?,
                });
            }
            let mut seen = repositories::list(tx, &instance, &filter, sort, Page::ALL)?;
            seen.retain(|one| listing.shows(&operator, ResourcePath::Repository(&instance, &one.name)));
            Ok(Repositories { total: seen.len() as u64, page: cut(seen, page) })
        })
        .await
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

/// The number of the repository that a push goes to, which is made when only its namespace is there.
pub(crate) fn pushed_repository(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    name: &RepositoryName,
) -> Result<i64, Error> {
    if let Some(repository) = repositories::find(tx, instance, name)? {
        return Ok(repository.id);
    }
    let namespace = find_namespace(tx, instance, &name.namespace)?;
    let row = repositories::NewRepository {
        instance,
        namespace_id: namespace.id,
        name,
        brief_description: "",
        description: "",
        now: Core::now(),
    };
    repositories::insert(tx, &row)?.ok_or_else(|| Error::RepositoryExists(name.clone()))
}
