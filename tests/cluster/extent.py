"""How long and how large these tests are, said in the environment."""

import os


def extent(name: str, default: int) -> int:
    """A number from the environment."""
    return int(os.environ.get(name, default))
