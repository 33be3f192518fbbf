//! Repositories of a namespace.

use wharf_cloudapi::{Action, Call, choice, input, output};
use wharf_core::{Error, NewRepository, Repository, RepositoryWords, Sort};
use wharf_model::{NamespaceName, RepositoryName, RepositoryPath};

use crate::{
    instance::{Done, instance_id},
    paging,
};

/// Repositories on a page at most.
const LARGEST_PAGE: u64 = 100;

input! {
    /// Makes an empty repository. A push makes one too.
    pub struct CreateRepository {
        /// In which instance.
        registry_id: String = "RegistryId",
        /// In which namespace.
        namespace_name: String = "NamespaceName",
        /// Its name inside the namespace. A push may make names that are shorter or longer.
        repository_name: String = "RepositoryName" in 3..=244,
        /// One line about it.
        brief_description: Option<String> = "BriefDescription" in ..=1_000,
        /// More about it.
        description: Option<String> = "Description" in ..=10_000,
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
    /// Replaces both descriptions of a repository; an empty text takes one away.
    pub struct ModifyRepository {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// In which namespace.
        namespace_name: String = "NamespaceName",
        /// Its name inside the namespace.
        repository_name: String = "RepositoryName",
        /// One line about it. An empty one takes the line away.
        brief_description: String = "BriefDescription" in ..=1_000,
        /// More about it. An empty one takes the text away.
        description: String = "Description" in ..=10_000,
    }
}

impl Action for ModifyRepository {
    const NAME: &'static str = "ModifyRepository";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let name = repository_name(&self.namespace_name, &self.repository_name)?;
        let words =
            RepositoryWords { brief_description: self.brief_description, description: self.description };
        call.core.modify_repository(call.operator, instance_id(&self.registry_id)?, name, words).await?;
        Ok(Done {})
    }
}

choice! {
    /// What a listing is sorted by, with `-` before it for the other way round.
    pub struct SortBy(Sort): String {
        "name" => Sort::Name,
        "-name" => Sort::NameDescending,
        "creation_time" => Sort::Created,
        "-creation_time" => Sort::CreatedDescending,
        "update_time" => Sort::Updated,
        "-update_time" => Sort::UpdatedDescending,
    }
}

input! {
    /// Lists repositories, by part of the name, in the order asked for. A page has 100 at most.
    pub struct DescribeRepositories {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Only this namespace's.
        namespace_name: Option<String> = "NamespaceName",
        /// Only those whose name inside the namespace holds this.
        repository_name: Option<String> = "RepositoryName",
        /// The page's number.
        offset: Option<i64> = "Offset" in 0..,
        /// Repositories on a page.
        limit: Option<i64> = "Limit" in 1..,
        /// `name`, `creation_time` or `update_time`, with `-` before it for the other way round.
        sort_by: Option<SortBy> = "SortBy",
    }
}

output! {
    /// What [`DescribeRepositories`] answers.
    pub struct DescribeRepositoriesOutput {
        repository_list: Vec<TcrRepositoryInfo> = "RepositoryList",
        total_count: u64 = "TotalCount",
    }

    /// A repository.
    pub struct TcrRepositoryInfo {
        name: String = "Name",
        namespace: String = "Namespace",
        creation_time: String = "CreationTime",
        public: bool = "Public",
        description: String = "Description",
        brief_description: String = "BriefDescription",
        update_time: String = "UpdateTime",
    }
}

impl Action for DescribeRepositories {
    const NAME: &'static str = "DescribeRepositories";
    type Output = DescribeRepositoriesOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = paging::pages(self.offset, self.limit, LARGEST_PAGE);
        let sort = self.sort_by.map_or(Sort::Name, |SortBy(sort)| sort);
        let namespace = self.namespace_name.filter(|name| !name.is_empty());
        let namespace: Option<NamespaceName> = namespace.map(|name| name.parse()).transpose()?;
        let path = self.repository_name.filter(|name| !name.is_empty());
        let instance = instance_id(&self.registry_id)?;
        let found = call.core.list_repositories(call.operator, instance, namespace, path, sort, page).await?;
        let repository_list = found.page.into_iter().map(info).collect();
        Ok(DescribeRepositoriesOutput { repository_list, total_count: found.total })
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
    /// Removes a repository with its images, or, where `ForceDelete` is false, only one in which none are
    /// left.
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
