"""Whether an answer has all that the official SDK's model of it has."""

import re

from tencentcloud.common.abstract_model import AbstractModel

_SIMPLE = {"str": str, "int": int, "bool": bool, "float": (int, float)}


def assert_complete(answer: AbstractModel) -> None:
    """Each field of the SDK's model is there, in full depth, and has the type that the model says."""
    for attribute, value in vars(answer).items():
        name = attribute.removeprefix("_")
        place = f"{type(answer).__name__}.{name}"
        documented = re.search(r":rtype: (.+)", getattr(type(answer), name).__doc__ or "")
        assert documented, f"{place} has no type"
        kind = documented.group(1).strip()
        assert value is not None, f"{place} is missing"
        item = kind.removeprefix("list of ")
        if item != kind:
            assert isinstance(value, list), f"{place} is no list"
        for one in value if item != kind else [value]:
            _check(place, item, one)


def _check(place: str, kind: str, value: object) -> None:
    if kind in _SIMPLE:
        is_switch = isinstance(value, bool)
        assert isinstance(value, _SIMPLE[kind]) and is_switch == (kind == "bool"), f"{place}: {value!r}"
    else:
        assert isinstance(value, AbstractModel), f"{place}: {value!r}"
        assert_complete(value)
