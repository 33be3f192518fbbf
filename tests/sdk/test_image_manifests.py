"""DescribeImageManifests: manifest and config as the reference's example has them, labels, and what Size is of."""

import json

import pytest

from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.complete import assert_complete
from wharf.layer import sha256
from wharf.layout import CONFIG, LAYER, MANIFEST
from wharf.manifests import (
    CHART_CONFIG,
    CHART_LAYER,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    EMPTY,
    attestation,
    docker_manifest,
    index,
    manifest,
    put,
)
from wharf.oci import Registry
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
CONFIG_LIMIT = 4 << 20


def names(instance: Instance, tag: str = "v1") -> dict:
    return {
        "RegistryId": instance.id,
        "NamespaceName": NAMESPACE,
        "RepositoryName": "web",
        "ImageVersion": tag,
    }


def describe(cloud: Cloud, instance: Instance, tag: str = "v1"):
    answer = cloud.call("DescribeImageManifests", **names(instance, tag))
    assert_complete(answer)
    return answer


def labels(answer) -> dict[str, str]:
    return {label.Key: label.Value for label in answer.Labels}


def test_an_image(cloud: Cloud, instance: Instance, registry: Registry):
    """The manifest's text stands bare, the config's in quotes; Size is of config and layers, without the manifest."""
    image = SmallImage.make("described").push(registry, REPOSITORY, "v1")
    for reference in ("v1", image.digest):
        answer = describe(cloud, instance, reference)
        assert answer.Manifest.encode() == registry.get_manifest(REPOSITORY, "v1").content
        assert json.loads(answer.Config).encode() == image.config
        assert labels(answer) == {"seed": "described"}
        assert answer.Size == sum(len(blob) for blob in image.blobs)
    assert cloud.images(instance, NAMESPACE, "web")["v1"].Size == answer.Size + len(image.manifest)


def test_the_answer_is_encoded_as_the_example(server: Server, instance: Instance, registry: Registry):
    """On the wire: a text that is JSON, and a text that is a JSON text of JSON."""
    config = '{"architecture":"amd64","config":{"Cmd":["/bin/sh","-c","echo \\"ü\\""]}}'.encode()
    content = put(registry, REPOSITORY, manifest(config, CONFIG, []), config, tag="v1")
    response = SignedRequest(ROOT, "DescribeImageManifests", names(instance)).send(server).response
    assert response["Manifest"] == content.decode()
    assert response["Config"].startswith('"{\\"architecture\\":\\"amd64\\",')
    assert json.loads(json.loads(response["Config"])) == json.loads(config)
    assert response["Labels"] == []


def test_a_layer_that_is_listed_twice_counts_twice(cloud: Cloud, instance: Instance, registry: Registry):
    """As in the reference's example, of whose five layers two are one."""
    config, layer = b'{"os":"linux"}', b"a layer"
    content = manifest(config, CONFIG, [(layer, LAYER), (layer, LAYER)])
    put(registry, REPOSITORY, content, config, layer, tag="v1")
    assert describe(cloud, instance).Size == len(config) + 2 * len(layer)


