"""Behind a proxy, wrong passwords are counted for the client that the proxy names; a stranger's word does not count."""

from collections.abc import Callable

import pytest

from wharf.account import ROOT
from wharf.cloud import Cloud, Login
from wharf.oci import Registry
from wharf.server import Server

FREE = 5
CLIENT, ANOTHER = "192.0.2.7", "192.0.2.8"


class Behind:
    """Wrong log-ins of one user at a server that trusts these proxies."""

    def __init__(self, server: Server):
        self.server = server
        cloud = Cloud(server, ROOT)
        self.instance = cloud.create_instance("behind")
        self.login = cloud.login(self.instance)

    def try_wrong(self, *forwarded: str) -> int:
        """The status of a wrong log-in that comes with this `X-Forwarded-For`."""
        registry = Registry(self.server, self.instance, Login(self.login.username, "wrong"))
        return registry.get("/v2/", headers={"X-Forwarded-For": ", ".join(forwarded)}).status_code


@pytest.fixture
def behind(make_server: Callable[..., Server]) -> Callable[[str], Behind]:
    return lambda proxies: Behind(make_server().configure(f"trusted_proxies = '{proxies}'").start())


def test_each_client_behind_a_trusted_proxy_waits_for_itself(behind: Callable[[str], Behind]):
    clients = behind("127.0.0.1, 10.0.0.0/8")
    # Another proxy stands between, and what the client says of itself comes first.
    assert [clients.try_wrong("203.0.113.1", CLIENT, "10.1.2.3") for _ in range(FREE)] == [401] * FREE
    assert clients.try_wrong(CLIENT) == 429
    assert clients.try_wrong(ANOTHER) == 401
    assert Registry(clients.server, clients.instance, clients.login).get("/v2/").status_code == 200


def test_a_stranger_cannot_wait_in_anothers_name(behind: Callable[[str], Behind]):
    clients = behind("10.0.0.0/8")
    tried = [clients.try_wrong(f"192.0.2.{number}") for number in range(FREE + 1)]
    assert tried == [401] * FREE + [429]


def test_the_scheme_is_the_one_that_the_proxy_names(behind: Callable[[str], Behind]):
    clients = behind("127.0.0.1")
    registry = Registry(clients.server, clients.instance)
    challenge = registry.get("/v2/", headers={"X-Forwarded-Proto": "https"}).headers["WWW-Authenticate"]
    assert 'realm="https://' in challenge
