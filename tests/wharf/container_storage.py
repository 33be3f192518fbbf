"""A pytest plugin: image storage for podman and buildah."""

import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture
def storage() -> Iterator[list[str]]:
    """Flags for image storage of the test's own, without any kernel file system.

    podman takes paths of 50 characters at most, which pytest's own are not.
    """
    with tempfile.TemporaryDirectory(prefix="podman-") as folder:
        yield ["--root", f"{folder}/storage", "--runroot", f"{folder}/run", "--storage-driver", "vfs"]
