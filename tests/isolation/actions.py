"""Every action of the cloud API that names an instance, as a line of a table.

A new action is a new line here; `test_the_table_is_whole` fails until it is.
"""

from isolation.belongings import REPOSITORY, SERVICE_ACCOUNT
from wharf.cloud import NAMESPACE
from wharf.service_account import PULL, permissions

_NAMES = {"NamespaceName": NAMESPACE, "RepositoryName": REPOSITORY.split("/", 1)[1]}
_MAY_PULL = permissions({NAMESPACE: [PULL]})

# What an action takes besides the instance's id. An action may be there more than once.
WITH_ONE_INSTANCE = [
    ("CreateInstanceToken", {}),
    ("CreateInstanceToken", {"TokenType": "longterm", "Desc": "intruder"}),
    ("CreateNamespace", {"NamespaceName": "intruder", "IsPublic": True}),
    ("CreateNamespace", {"NamespaceName": NAMESPACE, "IsPublic": True}),
    ("CreateRepository", {**_NAMES, "RepositoryName": "intruder"}),
    ("CreateRepository", _NAMES),
    ("CreateServiceAccount", {"Name": "intruder", "Permissions": _MAY_PULL}),
    ("CreateServiceAccount", {"Name": SERVICE_ACCOUNT, "Permissions": _MAY_PULL}),
    ("DeleteImage", {**_NAMES, "ImageVersion": "v1"}),
    ("DeleteInstance", {}),
    ("DeleteInstance", {"DeleteBucket": True}),
    ("DeleteInstance", {"DryRun": True}),
    ("DeleteNamespace", {"NamespaceName": NAMESPACE}),
    ("DeleteRepository", {**_NAMES, "ForceDelete": True}),
    ("DeleteServiceAccount", {"Name": SERVICE_ACCOUNT}),
    ("DescribeImages", _NAMES),
    ("DescribeNamespaces", {}),
    ("DescribeNamespaces", {"NamespaceName": NAMESPACE}),
    ("DescribeRepositories", {}),
    ("DescribeRepositories", _NAMES),
    ("DescribeServiceAccounts", {"All": True, "EmbedPermission": True}),
    (
        "DescribeServiceAccounts",
        {"Filters": [{"Name": "ServiceAccountName", "Values": [SERVICE_ACCOUNT]}]},
    ),
    ("ModifyServiceAccount", {"Name": SERVICE_ACCOUNT, "Disable": True, "Permissions": _MAY_PULL}),
    ("ModifyServiceAccountPassword", {"Name": SERVICE_ACCOUNT, "Random": True}),
    (
        "ModifyServiceAccountPassword",
        {"Name": SERVICE_ACCOUNT, "Random": False, "Password": "Intruder123"},
    ),
]

# Actions that take several instances, and the name by which they do.
WITH_INSTANCES = [
    ("DescribeInstances", "Registryids"),
    ("DescribeInstanceStatus", "RegistryIds"),
]

INSTANCE_PARAMETERS = {"RegistryId", "RegistryIds", "Registryids", "SourceRegistryId"}
