"""The cloud API reads content itself where clients are sent to the object store for it."""

import json

from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.oci import Registry
from wharf.small_image import SmallImage


def test_a_config_is_told(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("told").push(registry, f"{NAMESPACE}/web", "v1")
    names = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web"}
    answer = cloud.call("DescribeImageManifests", **names, ImageVersion="v1")
    assert json.loads(answer.Config).encode() == image.config
    assert [(label.Key, label.Value) for label in answer.Labels] == [("seed", "told")]
