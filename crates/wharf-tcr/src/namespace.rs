//! Namespaces of an instance.

use wharf_cloudapi::{Action, Call, choice, input, output};
use wharf_core::{Error, Namespace, NamespaceChanges, NamespaceFilter, Namespaces, NewNamespace, Page};
use wharf_model::Severity;

use crate::{
    filter::{Filter, key_and_value},
    instance::{Done, instance_id},
    paging,
    tag_specification::{OfNamespace, ShownTags, TagSpecification},
};

choice! {
    /// From which severity on images are held back.
    pub struct LeastSeverity(Severity): String {
        "low" => Severity::Low,
        "medium" => Severity::Medium,
        "high" => Severity::High,
    }

    /// What a listing of namespaces can be cut down by.
    pub struct NamespaceFilterName(()): String { "Tags" => () }
}

input! {
    /// A vulnerability that does not count.
    pub struct CVEWhitelistItem {
        /// Its CVE number.
        cve_id: Option<String> = "CVEID",
    }

    /// Makes a namespace. What it says of scanning is kept; scanning is still to come.
    pub struct CreateNamespace {
        /// In which instance.
        registry_id: String = "RegistryId",
        /// Its name.
        namespace_name: String = "NamespaceName",
        /// Whether anybody may pull.
        is_public: bool = "IsPublic",
        /// Its cloud tags.
        tag_specification: Option<TagSpecification<OfNamespace>> = "TagSpecification",
        /// Whether a push starts a scan.
        is_auto_scan: Option<bool> = "IsAutoScan",
        /// Whether vulnerable images are held back.
        is_prevent_vul: Option<bool> = "IsPreventVUL",
        /// From which severity on: `low`, `medium` or `high`.
        severity: Option<LeastSeverity> = "Severity",
        /// Vulnerabilities that do not count.
        cve_whitelist_items: Option<Vec<CVEWhitelistItem>> = "CVEWhitelistItems",
    }
}

impl Action for CreateNamespace {
    const NAME: &'static str = "CreateNamespace";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let new = NewNamespace {
            name: self.namespace_name.parse()?,
            public: self.is_public,
            auto_scan: self.is_auto_scan.unwrap_or(false),
            prevent_vul: self.is_prevent_vul.unwrap_or(false),
            severity: self.severity.map(|LeastSeverity(severity)| severity),
            cve_allowlist: allowlist(self.cve_whitelist_items.unwrap_or_default()),
            tags: TagSpecification::read(self.tag_specification),
        };
        call.core.create_namespace(call.operator, instance_id(&self.registry_id)?, new).await?;
        Ok(Done {})
    }
}

/// The CVE numbers of items; an item without one says nothing.
fn allowlist(items: Vec<CVEWhitelistItem>) -> Vec<String> {
    items.into_iter().filter_map(|item| item.cve_id).filter(|id| !id.is_empty()).collect()
}

input! {
    /// Changes what is given of a namespace; the rest stays. Lists replace what was there. Public or private
    /// holds from the next pull on.
    pub struct ModifyNamespace {
        /// In which instance.
        registry_id: String = "RegistryId",
        /// Its name.
        namespace_name: String = "NamespaceName",
        /// Whether anybody may pull.
        is_public: Option<bool> = "IsPublic",
        /// Whether a push starts a scan.
        is_auto_scan: Option<bool> = "IsAutoScan",
        /// Whether vulnerable images are held back.
        is_prevent_vul: Option<bool> = "IsPreventVUL",
        /// From which severity on: `low`, `medium` or `high`.
        severity: Option<LeastSeverity> = "Severity",
        /// Vulnerabilities that do not count, in the place of those that there are.
        cve_whitelist_items: Option<Vec<CVEWhitelistItem>> = "CVEWhitelistItems",
        /// Its cloud tags, in the place of those that there are.
        tag_specification: Option<TagSpecification<OfNamespace>> = "TagSpecification",
    }
}

