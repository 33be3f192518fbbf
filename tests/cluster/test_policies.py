"""What is taken from a sub-account is gone at every process when the command that took it has ended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wharf.account import Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.cluster import Cluster, MakeCluster
from wharf.oci import Registry
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts, allow

REPOSITORY = f"{NAMESPACE}/app"


@pytest.fixture
def cluster(make_cluster: MakeCluster) -> Cluster:
    return make_cluster(size=2).start()


def pull(registry: Registry) -> int:
    return registry.get_manifest(REPOSITORY, "v1").status_code


def detach(admin: Admin, account: Account) -> Callable[[], object]:
    """Detach the account's policy; the answer attaches it again."""
    policies = admin.ask("policy", "list")
    (name,) = (policy["name"] for policy in policies if account.uin in policy["attached_to"])
    admin.do("policy", "detach", name, account.uin)
    return lambda: admin.do("policy", "attach", name, account.uin)


def disable(admin: Admin, account: Account) -> Callable[[], object]:
    """Disable the account; the answer enables it again."""
    admin.do("account", "disable", account.uin)
    return lambda: admin.do("account", "enable", account.uin)


@pytest.mark.parametrize(
    ("take", "status", "code"),
    [(detach, 403, "UnauthorizedOperation"), (disable, 401, "AuthFailure.SecretIdNotFound")],
    ids=["detached policy", "disabled sub-account"],
)
def test_gone_at_the_next_request(
    cluster: Cluster,
    cloud: Cloud,
    registries: list[Registry],
    instance: Instance,
    tmp_path: Path,
    take: Callable[[Admin, Account], Callable[[], object]],
    status: int,
    code: str,
):
    SmallImage.make("cluster of policies").push(registries[0], REPOSITORY, "v1")
    admin = Admin(cluster.servers[0])
    account = SubAccounts(admin, tmp_path).create(allow("tcr:*"))
    clouds = [Cloud(server, account) for server in cluster.servers]
    views = cluster.registries(instance, clouds[0].login(instance))
    for _ in range(3):
        # Twice, so that it is in the memory of both processes.
        assert [pull(view) for view in views * 2] == [200] * 4
        give_back = take(admin, account)
        assert [pull(view) for view in views * 2] == [status] * 4
        for each in clouds:
            with refused(code):
                each.images(instance, NAMESPACE, "app")
        give_back()
        assert [pull(view) for view in views] == [200, 200]
        for each in clouds:
            assert list(each.images(instance, NAMESPACE, "app")) == ["v1"]
