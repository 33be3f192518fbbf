//! Names of resources in six parts, `qcs:PROJECT:SERVICE:REGION:ACCOUNT:RESOURCE`.

use std::{borrow::Cow, fmt};

use super::pattern::Pattern;
use crate::{InstanceId, NamespaceName, RepositoryName, Uin};

/// A resource that an action is for.
#[derive(Clone, Debug)]
pub struct ResourceName<'r> {
    /// The product that it is of, such as `tcr`.
    pub service: &'r str,
    /// The region in which it lies.
    pub region: Cow<'r, str>,
    /// The main account that it belongs to.
    pub account: Uin,
    /// Which resource of the account.
    pub path: ResourcePath<'r>,
}

/// A resource of an account, the last of the six parts.
#[derive(Clone, Copy, Debug)]
pub enum ResourcePath<'r> {
    /// Nothing in particular: `*`.
    Everything,
    /// Any instance, made or yet to be made: `instance/*`.
    AnyInstance,
    /// An instance: `instance/INSTANCE`, and `repository/INSTANCE` in policies too.
    Instance(&'r InstanceId),
    /// All namespaces and repositories of an instance: `repository/INSTANCE/*`.
    Below(&'r InstanceId),
    /// A namespace: `repository/INSTANCE/NAMESPACE`.
    Namespace(&'r InstanceId, &'r NamespaceName),
    /// All repositories of a namespace: `repository/INSTANCE/NAMESPACE/*`.
    BelowNamespace(&'r InstanceId, &'r NamespaceName),
    /// A repository: `repository/INSTANCE/NAMESPACE/REPOSITORY`.
    Repository(&'r InstanceId, &'r RepositoryName),
    /// As somebody wrote it.
    Text(&'r str),
}

/// What statements say of resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ResourcePattern {
    /// `*`
    Everything,
    Named {
        service: Pattern,
        region: Pattern,
        account: Account,
        path: Pattern,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    Any,
    /// The one that the policy belongs to.
    Own,
    One(Uin),
}

impl<'r> ResourceName<'r> {
    /// Reads a name as people write it; without region or account, those of `region` and `account` are meant.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &'r str, region: &'r str, account: Uin) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self { service: "*", region: region.into(), account, path: ResourcePath::Everything });
        }
        let [_, service, named_region, named_account, path] = parts(text)?;
        let account = match parse_account(named_account)? {
            Account::One(account) => account,
            Account::Own => account,
            Account::Any => return Err("a resource is of one account".to_owned()),
        };
        let region = if named_region.is_empty() { region } else { named_region };
        Ok(Self { service, region: region.into(), account, path: ResourcePath::Text(path) })
    }
}

impl ResourcePath<'_> {
    /// Every form in which a policy may name it.
    fn forms(&self) -> impl Iterator<Item = String> {
        let other = match self {
            Self::Instance(id) => Some(format!("repository/{id}")),
            Self::Text(text) => other_form(text),
            _ => None,
        };
        [Some(self.to_string()), other].into_iter().flatten()
    }
}

/// An instance is called in two ways.
fn other_form(text: &str) -> Option<String> {
    let (kind, id) = text.split_once('/')?;
    match kind {
        _ if id.contains('/') || id.contains('*') => None,
        "instance" => Some(format!("repository/{id}")),
        "repository" => Some(format!("instance/{id}")),
        _ => None,
    }
}

impl fmt::Display for ResourcePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::AnyInstance => f.write_str("instance/*"),
            Self::Instance(id) => write!(f, "instance/{id}"),
            Self::Below(id) => write!(f, "repository/{id}/*"),
            Self::Namespace(id, namespace) => write!(f, "repository/{id}/{namespace}"),
            Self::BelowNamespace(id, namespace) => write!(f, "repository/{id}/{namespace}/*"),
            Self::Repository(id, repository) => write!(f, "repository/{id}/{repository}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for ResourceName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "qcs::{}:{}:uin/{}:{}", self.service, self.region, self.account, self.path)
    }
}

