"""oras, logged in to the test's instance."""

import pytest

from wharf.cloud import Login
from wharf.program import go_tool, run
from wharf.ways import Way


@pytest.fixture
def oras(way: Way, login: Login, client_environment: dict[str, str]):
    """Run oras; `side` is what a copy puts before the flags of one of its two registries."""

    def oras(*words: object, side: str = "", **options) -> str:
        plain = [f"--{side}plain-http"] if way.is_plain else []
        return run(go_tool("oras"), *words, *plain, environment=client_environment, **options).strip()

    user = ["--username", login.username, "--password-stdin"]
    assert "Login Succeeded" in oras("login", *user, way.registry, input=login.password)
    return oras
