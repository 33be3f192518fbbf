"""What is taken back through one process is had through none, from the moment that it is said to be taken back."""

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.cluster import Cluster
from wharf.oci import Registry
from wharf.small_image import SmallImage
from wharf.token_service import TokenService

REPOSITORY = f"{NAMESPACE}/web"
SCOPE = f"repository:{REPOSITORY}:pull,push"


@pytest.fixture
def image(registries: list[Registry]) -> SmallImage:
    return SmallImage.make("taken back").push(registries[0], REPOSITORY, "v1")


def statuses(views: list[Registry]) -> set[int]:
    """How all of them answer a pull, twice each: the second may come from memory."""
    return {view.get_manifest(REPOSITORY, "v1").status_code for view in views for _ in range(2)}


@pytest.mark.parametrize("way", ["disabled", "deleted"])
def test_a_long_term_token(cluster: Cluster, instance: Instance, image: SmallImage, way: str):
    clouds = cluster.clouds()
    for number, cloud in enumerate(clouds):
        made = cloud.call("CreateInstanceToken", RegistryId=instance.id, TokenType="longterm", Desc=f"t{number}")
        login, named = Login(made.Username, made.Token), {"RegistryId": instance.id, "TokenId": made.TokenId}
        services = [TokenService(server, instance) for server in cluster.servers]
        bearers = [service.open(service.token(login, SCOPE)) for service in services]
        passwords = cluster.registries(instance, login)
        assert statuses([*passwords, *bearers]) == {200}
        if way == "deleted":
            cloud.call("DeleteInstanceToken", **named)
        else:
            cloud.call("ModifyInstanceToken", **named, Enable=False)
        assert statuses(bearers) == {401}
        # Once each: whoever fails more often has to wait.
        assert {view.get_manifest(REPOSITORY, "v1").status_code for view in passwords} == {401}
        assert services[number].ask(login, SCOPE).status_code == 401
        if way == "disabled":
            cloud.call("ModifyInstanceToken", **named, Enable=True)
            assert statuses([*passwords, *bearers]) == {200}


def test_what_was_public(cluster: Cluster, instance: Instance, image: SmallImage):
    views = [Registry(server, instance) for server in cluster.servers]
    clouds: list[Cloud] = cluster.clouds()
    for public in (True, False, True, False, True, False):
        mover = clouds[0]
        clouds = [*clouds[1:], mover]
        mover.call("ModifyNamespace", RegistryId=instance.id, NamespaceName=NAMESPACE, IsPublic=public)
        assert statuses(views) == ({200} if public else {401})
