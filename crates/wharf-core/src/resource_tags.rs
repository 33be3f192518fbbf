//! Cloud tags of instances and namespaces, as the Tag product changes and finds them.

use std::{fmt, str::FromStr};

use wharf_db::{Transaction, resource_tags};
use wharf_model::{InstanceId, NamespaceName, Uin, policy::ResourcePath};

use crate::{Core, Error, Operator, instances::owned_instance, namespaces::find_namespace};

pub use wharf_db::resource_tags::{Filter as ResourceTagFilter, ResourceTag};

/// Resources of one request at most.
const RESOURCES_LIMIT: usize = 10;
/// Tags set or taken away in one request at most.
const CHANGES_LIMIT: usize = 10;
const KEY_LIMIT: usize = 127;
const VALUE_LIMIT: usize = 255;
/// What a key or value holds beside letters and digits of any script.
const SIGNS: &str = " +-=._:/@()[]（）【】";
/// Keys that begin so are the cloud's own.
const RESERVED: [&str; 2] = ["qcs:", "project"];

/// A resource in six segments: `qcs::tcr:REGION:uin/UIN:instance/ID`, or `…:namespace/ID/NAME`. Region and number may
/// be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceName {
    /// As it was written.
    text: String,
    region: Option<String>,
    owner: Option<Uin>,
    /// The instance, or the one that the namespace is in.
    pub instance: InstanceId,
    /// The namespace, where it is one.
    pub namespace: Option<NamespaceName>,
}

/// What is wrong with the name of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceFault {
    /// It is not in six segments.
    Form,
    /// It is of another product.
    Service,
    /// It is no instance and no namespace.
    Kind,
    /// Nothing can have such an id.
    Id,
}

/// A rule of cloud tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagRule {
    /// A key is not empty.
    KeyEmpty,
    /// A key has 127 characters at most.
    KeyLength,
    /// A key is of letters, digits, blanks inside and certain signs.
    KeyCharacters,
    /// A key does not begin as the cloud's own do.
    KeyReserved,
    /// A value has 255 characters at most.
    ValueLength,
    /// A value is of letters, digits, blanks inside and certain signs.
    ValueCharacters,
    /// A key is given once.
    Duplicate,
    /// A key is not set and taken away at once.
    SetAndDeleted,
}

/// What is to become of the tags of resources.
#[derive(Clone, Debug, Default)]
pub struct TagChanges {
    /// Tags that they shall have, keys and values. What they had under these keys is replaced.
    pub set: Vec<(String, String)>,
    /// Keys that they shall not have.
    pub delete: Vec<String>,
}

impl Core {
    /// Changes the tags of resources; says of each whether it was done. Of one that it was not done to, nothing is
    /// changed.
    ///
    /// # Errors
    /// When a tag breaks a rule, or there are too many of them or of resources: then nothing is changed.
    pub async fn change_resource_tags(
        &self,
        operator: Operator,
        resources: Vec<ResourceName>,
        changes: TagChanges,
    ) -> Result<Vec<Result<(), Error>>, Error> {
        changes.check()?;
        if resources.len() > RESOURCES_LIMIT {
            return Err(Error::TooManyResources { found: resources.len(), limit: RESOURCES_LIMIT });
        }
        let limit = self.limits.tags_per_resource;
        self.write(move |tx| {
            let mut outcomes = Vec::new();
            for resource in &resources {
                match changes.apply(tx, &operator, resource, limit) {
                    // A statement that failed ends the transaction for all of them.
                    Err(error) if error.is_internal() => return Err(error),
                    outcome => outcomes.push(outcome),
                }
            }
            Ok(outcomes)
        })
        .await
    }

    /// Gives a resource a tag whose key it does not have.
    ///
    /// # Errors
    /// As [`Self::change_resource_tags`]; when it has the key.
    pub async fn add_resource_tag(
        &self,
        operator: Operator,
        resource: ResourceName,
        key: String,
        value: String,
    ) -> Result<(), Error> {
        let changes = TagChanges { set: vec![(key.clone(), value)], delete: Vec::new() };
        changes.check()?;
        let limit = self.limits.tags_per_resource;
        self.write(move |tx| {
            if tags_of(tx, &operator, &resource)?.iter().any(|(had, _)| *had == key) {
                return Err(Error::TagAttached(key.clone()));
            }
            changes.apply(tx, &operator, &resource, limit)
        })
        .await
    }

