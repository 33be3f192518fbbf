"""Manifests beyond the plain image, made in memory."""

import json

from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.oci import Registry
from wharf.small_image import SmallImage

DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
EMPTY = b"{}"
EMPTY_TYPE = "application/vnd.oci.empty.v1+json"


def descriptor(content: bytes, media_type: str = MANIFEST, **more: object) -> dict:
    return {"mediaType": media_type, "digest": sha256(content), "size": len(content), **more}


def index(images: list[SmallImage], **fields: object) -> bytes:
    """An image index over these images."""
    return index_of([descriptor(image.manifest) for image in images], **fields)


def index_of(descriptors: list[dict], **fields: object) -> bytes:
    """An image index of these descriptors."""
    return _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors, **fields})


def artifact(config_type: str = EMPTY_TYPE, **fields: object) -> bytes:
    """An image manifest with `{}` as config and only layer, and these further fields."""
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(EMPTY, config_type),
            "layers": [descriptor(EMPTY, EMPTY_TYPE)],
            **fields,
        }
    )


def push_artifact(registry: Registry, repository: str, **fields: object) -> bytes:
    """Push an artifact by its digest and return its manifest."""
    registry.push_blob(repository, EMPTY)
    return push(registry, repository, artifact(**fields))


def push(registry: Registry, repository: str, manifest: bytes, media_type: str = MANIFEST) -> bytes:
    """Push a manifest by its digest and return it."""
    put = registry.put_manifest(repository, sha256(manifest), manifest, media_type)
    if put.status_code != 201:
        raise RuntimeError(f"{put.status_code}: {put.text}")
    return manifest


def retyped(manifest: bytes, media_type: str) -> bytes:
    """The same manifest with another `mediaType`."""
    return _json({**json.loads(manifest), "mediaType": media_type})


def _json(document: dict) -> bytes:
    return json.dumps(document).encode()
