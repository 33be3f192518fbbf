//! What the audit log is told of a command. A new command says here what it does to what.

use std::os::unix::fs::MetadataExt;

use wharf_core::{AuditEvent, Audited, Core, Refusal};
use wharf_model::Timestamp;

use crate::command_line::{
    AccountCommand, AdminCommand, InstanceCommand, KeyCommand, PolicyCommand, RoleCommand, SigningKeyCommand,
    StorageCommand,
};

impl AdminCommand {
    /// The event of a command that changes something. No argument is a secret.
    pub(super) fn event(&self) -> Option<AuditEvent> {
        let (action, resource) = match self {
            Self::Account(AccountCommand::Create { name, .. }) => {
                ("CreateAccount", format!("account {name}"))
            }
            Self::Account(AccountCommand::Disable { uin }) => ("DisableAccount", format!("account {uin}")),
            Self::Account(AccountCommand::Enable { uin }) => ("EnableAccount", format!("account {uin}")),
            Self::Key(KeyCommand::Create { uin }) => ("CreateKey", format!("account {uin}")),
            Self::Key(KeyCommand::Disable { secret_id }) => ("DisableKey", format!("key {secret_id}")),
            Self::Key(KeyCommand::Enable { secret_id }) => ("EnableKey", format!("key {secret_id}")),
            Self::Key(KeyCommand::Rotate { secret_id }) => ("RotateKey", format!("key {secret_id}")),
            Self::Policy(PolicyCommand::Create { name, .. }) => ("CreatePolicy", format!("policy {name}")),
            Self::Policy(PolicyCommand::Delete { name, .. }) => ("DeletePolicy", format!("policy {name}")),
            Self::Policy(PolicyCommand::Attach { name, uin }) => {
                ("AttachPolicy", format!("account {uin}, policy {name}"))
            }
            Self::Policy(PolicyCommand::Detach { name, uin }) => {
                ("DetachPolicy", format!("account {uin}, policy {name}"))
            }
            Self::Role(RoleCommand::Create { name, .. }) => ("CreateRole", format!("role {name}")),
            Self::Role(RoleCommand::Delete { name, .. }) => ("DeleteRole", format!("role {name}")),
            Self::Role(RoleCommand::Attach { name, policy, .. }) => {
                ("AttachPolicy", format!("role {name}, policy {policy}"))
            }
            Self::Role(RoleCommand::Detach { name, policy, .. }) => {
                ("DetachPolicy", format!("role {name}, policy {policy}"))
            }
            Self::Instance(InstanceCommand::SetCompleteness { id, .. }) => ("SetCompleteness", id.clone()),
            Self::SigningKey(SigningKeyCommand::Rotate) => ("RotateSigningKey", "signing keys".to_owned()),
            Self::SigningKey(SigningKeyCommand::Retire { id }) => {
                ("RetireSigningKey", format!("signing key {id}"))
            }
            Self::Storage(StorageCommand::Migrate) => ("MigrateStorage", "storage".to_owned()),
            Self::Account(AccountCommand::List)
            | Self::Key(KeyCommand::List { .. })
            | Self::Policy(
                PolicyCommand::List { .. } | PolicyCommand::Show { .. } | PolicyCommand::Test(_),
            )
            | Self::Role(RoleCommand::List { .. })
            | Self::Instance(InstanceCommand::Pulls { .. })
            | Self::SigningKey(SigningKeyCommand::List)
            | Self::Storage(StorageCommand::Check { .. } | StorageCommand::Moves)
            | Self::Audit(_) => return None,
        };
        Some(AuditEvent {
            time: Timestamp::now(),
            request_id: None,
            account: None,
            owner: None,
            credential: user(),
            address: None,
            product: "admin".to_owned(),
            action: action.to_owned(),
            region: None,
            resource: Some(resource),
            code: None,
            message: None,
            user_agent: Some(concat!("wharf admin ", env!("CARGO_PKG_VERSION")).to_owned()),
            parameters: None,
        })
    }
}

/// Runs a command, of which `event` tells. A process that ends keeps nothing for later.
pub(super) async fn run(
    core: &Core,
    event: Option<AuditEvent>,
    work: impl Future<Output = Result<(), String>>,
) -> Result<(), String> {
    let Some(event) = event else { return work.await };
    let refusal = |message: &String| {
        Some(Refusal { code: "Failed".to_owned(), message: Some(message.clone()), resource: None })
    };
    let outcome = core.audited(event, Audited::Change, work, refusal).await;
    let noted = core.note_audit_events().await;
    outcome.and(noted.map_err(|error| format!("the audit log could not be written: {error}")))
}

/// The user of this machine who runs the command: the owner of the process.
fn user() -> Option<String> {
    let owner = std::fs::metadata("/proc/self").ok()?;
    Some(format!("uid {}", owner.uid()))
}
