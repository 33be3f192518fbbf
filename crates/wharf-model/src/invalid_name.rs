use std::fmt;

/// A text that is no name of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}: {}", .kind.rule())]
pub struct InvalidName {
    kind: NameKind,
    text: String,
}

/// What a text was to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// An account's number.
    AccountNumber,
    /// What of an image must be there.
    Completeness,
    /// A digest.
    Digest,
    /// An edition.
    Edition,
    /// An instance's id.
    InstanceId,
    /// An instance's name.
    Instance,
    /// An instance's status.
    InstanceStatus,
    /// A namespace's name.
    Namespace,
    /// What an edition bounds.
    Quota,
    /// A repository's name, with its namespace.
    Repository,
    /// A repository's name inside its namespace.
    RepositoryPath,
    /// A role, as `AssumeRole` names it.
    RoleArn,
    /// A role's name.
    Role,
    /// The public half of an access key.
    SecretId,
    /// A service account's name.
    ServiceAccount,
    /// What a holder of temporary credentials is called.
    Session,
    /// A severity.
    Severity,
    /// A content store, as the configuration calls it.
    Storage,
    /// A tag.
    Tag,
}

impl InvalidName {
    /// Says that `text` is none of its kind. Long texts are cut.
    pub fn new(kind: NameKind, text: &str) -> Self {
        Self { kind, text: text.chars().take(128).collect() }
    }

    /// What the text was to name.
    pub const fn kind(&self) -> NameKind {
        self.kind
    }

    /// The text, as far as a message shows it.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl NameKind {
    /// The rule for names of the kind, in words.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::AccountNumber => "digits only, 18 at most",
            Self::Completeness => "strict, sparse-indexes or sparse",
            Self::Digest => "sha256: or sha512: and lower-case hexadecimal digits",
            Self::Edition => "basic, standard or premium",
            Self::InstanceId => "tcr- and 8 lower-case letters or digits",
            Self::Instance => "2 to 50 letters, digits and single hyphens between them",
            Self::InstanceStatus => "a status of DescribeInstances",
            Self::Namespace => {
                "2 to 30 lower-case letters and digits with single `.`, `_` or `-` between them"
            }
            Self::Quota => "namespaces, repositories, tags, service_accounts or tokens",
            Self::Repository => "a namespace, `/` and a repository, 255 characters at most",
            Self::RepositoryPath => {
                "lower-case letters and digits with `.`, `_`, `__` or hyphens between them, in components joined by `/`"
            }
            Self::RoleArn => "qcs::cam::uin/UIN:roleName/NAME or qcs::cam::uin/UIN:role/ID",
            Self::Role => "1 to 128 letters, digits and +=,.@_-",
            Self::SecretId => "8 to 64 letters or digits",
            Self::ServiceAccount => {
                "1 to 128 lower-case letters and digits with single `.`, `_` or `-` between them"
            }
            Self::Session => "2 to 128 letters, digits and +=,.@_-",
            Self::Severity => "low, medium or high",
            Self::Storage => "1 to 32 lower-case letters, digits and single hyphens between them",
            Self::Tag => "1 to 128 letters, digits, `_`, `.` and `-`, not first `.` or `-`",
        }
    }
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccountNumber => "account number",
            Self::Completeness => "completeness",
            Self::Digest => "digest",
            Self::Edition => "RegistryType",
            Self::InstanceId => "instance id",
            Self::Instance => "instance name",
            Self::InstanceStatus => "instance status",
            Self::Namespace => "namespace name",
            Self::Quota => "quota",
            Self::Repository | Self::RepositoryPath => "repository name",
            Self::RoleArn => "RoleArn",
            Self::Role => "role name",
            Self::SecretId => "SecretId",
            Self::ServiceAccount => "service account name",
            Self::Session => "session name",
            Self::Severity => "Severity",
            Self::Storage => "store name",
            Self::Tag => "tag",
        })
    }
}