impl ResourcePattern {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Everything);
        }
        let [project, service, region, account, path] = parts(text)?;
        if !matches!(project, "" | "*" | "id/0" | "id/*") {
            return Err(format!(
                "there are no projects here, such as `{project}`: leave the second part empty"
            ));
        }
        if service.is_empty() || path.is_empty() {
            return Err("the third part, the service, and the sixth, the resource, are needed".to_owned());
        }
        Ok(Self::Named {
            service: Pattern::new(service),
            region: Pattern::new(if region.is_empty() { "*" } else { region }),
            account: parse_account(account)?,
            path: Pattern::new(path),
        })
    }

    pub(super) fn matches(&self, name: &ResourceName<'_>, owner: Uin) -> bool {
        self.reaches(name, owner)
            && self.path().is_none_or(|path| name.path.forms().any(|form| path.matches(&form)))
    }

    /// Whether all resources whose path begins with `prefix` match, in the region and account of `name`; in every
    /// region where `regions` says so.
    pub(super) fn matches_all_below(
        &self,
        name: &ResourceName<'_>,
        owner: Uin,
        prefix: &str,
        regions: bool,
    ) -> bool {
        let region = match self {
            Self::Everything => true,
            Self::Named { region, .. } => !regions || region.as_str() == "*",
        };
        region && self.reaches(name, owner) && self.path().is_none_or(|path| path.matches_all_below(prefix))
    }

    fn reaches(&self, name: &ResourceName<'_>, owner: Uin) -> bool {
        match self {
            Self::Everything => name.account == owner,
            Self::Named { service, region, account, .. } => {
                let account = match account {
                    Account::Any => true,
                    Account::Own => name.account == owner,
                    Account::One(account) => name.account == *account,
                };
                account && service.matches(name.service) && region.matches(&name.region)
            }
        }
    }

    fn path(&self) -> Option<&Pattern> {
        match self {
            Self::Everything => None,
            Self::Named { path, .. } => Some(path),
        }
    }
}

/// What follows `qcs` in a name.
fn parts(text: &str) -> Result<[&str; 5], String> {
    let wrong = || "it is `*` or qcs:PROJECT:SERVICE:REGION:ACCOUNT:RESOURCE, such as qcs::tcr:::repository/tcr-abc/*";
    let mut parts = text.splitn(6, ':');
    let first = parts.next();
    match (first, parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("qcs"), Some(project), Some(service), Some(region), Some(account), Some(path)) => {
            Ok([project, service, region, account, path])
        }
        _ => Err(wrong().to_owned()),
    }
}

fn parse_account(text: &str) -> Result<Account, String> {
    match text.strip_prefix("uin/").unwrap_or(text) {
        "" => Ok(Account::Own),
        "*" => Ok(Account::Any),
        number if text.starts_with("uin/") => {
            number.parse().map(Account::One).map_err(|error| error.to_string())
        }
        _ => Err(format!("the fifth part, `{text}`, is not uin/NUMBER, nor empty for the own account")),
    }
}

#[cfg(test)]
mod tests {
    use super::{ResourceName, ResourcePath, ResourcePattern};
    use crate::Uin;

    const OTHER: Uin = Uin::from_number(100_000_000_002);

