"""cosign with keys of the test's own and without any transparency log."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wharf.cloud import Login
from wharf.program import attempt, go_tool, run
from wharf.ways import Way


@pytest.fixture
def cosign_environment(client_environment: dict[str, str]) -> dict[str, str]:
    return {**client_environment, "COSIGN_PASSWORD": "password-of-the-key"}


@pytest.fixture
def cosign(way: Way, login: Login, cosign_environment: dict[str, str]):
    """Run cosign, logged in, trusting the server's authority."""

    def cosign(*words: object) -> str:
        return run(go_tool("cosign"), *words, environment=cosign_environment)

    cosign("login", way.registry, "--username", login.username, "--password", login.password)
    return cosign


@pytest.fixture
def make_key(cosign_environment: dict[str, str], tmp_path: Path) -> Callable[[str], Path]:
    """Make a key pair and return where it is, without the endings `.key` and `.pub`."""

    def make_key(name: str) -> Path:
        pair = tmp_path / name
        generate = ["generate-key-pair", "--output-key-prefix", pair]
        run(go_tool("cosign"), *generate, environment=cosign_environment)
        return pair

    return make_key


@pytest.fixture
def verify(cosign_environment: dict[str, str]):
    """Whether cosign finds a signature of this key on an image."""

    def verify(key: Path, *words: object) -> bool:
        verify = ["verify", "--key", f"{key}.pub", "--insecure-ignore-tlog=true"]
        ended = attempt(go_tool("cosign"), *verify, *words, environment=cosign_environment)
        return ended.returncode == 0

    return verify