def test_a_docker_image(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("of docker")
    content = put(registry, REPOSITORY, docker_manifest(image), *image.blobs, tag="v1")
    answer = describe(cloud, instance)
    assert answer.Manifest.encode() == content
    assert json.loads(answer.Config).encode() == image.config
    assert labels(answer) == {"seed": "of docker"}
    assert answer.Size == sum(len(blob) for blob in image.blobs)
    assert cloud.images(instance, NAMESPACE, "web")["v1"].Kind == f"Artifact::{DOCKER_MANIFEST}"


def test_an_index(cloud: Cloud, instance: Instance, registry: Registry):
    """It has no config and no labels; Size is of its images, whole. Each is described by its digest."""
    image = SmallImage.make("in an index").push(registry, REPOSITORY)
    attested, config = attestation(image, b'{"_type":"statement"}')
    put(registry, REPOSITORY, attested, b'{"_type":"statement"}', config)
    content = put(registry, REPOSITORY, index(image.manifest, attested), tag="v1")
    answer = describe(cloud, instance)
    assert answer.Manifest.encode() == content
    assert (answer.Config, answer.Labels) == ("", [])
    whole = image.size + len(attested) + len(config) + len(b'{"_type":"statement"}')
    assert answer.Size == whole
    listed = cloud.images(instance, NAMESPACE, "web")["v1"]
    assert listed.Size == whole + len(content)
    child = describe(cloud, instance, sha256(attested))
    assert json.loads(child.Config).encode() == config
    assert child.Size == len(config) + len(b'{"_type":"statement"}')


def test_a_docker_list(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("in a list")
    one = put(registry, REPOSITORY, docker_manifest(image), *image.blobs)
    content = put(registry, REPOSITORY, index(one, media_type=DOCKER_LIST), tag="v1")
    answer = describe(cloud, instance)
    assert (answer.Manifest.encode(), answer.Config) == (content, "")
    assert cloud.images(instance, NAMESPACE, "web")["v1"].Kind == f"Artifact::{DOCKER_LIST}"


def test_a_chart(cloud: Cloud, instance: Instance, registry: Registry):
    config, chart = b'{"name":"web","version":"0.1.0","config":"none"}', b"a chart"
    content = manifest(config, CHART_CONFIG, [(chart, CHART_LAYER)])
    put(registry, REPOSITORY, content, config, chart, tag="v1")
    answer = describe(cloud, instance)
    assert (json.loads(answer.Config).encode(), answer.Labels) == (config, [])
    assert answer.Size == len(config) + len(chart)
    assert cloud.images(instance, NAMESPACE, "web")["v1"].Kind == f"Artifact::{CHART_CONFIG}"


@pytest.mark.parametrize("artifact_type", ["application/vnd.example.report", None])
def test_an_artifact_with_the_empty_config(
    cloud: Cloud, instance: Instance, registry: Registry, artifact_type: str | None
):
    """The empty config may be a layer as well. What says nothing of its type is an image's manifest."""
    members = {"artifactType": artifact_type} if artifact_type else {}
    put(registry, REPOSITORY, manifest(b"{}", EMPTY, [(b"{}", EMPTY)], **members), b"{}", tag="v1")
    answer = describe(cloud, instance)
    assert (answer.Config, answer.Labels, answer.Size) == ('"{}"', [], 4)
    assert cloud.images(instance, NAMESPACE, "web")["v1"].Kind == f"Artifact::{artifact_type or MANIFEST}"


def test_an_index_of_a_type_of_its_own(cloud: Cloud, instance: Instance, registry: Registry):
    put(registry, REPOSITORY, index(artifactType="application/vnd.example.set"), tag="v1")
    assert cloud.images(instance, NAMESPACE, "web")["v1"].Kind == "Artifact::application/vnd.example.set"
    answer = describe(cloud, instance)
    assert (answer.Config, answer.Labels, answer.Size) == ("", [], 0)


@pytest.mark.parametrize("config", [b"\xff\xfe", b"FROM scratch", b'{"a":1', b""])
def test_a_config_that_is_no_json(cloud: Cloud, instance: Instance, registry: Registry, config: bytes):
    put(registry, REPOSITORY, manifest(config, "application/octet-stream", []), config, tag="v1")
    answer = describe(cloud, instance)
    assert (answer.Config, answer.Labels, answer.Size) == ("", [], len(config))


def test_a_config_that_is_not_there(
    cloud: Cloud, admin: Admin, instance: Instance, registry: Registry
):
    """As an instance may have it that takes sparse images."""
    admin.do("instance", "set-completeness", instance.id, "sparse")
    image = SmallImage.make("without anything")
    put(registry, REPOSITORY, image.manifest, tag="v1")
    answer = describe(cloud, instance)
    assert (answer.Manifest.encode(), answer.Config, answer.Labels) == (image.manifest, "", [])
    assert answer.Size == sum(len(blob) for blob in image.blobs)


def test_a_config_is_shown_up_to_a_size(cloud: Cloud, instance: Instance, registry: Registry):
    for size, tag in ((CONFIG_LIMIT, "whole"), (CONFIG_LIMIT + 1, "larger")):
        config = b'{"config":{"Labels":{"size":"large"}}}'.ljust(size)
        put(registry, REPOSITORY, manifest(config, CONFIG, []), config, tag=tag)
    answer = describe(cloud, instance, "whole")
    assert labels(answer) == {"size": "large"}
    assert len(json.loads(answer.Config)) == CONFIG_LIMIT
    with refused("FailedOperation", str(CONFIG_LIMIT)):
        describe(cloud, instance, "larger")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"RegistryId": "tcr-absent00"}, "ResourceNotFound"),
        ({"NamespaceName": "absent"}, "ResourceNotFound.TcrResourceNotFound"),
        ({"RepositoryName": "absent"}, "ResourceNotFound.TcrResourceNotFound"),
        ({"ImageVersion": "absent"}, "ResourceNotFound.TcrResourceNotFound"),
        ({"ImageVersion": sha256(b"absent")}, "ResourceNotFound.TcrResourceNotFound"),
        ({"ImageVersion": "sha256:absent"}, "InvalidParameter.ErrorTcrInvalidParameter"),
        ({"ImageVersion": "not a tag"}, "InvalidParameter.ErrorTcrInvalidParameter"),
        ({"ImageVersion": ""}, "InvalidParameter.ErrorTcrInvalidParameter"),
        ({"NamespaceName": "Not A Namespace"}, "InvalidParameter.ErrorTcrInvalidParameter"),
        ({"RepositoryName": "Not A Repository"}, "InvalidParameter.ErrorTcrInvalidParameter"),
        ({"RegistryId": "not-an-id"}, "ResourceNotFound"),
    ],
)
def test_what_is_not_there(
    cloud: Cloud, instance: Instance, registry: Registry, changed: dict[str, str], code: str
):
    SmallImage.make("there").push(registry, REPOSITORY, "v1")
    (value,) = changed.values()
    with refused(code, value):
        cloud.call("DescribeImageManifests", **{**names(instance), **changed})
