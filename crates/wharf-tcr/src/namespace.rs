//! Namespaces of an instance.

use serde::Serialize;
use wharf_cloudapi::{Action, Call, input};
use wharf_core::{Error, Namespace, NamespaceFilter, Namespaces, NewNamespace, Page};
use wharf_model::Severity;

use crate::{
    instance::{Done, instance_id},
    paging,
    tag_specification::{Filter, TagSpecification, key_and_value},
};

input! {
    /// A vulnerability that does not count.
    #[derive(Serialize)]
    pub struct CVEWhitelistItem {
        /// Its CVE number.
        #[serde(rename = "CVEID")]
        cve_id: Option<String> = "CVEID",
    }

    /// Makes a namespace.
    pub struct CreateNamespace {
        /// In which instance.
        registry_id: String = "RegistryId",
        /// Its name.
        namespace_name: String = "NamespaceName",
        /// Whether anybody may pull.
        is_public: bool = "IsPublic",
        /// Its cloud tags.
        tag_specification: Option<TagSpecification> = "TagSpecification",
        /// Whether a push starts a scan.
        is_auto_scan: Option<bool> = "IsAutoScan",
        /// Whether vulnerable images are held back.
        is_prevent_vul: Option<bool> = "IsPreventVUL",
        /// From which severity on: `low`, `medium` or `high`.
        severity: Option<String> = "Severity",
        /// Vulnerabilities that do not count.
        cve_whitelist_items: Option<Vec<CVEWhitelistItem>> = "CVEWhitelistItems",
    }
}

impl Action for CreateNamespace {
    const NAME: &'static str = "CreateNamespace";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let severity = self.severity.filter(|severity| !severity.is_empty());
        let allowed = self.cve_whitelist_items.unwrap_or_default().into_iter();
        let new = NewNamespace {
            name: self.namespace_name.parse()?,
            public: self.is_public,
            auto_scan: self.is_auto_scan.unwrap_or(false),
            prevent_vul: self.is_prevent_vul.unwrap_or(false),
            severity: severity.map(|severity| severity.parse()).transpose()?,
            cve_allowlist: allowed.filter_map(|item| item.cve_id).filter(|id| !id.is_empty()).collect(),
            tags: TagSpecification::read(self.tag_specification, "namespace")?,
        };
        call.core.create_namespace(call.operator, instance_id(&self.registry_id)?, new).await?;
        Ok(Done {})
    }
}

input! {
    /// Lists namespaces.
    pub struct DescribeNamespaces {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Only those whose name holds this.
        namespace_name: Option<String> = "NamespaceName",
        /// Namespaces on a page.
        limit: Option<i64> = "Limit",
        /// The page's number.
        offset: Option<i64> = "Offset",
        /// Whether all are shown, whatever the page.
        all: Option<bool> = "All",
        /// `Tags`: `key:value`.
        filters: Option<Vec<Filter>> = "Filters",
        /// Only those that sign images with a KMS key.
        kms_sign_policy: Option<bool> = "KmsSignPolicy",
    }
}

/// What [`DescribeNamespaces`] answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeNamespacesOutput {
    namespace_list: Vec<TcrNamespaceInfo>,
    total_count: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TcrNamespaceInfo {
    name: String,
    creation_time: String,
    public: bool,
    namespace_id: i64,
    tag_specification: TagSpecification,
    metadata: Vec<KeyValueString>,
    #[serde(rename = "CVEWhitelistItems")]
    cve_whitelist_items: Vec<CVEWhitelistItem>,
    auto_scan: bool,
    #[serde(rename = "PreventVUL")]
    prevent_vul: bool,
    severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeyValueString {
    key: &'static str,
    value: String,
}

/// Namespaces on a page at most; the reference names no limit, and Terraform's provider asks for 200.
const LARGEST_PAGE: u64 = 1000;

impl Action for DescribeNamespaces {
    const NAME: &'static str = "DescribeNamespaces";
    type Output = DescribeNamespacesOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = paging::pages(self.offset, self.limit, LARGEST_PAGE)?;
        let page = if self.all.unwrap_or(false) { Page::ALL } else { page };
        let mut wanted =
            NamespaceFilter { name: self.namespace_name.filter(|name| !name.is_empty()), tag: None };
        for filter in self.filters.unwrap_or_default() {
            match filter.name.as_str() {
                "Tags" => wanted.tag = Some(key_and_value(&filter.value()?)),
                _ => return Err(filter.unknown("Tags")),
            }
        }
        let mut found =
            call.core.list_namespaces(call.operator, instance_id(&self.registry_id)?, wanted, page).await?;
        if self.kms_sign_policy.unwrap_or(false) {
            // Signing policies have no actions yet, so no namespace has one.
            found = Namespaces { total: 0, page: Vec::new() };
        }
        let namespace_list = found.page.into_iter().map(|(namespace, tags)| info(namespace, tags)).collect();
        Ok(DescribeNamespacesOutput { namespace_list, total_count: found.total })
    }
}

fn info(namespace: Namespace, tags: Vec<(String, String)>) -> TcrNamespaceInfo {
    let severity = namespace.severity.map_or("", Severity::name);
    let metadata = [
        ("auto_scan", namespace.auto_scan.to_string()),
        ("prevent_vul", namespace.prevent_vul.to_string()),
        ("public", namespace.public.to_string()),
        ("severity", severity.to_owned()),
    ];
    let allowed = namespace.cve_allowlist.into_iter();
    TcrNamespaceInfo {
        name: namespace.name.to_string(),
        creation_time: namespace.created_at.to_utc_offset(),
        public: namespace.public,
        namespace_id: namespace.id,
        tag_specification: TagSpecification::write("namespace", tags),
        metadata: metadata.into_iter().map(|(key, value)| KeyValueString { key, value }).collect(),
        cve_whitelist_items: allowed.map(|id| CVEWhitelistItem { cve_id: Some(id) }).collect(),
        auto_scan: namespace.auto_scan,
        prevent_vul: namespace.prevent_vul,
        severity,
    }
}

input! {
    /// Removes an empty namespace.
    pub struct DeleteNamespace {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Its name.
        namespace_name: String = "NamespaceName",
    }
}

impl Action for DeleteNamespace {
    const NAME: &'static str = "DeleteNamespace";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let (instance, name) = (instance_id(&self.registry_id)?, self.namespace_name.parse()?);
        call.core.delete_namespace(call.operator, instance, name).await?;
        Ok(Done {})
    }
}
