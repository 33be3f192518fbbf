"""Every endpoint of the data plane as a line of a table. A new endpoint is a new line here."""

from dataclasses import dataclass

import requests

from wharf.layer import sha256
from wharf.layout import MANIFEST
from wharf.oci import Registry


@dataclass(frozen=True)
class Endpoint:
    """A request. `path` is below the instance, with names for what belongs to somebody.

    `{repository}`, `{tag}`, `{digest}` of a manifest, `{blob}`, `{upload}` and `{instance}`. With a
    body, `{digest}` is the body's.
    """

    name: str
    method: str
    path: str
    content_type: str | None = None
    body: str | None = None

    def send(self, registry: Registry, **names: str) -> requests.Response:
        headers = {"Content-Type": self.content_type} if self.content_type else {}
        data = self.body % names if self.body is not None else None
        if data is not None:
            names["digest"] = sha256(data.encode())
        path = self.path.format(**names)
        return registry.request(self.method, path, headers=headers, data=data)


BYTES = "application/octet-stream"
IMAGE = (
    '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",'
    ' "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "%(blob)s", "size": 1},'
    ' "layers": []}'
)

READING = [
    Endpoint("a manifest by tag", "GET", "{repository}/manifests/{tag}"),
    Endpoint("a manifest by tag, HEAD", "HEAD", "{repository}/manifests/{tag}"),
    Endpoint("a manifest by digest", "GET", "{repository}/manifests/{digest}"),
    Endpoint("a manifest by digest, HEAD", "HEAD", "{repository}/manifests/{digest}"),
    Endpoint("a blob", "GET", "{repository}/blobs/{blob}"),
    Endpoint("a blob, HEAD", "HEAD", "{repository}/blobs/{blob}"),
    Endpoint("tags", "GET", "{repository}/tags/list"),
    Endpoint("tags after one", "GET", "{repository}/tags/list?n=1&last={tag}"),
    Endpoint("referrers", "GET", "{repository}/referrers/{digest}"),
]

PUSHING = [
    Endpoint("an upload begun", "POST", "{repository}/blobs/uploads/"),
    Endpoint("an upload in one", "POST", "{repository}/blobs/uploads/?digest={digest}", BYTES, "content"),
]

WRITING = [
    Endpoint("a mount", "POST", "{repository}/blobs/uploads/?mount={blob}"),
    Endpoint(
        "a mount by name", "POST", "{repository}/blobs/uploads/?mount={blob}&from={instance}/{repository}"
    ),
    Endpoint("a manifest put by tag", "PUT", "{repository}/manifests/{tag}", MANIFEST, IMAGE),
    Endpoint("a manifest put by digest", "PUT", "{repository}/manifests/{digest}", MANIFEST, IMAGE),
    Endpoint("a tag deleted", "DELETE", "{repository}/manifests/{tag}"),
    Endpoint("a manifest deleted", "DELETE", "{repository}/manifests/{digest}"),
    Endpoint("a blob deleted", "DELETE", "{repository}/blobs/{blob}"),
]

UPLOADING = [
    Endpoint("an upload's status", "GET", "{repository}/blobs/uploads/{upload}"),
    Endpoint("an upload continued", "PATCH", "{repository}/blobs/uploads/{upload}", BYTES, "second"),
    Endpoint("an upload finished", "PUT", "{repository}/blobs/uploads/{upload}?digest={blob}"),
    Endpoint(
        "an upload finished with a last chunk",
        "PUT",
        "{repository}/blobs/uploads/{upload}?digest={blob}",
        BYTES,
        "rest",
    ),
    Endpoint("an upload cancelled", "DELETE", "{repository}/blobs/uploads/{upload}"),
]

ALL = [*READING, *PUSHING, *WRITING, *UPLOADING]
