"""skopeo, and the places it copies between."""

from pathlib import Path

import pytest

from wharf.cloud import Instance, Login
from wharf.server import Server
from wharf.skopeo import Skopeo


@pytest.fixture
def skopeo(server: Server, login: Login) -> Skopeo:
    """skopeo logged in to the test's instance, trusting the server's own authority."""
    return Skopeo(server, login)


@pytest.fixture
def by_path(server: Server, instance: Instance) -> str:
    """What a reference to the test's instance starts with where there is no wildcard DNS."""
    return f"docker://{server.address}/{instance.name}"


@pytest.fixture
def pulled(tmp_path: Path) -> Path:
    """Where a pull goes."""
    return tmp_path / "pulled"
