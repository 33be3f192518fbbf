use clap::{Args, Parser, Subcommand};

/// A container registry that speaks Tencent Container Registry's API
#[derive(Debug, Parser)]
#[command(name = "wharf", version, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) settings: SettingFlags,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Settings given on the command line. They are stronger than the file, and the file than the environment.
#[derive(Debug, Default, Args)]
pub(crate) struct SettingFlags {
    /// The configuration file [default: wharf.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<String>,
    /// The address to listen at [default: 127.0.0.1:5000]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// The folder that everything is kept in [default: ./data]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) data_dir: Option<String>,
    /// The metadata store [default: sqlite:DATA_DIR/wharf.db]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// The content store [default: file:DATA_DIR/content]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) storage_url: Option<String>,
    /// The suffix of instance domains [default: localhost]
    #[arg(long, global = true, value_name = "DOMAIN")]
    pub(crate) domain: Option<String>,
    /// The address by which clients reach this registry, where it is not the listener's
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) public_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the registry and its API
    Serve,
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Manage accounts and access keys, also while the server runs
    Admin(Admin),
    /// Print the version
    Version,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Name every mistake in the configuration
    Check,
}

#[derive(Debug, Args)]
pub(crate) struct Admin {
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: AdminCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Access keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Permission policies of sub-accounts
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Roles: what others may do for a time, by temporary credentials
    #[command(subcommand)]
    Role(RoleCommand),
    /// Instances
    #[command(subcommand)]
    Instance(InstanceCommand),
    /// The keys that sign tokens
    #[command(subcommand)]
    SigningKey(SigningKeyCommand),
    /// The content store
    #[command(subcommand)]
    Storage(StorageCommand),
    /// The audit log: who did what to what, from where, with which result
    #[command(subcommand)]
    Audit(AuditCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List events, the last first
    List {
        #[command(flatten)]
        filter: AuditFilterFlags,
        /// How many at most
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// Only those before this one, by its id
        #[arg(long, value_name = "ID")]
        before: Option<String>,
    },
    /// Print events as JSON, one a line, the first first
    Export {
        #[command(flatten)]
        filter: AuditFilterFlags,
        /// Only those after this one, by its id
        #[arg(long, value_name = "ID")]
        after: Option<String>,
    },
}

/// Which events are meant.
#[derive(Debug, Args)]
pub(crate) struct AuditFilterFlags {
    /// From this time on: 2026-01-31T12:00:00Z, or so long ago: 7d, 12h
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// By this account
    #[arg(long, value_name = "UIN")]
    pub(crate) account: Option<String>,
    /// Of this action, such as CreateInstance or PushManifest
    #[arg(long)]
    pub(crate) action: Option<String>,
    /// To what begins so: INSTANCE/NAMESPACE/REPOSITORY:TAG
    #[arg(long)]
    pub(crate) resource: Option<String>,
    /// With this result: ok, or an error's code
    #[arg(long)]
    pub(crate) code: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StorageCommand {
    /// Try all that is needed of a content store, step by step
    Check {
        /// One of `[stores]` [default: the store of `storage_url`]
        #[arg(long, value_name = "NAME")]
        store: Option<String>,
    },
    /// List the instances whose content is on its way to another store, or got there but for missing blobs
    Moves,
    /// Move all content from `storage.previous` to `storage_url`, while servers that have both settings serve
    Migrate,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InstanceCommand {
    /// Set what of a manifest's content must be there before the manifest
    SetCompleteness {
        /// The instance's id
        id: String,
        /// strict: everything; sparse-indexes: of an index nothing; sparse: nothing
        completeness: String,
    },
    /// Tell how often and when repositories and tags were pulled
    Pulls {
        /// The instance's id
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SigningKeyCommand {
    /// List the keys, the newest first: that one signs, all verify
    List,
    /// Make a key that signs from now on
    Rotate,
    /// Remove a key that no longer signs, and with it what it signed
    Retire {
        /// The key's id
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// List the accounts
    List,
    /// Make an account with an access key and a console password, which are shown once
    Create {
        /// What people call it
        name: String,
        /// Make it a sub-account of this main account: it may do there what its policies allow
        #[arg(long, value_name = "UIN")]
        owner: Option<String>,
    },
    /// Stop the keys and tokens of an account and its sub-accounts at once
    Disable {
        /// The account's number
        uin: String,
    },
    /// Let a disabled account's keys and tokens work again
    Enable {
        /// The account's number
        uin: String,
    },
}

/// Whose policy or role is meant.
#[derive(Debug, Args)]
pub(crate) struct Owner {
    /// The main account that it belongs to [default: the root account]
    #[arg(long = "owner", value_name = "UIN")]
    pub(crate) uin: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Make a policy from a document
    Create {
        /// What people call it
        name: String,
        /// The file with the document, or `-` for the standard input
        document: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// List the policies, and whom they are attached to
    List {
        /// Only those of this main account
        #[arg(long, value_name = "UIN")]
        owner: Option<String>,
    },
    /// Print a policy's document
    Show {
        /// The policy's name
        name: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Remove a policy that is attached to nobody
    Delete {
        /// The policy's name
        name: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Attach a policy to a sub-account of its main account
    Attach {
        /// The policy's name
        name: String,
        /// The sub-account's number
        uin: String,
    },
    /// Detach a policy from a sub-account
    Detach {
        /// The policy's name
        name: String,
        /// The sub-account's number
        uin: String,
    },
    /// Tell what policies say of a request, and why; documents are tested without a registry
    Test(PolicyTest),
}

#[derive(Debug, Subcommand)]
pub(crate) enum RoleCommand {
    /// Make a role, which may do nothing until a policy is attached to it
    Create {
        /// What people call it
        name: String,
        /// The file with the document that says who may assume it, or `-` for the standard input
        trust: String,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// List the roles, and the policies that each has
    List {
        /// Only those of this main account
        #[arg(long, value_name = "UIN")]
        owner: Option<String>,
    },
    /// Remove a role, whose temporary credentials stop at once
    Delete {
        /// The role's name
        name: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Attach a policy of its main account to a role
    Attach {
        /// The role's name
        name: String,
        /// The policy's name
        policy: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Detach a policy from a role
    Detach {
        /// The role's name
        name: String,
        /// The policy's name
        policy: String,
        #[command(flatten)]
        owner: Owner,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PolicyTest {
    /// A file with a policy document, or `-` for the standard input; may be given several times
    #[arg(long = "document", value_name = "FILE", required_unless_present = "uin")]
    pub(crate) documents: Vec<String>,
    /// Test the policies that are attached to this sub-account
    #[arg(long, conflicts_with_all = ["documents", "owner"])]
    pub(crate) uin: Option<String>,
    /// The main account that the documents belong to [default: the root account]
    #[arg(long, value_name = "UIN")]
    pub(crate) owner: Option<String>,
    /// The action, such as tcr:PullRepository
    #[arg(long)]
    pub(crate) action: String,
    /// The resource, such as qcs::tcr:ap-guangzhou::repository/tcr-abcd1234/team/app, or *
    #[arg(long)]
    pub(crate) resource: String,
    /// The address that the request comes from [default: none that is known]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) ip: Option<String>,
    /// When the request comes [default: now]
    #[arg(long)]
    pub(crate) time: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List the access keys
    List {
        /// Only this account's
        #[arg(long)]
        uin: Option<String>,
    },
    /// Give an account another access key, which is shown once
    Create {
        /// The account's number
        uin: String,
    },
    /// Stop an access key at once
    Disable {
        /// The key's SecretId
        secret_id: String,
    },
    /// Let a disabled access key work again
    Enable {
        /// The key's SecretId
        secret_id: String,
    },
    /// Put a new access key, which is shown once, in the place of another, which stops at once
    Rotate {
        /// The old key's SecretId
        secret_id: String,
    },
}
