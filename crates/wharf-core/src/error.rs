use wharf_model::{
    ChargeType, Digest, Edition, InstanceId, InstanceName, InstanceStatus, InvalidManifest, InvalidName,
    InvalidTrust, NamespaceName, Quota, Reference, RepositoryName, RoleName, SecretId, ServiceAccountName,
    StorageName, Tag, Uin, policy::InvalidPolicy,
};

use crate::{ResourceFault, ServiceAccountRule, TagRule};

/// Why something was not done. Nothing was changed, and no message holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody in particular asks, and only somebody may.
    #[error("authentication is required")]
    Unauthenticated,
    /// A user name and password that open nothing.
    #[error("the user name or the password is wrong")]
    WrongCredentials,
    /// Too many wrong passwords came before.
    #[error("too many wrong passwords: try again in {seconds} seconds")]
    TooManyAttempts {
        /// Seconds until the next attempt is heard.
        seconds: u64,
    },
    /// The caller calls an action more often than it may.
    #[error(
        "`{action}` was called too often: one caller may call it {rate} times a second in a region; wait a moment"
    )]
    TooManyCalls {
        /// The action.
        action: String,
        /// Calls a second that are allowed.
        rate: u32,
    },
    /// The bearer token is forged, expired, or its account or instance token is disabled.
    #[error("the bearer token is not valid")]
    InvalidBearer,
    /// The caller may, but the token was not asked for that.
    #[error("the token's scope does not cover {actions} of `{repository}`")]
    InsufficientScope {
        /// What is needed.
        actions: String,
        /// Of which repository.
        repository: RepositoryName,
    },
    /// The caller may not, or there is no such instance.
    #[error("access to {actions} `{repository}` of instance `{instance}` is denied")]
    Denied {
        /// What was asked for.
        actions: String,
        /// The repository.
        repository: RepositoryName,
        /// The instance's name.
        instance: String,
    },

    /// No policy lets the operator do that, or one denies it.
    #[error("you are not authorized to perform operation ({action}) on resource ({resource})")]
    Unauthorized {
        /// The action.
        action: String,
        /// The resource in six parts.
        resource: String,
    },

    /// A name that breaks the rules of its kind.
    #[error(transparent)]
    InvalidName(#[from] InvalidName),
    /// A value that breaks a rule.
    #[error("{name}: {rule}")]
    InvalidValue {
        /// The value's name.
        name: &'static str,
        /// The rule.
        rule: String,
    },
    /// A parameter is missing that is needed in this case.
    #[error("the parameter {0} is needed here")]
    MissingValue(&'static str),
    /// An instance is to be paid in advance, and for how long is not said.
    #[error("an instance that is paid in advance needs RegistryChargePrepaid")]
    PrepaidWithoutPeriod,
    /// More cloud tags than a resource may carry.
    #[error("{found} tags are too many: {limit} at most")]
    TooManyTags {
        /// Tags given.
        found: usize,
        /// Tags allowed.
        limit: usize,
    },

    /// A cloud tag that breaks a rule.
    #[error("the tag `{key}`: {rule}")]
    InvalidTag {
        /// The tag's key.
        key: String,
        /// The rule.
        rule: TagRule,
    },
    /// More cloud tags in one request than it may change.
    #[error("{found} tags in one request are too many: {limit} at most")]
    TooManyTagsInRequest {
        /// Tags given.
        found: usize,
        /// Tags allowed.
        limit: usize,
    },
    /// More resources in one request than it may change.
    #[error("{found} resources in one request are too many: {limit} at most")]
    TooManyResources {
        /// Resources given.
        found: usize,
        /// Resources allowed.
        limit: usize,
    },
    /// The text names no resource that has cloud tags.
    #[error("`{resource}`: {fault}")]
    InvalidResource {
        /// The text.
        resource: String,
        /// What is wrong with it.
        fault: ResourceFault,
    },
    /// The resource has a tag with this key.
    #[error("the resource has a tag `{0}` already")]
    TagAttached(String),
    /// The resource has no tag with this key.
    #[error("the resource has no tag `{0}`")]
    TagNotAttached(String),

    /// A kept secret was sealed under another master key.
    #[error(
        "the secret of {owner} was sealed under another master key: all processes on one database need the same"
    )]
    WrongMasterKey {
        /// Whose secret: the id of a signing key or of an access key.
        owner: String,
    },
    /// No content store came before the one in use.
    #[error("there is nothing to move: `storage.previous` names no store")]
    NothingToMove,
    /// Another process moves content now.
    #[error("another process moves content now")]
    MoveUnderWay,
    /// The configuration names no such content store.
    #[error("there is no store `{name}`: the configuration names {}", list_names(.known))]
    StorageNotFound {
        /// The name.
        name: String,
        /// The stores that there are.
        known: Vec<StorageName>,
    },
    /// Content lies in a store that this process does not know.
    #[error(
        "content of instance `{instance}` lies in the store `{storage}`, which this process does not know: all \
         processes need the same `[stores]`"
    )]
    StorageUnknown {
        /// The instance.
        instance: InstanceId,
        /// The store.
        storage: StorageName,
    },
    /// The instance's content is in the store already.
    #[error("the content of instance `{instance}` is in the store `{storage}` already")]
    StorageUnchanged {
        /// The instance.
        instance: InstanceId,
        /// The store.
        storage: StorageName,
    },
    /// Two names stand for one store.
    #[error(
        "the stores `{one}` and `{other}` are the same place: nothing can be moved from one to the other"
    )]
    StorageTwice {
        /// A name of it.
        one: StorageName,
        /// Another.
        other: StorageName,
    },
    /// The instance's content is on its way already.
    #[error(
        "the content of instance `{instance}` is being moved to the store `{target}`: wait until that is done"
    )]
    StorageMoveUnderWay {
        /// The instance.
        instance: InstanceId,
        /// Where its content goes.
        target: StorageName,
    },
    /// Content is to go to a region that the instance does not lie in.
    #[error(
        "TargetRegion: instance `{instance}` lies in the region `{region}`, and its content can only move to another \
         store of that region"
    )]
    StorageRegion {
        /// The instance.
        instance: InstanceId,
        /// Its region.
        region: String,
    },
    /// No signing key has this id, or it is the only one.
    #[error("there is no signing key {0} beside the newest")]
    SigningKeyNotFound(String),
    /// No account has this number.
    #[error("there is no account {0}")]
    AccountNotFound(Uin),
    /// A sub-account where a main account is needed.
    #[error("account {uin} is a sub-account of {owner}: a main account is needed here")]
    NoMainAccount {
        /// The sub-account.
        uin: Uin,
        /// Its main account.
        owner: Uin,
    },
    /// A main account where a sub-account is needed.
    #[error("account {0} is no sub-account: a main account may do everything, and has no policies")]
    NoSubAccount(Uin),
    /// The document is no policy.
    #[error("the policy is not valid: {0}")]
    InvalidPolicy(#[from] InvalidPolicy),
    /// The account has no policy of that name, or the sub-account does not have it.
    #[error("there is no policy `{0}`")]
    PolicyNotFound(String),
    /// The name is in use.
    #[error("the policy `{0}` exists already")]
    PolicyExists(String),
    /// Sub-accounts or roles have it.
    #[error("the policy `{name}` is attached to {}: detach it first", .holders.join(", "))]
    PolicyInUse {
        /// The policy.
        name: String,
        /// The sub-accounts and roles.
        holders: Vec<String>,
    },
    /// The sub-account or role has as many policies as it may.
    #[error("{holder} has {limit} policies, which is the limit: put some together, or detach one")]
    TooManyPolicies {
        /// The sub-account or role.
        holder: String,
        /// Policies allowed.
        limit: usize,
    },
    /// The account has no such role.
    #[error("there is no role `{0}`")]
    RoleNotFound(String),
    /// The name is in use.
    #[error("the role `{0}` exists already")]
    RoleExists(RoleName),
    /// The document does not say who may assume a role.
    #[error(transparent)]
    InvalidTrust(#[from] InvalidTrust),
    /// Temporary credentials that were to last too long, or not at all.
    #[error("DurationSeconds: {seconds} is not between 1 and {limit}")]
    SessionTooLong {
        /// Seconds asked for.
        seconds: u64,
        /// Seconds allowed.
        limit: u64,
    },
    /// Temporary credentials may not ask for others.
    #[error("temporary credentials make neither others nor long-term tokens: sign with an access key")]
    TemporaryCredential,
    /// No key has this id.
    #[error("there is no access key {0}")]
    KeyNotFound(SecretId),
    /// The account has as many keys as it may.
    #[error("account {uin} has {limit} access keys, which is the limit: rotate or delete one")]
    TooManyKeys {
        /// The account.
        uin: Uin,
        /// Keys allowed.
        limit: usize,
    },

    /// The account has no such instance.
    #[error("there is no instance `{0}`")]
    InstanceNotFound(String),
    /// The name is in use, in this account or another.
    #[error("the instance name `{0}` is taken")]
    InstanceNameTaken(InstanceName),
    /// The name is the registry's own.
    #[error("the instance name `{0}` is reserved")]
    InstanceNameReserved(InstanceName),
    /// The text is no instance name.
    #[error("{0}")]
    InstanceNameIllegal(InvalidName),
    /// The account has as many instances as it may.
    #[error("account {uin} has {limit} instances, which is the limit: delete one")]
    TooManyInstances {
        /// The account.
        uin: Uin,
        /// Instances allowed.
        limit: u64,
    },
    /// More of something is there than the edition that an instance is to have allows.
    #[error("instance `{instance}` has {used} {quota}, and the {edition} edition allows {limit}")]
    EditionTooSmall {
        /// The instance.
        instance: InstanceId,
        /// The edition that it was to have.
        edition: Edition,
        /// What there are too many of.
        quota: Quota,
        /// How many are there.
        used: u64,
        /// How many the edition allows.
        limit: u64,
    },
    /// An instance that is paid by use was to be renewed, or one that is paid in advance was to become so.
    #[error("Flag: instance `{id}` is paid {}", renewal_hint(*charge_type))]
    WrongRenewal {
        /// The instance.
        id: InstanceId,
        /// How it is paid.
        charge_type: ChargeType,
    },
    /// The calendar ends before the period would.
    #[error("RegistryChargePrepaid.Period: instance `{0}` is paid for until the calendar ends")]
    PaidTooFar(InstanceId),
    /// The instance is not in use now.
    #[error("instance `{id}` is {status}, not Running{}", isolation_hint(*status))]
    InstanceNotRunning {
        /// The instance.
        id: InstanceId,
        /// Its state.
        status: InstanceStatus,
    },
    /// Deletion protection is on.
    #[error("instance `{0}` is protected from deletion: switch DeletionProtection off first")]
    DeletionProtected(InstanceId),

    /// The instance has no such long-term token, or a sub-account asks for one that is not its own.
    #[error("there is no long-term token `{0}`")]
    InstanceTokenNotFound(String),

    /// The instance has no such namespace.
    #[error("there is no namespace `{0}`: create it first")]
    NamespaceNotFound(NamespaceName),
    /// The name is in use.
    #[error("the namespace `{0}` exists already")]
    NamespaceExists(NamespaceName),
    /// Repositories are left in it.
    #[error("the namespace `{name}` holds {repositories} repositories: delete them first")]
    NamespaceNotEmpty {
        /// The namespace.
        name: NamespaceName,
        /// Repositories in it.
        repositories: u64,
    },

    /// The instance has no such service account.
    #[error("there is no service account `{0}`")]
    ServiceAccountNotFound(ServiceAccountName),
    /// The name is in use.
    #[error("the service account `{0}` exists already")]
    ServiceAccountExists(ServiceAccountName),
    /// A value of a service account that breaks a rule.
    #[error("{name}: {rule}")]
    InvalidServiceAccount {
        /// The parameter.
        name: &'static str,
        /// The rule.
        rule: ServiceAccountRule,
    },

    /// The namespace has no such repository.
    #[error("there is no repository `{0}`")]
    RepositoryNotFound(RepositoryName),
    /// The name is in use.
    #[error("the repository `{0}` exists already")]
    RepositoryExists(RepositoryName),
    /// Images are left in it and the caller did not want them gone.
    #[error("the repository `{name}` holds {tags} image versions: delete them first, or set ForceDelete")]
    RepositoryNotEmpty {
        /// The repository.
        name: RepositoryName,
        /// Tags in it.
        tags: u64,
    },

    /// The repository has no such manifest.
    #[error("there is no manifest `{reference}` in `{repository}`")]
    ManifestNotFound {
        /// The tag or digest.
        reference: Reference,
        /// The repository.
        repository: RepositoryName,
    },
    /// The tag points at another manifest, and the caller did not want it moved.
    #[error(
        "the tag `{tag}` of `{repository}` points at another manifest: set Override, or choose another tag"
    )]
    TagExists {
        /// The tag.
        tag: Tag,
        /// The repository.
        repository: RepositoryName,
    },
    /// The config of a manifest is larger than what is shown of one.
    #[error("the config {digest} has {size} bytes, and {limit} are shown at most: pull it as a blob")]
    ConfigTooLarge {
        /// The config.
        digest: Digest,
        /// Bytes it has.
        size: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// An image that is to be copied has more with it than one copy takes.
    #[error("more than {limit} manifests of `{repository}` belong to the image: copy it by a client")]
    TooManyBelongings {
        /// Where the image is.
        repository: RepositoryName,
        /// Manifests allowed.
        limit: usize,
    },
    /// The bytes are no manifest of their type.
    #[error("the manifest is not valid: {0}")]
    InvalidManifest(#[from] InvalidManifest),
    /// The type is none this registry takes.
    #[error("`{0}` is no manifest type this registry takes")]
    UnknownMediaType(String),
    /// The manifest is larger than the limit.
    #[error("the manifest is larger than {limit} bytes")]
    ManifestTooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// The manifest needs content that the repository does not have.
    #[error("the manifest needs content that `{repository}` does not have: {}", list(.missing))]
    ManifestContentMissing {
        /// The repository.
        repository: RepositoryName,
        /// What is missing.
        missing: Vec<Digest>,
    },
    /// The manifest has more descriptors than the limit.
    #[error("the manifest has {found} descriptors: {limit} at most")]
    TooManyLinks {
        /// Descriptors in it.
        found: usize,
        /// Descriptors allowed.
        limit: usize,
    },
    /// Indexes nest deeper than the limit.
    #[error("the index nests {found} deep: {limit} at most")]
    IndexTooDeep {
        /// How deep.
        found: u64,
        /// How deep it may.
        limit: u64,
    },
    /// More tags in one push than the limit.
    #[error("{found} tags in one push are too many: {limit} at most")]
    TooManyPushedTags {
        /// Tags named.
        found: usize,
        /// Tags allowed.
        limit: usize,
    },
    /// Another manifest of the repository needs it.
    #[error("a manifest of `{repository}` needs {digest}: delete that manifest first")]
    ContentInUse {
        /// The repository.
        repository: RepositoryName,
        /// The blob or manifest.
        digest: Digest,
    },
    /// The bytes have another digest.
    #[error("the content has the digest {actual}, not {expected}")]
    DigestMismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of the bytes.
        actual: Digest,
    },

    /// The repository links no such blob.
    #[error("there is no blob {digest} in `{repository}`")]
    BlobNotFound {
        /// The digest.
        digest: Digest,
        /// The repository.
        repository: RepositoryName,
    },
    /// The blob is larger than the limit.
    #[error("the blob is larger than {limit} bytes")]
    BlobTooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// The instance has as many upload sessions as it may.
    #[error(
        "instance `{instance}` has {limit} unfinished uploads, which is the limit: finish or cancel some"
    )]
    TooManyUploads {
        /// The instance's name.
        instance: String,
        /// Sessions allowed.
        limit: u64,
    },
    /// The instance's edition allows no more of something.
    #[error(
        "the {edition} edition of instance `{instance}` allows {limit} {}, and that many are there",
        .quota.things()
    )]
    QuotaExceeded {
        /// The instance.
        instance: InstanceId,
        /// Its edition.
        edition: Edition,
        /// What there are too many of.
        quota: Quota,
        /// How many are allowed.
        limit: u64,
    },
    /// The repository has no such upload session.
    #[error("there is no upload session `{0}`")]
    UploadNotFound(String),
    /// Another request writes to the session now.
    #[error("another request writes to the upload session `{0}`")]
    UploadBusy(String),
    /// The chunk does not begin where the session stands.
    #[error("the upload session stands at byte {received}, the chunk begins at {start}")]
    UploadOutOfOrder {
        /// Bytes acknowledged.
        received: u64,
        /// Where the chunk begins.
        start: u64,
    },
    /// The sender's body broke off.
    #[error("the request's body broke off: {0}")]
    BodyBroken(String),

    /// The metadata store failed.
    #[error(transparent)]
    Store(#[from] wharf_db::Error),
    /// The content store failed.
    #[error(transparent)]
    Content(wharf_blob::Error),
    /// Something that cannot be, was.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// Whether the same call may succeed a little later: a store does not answer, or is asked for too much.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Content(wharf_blob::Error::Unavailable(_)))
    }

    /// Whether the caller did nothing wrong: the message is for the log, not for the caller.
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Content(_) | Self::Internal(_) | Self::WrongMasterKey { .. })
    }
}

impl From<wharf_blob::Error> for Error {
    fn from(error: wharf_blob::Error) -> Self {
        match error {
            wharf_blob::Error::DigestMismatch { expected, actual } => {
                Self::DigestMismatch { expected, actual }
            }
            other => Self::Content(other),
        }
    }
}

fn renewal_hint(charge_type: ChargeType) -> &'static str {
    match charge_type {
        ChargeType::PostPaid => "by use: 1 lets it be paid in advance",
        ChargeType::PrePaid => "in advance: 0 renews it",
    }
}

fn isolation_hint(status: InstanceStatus) -> &'static str {
    match status {
        InstanceStatus::Isolate => {
            ": its paid period has ended, and it only answers pulls until it is renewed"
        }
        _ => "",
    }
}

fn list_names(names: &[StorageName]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn list(digests: &[Digest]) -> String {
    digests.iter().map(Digest::as_str).collect::<Vec<_>>().join(", ")
}
