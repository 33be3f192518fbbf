"""Every door that makes something an edition bounds, tried by many at the same time."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import requests
from tencentcloud.common.exception import TencentCloudSDKException

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused, location
from wharf.server import Server
from wharf.small_image import SmallImage

# Of everything that a basic instance may have; a standard one has the defaults.
LIMIT = 10
QUOTAS = f"""
[quotas]
basic = "namespaces={LIMIT}, repositories={LIMIT}, tags={LIMIT}, tokens={LIMIT}"
"""
# As many at once as one process serves, and more.
TRIES = 50
TAGGED = f"{NAMESPACE}/tagged"


@dataclass(frozen=True)
class Doors:
    """One instance of the root account, through one process or by turns through several.

    What makes something says whether that was done, or refused by the quota as it is documented.
    """

    servers: list[Server]
    instance: Instance
    login: Login

    def cloud(self, number: int = 0) -> Cloud:
        return Cloud(self.servers[number % len(self.servers)], ROOT)

    def registry(self, number: int = 0) -> Registry:
        return Registry(self.servers[number % len(self.servers)], self.instance, self.login)

    def call(self, number: int, action: str, **parameters) -> bool:
        try:
            self.cloud(number).call(action, RegistryId=self.instance.id, **parameters)
        except TencentCloudSDKException as error:
            assert error.get_code() == "LimitExceeded", error
            assert str(LIMIT) in error.get_message(), error
            return False
        return True

    def namespace(self, number: int) -> bool:
        return self.call(number, "CreateNamespace", NamespaceName=f"new-{number}", IsPublic=False)

    def created_repository(self, number: int) -> bool:
        return self.call(number, "CreateRepository", NamespaceName=NAMESPACE, RepositoryName=f"new-{number}")

    def pushed_repository(self, number: int) -> bool:
        registry, name = self.registry(number), f"{NAMESPACE}/new-{number}"
        opened = registry.request("POST", f"{name}/blobs/uploads/")
        if opened.status_code != 202:
            return denied(opened)
        content = name.encode()
        done = registry.finish_upload(location(opened), sha256(content), content)
        return done.status_code == 201 or denied(done)

    def repository(self, number: int) -> bool:
        """By the cloud API, or by a first push."""
        return self.created_repository(number) if number % 4 < 2 else self.pushed_repository(number)

    def tag(self, number: int) -> bool:
        put = self.registry(number).put_manifest(TAGGED, f"new-{number}", SmallImage.make("tagged").manifest)
        return put.status_code == 201 or denied(put)

    def token(self, number: int) -> bool:
        return self.call(number, "CreateInstanceToken", TokenType="longterm", Desc=f"new-{number}")

    def namespaces(self) -> tuple[int, set[str]]:
        found = self.cloud().call("DescribeNamespaces", RegistryId=self.instance.id, All=True)
        return found.TotalCount, {one.Name for one in found.NamespaceList}

    def repositories(self) -> tuple[int, set[str]]:
        found = self.cloud().call("DescribeRepositories", RegistryId=self.instance.id, Limit=100)
        return found.TotalCount, {one.Name.removeprefix(f"{NAMESPACE}/") for one in found.RepositoryList}

    def tags(self) -> tuple[int, set[str]]:
        names = dict(zip(("NamespaceName", "RepositoryName"), TAGGED.split("/"), strict=True))
        found = self.cloud().call("DescribeImages", RegistryId=self.instance.id, Limit=100, **names)
        assert set(self.registry().tags(TAGGED)) == {one.ImageVersion for one in found.ImageInfoList}
        return found.TotalCount, {one.ImageVersion for one in found.ImageInfoList}

    def tokens(self) -> tuple[int, set[str]]:
        found = self.cloud().call("DescribeInstanceToken", RegistryId=self.instance.id, Limit=100)
        return found.TotalCount, {one.Desc for one in found.Tokens}

    def fill(self, make: Callable[[int], bool], listed: Callable[[], tuple[int, set[str]]]) -> None:
        """Let many make one each at once: none too many is made, none that was made is lost."""
        _, before = listed()
        made = at_once(make)
        assert listed() == (LIMIT, before | {f"new-{number}" for number in made})
        # What was refused left nothing behind, and is still refused.
        late = next(number for number in itertools.count() if number not in made)
        assert not make(late)
        assert listed()[0] == LIMIT


def denied(answer: requests.Response) -> bool:
    """False, when this is how the data plane refuses what a quota forbids."""
    assert_refused(answer, 403, "DENIED")
    assert str(LIMIT) in answer.json()["errors"][0]["message"], answer.text
    return False


def at_once(make: Callable[[int], bool]) -> set[int]:
    """Which of many tries at the same time were done."""
    barrier = Barrier(TRIES)

    def one(number: int) -> bool:
        barrier.wait()
        return make(number)

    with ThreadPoolExecutor(TRIES) as pool:
        return {number for number, made in enumerate(pool.map(one, range(TRIES))) if made}
