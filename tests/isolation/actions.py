"""Every action of the cloud API that names an instance, as a line of a table.

A new action is a new line here; `test_the_table_is_whole` fails until it is.
"""

from isolation.belongings import REPOSITORY
from wharf.cloud import NAMESPACE

_NAMES = {"NamespaceName": NAMESPACE, "RepositoryName": REPOSITORY.split("/", 1)[1]}

# What an action takes besides the instance's id. An action may be there more than once.
WITH_ONE_INSTANCE = [
    ("CreateInstanceToken", {}),
    ("CreateInstanceToken", {"TokenType": "longterm", "Desc": "intruder"}),
    ("CreateNamespace", {"NamespaceName": "intruder", "IsPublic": True}),
    ("CreateNamespace", {"NamespaceName": NAMESPACE, "IsPublic": True}),
    ("CreateRepository", {**_NAMES, "RepositoryName": "intruder"}),
    ("CreateRepository", _NAMES),
    ("DeleteImage", {**_NAMES, "ImageVersion": "v1"}),
    ("DeleteInstance", {}),
    ("DeleteInstance", {"DeleteBucket": True}),
    ("DeleteInstance", {"DryRun": True}),
    ("DeleteNamespace", {"NamespaceName": NAMESPACE}),
    ("DeleteRepository", {**_NAMES, "ForceDelete": True}),
    ("DescribeImages", _NAMES),
    ("DescribeNamespaces", {}),
    ("DescribeNamespaces", {"NamespaceName": NAMESPACE}),
    ("DescribeRepositories", {}),
    ("DescribeRepositories", _NAMES),
    ("ModifyInstanceStorage", {"TargetRegion": "ap-guangzhou", "TargetStorageName": "archive"}),
    ("ModifyInstanceStorage", {"TargetRegion": "ap-guangzhou", "TargetStorageName": "default"}),
]

# Actions that take several instances, and the name by which they do.
WITH_INSTANCES = [
    ("DescribeInstances", "Registryids"),
    ("DescribeInstanceStatus", "RegistryIds"),
]

INSTANCE_PARAMETERS = {"RegistryId", "RegistryIds", "Registryids", "SourceRegistryId"}
