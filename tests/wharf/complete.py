"""Whether an answer of TCR has every field that the API's facts name, each of its type."""

import json
from pathlib import Path

from tencentcloud.common.abstract_model import AbstractModel

FACTS = json.loads((Path(__file__).parents[2] / "spec" / "tcr-2019-09-24.json").read_text())
TYPES = {"string": str, "datetime_iso": str, "datetime": str, "bool": bool, "int64": int, "uint64": int, "float": float}


def assert_complete(action: str, answer: AbstractModel, but: frozenset[str] = frozenset()) -> None:
    """Fail unless the SDK's typed answer of an action is whole, down to what is in its lists.

    Lists may be empty; `but` names fields that may be absent.
    """
    _members(action, answer, FACTS["actions"][action]["output"], but)


def _members(path: str, answer: AbstractModel, fields: list[dict], but: frozenset[str]) -> None:
    known = {name.removeprefix("_") for name in vars(answer)}
    assert {field["name"] for field in fields} <= known, f"{path}: the SDK knows {known}"
    for field in fields:
        if field["name"] not in but:
            _value(f"{path}.{field['name']}", getattr(answer, field["name"]), field["type"], but)


def _value(path: str, value: object, type_name: str, but: frozenset[str]) -> None:
    if type_name.startswith("list<"):
        assert isinstance(value, list), f"{path} is {value!r}"
        for number, item in enumerate(value):
            _value(f"{path}.{number}", item, type_name.removeprefix("list<").removesuffix(">"), but)
    elif type_name in TYPES:
        assert type(value) is TYPES[type_name], f"{path} is {value!r}, not of {type_name}"
    else:
        assert isinstance(value, AbstractModel), f"{path} is {value!r}"
        _members(path, value, FACTS["types"][type_name], but)
