"""Every action of the cloud API that names an instance, as a line of a table.

A new action is a new line here; `test_the_table_is_whole` fails until it is.
"""

from isolation.belongings import REPOSITORY, SERVICE_ACCOUNT, TAG
from wharf.cloud import NAMESPACE
from wharf.service_account import PULL, permissions

_NAMES = {"NamespaceName": NAMESPACE, "RepositoryName": REPOSITORY.split("/", 1)[1]}
_MAY_PULL = permissions({NAMESPACE: [PULL]})

_SOURCE = {"SourceNamespace": NAMESPACE, "SourceRepo": _NAMES["RepositoryName"], "SourceReference": TAG}

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
    ("DeleteInstanceToken", {"TokenId": "0123456789abcdefghij"}),
    ("DeleteNamespace", {"NamespaceName": NAMESPACE}),
    ("DeleteRepository", {**_NAMES, "ForceDelete": True}),
    ("DeleteRepositoryTags", {**_NAMES, "Tags": [TAG]}),
    ("DescribeImageManifests", {**_NAMES, "ImageVersion": TAG}),
    ("DeleteServiceAccount", {"Name": SERVICE_ACCOUNT}),
    ("DescribeImages", _NAMES),
    ("DescribeInstanceToken", {}),
    ("DescribeNamespaces", {}),
    ("DescribeNamespaces", {"NamespaceName": NAMESPACE}),
    ("DescribeRepositories", {}),
    ("DescribeRepositories", _NAMES),
    ("ModifyInstance", {}),
    ("ModifyInstance", {"RegistryType": "premium", "DeletionProtection": True, "EnableCosVersioning": True}),
    ("RenewInstance", {"RegistryChargePrepaid": {"Period": 1, "RenewFlag": 0}, "Flag": 0}),
    ("RenewInstance", {"RegistryChargePrepaid": {"Period": 1, "RenewFlag": 2}, "Flag": 1}),
    ("ModifyInstanceToken", {"TokenId": "0123456789abcdefghij", "Enable": False}),
    ("ModifyInstanceToken", {"TokenId": "0123456789abcdefghij", "ModifyFlag": 1, "Desc": "intruder"}),
    ("ModifyNamespace", {"NamespaceName": NAMESPACE, "IsPublic": True}),
    ("ModifyNamespace", {"NamespaceName": "absent", "IsPublic": True}),
    ("DuplicateImage", {**_SOURCE, "DestinationTag": "copy"}),
    ("DuplicateImage", {**_SOURCE, "DestinationTag": TAG, "DestinationRepo": "intruder", "Override": True}),
    ("ModifyRepository", {**_NAMES, "BriefDescription": "intruder", "Description": "intruder"}),
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
    ("ModifyInstanceStorage", {"TargetRegion": "ap-guangzhou", "TargetStorageName": "archive"}),
    ("ModifyInstanceStorage", {"TargetRegion": "ap-guangzhou", "TargetStorageName": "default"}),
]

# Actions that say whether there is an instance, instead of refusing one that there is not.
CHECKING_ONE_INSTANCE = ["CheckInstance"]

# Actions that take several instances, and the name by which they do.
WITH_INSTANCES = [
    ("DescribeInstances", "Registryids"),
    ("DescribeInstanceStatus", "RegistryIds"),
]

INSTANCE_PARAMETERS = {"RegistryId", "RegistryIds", "Registryids", "SourceRegistryId"}
