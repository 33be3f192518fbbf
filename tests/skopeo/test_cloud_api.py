"""Images that skopeo pushed, through the cloud API: described, copied and deleted."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.complete import assert_complete
from wharf.layout import CONFIG, INDEX, MANIFEST, Layout
from wharf.manifests import DOCKER_CONFIG, DOCKER_MANIFEST
from wharf.skopeo import Skopeo


def describe(cloud: Cloud, instance: Instance, repository: str, tag: str):
    names = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": repository}
    answer = cloud.call("DescribeImageManifests", **names, ImageVersion=tag)
    assert_complete(answer)
    return answer


@pytest.mark.parametrize(
    ("flags", "kind", "config_type"),
    [((), MANIFEST, CONFIG), (("--format", "v2s2"), DOCKER_MANIFEST, DOCKER_CONFIG)],
)
def test_a_real_image_is_described(
    cloud: Cloud,
    instance: Instance,
    skopeo: Skopeo,
    images: Layout,
    by_path: str,
    flags: tuple[str, ...],
    kind: str,
    config_type: str,
):
    image = f"{by_path}/{NAMESPACE}/shell:v1"
    skopeo.push(f"oci:{images.path}:shell", image, *flags)
    answer = describe(cloud, instance, "shell", "v1")
    assert answer.Manifest == skopeo.inspect(image, "--raw")
    told = json.loads(answer.Manifest)
    assert told["config"]["mediaType"] == config_type
    assert json.loads(json.loads(answer.Config)) == json.loads(skopeo.inspect(image, "--config", "--raw"))
    assert {one.Key: one.Value for one in answer.Labels} == {"org.opencontainers.image.title": "shell"}
    assert answer.Size == sum(part["size"] for part in [told["config"], *told["layers"]])
    assert cloud.images(instance, NAMESPACE, "shell")["v1"].Kind == f"Artifact::{kind}"


def test_an_index_is_copied_and_its_source_deleted(
    cloud: Cloud, instance: Instance, skopeo: Skopeo, images: Layout, by_path: str, pulled: Path
):
    cloud.create_namespace(instance, "live")
    skopeo.push(f"oci:{images.path}:all", f"{by_path}/{NAMESPACE}/all:v1", "--all")
    source = {"SourceNamespace": NAMESPACE, "SourceRepo": "all", "SourceReference": images.digest("all")}
    cloud.call(
        "DuplicateImage", RegistryId=instance.id, **source, DestinationNamespace="live", DestinationTag="stable"
    )
    cloud.call("DeleteRepository", RegistryId=instance.id, NamespaceName=NAMESPACE, RepositoryName="all")
    with refused("ResourceNotFound.TcrResourceNotFound"):
        describe(cloud, instance, "all", "v1")
    skopeo.pull(f"{by_path}/live/all:stable", f"oci:{pulled}:all", "--all")
    copy = Layout(pulled)
    assert copy.digest("all") == images.digest("all")
    assert copy.digests() == images.digests()
    listed = cloud.images(instance, "live", "all")["stable"]
    assert (listed.Kind, listed.Size) == (f"Artifact::{INDEX}", images.size("all"))
