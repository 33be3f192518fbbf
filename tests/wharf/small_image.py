"""Small images made in memory, each unlike any other, for tests that speak raw HTTP."""

import json
import random
from dataclasses import dataclass

from wharf.layer import sha256
from wharf.layout import CONFIG, LAYER, MANIFEST
from wharf.oci import Registry


@dataclass(frozen=True)
class SmallImage:
    """A config, layers of random bytes and the manifest over them."""

    config: bytes
    layers: tuple[bytes, ...]

    @classmethod
    def make(cls, seed: object, layers: int = 2, layer_size: int = 2048) -> "SmallImage":
        """The image of this seed; equal seeds give equal bytes."""
        source = random.Random(str(seed))
        contents = tuple(source.randbytes(layer_size) for _ in range(layers))
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": {"seed": str(seed)}},
            "rootfs": {"type": "layers", "diff_ids": [sha256(layer) for layer in contents]},
        }
        return cls(json.dumps(config).encode(), contents)

    @property
    def blobs(self) -> tuple[bytes, ...]:
        return (*self.layers, self.config)

    @property
    def manifest(self) -> bytes:
        return json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": _descriptor(self.config, CONFIG),
                "layers": [_descriptor(layer, LAYER) for layer in self.layers],
            }
        ).encode()

    @property
    def digest(self) -> str:
        return sha256(self.manifest)

    @property
    def size(self) -> int:
        """What the cloud API calls the image's size: manifest, config and layers."""
        return len(self.manifest) + sum(len(blob) for blob in self.blobs)

    def push(self, registry: Registry, repository: str, *references: str) -> "SmallImage":
        """Upload the image under these tags, or by digest alone when there are none."""
        for blob in self.blobs:
            registry.push_blob(repository, blob)
        for reference in references or (self.digest,):
            put = registry.put_manifest(repository, reference, self.manifest)
            assert put.status_code == 201, put.text
        return self


def _descriptor(content: bytes, media_type: str) -> dict:
    return {"mediaType": media_type, "digest": sha256(content), "size": len(content)}
