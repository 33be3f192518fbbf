"""A certificate from files: served, and taken up again when the files change, without a restart."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wharf.certificates import Authority, Pair
from wharf.handshake import ask, names, secure_connection
from wharf.polling import eventually
from wharf.program import attempt, wharf_binary
from wharf.server import Server

CONFIGURATION = """
[tls]
certificate = "{folder}/served.pem"
key = "{folder}/served.key"
"""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def first(authority: Authority) -> Pair:
    return authority.certify("hub.test", "first.test")


@pytest.fixture
def server(make_server, first: Pair) -> Server:
    """A server with the first certificate."""
    server = make_server()
    put(server, first)
    return server.configure(CONFIGURATION.format(folder=server.directory)).start()


def put(server: Server, pair: Pair) -> None:
    (server.directory / "served.key").write_text(pair.key)
    (server.directory / "served.pem").write_text(pair.certificate)


def served(server: Server, authority: Authority) -> set[object]:
    """The names in the certificate that a new connection gets."""
    with secure_connection(server, "hub.test", authority.file) as secure:
        assert ask(secure) == 200
        return names(secure)


def test_it_is_served(server: Server, authority: Authority):
    assert served(server, authority) == {"hub.test", "first.test"}


def test_it_is_served_under_every_name(server: Server, authority: Authority):
    for name in ("hub.test", "first.test"):
        with secure_connection(server, name, authority.file) as secure:
            assert names(secure) == {"hub.test", "first.test"}


def test_changed_files_are_taken_up(server: Server, authority: Authority):
    """A connection that is open goes on as it began."""
    with secure_connection(server, "hub.test", authority.file) as old:
        assert ask(old) == 200
        put(server, authority.certify("hub.test", "second.test"))
        eventually(
            "the new certificate is served", lambda: served(server, authority) == {"hub.test", "second.test"}
        )
        assert ask(old) == 200


def test_files_put_in_place_by_rename_are_taken_up(server: Server, authority: Authority):
    """So do certbot and Kubernetes: the old file is replaced, not written."""
    pair = authority.certify("hub.test", "renamed.test")
    for name, text in (("served.key", pair.key), ("served.pem", pair.certificate)):
        (server.directory / "new").write_text(text)
        (server.directory / "new").rename(server.directory / name)
    eventually("it is served", lambda: served(server, authority) == {"hub.test", "renamed.test"})


DAMAGES: dict[str, Callable[[Pair, Pair], Pair]] = {
    "no certificate": lambda pair, _: Pair("nonsense", pair.key),
    "half a certificate": lambda pair, _: Pair(pair.certificate[: len(pair.certificate) // 2], pair.key),
    "no key": lambda pair, _: Pair(pair.certificate, ""),
    "another key": lambda pair, other: Pair(pair.certificate, other.key),
}


@pytest.fixture(params=DAMAGES)
def damage(request: pytest.FixtureRequest) -> Callable[[Pair, Pair], Pair]:
    """Breaks a pair, with the help of another."""
    return DAMAGES[request.param]


def test_broken_files_change_nothing(
    server: Server, authority: Authority, damage: Callable[[Pair, Pair], Pair]
):
    second, third = authority.certify("hub.test", "second.test"), authority.certify("hub.test", "third.test")
    put(server, damage(second, third))
    eventually("the log says so", lambda: "certificate is not used" in server.log.read_text())
    assert served(server, authority) == {"hub.test", "first.test"}
    put(server, third)
    eventually("the next one is served", lambda: served(server, authority) == {"hub.test", "third.test"})


def test_absent_files_change_nothing(server: Server, authority: Authority):
    (server.directory / "served.pem").unlink()
    eventually("the log says so", lambda: "certificate is not used" in server.log.read_text())
    assert served(server, authority) == {"hub.test", "first.test"}


def test_no_start_with_broken_files(
    make_server, authority: Authority, first: Pair, damage: Callable[[Pair, Pair], Pair]
):
    server = make_server()
    put(server, damage(first, authority.certify("hub.test")))
    server.configure(CONFIGURATION.format(folder=server.directory))
    ended = attempt(wharf_binary(), "serve", cwd=server.directory, environment=server.environment)
    assert ended.returncode != 0
    assert "tls.certificate" in ended.stderr or "tls.key" in ended.stderr
    assert str(server.directory) in ended.stderr