    /// Takes a tag from a resource that has it.
    ///
    /// # Errors
    /// When there is no such resource, or it has no such tag.
    pub async fn delete_resource_tag(
        &self,
        operator: Operator,
        resource: ResourceName,
        key: String,
    ) -> Result<(), Error> {
        let changes = TagChanges { set: Vec::new(), delete: vec![key.clone()] };
        let limit = self.limits.tags_per_resource;
        self.write(move |tx| {
            if !tags_of(tx, &operator, &resource)?.iter().any(|(had, _)| *had == key) {
                return Err(Error::TagNotAttached(key.clone()));
            }
            changes.apply(tx, &operator, &resource, limit)
        })
        .await
    }

    /// The tags of an account's resources that pass `filter` and that the operator may see, by resource and key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_resource_tags(
        &self,
        operator: Operator,
        filter: ResourceTagFilter,
    ) -> Result<Vec<ResourceTag>, Error> {
        self.read(move |tx| {
            let permissions = operator.permissions(tx)?;
            let mut tags = resource_tags::list_of_account(tx, operator.owner, &filter)?;
            tags.retain(|tag| {
                let path = path(&tag.instance, tag.namespace.as_ref());
                permissions.allows(&operator.asked(), &operator.resource(&tag.region, path))
            });
            Ok(tags)
        })
        .await
    }
}

impl TagChanges {
    fn check(&self) -> Result<(), Error> {
        for found in [self.set.len(), self.delete.len()] {
            if found > CHANGES_LIMIT {
                return Err(Error::TooManyTagsInRequest { found, limit: CHANGES_LIMIT });
            }
        }
        check_rules(&self.set)?;
        check_characters(&self.set)?;
        match self.delete.iter().find(|key| self.set.iter().any(|(set, _)| set == *key)) {
            Some(key) => Err(broken(TagRule::SetAndDeleted, key)),
            None => Ok(()),
        }
    }

    fn apply(
        &self,
        tx: &Transaction<'_>,
        operator: &Operator,
        resource: &ResourceName,
        limit: usize,
    ) -> Result<(), Error> {
        let tags = tags_of(tx, operator, resource)?;
        let is_left =
            |key: &String| !self.delete.contains(key) && !self.set.iter().any(|(set, _)| set == key);
        let kept = tags.iter().filter(|(key, _)| is_left(key));
        let found = kept.count() + self.set.len();
        // Who has more than the limit of now may still change and lose some.
        if found > limit && found > tags.len() {
            return Err(Error::TooManyTags { found, limit });
        }
        let name = resource.row();
        for key in &self.delete {
            resource_tags::delete(tx, &name, key)?;
        }
        for (key, value) in &self.set {
            resource_tags::put(tx, &name, key, value)?;
        }
        Ok(())
    }
}

/// The tags of a resource that is the operator's own.
fn tags_of(
    tx: &Transaction<'_>,
    operator: &Operator,
    resource: &ResourceName,
) -> Result<Vec<(String, String)>, Error> {
    let absent = || Error::InstanceNotFound(resource.instance.to_string());
    if resource.owner.is_some_and(|owner| owner != operator.owner) {
        return Err(absent());
    }
    let instance = owned_instance(tx, operator, &resource.instance, resource.path())?;
    if resource.region.as_ref().is_some_and(|region| *region != instance.region) {
        return Err(absent());
    }
    if let Some(namespace) = &resource.namespace {
        find_namespace(tx, &instance.id, namespace)?;
    }
    Ok(resource_tags::list(tx, &resource.row())?)
}

impl ResourceName {
    /// The name of a resource of an account.
    pub fn of(tag: &ResourceTag, owner: Uin) -> Self {
        let (kind, id) = (kind(tag.namespace.as_ref()), resource_id(tag));
        Self {
            text: format!("qcs::tcr:{}:uin/{owner}:{kind}/{id}", tag.region),
            region: Some(tag.region.clone()),
            owner: Some(owner),
            instance: tag.instance.clone(),
            namespace: tag.namespace.clone(),
        }
    }

    /// Whether it names the resource of a tag of an account.
    pub fn names(&self, tag: &ResourceTag, owner: Uin) -> bool {
        self.instance == tag.instance
            && self.namespace == tag.namespace
            && self.region.as_ref().is_none_or(|region| *region == tag.region)
            && self.owner.is_none_or(|named| named == owner)
    }

