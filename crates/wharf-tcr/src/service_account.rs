//! Service accounts of an instance: log-ins for machines.

use wharf_cloudapi::{Action, Call, choice, input, output};
use wharf_core::{
    Error, NewServiceAccount, Page, ServiceAccount, ServiceAccountChanges, ServiceAccountEnd,
    ServiceAccountRule, ServicePassword, ServicePermissions,
};
use wharf_model::ServiceActions;

use crate::{
    instance::{Done, instance_id},
    paging,
};

choice! {
    /// What a service account may be let do in a namespace.
    pub struct PermittedAction(ServiceActions): String {
        "tcr:PullRepository" => ServiceActions::PULL,
        "tcr:PushRepository" => ServiceActions::PUSH,
        "tcr:CreateRepository" => ServiceActions::CREATE,
        "tcr:CreateHelmChart" => ServiceActions::CREATE_CHART,
        "tcr:DescribeHelmCharts" => ServiceActions::DESCRIBE_CHARTS,
    }

    /// What a listing of service accounts can be cut down by.
    pub struct ServiceAccountFilterName(()): String { "ServiceAccountName" => () }
}

input! {
    /// What a service account may do in a namespace.
    pub struct Permission {
        /// The namespace's name.
        resource: String = "Resource",
        /// What may be done there.
        actions: Vec<PermittedAction> = "Actions" in 1..,
    }

    /// A condition of the listing: the names that pass.
    pub struct Filter {
        /// What it looks at.
        name: ServiceAccountFilterName = "Name",
        /// Whole names, with or without `tcr$`.
        values: Vec<String> = "Values" in 1..=100,
    }

    /// Makes a service account, a log-in for machines, with a random password that is shown once; see
    /// [service-accounts.md](../service-accounts.md).
    pub struct CreateServiceAccount {
        /// In which instance.
        registry_id: String = "RegistryId",
        /// Its name; `tcr$` is put before it.
        name: String = "Name",
        /// What it may do.
        permissions: Vec<Permission> = "Permissions" in 1..,
        /// What it is for.
        description: Option<String> = "Description" in ..=1_000,
        /// Days until it ends, -1 for never. It goes over `ExpiresAt`.
        duration: Option<i64> = "Duration",
        /// When it ends, in milliseconds since 1970, -1 for never.
        expires_at: Option<i64> = "ExpiresAt",
        /// Whether it does not work yet.
        disable: Option<bool> = "Disable",
    }
}

output! {
    /// What [`CreateServiceAccount`] answers.
    pub struct CreateServiceAccountOutput {
        name: String = "Name",
        password: String = "Password",
        expires_at: i64 = "ExpiresAt",
        create_time: String = "CreateTime",
    }
}

impl Action for CreateServiceAccount {
    const NAME: &'static str = "CreateServiceAccount";
    type Output = CreateServiceAccountOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let new = NewServiceAccount {
            name: self.name.parse()?,
            permissions: granted(self.permissions)?,
            description: self.description.unwrap_or_default(),
            end: ServiceAccountEnd::read(self.duration, self.expires_at, call.operator.time)?,
            disabled: self.disable.unwrap_or(false),
        };
        let made =
            call.core.create_service_account(call.operator, instance_id(&self.registry_id)?, new).await?;
        Ok(CreateServiceAccountOutput {
            name: made.name.to_string(),
            password: made.password,
            expires_at: ServiceAccountEnd::milliseconds(made.expires_at),
            create_time: made.created_at.to_china_time(),
        })
    }
}

fn granted(permissions: Vec<Permission>) -> Result<ServicePermissions, Error> {
    let read = |permission: Permission| {
        let actions = permission.actions.into_iter().map(|PermittedAction(action)| action);
        Ok((permission.resource.parse()?, actions.fold(ServiceActions::NONE, |all, action| all | action)))
    };
    permissions.into_iter().map(read).collect()
}

input! {
    /// Lists service accounts by name, or those with these whole names.
    pub struct DescribeServiceAccounts {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Whether all are shown, whatever the page.
        all: Option<bool> = "All",
        /// Whether what they may do is shown.
        embed_permission: Option<bool> = "EmbedPermission",
        /// `ServiceAccountName`: whole names.
        filters: Option<Vec<Filter>> = "Filters",
        /// Service accounts left out at the start.
        offset: Option<i64> = "Offset" in 0..,
        /// Service accounts on a page, 100 at most.
        limit: Option<i64> = "Limit" in 1..,
    }
}

output! {
    /// What [`DescribeServiceAccounts`] answers.
    pub struct DescribeServiceAccountsOutput {
        service_accounts: Vec<ShownServiceAccount> = "ServiceAccounts",
        total_count: u64 = "TotalCount",
    }

    /// A service account.
    pub struct ShownServiceAccount {
        name: String = "Name",
        description: String = "Description",
        disable: bool = "Disable",
        expires_at: i64 = "ExpiresAt",
        create_time: String = "CreateTime",
        update_time: String = "UpdateTime",
        permissions: Vec<ShownPermission> = "Permissions",
    }

    /// What a service account may do in a namespace.
    pub struct ShownPermission {
        resource: String = "Resource",
        actions: Vec<String> = "Actions",
    }
}

