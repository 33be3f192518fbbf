"""Who may do what is one answer of all processes: wrong passwords, signing keys, accounts."""

import time

from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, Login, refused
from wharf.cluster import Cluster
from wharf.json_web_token import header_of
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.token_service import TokenService

# So many wrong passwords in a row are free, see tests/access.
FREE = 5
SCOPE = f"repository:{NAMESPACE}/web:pull,push"
SECONDS_TO_RETIRE = 1.0


def token_services(cluster: Cluster, instance: Instance) -> list[TokenService]:
    return [TokenService(server, instance) for server in cluster.servers]


def opens(tokens: TokenService, bearer: str) -> int:
    """The status that a bearer token gets for the beginning of a push."""
    return tokens.open(bearer).request("POST", f"{NAMESPACE}/web/blobs/uploads/").status_code


def test_a_name_that_has_to_wait_waits_everywhere(cluster: Cluster, instance: Instance, login: Login):
    wrong = Login(login.username, "wrong")
    first, *others = cluster.registries(instance, wrong)
    for _ in range(FREE):
        assert_refused(first.get("/v2/"), 401, "UNAUTHORIZED")
    for other in others:
        # Where the wait is just over, this failure begins a longer one.
        assert first.get("/v2/").status_code in (401, 429)
        right = Registry(other.server, instance, login)
        assert_refused(right.get("/v2/"), 429, "TOOMANYREQUESTS")


def test_failures_at_different_processes_count_together(cluster: Cluster, instance: Instance, login: Login):
    registries = cluster.registries(instance, Login(login.username, "wrong"))
    answers = [registries[number % 3].get("/v2/").status_code for number in range(FREE + 1)]
    assert answers == [401] * FREE + [429]


def test_a_new_signing_key_is_known_everywhere_at_once(cluster: Cluster, instance: Instance, login: Login):
    services = token_services(cluster, instance)
    for signing in services:
        new = Admin(signing.server).ask("signing-key", "rotate")["id"]

        def bearer_of_new(signing: TokenService = signing, new: str = new) -> str | None:
            bearer = signing.token(login, SCOPE)
            return bearer if header_of(bearer)["kid"] == new else None

        bearer = eventually("it signs with the new key", bearer_of_new)
        for service in services:
            assert opens(service, bearer) == 202


def test_a_retired_key_opens_nothing_within_a_second(
    cluster: Cluster, instance: Instance, cloud: Cloud, login: Login
):
    admin, services = Admin(cluster.servers[0]), token_services(cluster, instance)
    bearer = services[0].token(login, SCOPE)
    old = header_of(bearer)["kid"]
    new = admin.ask("signing-key", "rotate")["id"]
    for service in services:
        assert opens(service, bearer) == 202
        eventually("it signs with the new key", lambda s=service: header_of(s.token(login, SCOPE))["kid"] == new)
    admin.do("signing-key", "retire", old)
    retired = time.monotonic()
    for service in services:
        eventually("the old token is refused", lambda service=service: opens(service, bearer) == 401)
    assert time.monotonic() - retired < SECONDS_TO_RETIRE


def test_a_disabled_account_is_out_everywhere(cluster: Cluster):
    admin = Admin(cluster.servers[0])
    account = admin.create_account("leaving")
    clouds = [Cloud(server, account) for server in cluster.servers]
    for cloud in clouds:
        assert cloud.call("DescribeInstances").TotalCount == 0
    admin.do("account", "disable", account.uin)
    for cloud in clouds:
        with refused("AuthFailure.SecretIdNotFound"):
            cloud.call("DescribeInstances")
