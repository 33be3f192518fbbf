//! The rules: what an account, instance, namespace, repository and image is, and who may do what to it.
//!
//! Every door — the OCI data plane, the cloud API, the worker, the command line — ends in a function of [`Core`], so a
//! rule holds whichever door was used. A function checks who asks, in the same transaction in which it acts.

mod access;
mod access_keys;
mod accounts;
mod audit;
mod bearer_tokens;
mod blobs;
mod bookmarks;
mod content;
mod core;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod identity;
mod images;
mod instance_move;
mod instance_storage;
mod instance_tokens;
mod instances;
mod key_uses;
mod leases;
mod limits;
mod login_throttle;
mod manifests;
mod memory;
mod namespaces;
mod nonces;
mod operator;
mod passwords;
mod permissions;
mod policies;
mod pulls;
mod queue;
mod quotas;
mod random;
mod rate_limits;
mod referrers;
mod repositories;
mod resource_tags;
mod roles;
mod secrets;
mod service_accounts;
mod service_logins;
mod sessions;
mod signing;
mod storage_move;
mod uploads;

pub use access_keys::{NewAccessKey, SigningCredential};
pub use accounts::{NewAccount, RootPreset};
pub use audit::{AuditSettings, Audited, Refusal};
pub use content::{Content, PulledBlob};
pub use core::Core;
pub use error::Error;
pub use identity::{Caller, Door, Identity, Scope, Target};
pub use images::{Duplication, ImageDescription, ImageFilter, Images};
pub use instance_tokens::{InstanceTokens, NewInstanceToken, TokenChange, TokenKind};
pub use instances::{
    InstanceChanges, InstanceFilter, Instances, NameCheck, NewInstance, PeriodsSettled, Renewal,
};
pub use limits::Limits;
pub use manifests::{PushedManifest, PutManifest};
pub use namespaces::{NamespaceChanges, NamespaceFilter, Namespaces, NewNamespace};
pub use operator::{Operator, Principal};
pub use policies::PolicyHolders;
pub use queue::{EventKind, JobKind, Lane};
pub use rate_limits::{CallRates, RatedCall};
pub use referrers::{Referrers, ReferrersFilter};
pub use repositories::{Catalog, NewRepository, Repositories, RepositoryWords};
pub use resource_tags::{
    ResourceFault, ResourceName, ResourceTag, ResourceTagFilter, TagChanges, TagRule, resource_id,
};
pub use roles::RolePolicies;
pub use secrets::{InvalidMasterKey, MasterKey};
pub use service_accounts::{
    MadeServiceAccount, NewServiceAccount, ServiceAccountChanges, ServiceAccountEnd, ServiceAccountRule,
    ServiceAccounts, ServicePassword, ServicePermissions,
};
pub use sessions::{AssumedRole, FederatedUser, Session, TemporaryCredential};
pub use signing::SigningKeyInfo;
pub use storage_move::MoveProgress;
pub use uploads::{Begun, Finished, UploadStatus};

pub use wharf_blob::{Blob, Finding, Outlet};
pub use wharf_db::{
    Page,
    access_keys::AccessKey,
    accounts::Account,
    audit_events::{AuditEvent, Filter as AuditFilter, Place as AuditPlace, StoredAuditEvent},
    instance_moves::{InstanceMove, MoveState},
    instance_tokens::InstanceToken,
    instances::Instance,
    jobs::Job,
    manifests::{Referrer, StoredManifest},
    namespaces::Namespace,
    policies::StoredPolicy,
    pulls::Pulls,
    repositories::Repository,
    repositories::Sort,
    roles::Role,
    service_accounts::ServiceAccount,
    tags::TaggedImage,
};