    fn path(&self) -> ResourcePath<'_> {
        path(&self.instance, self.namespace.as_ref())
    }

    fn row(&self) -> String {
        match &self.namespace {
            Some(namespace) => resource_tags::namespace(&self.instance, namespace),
            None => resource_tags::instance(&self.instance),
        }
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The last part of a resource's name: an instance's id, or that and a namespace's name.
pub fn resource_id(tag: &ResourceTag) -> String {
    match &tag.namespace {
        Some(namespace) => resource_tags::namespace(&tag.instance, namespace),
        None => resource_tags::instance(&tag.instance),
    }
}

/// What policies call the resource.
fn path<'r>(instance: &'r InstanceId, namespace: Option<&'r NamespaceName>) -> ResourcePath<'r> {
    match namespace {
        Some(namespace) => ResourcePath::Namespace(instance, namespace),
        None => ResourcePath::Instance(instance),
    }
}

fn kind(namespace: Option<&NamespaceName>) -> &'static str {
    if namespace.is_some() { "namespace" } else { "instance" }
}

impl FromStr for ResourceName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong =
            |fault| Error::InvalidResource { resource: text.chars().take(256).collect::<String>(), fault };
        let segments: Vec<_> = text.splitn(6, ':').collect();
        let [begin, _, service, region, owner, resource] = segments[..] else {
            return Err(wrong(ResourceFault::Form));
        };
        let owner = owner.strip_prefix("uin/").or(owner.is_empty().then_some(""));
        let (Some(owner), "qcs") = (owner, begin) else { return Err(wrong(ResourceFault::Form)) };
        if service != "tcr" {
            return Err(wrong(ResourceFault::Service));
        }
        let owner = if owner.is_empty() { Ok(None) } else { owner.parse().map(Some) };
        let (kind, id) = resource.split_once('/').ok_or_else(|| wrong(ResourceFault::Form))?;
        let (instance, namespace) = match (kind, id.split_once('/')) {
            ("instance", None) => (id, None),
            ("namespace", Some((instance, namespace))) => (instance, Some(namespace)),
            ("instance" | "namespace", _) => return Err(wrong(ResourceFault::Id)),
            _ => return Err(wrong(ResourceFault::Kind)),
        };
        Ok(Self {
            text: text.to_owned(),
            region: (!region.is_empty()).then(|| region.to_owned()),
            owner: owner.map_err(|_| wrong(ResourceFault::Form))?,
            instance: instance.parse().map_err(|_| wrong(ResourceFault::Id))?,
            namespace: namespace.map(str::parse).transpose().map_err(|_| wrong(ResourceFault::Id))?,
        })
    }
}

/// The tags that a new resource is to have: so many at most, keys and values of their lengths, each key once. The
/// reference of what makes resources says nothing of characters; the Tag product does.
pub(crate) fn check_tags(tags: &[(String, String)], limit: usize) -> Result<(), Error> {
    if tags.len() > limit {
        return Err(Error::TooManyTags { found: tags.len(), limit });
    }
    check_rules(tags)
}

fn check_rules(tags: &[(String, String)]) -> Result<(), Error> {
    for (index, (key, value)) in tags.iter().enumerate() {
        let rule = if key.is_empty() {
            TagRule::KeyEmpty
        } else if key.chars().count() > KEY_LIMIT {
            TagRule::KeyLength
        } else if value.chars().count() > VALUE_LIMIT {
            TagRule::ValueLength
        } else if tags[..index].iter().any(|(other, _)| other == key) {
            TagRule::Duplicate
        } else {
            continue;
        };
        return Err(broken(rule, key));
    }
    Ok(())
}

fn check_characters(tags: &[(String, String)]) -> Result<(), Error> {
    for (key, value) in tags {
        let rule = if !is_plain(key) {
            TagRule::KeyCharacters
        } else if RESERVED.iter().any(|begin| key.starts_with(begin)) {
            TagRule::KeyReserved
        } else if !is_plain(value) {
            TagRule::ValueCharacters
        } else {
            continue;
        };
        return Err(broken(rule, key));
    }
    Ok(())
}

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || SIGNS.contains(c);
    text.chars().all(plain) && !text.starts_with(' ') && !text.ends_with(' ')
}

fn broken(rule: TagRule, key: &str) -> Error {
    Error::InvalidTag { key: key.chars().take(KEY_LIMIT).collect(), rule }
}

impl fmt::Display for TagRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyEmpty => "a key is not empty",
            Self::KeyLength => "a key has 127 characters at most",
            Self::KeyCharacters => "a key has letters, digits, + - = . _ : / @ ( ) [ ] and blanks inside",
            Self::KeyReserved => "a key does not begin with qcs: or project",
            Self::ValueLength => "a value has 255 characters at most",
            Self::ValueCharacters => "a value has letters, digits, + - = . _ : / @ ( ) [ ] and blanks inside",
            Self::Duplicate => "a key is given once",
            Self::SetAndDeleted => "a key is not set and taken away at once",
        })
    }
}

