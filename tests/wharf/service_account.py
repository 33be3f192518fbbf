"""Service accounts, made by the cloud API."""

from wharf.cloud import Cloud, Instance, Login

PULL, PUSH, CREATE = "tcr:PullRepository", "tcr:PushRepository", "tcr:CreateRepository"
CREATE_CHART, DESCRIBE_CHARTS = "tcr:CreateHelmChart", "tcr:DescribeHelmCharts"
ALL = [PULL, PUSH, CREATE, CREATE_CHART, DESCRIBE_CHARTS]

# What may be done, by namespace.
May = dict[str, list[str]]


def permissions(may: May) -> list[dict]:
    """What an account may do, as the API takes it."""
    return [{"Resource": namespace, "Actions": actions} for namespace, actions in may.items()]


def create(cloud: Cloud, instance: Instance, name: str, may: May, **parameters) -> Login:
    """Make a service account and return what it logs in with."""
    made = cloud.call(
        "CreateServiceAccount",
        RegistryId=instance.id,
        Name=name,
        Permissions=permissions(may),
        **parameters,
    )
    return Login(made.Name, made.Password)


def modify(cloud: Cloud, instance: Instance, login: Login, **changes) -> None:
    cloud.call("ModifyServiceAccount", RegistryId=instance.id, Name=login.username, **changes)


def delete(cloud: Cloud, instance: Instance, login: Login) -> None:
    cloud.call("DeleteServiceAccount", RegistryId=instance.id, Name=login.username)


def other_password(cloud: Cloud, instance: Instance, login: Login) -> Login:
    """Give the account a random password."""
    made = cloud.call(
        "ModifyServiceAccountPassword", RegistryId=instance.id, Name=login.username, Random=True
    )
    return Login(login.username, made.Password)
