"""What is taken from a sub-account is gone at its next request, whatever it holds by then."""

from dataclasses import dataclass

import pytest

from wharf.account import ROOT, Account
from wharf.cloud import NAMESPACE, Cloud, Instance, Login, refused
from wharf.oci import Registry, assert_refused
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts, allow, deny
from wharf.token_service import TokenService

REPOSITORY = f"{NAMESPACE}/app"
SCOPE = f"repository:{REPOSITORY}:pull,push"


@dataclass(frozen=True)
class Holdings:
    """A sub-account that may do everything, with a login, a bearer token and an upload under way."""

    account: Account
    cloud: Cloud
    login: Login
    by_login: Registry
    by_bearer: Registry
    upload: str


@pytest.fixture
def holdings(server: Server, instance: Instance, registry: Registry, sub_accounts: SubAccounts) -> Holdings:
    SmallImage.make("changes").push(registry, REPOSITORY, "v1")
    account = sub_accounts.create(allow("tcr:*"))
    cloud = Cloud(server, account)
    login = cloud.login(instance, "longterm")
    assert login.username == account.uin
    by_bearer = Registry(server, instance, token=TokenService(server, instance).token(login, SCOPE))
    upload = by_bearer.start_upload(REPOSITORY)
    return Holdings(account, cloud, login, Registry(server, instance, login), by_bearer, upload)


def policy_of(sub_accounts: SubAccounts, account: Account) -> str:
    policies = sub_accounts.admin.ask("policy", "list")
    (name,) = (policy["name"] for policy in policies if account.uin in policy["attached_to"])
    return name


def everything_works(instance: Instance, holdings: Holdings) -> None:
    for registry in (holdings.by_login, holdings.by_bearer):
        assert registry.get_manifest(REPOSITORY, "v1").status_code == 200
        assert registry.get(holdings.upload).status_code == 204
    assert list(holdings.cloud.images(instance, NAMESPACE, "app")) == ["v1"]


def nothing_works(instance: Instance, holdings: Holdings) -> None:
    for registry in (holdings.by_login, holdings.by_bearer):
        assert_refused(registry.get_manifest(REPOSITORY, "v1"), 403, "DENIED")
        assert_refused(registry.send_chunk(holdings.upload, 0, b"more"), 403, "DENIED")
    with refused("UnauthorizedOperation"):
        holdings.cloud.images(instance, NAMESPACE, "app")
    with refused("UnauthorizedOperation"):
        holdings.cloud.login(instance)


def test_a_detached_policy(instance: Instance, holdings: Holdings, sub_accounts: SubAccounts):
    name = policy_of(sub_accounts, holdings.account)
    everything_works(instance, holdings)
    sub_accounts.admin.do("policy", "detach", name, holdings.account.uin)
    nothing_works(instance, holdings)
    sub_accounts.admin.do("policy", "attach", name, holdings.account.uin)
    everything_works(instance, holdings)


def test_a_denial(instance: Instance, holdings: Holdings, sub_accounts: SubAccounts):
    everything_works(instance, holdings)
    denial = sub_accounts.attach(holdings.account, deny("*"))
    nothing_works(instance, holdings)
    sub_accounts.admin.do("policy", "detach", denial, holdings.account.uin)
    everything_works(instance, holdings)


def test_a_disabled_sub_account(instance: Instance, holdings: Holdings, sub_accounts: SubAccounts):
    everything_works(instance, holdings)
    sub_accounts.admin.do("account", "disable", holdings.account.uin)
    for registry in (holdings.by_login, holdings.by_bearer):
        assert_refused(registry.get_manifest(REPOSITORY, "v1"), 401, "UNAUTHORIZED")
        assert_refused(registry.send_chunk(holdings.upload, 0, b"more"), 401, "UNAUTHORIZED")
    with refused("AuthFailure.SecretIdNotFound"):
        holdings.cloud.images(instance, NAMESPACE, "app")
    sub_accounts.admin.do("account", "enable", holdings.account.uin)
    everything_works(instance, holdings)


def test_a_disabled_owner(own_server: Server, own_sub_accounts: SubAccounts):
    admin = own_sub_accounts.admin
    sub = Cloud(own_server, own_sub_accounts.create(allow("*")))
    instance = sub.create_instance("owned")
    # It is the main account's.
    assert Cloud(own_server, ROOT).status(instance) == "Running"
    registry = Registry(own_server, instance, sub.login(instance))
    assert registry.get("/v2/").status_code == 200
    admin.do("account", "disable", ROOT.uin)
    assert_refused(registry.get("/v2/"), 401, "UNAUTHORIZED")
    with refused("AuthFailure.SecretIdNotFound"):
        sub.status(instance)
    admin.do("account", "enable", ROOT.uin)
    assert registry.get("/v2/").status_code == 200


def test_a_token_covers_what_was_allowed_when_it_was_made(
    server: Server, instance: Instance, holdings: Holdings, sub_accounts: SubAccounts
):
    """A scope is cut to what may be done; what is granted later needs a new token."""
    denial = sub_accounts.attach(holdings.account, deny("tcr:PushRepository"))
    tokens = TokenService(server, instance)

    def push() -> int:
        registry = Registry(server, instance, token=token)
        return registry.request("POST", f"{REPOSITORY}/blobs/uploads/").status_code

    token = tokens.token(holdings.login, SCOPE)
    assert push() == 403
    sub_accounts.admin.do("policy", "detach", denial, holdings.account.uin)
    assert push() == 401, "the token does not cover pushes, and the client is told to get another"
    token = tokens.token(holdings.login, SCOPE)
    assert push() == 202