    fn name<'r>(path: ResourcePath<'r>) -> ResourceName<'r> {
        ResourceName { service: "tcr", region: "ap-guangzhou".into(), account: Uin::ROOT, path }
    }

    fn matches(pattern: &str, path: ResourcePath<'_>) -> bool {
        ResourcePattern::parse(pattern).unwrap().matches(&name(path), Uin::ROOT)
    }

    #[test]
    fn an_empty_region_is_any_and_an_empty_account_the_own() {
        let id = "tcr-4h1uzq7w".parse().unwrap();
        for (pattern, expected) in [
            ("*", true),
            ("qcs::tcr:ap-guangzhou:uin/100000000001:repository/tcr-4h1uzq7w", true),
            ("qcs::tcr:::repository/tcr-4h1uzq7w", true),
            ("qcs::tcr:::instance/tcr-4h1uzq7w", true),
            ("qcs::tcr:::instance/*", true),
            ("qcs::*:::*", true),
            ("qcs:id/0:tcr:*:uin/*:*", true),
            ("qcs::tcr:ap-*:uin/:instance/tcr-4h1uzq7w", true),
            ("qcs::tcr:ap-shanghai::instance/tcr-4h1uzq7w", false),
            ("qcs::tcr::uin/100000000002:instance/tcr-4h1uzq7w", false),
            ("qcs::cos:::*", false),
            ("qcs::tcr:::repository/tcr-4h1uzq7w/*", false),
            ("qcs::tcr:::instance/tcr-4h1uzq7", false),
        ] {
            assert_eq!(matches(pattern, ResourcePath::Instance(&id)), expected, "{pattern}");
        }
        let own = ResourcePattern::parse("qcs::tcr:::*").unwrap();
        assert!(!own.matches(&name(ResourcePath::Everything), OTHER));
    }

    #[test]
    fn namespaces_and_repositories_lie_below_their_instance() {
        let (id, namespace, repository) =
            ("tcr-4h1uzq7w".parse().unwrap(), "team".parse().unwrap(), "team/app/web".parse().unwrap());
        let namespace = ResourcePath::Namespace(&id, &namespace);
        let repository = ResourcePath::Repository(&id, &repository);
        for (pattern, of_namespace, of_repository) in [
            ("qcs::tcr:::repository/tcr-4h1uzq7w/*", true, true),
            ("qcs::tcr:::repository/tcr-4h1uzq7w/team", true, false),
            ("qcs::tcr:::repository/tcr-4h1uzq7w/team/*", false, true),
            ("qcs::tcr:::repository/tcr-4h1uzq7w/team/app/web", false, true),
            ("qcs::tcr:::repository/tcr-4h1uzq7w/team/app", false, false),
            ("qcs::tcr:::repository/tcr-4h1uzq7w", false, false),
            ("qcs::tcr:::instance/*", false, false),
        ] {
            assert_eq!(matches(pattern, namespace), of_namespace, "{pattern}");
            assert_eq!(matches(pattern, repository), of_repository, "{pattern}");
        }
    }

    #[test]
    fn nothing_in_particular_is_matched_by_everything_only() {
        for (pattern, everything, any_instance) in [
            ("*", true, true),
            ("qcs::tcr:::*", true, true),
            ("qcs::tcr:::instance/*", false, true),
            ("qcs::tcr:::instance/tcr-4h1uzq7w", false, false),
            ("qcs::tcr:::repository/*", false, false),
        ] {
            assert_eq!(matches(pattern, ResourcePath::Everything), everything, "{pattern}");
            assert_eq!(matches(pattern, ResourcePath::AnyInstance), any_instance, "{pattern}");
        }
    }

    #[test]
    fn wrong_names_are_refused() {
        for wrong in [
            "",
            "tcr-4h1uzq7w",
            "qcs::tcr::repository/tcr-4h1uzq7w",
            "acs::tcr:::repository/tcr-4h1uzq7w",
            "qcs:prj-1:tcr:::repository/tcr-4h1uzq7w",
            "qcs:::::repository/tcr-4h1uzq7w",
            "qcs::tcr:::",
            "qcs::tcr::uid/1250000001:*",
            "qcs::tcr::uin/x:*",
        ] {
            assert!(ResourcePattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_written_name_is_read_with_what_it_leaves_out() {
        let parse = |text| ResourceName::parse(text, "ap-guangzhou", Uin::ROOT).map(|name| name.to_string());
        let whole = "qcs::tcr:ap-guangzhou:uin/100000000001:instance/tcr-4h1uzq7w";
        assert_eq!(parse("qcs::tcr:::instance/tcr-4h1uzq7w").as_deref(), Ok(whole));
        assert_eq!(parse(whole).as_deref(), Ok(whole));
        assert!(parse("qcs::cos::x").is_err());
        assert!(parse("qcs::tcr::uin/*:x").is_err());
        let name = ResourceName::parse("qcs::tcr:::repository/tcr-4h1uzq7w", "", Uin::ROOT).unwrap();
        assert!(ResourcePattern::parse("qcs::tcr:::instance/*").unwrap().matches(&name, Uin::ROOT));
    }
}
