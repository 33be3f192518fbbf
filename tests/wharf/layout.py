"""An OCI image layout on disk: written by the image builder, read back after a pull."""

import json
from dataclasses import dataclass
from pathlib import Path

from wharf.layer import Layer, sha256

CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
NAME_ANNOTATION = "org.opencontainers.image.ref.name"


@dataclass(frozen=True)
class Layout:
    """A directory in the OCI image layout; images in it go by the name they were added under."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "Layout":
        (path / "blobs" / "sha256").mkdir(parents=True)
        (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        layout = cls(path)
        layout._write_entry_point([])
        return layout

    def add_blob(self, content: bytes, media_type: str) -> dict:
        """Store content under its digest and return the descriptor that refers to it."""
        digest = sha256(content)
        self.blob_path(digest).write_bytes(content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def add_image(self, name: str, architecture: str, layers: list[Layer], settings: dict) -> dict:
        """Write config and manifest over the layers; `settings` is the config's run-time part."""
        created = "2020-01-01T00:00:00Z"
        config = {
            "created": created,
            "architecture": architecture,
            "os": "linux",
            "config": settings,
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "history": [{"created": created, "created_by": layer.created_by} for layer in layers],
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.add_blob(_json(config), CONFIG),
            "layers": [self.add_blob(layer.content, LAYER) for layer in layers],
        }
        descriptor = self.add_blob(_json(manifest), MANIFEST)
        descriptor["platform"] = {"architecture": architecture, "os": "linux"}
        self._name(descriptor, name)
        return descriptor

    def add_index(self, name: str, manifests: list[dict]) -> dict:
        """Write an index over descriptors of images that are already here."""
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}
        descriptor = self.add_blob(_json(index), INDEX)
        self._name(descriptor, name)
        return descriptor

    def digest(self, name: str) -> str:
        """The digest of the image or index of this name."""
        for descriptor in self._entry_point():
            if descriptor.get("annotations", {}).get(NAME_ANNOTATION) == name:
                return descriptor["digest"]
        raise KeyError(f"{self.path} holds no image {name}")

    def blob_path(self, digest: str) -> Path:
        return self.path / "blobs" / digest.replace(":", "/")

    def blob(self, digest: str) -> bytes:
        return self.blob_path(digest).read_bytes()

    def manifest(self, name_or_digest: str) -> dict:
        """The parsed manifest or index of this name or digest."""
        by_digest = name_or_digest.startswith("sha256:")
        return json.loads(self.blob(name_or_digest if by_digest else self.digest(name_or_digest)))

    def size(self, name_or_digest: str) -> int:
        """All bytes of an image: manifest, config and layers; of an index: itself and its images."""
        by_digest = name_or_digest.startswith("sha256:")
        digest = name_or_digest if by_digest else self.digest(name_or_digest)
        manifest = self.manifest(digest)
        size = len(self.blob(digest))
        if "manifests" in manifest:
            return size + sum(self.size(child["digest"]) for child in manifest["manifests"])
        return size + sum(part["size"] for part in [manifest["config"], *manifest["layers"]])

    def digests(self) -> set[str]:
        """Every digest stored; fails when a file's content is not what its name says."""
        found = set()
        for file in (self.path / "blobs" / "sha256").iterdir():
            assert sha256(file.read_bytes()) == f"sha256:{file.name}", f"{file} is damaged"
            found.add(f"sha256:{file.name}")
        return found

    def _entry_point(self) -> list[dict]:
        return json.loads((self.path / "index.json").read_text())["manifests"]

    def _write_entry_point(self, descriptors: list[dict]) -> None:
        entry_point = {"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors}
        (self.path / "index.json").write_bytes(_json(entry_point))

    def _name(self, descriptor: dict, name: str) -> None:
        named = {**descriptor, "annotations": {NAME_ANNOTATION: name}}
        self._write_entry_point([*self._entry_point(), named])


def _json(value: dict) -> bytes:
    return json.dumps(value, indent=2).encode()
