"""Calls of reading actions with parameters left to chance, and how many things each must find."""

from dataclasses import dataclass
from random import Random

from wharf.account import Account
from wharf.admin import Admin
from wharf.cloud import Cloud, Instance
from wharf.sdk_signed import Form
from wharf.server import Server

TAG = 'of & all = kinds + % ? # / "quoted" 未命名 🚢 é'

# Characters that mean something to JSON, forms, queries, multipart or shells, and some of every length in UTF-8.
CHARACTERS = " +&=%?#/\\\"'.,;:[]{}<>@!$*()~^`|-_\t\r\n\x01\x7fabcXYZ0189éß未命名テスト\u2028\ufffd🚢𝄞"


@dataclass(frozen=True)
class RandomCall:
    """A call, and the field of its answer that counts what it found."""

    action: str
    parameters: dict
    field: str
    found: object


class Owner:
    """An account with one instance, which has a tag and a namespace."""

    def __init__(self, server: Server, admin: Admin, name: str):
        self.account: Account = admin.create_account(name)
        cloud = Cloud(server, self.account)
        tags = [{"Key": "kind", "Value": TAG}]
        specification = {"ResourceType": "instance", "Tags": tags}
        self.instance: Instance = cloud.create_instance(name, TagSpecification=specification)
        cloud.create_namespace(self.instance, "team")

    def call(self, chance: Random, form: Form) -> RandomCall:
        """A call that this form can say."""
        made = chance.choice([self._instances, self._by_id, self._statuses, self._namespaces, _name, _regions])(chance)
        parameters = made.parameters
        if form.multipart:
            # The SDK sends structures as JSON, and of all else texts only.
            kept = (str, list, dict)
            parameters = {
                name: one if isinstance(one, kept) else str(one) for name, one in parameters.items() if one is not None
            }
        return RandomCall(made.action, parameters, made.field, made.found)

    def _instances(self, chance: Random) -> RandomCall:
        filters = []
        found = 1
        if chance.random() < 0.7:
            is_mine = chance.random() < 0.5
            filters.append({"Name": "Tags", "Values": [f"kind:{TAG}" if is_mine else f"kind:{text(chance)}"]})
            found = int(is_mine)
        if chance.random() < 0.3:
            filters.append({"Name": "RegistryStatus", "Values": ["Running"]})
        if chance.random() < 0.2:
            filters.append({"Name": "RegistryName", "Values": [self.instance.name]})
        chance.shuffle(filters)
        limit = chance.choice([1, 20, "50", None])
        given = {"Filters": filters, "AllRegion": chance.choice([True, False, "true", "False", None])}
        given |= {"Limit": limit, "Offset": chance.choice([0, "0", None])}
        return RandomCall("DescribeInstances", some(chance, given, "Filters"), "TotalCount", found)

    def _by_id(self, chance: Random) -> RandomCall:
        ids = [text(chance) for _ in range(chance.randrange(1, 15))]
        found = chance.randrange(2)
        if found:
            ids.insert(chance.randrange(len(ids) + 1), self.instance.id)
        return RandomCall("DescribeInstances", {"Registryids": ids, "AllRegion": True}, "TotalCount", found)

    def _statuses(self, chance: Random) -> RandomCall:
        ids = [self.instance.id, *(text(chance) for _ in range(chance.randrange(12)))]
        chance.shuffle(ids)
        found = [
            {
                "RegistryId": self.instance.id,
                "Status": "Running",
                "Conditions": [{"Type": "", "Status": "Running", "Reason": ""}],
            }
        ]
        return RandomCall("DescribeInstanceStatus", {"RegistryIds": ids}, "RegistryStatusSet", found)

    def _namespaces(self, chance: Random) -> RandomCall:
        is_there = chance.random() < 0.5
        name = chance.choice(["team", "ea", ""]) if is_there else "!" + text(chance)
        given = {"NamespaceName": name, "Limit": chance.randrange(1, 100), "All": chance.choice([True, None])}
        given |= {"Filters": [], "RegistryId": self.instance.id}
        kept = some(chance, given, "RegistryId", "NamespaceName")
        return RandomCall("DescribeNamespaces", kept, "TotalCount", int(is_there))


def _name(chance: Random) -> RandomCall:
    # No instance has such a name.
    return RandomCall("CheckInstanceName", {"RegistryName": "!" + text(chance)}, "IsValidated", False)


def _regions(_: Random) -> RandomCall:
    return RandomCall("DescribeRegions", {}, "TotalCount", 18)


def text(chance: Random) -> str:
    """A text that may be empty or long."""
    return "".join(chance.choices(CHARACTERS, k=chance.choice([0, 1, 2, 5, 10, 40])))


def some(chance: Random, parameters: dict, *kept: str) -> dict:
    """Some of the parameters, and those that are kept, in any order."""
    names = [name for name in parameters if name in kept or chance.random() < 0.7]
    chance.shuffle(names)
    return {name: parameters[name] for name in names}
