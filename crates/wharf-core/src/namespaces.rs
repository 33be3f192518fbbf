use std::sync::Arc;

use wharf_db::{Page, Transaction, namespaces, resource_tags};
use wharf_model::{InstanceId, NamespaceName, Quota, Severity, policy::ResourcePath};

use crate::{
    Core, Error, Namespace, Operator,
    instances::{Listing, cut, listing, running_instance},
    resource_tags::check_tags,
};

pub use wharf_db::namespaces::{Changes as NamespaceChanges, Filter as NamespaceFilter};

/// A namespace to be made (`CreateNamespace`).
#[derive(Clone, Debug)]
pub struct NewNamespace {
    /// Its name.
    pub name: NamespaceName,
    /// Whether anybody may pull.
    pub public: bool,
    /// Whether a push starts a scan.
    pub auto_scan: bool,
    /// Whether vulnerable images are held back.
    pub prevent_vul: bool,
    /// From which severity on they are.
    pub severity: Option<Severity>,
    /// Vulnerabilities that do not count, by CVE number.
    pub cve_allowlist: Vec<String>,
    /// Its cloud tags.
    pub tags: Vec<(String, String)>,
}

/// Namespaces of a listing, each with its cloud tags.
#[derive(Clone, Debug)]
pub struct Namespaces {
    /// How many there are in all.
    pub total: u64,
    /// Those of the page.
    pub page: Vec<(Namespace, Vec<(String, String)>)>,
}

impl Core {
    /// Makes a namespace.
    ///
    /// # Errors
    /// When the account has no such running instance, the operator may not, the name is in use, or the instance's
    /// edition allows no more namespaces.
    pub async fn create_namespace(
        &self,
        operator: Operator,
        instance: InstanceId,
        new: NewNamespace,
    ) -> Result<(), Error> {
        check_tags(&new.tags, self.limits.tags_per_resource)?;
        let namespace = Namespace {
            id: 0,
            name: new.name,
            public: new.public,
            auto_scan: new.auto_scan,
            prevent_vul: new.prevent_vul,
            severity: new.severity,
            cve_allowlist: new.cve_allowlist,
            repository_count: 0,
            created_at: Self::now(),
        };
        let limits = Arc::clone(&self.limits);
        self.write(move |tx| {
            let path = ResourcePath::Namespace(&instance, &namespace.name);
            let found = running_instance(tx, &operator, &instance, path)?;
            if !namespaces::insert(tx, &instance, &namespace)? {
                return Err(Error::NamespaceExists(namespace.name.clone()));
            }
            limits.check_quota(&found, Quota::Namespaces, found.namespace_count)?;
            wharf_db::instances::add_to_counts(tx, &instance, 1, 0)?;
            let resource = resource_tags::namespace(&instance, &namespace.name);
            Ok(resource_tags::replace(tx, &resource, &new.tags)?)
        })
        .await
    }

    /// An instance's namespaces that pass `filter`, by name: those that the operator may see. For one who may see some
    /// only, all that pass are read.
    ///
    /// # Errors
    /// When the account has no such running instance, or the operator may see nothing there.
    pub async fn list_namespaces(
        &self,
        operator: Operator,
        instance: InstanceId,
        filter: NamespaceFilter,
        page: Page,
    ) -> Result<Namespaces, Error> {
        self.read(move |tx| {
            let listing = listing(tx, &operator, &instance, ResourcePath::Below(&instance))?;
            let (total, page) = match listing {
                Listing::Whole => {
                    let total = namespaces::count(tx, &instance, &filter)?;
                    (total, namespaces::list(tx, &instance, &filter, page)?)
                }
                Listing::Only(..) => {
                    let mut seen = namespaces::list(tx, &instance, &filter, Page::ALL)?;
                    seen.retain(|one| {
                        listing.shows(&operator, ResourcePath::Namespace(&instance, &one.name))
                    });
                    (seen.len() as u64, cut(seen, page))
                }
            };
            let page = page.into_iter();
            let page = page.map(|namespace| with_tags(tx, &instance, namespace)).collect::<Result<_, _>>()?;
            Ok(Namespaces { total, page })
        })
        .await
    }

    /// Changes a namespace, and puts `tags` in the place of its cloud tags where they are given. One that is made private
    /// is closed at every process when this returns.
    ///
    /// # Errors
    /// When the account has no such running instance, the operator may not, there is no such namespace, or a tag breaks
    /// a rule.
    pub async fn modify_namespace(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: NamespaceName,
        changes: NamespaceChanges,
        tags: Option<Vec<(String, String)>>,
    ) -> Result<(), Error> {
        check_tags(tags.as_deref().unwrap_or_default(), self.limits.tags_per_resource)?;
        let closes = changes.public == Some(false);
        self.write(move |tx| {
            running_instance(tx, &operator, &instance, ResourcePath::Namespace(&instance, &name))?;
            namespaces::change(tx, find_namespace(tx, &instance, &name)?.id, &changes)?;
            if let Some(tags) = &tags {
                resource_tags::replace(tx, &resource_tags::namespace(&instance, &name), tags)?;
            }
            Ok(())
        })
        .await?;
        if closes {
            self.taken_back().await;
        }
        Ok(())
    }

    /// Removes an empty namespace.
    ///
    /// # Errors
    /// When the operator may not, there is none of that name, or repositories are left in it.
    pub async fn delete_namespace(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: NamespaceName,
    ) -> Result<(), Error> {
        self.write(move |tx| {
            running_instance(tx, &operator, &instance, ResourcePath::Namespace(&instance, &name))?;
            let namespace = find_namespace(tx, &instance, &name)?;
            if namespace.repository_count > 0 {
                return Err(Error::NamespaceNotEmpty {
                    name: namespace.name,
                    repositories: namespace.repository_count,
                });
            }
            namespaces::delete(tx, namespace.id)?;
            resource_tags::replace(tx, &resource_tags::namespace(&instance, &name), &[])?;
            Ok(wharf_db::instances::add_to_counts(tx, &instance, -1, 0)?)
        })
        .await
    }
}

pub(crate) fn find_namespace(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    name: &NamespaceName,
) -> Result<Namespace, Error> {
    namespaces::find(tx, instance, name)?.ok_or_else(|| Error::NamespaceNotFound(name.clone()))
}

fn with_tags(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    namespace: Namespace,
) -> Result<(Namespace, Vec<(String, String)>), Error> {
    let tags = resource_tags::list(tx, &resource_tags::namespace(instance, &namespace.name))?;
    Ok((namespace, tags))
}