impl Action for DescribeServiceAccounts {
    const NAME: &'static str = "DescribeServiceAccounts";
    type Output = DescribeServiceAccountsOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = if self.all.unwrap_or(false) { Page::ALL } else { paging::rows(self.offset, self.limit) };
        let mut names = None;
        for filter in self.filters.unwrap_or_default() {
            // Values of one name are alternatives, in one condition or in several.
            let names: &mut Vec<_> = names.get_or_insert_default();
            // What can be no name is nobody's.
            names.extend(filter.values.iter().filter_map(|name| name.parse().ok()));
        }
        let with_permissions = self.embed_permission.unwrap_or(false);
        let instance = instance_id(&self.registry_id)?;
        let found =
            call.core.list_service_accounts(call.operator, instance, names, with_permissions, page).await?;
        let service_accounts = found.page.into_iter().map(|(account, may)| info(account, may)).collect();
        Ok(DescribeServiceAccountsOutput { service_accounts, total_count: found.total })
    }
}

fn info(account: ServiceAccount, permissions: ServicePermissions) -> ShownServiceAccount {
    let permissions = permissions.into_iter().map(|(namespace, actions)| ShownPermission {
        resource: namespace.to_string(),
        actions: actions.names().map(str::to_owned).collect(),
    });
    ShownServiceAccount {
        name: account.name.to_string(),
        description: account.description,
        disable: !account.enabled,
        expires_at: ServiceAccountEnd::milliseconds(account.expires_at),
        create_time: account.created_at.to_china_time(),
        update_time: account.updated_at.to_china_time(),
        permissions: permissions.collect(),
    }
}

input! {
    /// Changes what is given of a service account, from its next request on. Permissions replace those that
    /// it had.
    pub struct ModifyServiceAccount {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Its name, with or without `tcr$`.
        name: String = "Name",
        /// What it is for.
        description: Option<String> = "Description" in ..=1_000,
        /// Days from now until it ends, -1 for never. It goes over `ExpiresAt`.
        duration: Option<i64> = "Duration",
        /// When it ends, in milliseconds since 1970, -1 for never.
        expires_at: Option<i64> = "ExpiresAt",
        /// Whether it does not work.
        disable: Option<bool> = "Disable",
        /// All that it may do.
        permissions: Option<Vec<Permission>> = "Permissions" in 1..,
    }
}

impl Action for ModifyServiceAccount {
    const NAME: &'static str = "ModifyServiceAccount";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let changes = ServiceAccountChanges {
            description: self.description,
            end: ServiceAccountEnd::read(self.duration, self.expires_at, call.operator.time)?,
            disabled: self.disable,
            permissions: self.permissions.map(granted).transpose()?,
        };
        let (instance, name) = (instance_id(&self.registry_id)?, self.name.parse()?);
        call.core.modify_service_account(call.operator, instance, name, changes).await?;
        Ok(Done {})
    }
}

input! {
    /// Gives a service account another password, random or chosen. What logged in by the one before is
    /// refused from its next request on.
    pub struct ModifyServiceAccountPassword {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Its name, with or without `tcr$`.
        name: String = "Name",
        /// Whether the password is made; then none that is given counts.
        random: bool = "Random",
        /// The password: 8 to 20 characters, letters of both cases and a digit among them.
        password: Option<String> = "Password",
    }
}

output! {
    /// What [`ModifyServiceAccountPassword`] answers.
    pub struct ModifyServiceAccountPasswordOutput {
        password: String = "Password",
    }
}

impl Action for ModifyServiceAccountPassword {
    const NAME: &'static str = "ModifyServiceAccountPassword";
    type Output = ModifyServiceAccountPasswordOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let password = match (self.random, self.password) {
            (true, _) => ServicePassword::Random,
            (false, Some(password)) => ServicePassword::Chosen(password),
            (false, None) => {
                let rule = ServiceAccountRule::PasswordMissing;
                return Err(Error::InvalidServiceAccount { name: "Password", rule });
            }
        };
        let (instance, name) = (instance_id(&self.registry_id)?, self.name.parse()?);
        let password =
            call.core.set_service_account_password(call.operator, instance, name, password).await?;
        Ok(ModifyServiceAccountPasswordOutput { password })
    }
}

input! {
    /// Removes a service account. What logged in by it is refused from its next request on.
    pub struct DeleteServiceAccount {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Its name, with or without `tcr$`.
        name: String = "Name",
    }
}

impl Action for DeleteServiceAccount {
    const NAME: &'static str = "DeleteServiceAccount";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let (instance, name) = (instance_id(&self.registry_id)?, self.name.parse()?);
        call.core.delete_service_account(call.operator, instance, name).await?;
        Ok(Done {})
    }
}
