"""Answers of the official SDK as its own models describe them."""

import re
from collections.abc import Iterator

from tencentcloud.common.abstract_model import AbstractModel

MEMBER = re.compile(r":type (\w+): (?:list of )?(\S+)")
PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float)}


def incomplete(answer: AbstractModel, path: str = "") -> Iterator[str]:
    """What a typed answer lacks: members that are not there, or are not of the type that the model documents."""
    documented = dict(MEMBER.findall(type(answer).__init__.__doc__ or ""))
    members = {name.removeprefix("_"): value for name, value in vars(answer).items()}
    assert documented.keys() == members.keys(), f"the documentation of {type(answer).__name__} is not understood"
    for name, value in members.items():
        place, expected = f"{path}.{name}".lstrip("."), PLAIN.get(documented[name])
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, AbstractModel):
                yield from incomplete(item, place)
            elif expected is None or not isinstance(item, expected) or (expected is int and isinstance(item, bool)):
                yield f"{place}: {item!r} is no {documented[name]}"


def assert_complete(answer: AbstractModel) -> None:
    assert list(incomplete(answer)) == []
