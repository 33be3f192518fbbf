"""What one account has, and how it looks to that account."""

from dataclasses import dataclass

from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.server import Server
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/secret"
OTHER_REPOSITORY = f"{NAMESPACE}/shared"
TAG = "released"
# Both accounts have one of that name.
SERVICE_ACCOUNT = "tcr$ci"

# An instance that nobody has; as long as the owner's, so that answers about them are.
ABSENT_NAME = "absent-instance"
ABSENT_ID = "tcr-absent00"
ABSENT_TAG = "unstored"
ABSENT_DIGEST = sha256(b"nobody ever pushed this")
ABSENT_UPLOAD = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Belongings:
    """An instance with an image of two tags and an upload under way, as its owner reaches them."""

    server: Server
    cloud: Cloud
    instance: Instance
    registry: Registry
    upload: str
    image: SmallImage
    service_account: Login


@dataclass(frozen=True)
class Snapshot:
    """All that the owner sees of its instance."""

    status: str | None
    namespaces: list[str]
    repositories: list[str]
    tags: dict[str, list[str]]
    digests: dict[str, str]
    missing: list[str]
    upload: str
    service_accounts: str
    service_account_logs_in: bool

    @classmethod
    def of(cls, belongings: Belongings) -> "Snapshot":
        cloud, instance, registry = belongings.cloud, belongings.instance, belongings.registry
        repositories = registry.get("/v2/_catalog").json()["repositories"]
        names = [name.removeprefix(f"{instance.name}/") for name in repositories]
        found = cloud.call("DescribeNamespaces", RegistryId=instance.id).NamespaceList
        accounts = cloud.call("DescribeServiceAccounts", RegistryId=instance.id, EmbedPermission=True)
        service_account = Registry(belongings.server, instance, belongings.service_account, by_host=True)
        images = cloud.images(instance, *REPOSITORY.split("/"))
        blobs = [sha256(blob) for blob in belongings.image.blobs]
        return cls(
            cloud.status(instance),
            [namespace.Name for namespace in found],
            cloud.repositories(instance),
            {name: registry.tags(name) for name in names},
            {tag: image.Digest for tag, image in images.items()},
            [blob for blob in blobs if not registry.head(f"{REPOSITORY}/blobs/{blob}").ok],
            registry.get(f"{REPOSITORY}/blobs/uploads/{belongings.upload}").headers["Range"],
            str(accounts.ServiceAccounts),
            service_account.get_manifest(REPOSITORY, TAG).ok,
        )
