"""Manifests of every kind, made in memory: Docker's, indexes, charts, artifacts, and what refers to others."""

import json

from wharf.layer import sha256
from wharf.layout import CONFIG, INDEX, MANIFEST
from wharf.oci import Registry
from wharf.small_image import SmallImage

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
CHART_CONFIG = "application/vnd.cncf.helm.config.v1+json"
CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"


def descriptor(content: bytes, media_type: str) -> dict:
    return {"mediaType": media_type, "digest": sha256(content), "size": len(content)}


def manifest(config: bytes, config_type: str, layers: list[tuple[bytes, str]], **members) -> bytes:
    """An image manifest over a config and layers; `members` are added to it."""
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(config, config_type),
            "layers": [descriptor(content, media_type) for content, media_type in layers],
            **members,
        }
    ).encode()


def docker_manifest(image: SmallImage) -> bytes:
    """The image's manifest as Docker has it, version 2 schema 2."""
    layers = [(layer, DOCKER_LAYER) for layer in image.layers]
    return manifest(image.config, DOCKER_CONFIG, layers, mediaType=DOCKER_MANIFEST)


def index(*manifests: bytes, media_type: str = INDEX, **members) -> bytes:
    """An index over manifests; `members` are added to it."""
    listed = [descriptor(content, json.loads(content)["mediaType"]) for content in manifests]
    return json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": listed, **members}).encode()


def referrer(subject: bytes, artifact_type: str, content: bytes) -> bytes:
    """An artifact that refers to another manifest, such as a signature; its config is empty."""
    told = descriptor(subject, json.loads(subject)["mediaType"])
    return manifest(b"{}", EMPTY, [(content, "text/plain")], artifactType=artifact_type, subject=told)


def attestation(image: SmallImage, statement: bytes) -> tuple[bytes, bytes]:
    """An attestation as BuildKit lists it in an index beside its image: the manifest and its config."""
    config = json.dumps({"architecture": "unknown", "os": "unknown", "seed": image.digest}).encode()
    layers = [(statement, "application/vnd.in-toto+json")]
    return manifest(config, CONFIG, layers), config


def put(registry: Registry, repository: str, content: bytes, *blobs: bytes, tag: str | None = None) -> bytes:
    """Push a manifest with its blobs, under a tag or by its digest alone, and return it."""
    for blob in blobs:
        registry.push_blob(repository, blob)
    media_type = json.loads(content)["mediaType"]
    done = registry.put_manifest(repository, tag or sha256(content), content, media_type)
    assert done.status_code == 201, done.text
    return content
