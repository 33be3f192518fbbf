"""Waiting for something that happens in its own time."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def eventually(what: str, look: Callable[[], Found], seconds: float = 20, pause: float = 0.05) -> Found:
    """Call `look` until it returns something true and return that; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}; last answer: {found!r}")
        time.sleep(pause)
