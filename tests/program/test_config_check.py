"""`wharf config check`: says what is wrong before a start does, all of it at once."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from wharf.program import attempt, wharf_binary

GOOD = """
listen = "127.0.0.1:5000"
data_dir = "data"
domain = "localhost"
"""

BAD = """
listen = "nowhere"
domain = "not a domain"
colour = "red"

[limits]
manifest_size = "4 apples"
"""
MISTAKEN_KEYS = ["listen", "domain", "colour", "limits.manifest_size"]


@pytest.fixture
def check(tmp_path: Path):
    """Check a configuration file of this content, in a directory of its own."""

    def check(content: str, **environment: str) -> CompletedProcess[str]:
        file = tmp_path / "wharf.toml"
        file.write_text(content)
        command = [wharf_binary(), "config", "check", "--config", file]
        return attempt(*command, cwd=tmp_path, environment=environment)

    return check


def test_a_good_file(check, tmp_path: Path):
    ended = check(GOOD)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.strip()
    assert [path.name for path in tmp_path.iterdir()] == ["wharf.toml"], "a check makes nothing"


def test_an_empty_file(check):
    assert check("").returncode == 0


def test_every_mistake_is_named(check):
    ended = check(BAD)
    assert ended.returncode == 1
    for key in MISTAKEN_KEYS:
        assert key in ended.stderr


def test_regions_are_told_apart(check):
    ended = check(f'{GOOD}\n[regions]\neast = "1 e"\nwest = "1 w"\n')
    assert ended.returncode == 1
    assert "regions" in ended.stderr and "`east`" in ended.stderr and "`west`" in ended.stderr
    ended = check(f'{GOOD}\n[regions]\nEast = "1 e"\nwest = "w"\n')
    assert "regions.East" in ended.stderr and "regions.west" in ended.stderr
    assert "regions" in check(f"{GOOD}\n[regions]\n").stderr, "no region is no table of regions"
    assert check(f'{GOOD}\n[regions]\neast = "1 e"\n[prepaid]\ngrace = "12h"\n').returncode == 0


def test_a_mistake_in_the_environment_is_named(check):
    ended = check(GOOD.replace("listen", "# listen"), WHARF_LISTEN="nowhere")
    assert ended.returncode == 1
    assert "listen" in ended.stderr.lower()


def test_a_file_that_is_no_toml(check):
    ended = check("listen = = 5")
    assert ended.returncode == 1
    assert "wharf.toml" in ended.stderr


def test_an_absent_file(tmp_path: Path):
    ended = attempt(wharf_binary(), "config", "check", "--config", tmp_path / "absent.toml", cwd=tmp_path)
    assert ended.returncode == 1
    assert "absent.toml" in ended.stderr


def test_a_start_names_the_same_mistakes(tmp_path: Path):
    (tmp_path / "bad.toml").write_text(BAD)
    ended = attempt(wharf_binary(), "serve", "--config", tmp_path / "bad.toml", cwd=tmp_path)
    assert ended.returncode != 0
    for key in MISTAKEN_KEYS:
        assert key in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"], "nothing was made"