impl Action for ModifyNamespace {
    const NAME: &'static str = "ModifyNamespace";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let changes = NamespaceChanges {
            public: self.is_public,
            auto_scan: self.is_auto_scan,
            prevent_vul: self.is_prevent_vul,
            severity: self.severity.map(|LeastSeverity(severity)| severity),
            cve_allowlist: self.cve_whitelist_items.map(allowlist),
        };
        let tags = self.tag_specification.map(|given| TagSpecification::read(Some(given)));
        let (instance, name) = (instance_id(&self.registry_id)?, self.namespace_name.parse()?);
        call.core.modify_namespace(call.operator, instance, name, changes, tags).await?;
        Ok(Done {})
    }
}

input! {
    /// Lists namespaces by name. A page has 1,000 at most.
    pub struct DescribeNamespaces {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Only those whose name holds this.
        namespace_name: Option<String> = "NamespaceName",
        /// Namespaces on a page.
        limit: Option<i64> = "Limit" in 1..,
        /// The page's number.
        offset: Option<i64> = "Offset" in 0..,
        /// Whether all are shown, whatever the page.
        all: Option<bool> = "All",
        /// `Tags`: `key:value`, or a key alone; one of a filter's values is enough.
        filters: Option<Vec<Filter<NamespaceFilterName>>> = "Filters",
        /// Only those that sign images with a KMS key.
        kms_sign_policy: Option<bool> = "KmsSignPolicy",
    }
}

output! {
    /// What [`DescribeNamespaces`] answers.
    pub struct DescribeNamespacesOutput {
        namespace_list: Vec<TcrNamespaceInfo> = "NamespaceList",
        total_count: u64 = "TotalCount",
    }

    /// A namespace.
    pub struct TcrNamespaceInfo {
        name: String = "Name",
        creation_time: String = "CreationTime",
        public: bool = "Public",
        namespace_id: i64 = "NamespaceId",
        tag_specification: ShownTags = "TagSpecification",
        metadata: Vec<KeyValueString> = "Metadata",
        cve_whitelist_items: Vec<ShownCve> = "CVEWhitelistItems",
        auto_scan: bool = "AutoScan",
        prevent_vul: bool = "PreventVUL",
        severity: &'static str = "Severity",
    }

    /// A vulnerability that does not count, in an answer.
    pub struct ShownCve {
        cve_id: String = "CVEID",
    }

    /// A named value.
    pub struct KeyValueString {
        key: String = "Key",
        value: String = "Value",
    }
}

/// Namespaces on a page at most; the reference names no limit, and Terraform's provider asks for 200.
const LARGEST_PAGE: u64 = 1000;

impl Action for DescribeNamespaces {
    const NAME: &'static str = "DescribeNamespaces";
    type Output = DescribeNamespacesOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = paging::pages(self.offset, self.limit, LARGEST_PAGE);
        let page = if self.all.unwrap_or(false) { Page::ALL } else { page };
        let mut wanted =
            NamespaceFilter { name: self.namespace_name.filter(|name| !name.is_empty()), tags: Vec::new() };
        for Filter { name: NamespaceFilterName(()), values } in self.filters.unwrap_or_default() {
            wanted.tags.push(values.iter().map(|tag| key_and_value(tag)).collect());
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
        tag_specification: ShownTags::of("namespace", tags),
        metadata: metadata
            .into_iter()
            .map(|(key, value)| KeyValueString { key: key.to_owned(), value })
            .collect(),
        cve_whitelist_items: allowed.map(|cve_id| ShownCve { cve_id }).collect(),
        auto_scan: namespace.auto_scan,
        prevent_vul: namespace.prevent_vul,
        severity,
    }
}

input! {
    /// Checks its parameters and that the caller may list; the API documents an answer without namespaces,
    /// and so it is.
    pub struct DescribeInstanceAllNamespaces {
        /// Namespaces on a page.
        limit: Option<i64> = "Limit" in 1..,
        /// Namespaces left out at the start.
        offset: Option<i64> = "Offset" in 0..,
    }
}

impl Action for DescribeInstanceAllNamespaces {
    const NAME: &'static str = "DescribeInstanceAllNamespaces";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        call.core.check_operator(call.operator).await?;
        Ok(Done {})
    }
}

input! {
    /// Removes a namespace in which no repository is left.
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
