"""The cloud API through the official Python SDK."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.tcr.v20190924 import models
from tencentcloud.tcr.v20190924.tcr_client import TcrClient

from wharf.account import Account
from wharf.polling import eventually
from wharf.sdk import REGION, SdkClient
from wharf.server import Server

# The namespace that the `instance` fixture makes.
NAMESPACE = "team"


@dataclass(frozen=True)
class Instance:
    """An instance that a test made."""

    id: str
    name: str


@dataclass(frozen=True)
class Login:
    """What `docker login` takes."""

    username: str
    password: str

    def __str__(self) -> str:
        return f"{self.username}:{self.password}"


class Cloud(SdkClient):
    """One account's client of TCR for one server."""

    def __init__(self, server: Server, account: Account, region: str = REGION):
        super().__init__(TcrClient, models, server, account, region)

    def create_instance(self, name: str, registry_type: str = "basic", **parameters) -> Instance:
        """Create an instance and wait until it is Running."""
        made = self.call("CreateInstance", RegistryName=name, RegistryType=registry_type, **parameters)
        instance = Instance(made.RegistryId, name)
        eventually(f"instance {name} is Running", lambda: self.status(instance) == "Running")
        return instance

    def status(self, instance: Instance) -> str | None:
        """An instance's status, or None when there is no such instance."""
        found = self.call("DescribeInstanceStatus", RegistryIds=[instance.id]).RegistryStatusSet
        return found[0].Status if found else None

    def create_namespace(self, instance: Instance, name: str, public: bool = False) -> str:
        self.call("CreateNamespace", RegistryId=instance.id, NamespaceName=name, IsPublic=public)
        return name

    def login(self, instance: Instance, kind: str = "temp") -> Login:
        """A new instance token, as user and password."""
        token = self.call("CreateInstanceToken", RegistryId=instance.id, TokenType=kind)
        return Login(token.Username, token.Token)

    def repositories(self, instance: Instance) -> list[str]:
        """The instance's repositories, `NAMESPACE/REPOSITORY`, in the server's order."""
        found = self.call("DescribeRepositories", RegistryId=instance.id, Limit=100)
        return [repository.Name for repository in found.RepositoryList]

    def images(self, instance: Instance, namespace: str, repository: str, **filters) -> dict:
        """A repository's images by tag."""
        found = self.call(
            "DescribeImages",
            RegistryId=instance.id,
            NamespaceName=namespace,
            RepositoryName=repository,
            **{"Limit": 100, **filters},
        )
        return {image.ImageVersion: image for image in found.ImageInfoList}


@contextmanager
def refused(code: str, *facts: str) -> Iterator[None]:
    """Expect the block to end in the cloud API's error of this code, with these facts in its message."""
    with pytest.raises(TencentCloudSDKException) as caught:
        yield
    assert caught.value.get_code() == code, caught.value
    assert caught.value.get_message() and caught.value.get_request_id()
    for fact in facts:
        assert fact in caught.value.get_message(), caught.value