impl fmt::Display for ResourceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "a resource is qcs::tcr:REGION:uin/UIN:instance/ID or …:namespace/ID/NAME",
            Self::Service => "tags are kept of resources of tcr",
            Self::Kind => "an instance or a namespace has tags",
            Self::Id => "there is no such id: instance/ID or namespace/ID/NAME",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ResourceFault, ResourceName, TagChanges, TagRule, check_tags};

    fn tag(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn tags_have_rules() {
        let set = |tags: &[(String, String)]| TagChanges { set: tags.to_vec(), ..TagChanges::default() };
        assert!(set(&[tag("a", ""), tag("项目 2", "x y")]).check().is_ok());
        assert!(check_tags(&[tag("a & b", "<c>")], 2).is_ok());
        assert!(matches!(check_tags(&[tag("a", ""), tag("b", "x")], 1), Err(Error::TooManyTags { .. })));
        for (key, value, expected) in [
            ("", "1", TagRule::KeyEmpty),
            (&*"x".repeat(128), "1", TagRule::KeyLength),
            ("a\u{0}", "1", TagRule::KeyCharacters),
            (" a", "1", TagRule::KeyCharacters),
            ("qcs:a", "1", TagRule::KeyReserved),
            ("project", "1", TagRule::KeyReserved),
            ("a", &*"x".repeat(256), TagRule::ValueLength),
            ("a", "<b>", TagRule::ValueCharacters),
            ("b", "1", TagRule::Duplicate),
        ] {
            let found = set(&[tag("b", "1"), tag(key, value)]).check();
            assert!(
                matches!(found, Err(Error::InvalidTag { rule, .. }) if rule == expected),
                "{key} {value}"
            );
        }
        let both = TagChanges { set: vec![tag("a", "1")], delete: vec!["a".to_owned()] };
        assert!(matches!(both.check(), Err(Error::InvalidTag { rule: TagRule::SetAndDeleted, .. })));
        let many = TagChanges { delete: vec!["a".to_owned(); 11], ..TagChanges::default() };
        assert!(matches!(many.check(), Err(Error::TooManyTagsInRequest { found: 11, .. })));
    }

    #[test]
    fn resources_are_named_in_six_segments() {
        let parse = |text: &str| text.parse::<ResourceName>();
        let whole = parse("qcs::tcr:ap-guangzhou:uin/100000000001:instance/tcr-aaaaaaaa").unwrap();
        assert_eq!((whole.region.as_deref(), whole.owner.is_some()), (Some("ap-guangzhou"), true));
        // So Terraform's provider writes it.
        let short = parse("qcs::tcr:ap-guangzhou:uin/:instance/tcr-aaaaaaaa").unwrap();
        assert_eq!((short.owner, &short.instance), (None, &whole.instance));
        let namespace = parse("qcs::tcr:::namespace/tcr-aaaaaaaa/team").unwrap();
        assert_eq!(namespace.namespace.unwrap().as_str(), "team");
        for (text, expected) in [
            ("", ResourceFault::Form),
            ("tcr-aaaaaaaa", ResourceFault::Form),
            ("arn::tcr:r:uin/1:instance/tcr-aaaaaaaa", ResourceFault::Form),
            ("qcs::tcr:r:uin/x:instance/tcr-aaaaaaaa", ResourceFault::Form),
            ("qcs::tcr:r:1:instance/tcr-aaaaaaaa", ResourceFault::Form),
            ("qcs::tcr:r:uin/1:tcr-aaaaaaaa", ResourceFault::Form),
            ("qcs::cvm:r:uin/1:instance/ins-1", ResourceFault::Service),
            ("qcs::tcr:r:uin/1:repository/tcr-aaaaaaaa", ResourceFault::Kind),
            ("qcs::tcr:r:uin/1:instance/one", ResourceFault::Id),
            ("qcs::tcr:r:uin/1:instance/tcr-aaaaaaaa/team", ResourceFault::Id),
            ("qcs::tcr:r:uin/1:namespace/tcr-aaaaaaaa", ResourceFault::Id),
            ("qcs::tcr:r:uin/1:namespace/tcr-aaaaaaaa/A", ResourceFault::Id),
        ] {
            let found = parse(text);
            assert!(
                matches!(found, Err(Error::InvalidResource { fault, .. }) if fault == expected),
                "{text}"
            );
        }
    }
}
