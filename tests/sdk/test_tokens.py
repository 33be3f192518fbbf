"""Instance tokens: the password of `docker login`, for an hour or for good."""

import time

import pytest

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Instance, Login, refused
from wharf.oci import Registry, assert_refused
from wharf.server import Server

HOUR = 3600 * 1000  # ExpTime counts milliseconds.


def test_a_temporary_token_lasts_an_hour(cloud: Cloud, instance: Instance):
    token = cloud.call("CreateInstanceToken", RegistryId=instance.id)
    assert token.Username == ROOT.uin
    assert not token.TokenId
    assert 0.9 * HOUR < token.ExpTime - time.time() * 1000 <= HOUR + 5000


def test_a_long_term_token_has_an_id_and_lasts_years(cloud: Cloud, instance: Instance):
    token = cloud.call("CreateInstanceToken", RegistryId=instance.id, TokenType="longterm", Desc="build")
    assert token.Username == ROOT.uin
    assert token.TokenId
    assert token.ExpTime - time.time() * 1000 > 365 * 24 * HOUR


@pytest.mark.parametrize("kind", ["temp", "longterm"])
def test_a_token_opens_its_instance(server: Server, cloud: Cloud, instance: Instance, kind: str):
    registry = Registry(server, instance, cloud.login(instance, kind))
    digest = registry.push_blob(f"{NAMESPACE}/web", b"content")
    assert registry.get_blob(f"{NAMESPACE}/web", digest).content == b"content"


def test_a_token_opens_no_other_instance(
    server: Server, cloud: Cloud, instance: Instance, instance_name: str
):
    other = cloud.create_instance(f"{instance_name}-other")
    cloud.create_namespace(other, NAMESPACE)
    stranger = Registry(server, other, cloud.login(instance))
    assert_refused(stranger.request("POST", f"{NAMESPACE}/web/blobs/uploads/"), 403, "DENIED")
    assert cloud.repositories(other) == []


def test_a_token_goes_with_its_user(server: Server, cloud: Cloud, instance: Instance, login: Login):
    stranger = Registry(server, instance, Login("100000000999", login.password))
    assert_refused(stranger.request("POST", f"{NAMESPACE}/web/blobs/uploads/"), 401, "UNAUTHORIZED")


def test_an_unknown_kind(cloud: Cloud, instance: Instance):
    with refused("InvalidParameter"):
        cloud.call("CreateInstanceToken", RegistryId=instance.id, TokenType="forever")


def test_no_token_for_an_absent_instance(cloud: Cloud):
    with refused("ResourceNotFound.TcrResourceNotFound"):
        cloud.login(Instance("tcr-absent00", "absent"))
