"""Filling a peer by the protocol that all registries speak."""

import requests
from wharf.layer import sha256
from wharf.layout import MANIFEST
from wharf.oci import path_of

from bench.load import Run, each, request
from bench.peers.peer import Peer

CONNECTIONS = 32
TIME_LIMIT = 600


class OverHttp(Peer):
    """A peer that takes pushes."""

    def put_blob(self, repository: str, content: bytes, public: bool = False) -> str:
        digest = sha256(content)
        root, headers = self.root(repository, public), self.headers_for(repository, public)
        opened = requests.post(
            f"{self.url}{root}/blobs/uploads/", headers=headers, verify=self.authority, timeout=60
        )
        assert opened.status_code == 202, opened.text
        upload = path_of(opened.headers["Location"])
        joint = "&" if "?" in upload else "?"
        done = requests.put(
            f"{self.url}{upload}{joint}digest={digest}",
            headers={**headers, "Content-Type": "application/octet-stream"},
            data=content,
            verify=self.authority,
            timeout=300,
        )
        assert done.status_code == 201, done.text
        return digest

    def put_manifest(self, repository: str, manifest: bytes, tags: list[str], public: bool = False) -> str:
        digest = sha256(manifest)
        root = self.root(repository, public)
        headers = {"Content-Type": MANIFEST}
        puts = (
            request("PUT", f"{root}/manifests/{reference}", body=0, headers=headers, status=201)
            for reference in (tags or [digest])
        )
        work = each(puts, once=True, bodies=[manifest.decode()])
        connections = min(CONNECTIONS, len(tags) or 1)
        self.load(Run(work, connections, self.headers_for(repository, public)), TIME_LIMIT)
        return digest

    def headers_for(self, repository: str, public: bool) -> dict[str, str]:
        return self.headers(repository)

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://{self.address}"

    @property
    def authority(self) -> str | bool:
        return str(self.certificate.file) if self.certificate else True
