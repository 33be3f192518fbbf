//! Repositories of a namespace.

use serde::Serialize;
use wharf_cloudapi::{Action, Call, input};
use wharf_core::{Error, NewRepository, Repository, Sort};
use wharf_model::{NamespaceName, RepositoryName, RepositoryPath};

use crate::{
    instance::{Done, instance_id},
    paging,
};

/// Repositories on a page at most.
const LARGEST_PAGE: u64 = 100;

input! {
    /// Makes an empty repository.
    pub struct CreateRepository {
        /// In which instance.
        registry_id: String = "RegistryId",
        /// In which namespace.
        namespace_name: String = "NamespaceName",
        /// Its name inside the namespace.
        repository_name: String = "RepositoryName",
        /// One line about it.
        brief_description: Option<String> = "BriefDescription",
        /// More about it.
        description: Option<String> = "Description",
    }
}

impl Action for CreateRepository {
    const NAME: &'static str = "CreateRepository";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let new = NewRepository {
            name: repository_name(&self.namespace_name, &self.repository_name)?,
            brief_description: self.brief_description.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
        };
        call.core.create_repository(call.operator, instance_id(&self.registry_id)?, new).await?;
        Ok(Done {})
    }
}

input! {
    /// Lists repositories.
    pub struct DescribeRepositories {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Only this namespace's.
        namespace_name: Option<String> = "NamespaceName",
        /// Only those whose name inside the namespace holds this.
        repository_name: Option<String> = "RepositoryName",
        /// The page's number.
        offset: Option<i64> = "Offset",
        /// Repositories on a page.
        limit: Option<i64> = "Limit",
        /// `name`, `creation_time` or `update_time`, with `-` before it for the other way round.
        sort_by: Option<String> = "SortBy",
    }
}

/// What [`DescribeRepositories`] answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeRepositoriesOutput {
    repository_list: Vec<TcrRepositoryInfo>,
    total_count: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TcrRepositoryInfo {
    name: String,
    namespace: String,
    creation_time: String,
    public: bool,
    description: String,
    brief_description: String,
    update_time: String,
}

impl Action for DescribeRepositories {
    const NAME: &'static str = "DescribeRepositories";
    type Output = DescribeRepositoriesOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = paging::pages(self.offset, self.limit, LARGEST_PAGE)?;
        let sort = sort(self.sort_by.as_deref().unwrap_or_default())?;
        let namespace = self.namespace_name.filter(|name| !name.is_empty());
        let namespace: Option<NamespaceName> = namespace.map(|name| name.parse()).transpose()?;
        let path = self.repository_name.filter(|name| !name.is_empty());
        let instance = instance_id(&self.registry_id)?;
        let found = call.core.list_repositories(call.operator, instance, namespace, path, sort, page).await?;
        let repository_list = found.page.into_iter().map(info).collect();
        Ok(DescribeRepositoriesOutput { repository_list, total_count: found.total })
    }
}

fn sort(field: &str) -> Result<Sort, Error> {
    match field {
        "" | "name" => Ok(Sort::Name),
        "-name" => Ok(Sort::NameDescending),
        "creation_time" => Ok(Sort::Created),
        "-creation_time" => Ok(Sort::CreatedDescending),
        "update_time" => Ok(Sort::Updated),
        "-update_time" => Ok(Sort::UpdatedDescending),
        _ => {
            let rule = "it is name, creation_time or update_time, with `-` before it for the other way round";
            Err(Error::InvalidValue { name: "SortBy", rule: rule.to_owned() })
        }
    }
}

fn info(repository: Repository) -> TcrRepositoryInfo {
    TcrRepositoryInfo {
        name: repository.name.to_string(),
        namespace: repository.name.namespace.to_string(),
        creation_time: repository.created_at.to_utc_words(),
        public: repository.public,
        description: repository.description,
        brief_description: repository.brief_description,
        update_time: repository.updated_at.to_utc_words(),
    }
}

input! {
    /// Removes a repository with its images.
    pub struct DeleteRepository {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// In which namespace.
        namespace_name: String = "NamespaceName",
        /// Its name inside the namespace.
        repository_name: String = "RepositoryName",
        /// `false` refuses while images are in it; without it, or `true`, they go too.
        force_delete: Option<bool> = "ForceDelete",
    }
}

impl Action for DeleteRepository {
    const NAME: &'static str = "DeleteRepository";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let name = repository_name(&self.namespace_name, &self.repository_name)?;
        let only_empty = self.force_delete == Some(false);
        call.core.delete_repository(call.operator, instance_id(&self.registry_id)?, name, only_empty).await?;
        Ok(Done {})
    }
}

/// The whole name of a repository in a namespace.
pub(crate) fn repository_name(namespace: &str, repository: &str) -> Result<RepositoryName, Error> {
    let namespace: NamespaceName = namespace.parse()?;
    let path: RepositoryPath = repository.parse()?;
    Ok(format!("{namespace}/{path}").parse()?)
}
