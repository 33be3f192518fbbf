"""Every parameter of every action that there is, in full depth: missing, ill-typed, and beside one that is unknown.

What an action takes is read from `spec/`, so an action that is added is tried without a line here.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pytest

from wharf.account import ROOT
from wharf.program import REPOSITORY
from wharf.server import Server
from wharf.signed_request import SignedRequest

SPECIFICATION = json.loads((REPOSITORY / "spec" / "tcr-2019-09-24.json").read_text())
UNKNOWN = "Colour"

# Values that neither the facts nor the examples give, by the end of the parameter's path.
VALUES = {
    "Filters.Name": {"DescribeInstances": "RegistryName", "DescribeNamespaces": "Tags"},
    "Permissions.Actions": ["tcr:PullRepository"],
    "TagSpecification.ResourceType": {
        "CreateInstance": "instance",
        "CreateNamespace": "namespace",
        "ModifyNamespace": "namespace",
    },
}

ILL_TYPED = {
    "string": [["a list"], {"an": "object"}],
    "datetime_iso": [["a list"], {"an": "object"}],
    "int64": ["many", 1.5, [1]],
    "uint64": ["many", 1.5, -1, [1]],
    "bool": ["perhaps", [True]],
    "list": ["a text", {"an": "object"}],
    "list<string>": ["a text", [{"an": "object"}]],
    "structure": ["a text", ["a list"]],
}


@dataclass(frozen=True)
class Place:
    """A parameter, or a member of a structure in one."""

    action: str
    path: tuple[str | int, ...]
    facts: dict = field(hash=False)

    @property
    def name(self) -> str:
        """As messages name it: `Filters.0.Name`."""
        return ".".join(map(str, self.path))

    @property
    def item(self) -> str:
        """The type of what is in a list, or the type."""
        return self.facts["type"].removeprefix("list<").removesuffix(">")

    @property
    def is_list(self) -> bool:
        return self.facts["type"] != self.item

    @property
    def members(self) -> list["Place"]:
        """The members of a structure, or of the first in a list."""
        path = (*self.path, 0) if self.is_list else self.path
        facts = SPECIFICATION["types"].get(self.item, [])
        return [Place(self.action, (*path, member["name"]), member) for member in facts]

    @property
    def ill_typed(self) -> list:
        """Values of other types."""
        kind = self.facts["type"]
        if kind not in ILL_TYPED:
            kind = "list" if self.is_list else "structure"
        return ILL_TYPED[kind]

    def sample(self) -> object:
        """A value that is taken, with no more in it than must be."""
        known = VALUES.get(".".join(part for part in self.path if isinstance(part, str)))
        if isinstance(known, dict):
            known = known.get(self.action)
        if known is None and not self.members:
            known = self._in_example()
        if known is not None:
            return copy.deepcopy(known)
        if self.members:
            one = {member.path[-1]: member.sample() for member in self.members if member.facts.get("required")}
        else:
            one = self._simple()
        return [one] if self.is_list else one

    def _in_example(self) -> object:
        """The value in the reference's examples, which name nothing that is here."""
        for one in SPECIFICATION["actions"][self.action].get("examples", []):
            value = one["request"].get("json", {})
            for part in self.path:
                value = _part(value, part)
            if value is not None:
                return value
        return None

    def _simple(self) -> object:
        if self.facts.get("values"):
            return self.facts["values"][0]
        if self.item in ("int64", "uint64"):
            return self.facts.get("least", 1)
        return {"bool": True, "datetime_iso": "2030-01-01T00:00:00+08:00"}.get(self.item, "absent")


def _part(value: object, part: str | int) -> object:
    if isinstance(part, int):
        return value[part] if isinstance(value, list) and len(value) > part else None
    return value.get(part) if isinstance(value, dict) else None


@cache
def parameters(action: str) -> list[Place]:
    return [Place(action, (facts["name"],), facts) for facts in SPECIFICATION["actions"][action]["input"]]


def places(action: str) -> Iterator[Place]:
    """The parameters, and all that can be in them."""
    waiting = list(parameters(action))
    while waiting:
        place = waiting.pop()
        yield place
        waiting += place.members


def request(place: Place) -> tuple[dict, dict, str | int]:
    """Parameters that are taken, with `place` in them; the object that holds it, and by which key."""
    action = parameters(place.action)
    whole = {one.path[0]: one.sample() for one in action if one.facts.get("required")}
    holder, here = whole, next(one for one in action if one.path == place.path[:1])
    while here.path != place.path:
        key = here.path[-1]
        holder[key] = here.sample()
        holder = holder[key][0] if here.is_list else holder[key]
        here = next(one for one in here.members if one.path == place.path[: len(one.path)])
    holder[place.path[-1]] = here.sample()
    return whole, holder, place.path[-1]


@pytest.fixture(scope="module")
def actions(server: Server) -> list[str]:
    """All that the server has: the others are refused before their parameters are looked at."""
    codes = {name: ask(server, name, {UNKNOWN: 1})[0] for name in SPECIFICATION["actions"]}
    known = [name for name, code in codes.items() if code != "UnsupportedOperation"]
    assert len(known) > 15
    return known


def ask(server: Server, action: str, sent: dict) -> tuple[str | None, str]:
    answer = SignedRequest(ROOT, action, sent).send(server)
    return answer.code, "" if answer.code is None else answer.message


def wrong(server: Server, place: Place, sent: dict, code: str, name: str) -> list[str]:
    """What is wrong with the answer, when it has not this code or does not name the parameter."""
    found, message = ask(server, place.action, sent)
    if found == code and f"`{name}`" in message:
        return []
    return [f"{place.action} {json.dumps(sent)}: {found}: {message}"]


def test_what_must_be_there(server: Server, actions: list[str]):
    faults, tried = [], 0
    for action in actions:
        for place in places(action):
            if place.facts.get("required"):
                sent, holder, key = request(place)
                del holder[key]
                faults += wrong(server, place, sent, "MissingParameter", place.name)
                tried += 1
    assert (faults, tried > len(actions)) == ([], True)


def test_what_is_of_another_type(server: Server, actions: list[str]):
    faults = []
    for action in actions:
        for place in places(action):
            for value in place.ill_typed:
                sent, holder, key = request(place)
                holder[key] = value
                name = place.name
                if isinstance(value, list) and place.is_list:
                    name = f"{name}.0"
                faults += wrong(server, place, sent, "InvalidParameter", name)
    assert faults == []


def test_what_there_is_not(server: Server, actions: list[str]):
    """Beside each parameter, and beside each member of a structure in one."""
    faults = []
    for action in actions:
        assert ask(server, action, {UNKNOWN: 1})[0] == "UnknownParameter"
        for place in places(action):
            sent, holder, _ = request(place)
            holder[UNKNOWN] = "red"
            name = ".".join(map(str, [*place.path[:-1], UNKNOWN]))
            faults += wrong(server, place, sent, "UnknownParameter", name)
    assert faults == []
