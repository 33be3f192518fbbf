"""OCI Distribution by plain HTTP requests: no retries, no guessing, every status visible."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from wharf.cloud import Instance, Login
from wharf.layer import sha256
from wharf.layout import MANIFEST
from wharf.server import Server

MANIFEST_LIMIT = 4 * 1024 * 1024

Body = bytes | Iterable[bytes] | None


@dataclass(frozen=True)
class Streamed:
    """A body of known length that comes into being while it is sent."""

    parts: Iterable[bytes]
    length: int

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)

    def __len__(self) -> int:
        return self.length


class Registry:
    """One user's view of one instance; without `login` and `token` the user is anonymous."""

    def __init__(
        self,
        server: Server,
        instance: Instance,
        login: Login | None = None,
        token: str | None = None,
        by_host: bool = False,
    ):
        self.server = server
        self.root = "/v2" if by_host else f"/v2/{instance.name}"
        self.headers = {"Host": server.host(instance.name)} if by_host else {}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"
        self.basic = (login.username, login.password) if login else None

    def request(self, method: str, path: str, headers: dict | None = None, **options) -> requests.Response:
        """Send a request. `path` is below the instance, or starts with `/` as a Location does."""
        whole = path if path.startswith("/") else f"{self.root}/{path}"
        return requests.request(
            method,
            self.server.url + whole,
            headers={**self.headers, **(headers or {})},
            auth=self.basic,
            timeout=60,
            **options,
        )

    def get(self, path: str, **options) -> requests.Response:
        return self.request("GET", path, **options)

    def head(self, path: str, **options) -> requests.Response:
        return self.request("HEAD", path, **options)

    def start_upload(self, repository: str) -> str:
        """Open an upload session and return its location."""
        opened = self.request("POST", f"{repository}/blobs/uploads/")
        assert opened.status_code == 202, opened.text
        return location(opened)

    def send_chunk(self, upload: str, start: int, chunk: "bytes | Streamed") -> requests.Response:
        """PATCH one chunk that starts at this offset."""
        headers = {
            "Content-Range": f"{start}-{start + len(chunk) - 1}",
            "Content-Type": "application/octet-stream",
        }
        return self.request("PATCH", upload, headers=headers, data=chunk)

    def finish_upload(self, upload: str, digest: str, rest: Body = None) -> requests.Response:
        """PUT the digest, with the rest of the content if there is any."""
        joint = "&" if "?" in upload else "?"
        headers = {"Content-Type": "application/octet-stream"} if rest is not None else {}
        return self.request("PUT", f"{upload}{joint}digest={digest}", headers=headers, data=rest)

    def push_blob(self, repository: str, content: bytes) -> str:
        """Upload a blob whole and return its digest."""
        digest = sha256(content)
        done = self.finish_upload(self.start_upload(repository), digest, content)
        assert done.status_code == 201, done.text
        return digest

    def put_manifest(
        self, repository: str, reference: str, manifest: bytes, media_type: str = MANIFEST
    ) -> requests.Response:
        return self.request(
            "PUT",
            f"{repository}/manifests/{reference}",
            headers={"Content-Type": media_type},
            data=manifest,
        )

    def get_manifest(self, repository: str, reference: str) -> requests.Response:
        return self.get(f"{repository}/manifests/{reference}", headers={"Accept": "*/*"})

    def get_blob(self, repository: str, digest: str, **options) -> requests.Response:
        return self.get(f"{repository}/blobs/{digest}", **options)

    def tags(self, repository: str) -> list[str]:
        """All tags, page after page."""
        tags: list[str] = []
        page = f"{repository}/tags/list"
        while True:
            listed = self.get(page)
            assert listed.status_code == 200, listed.text
            tags += listed.json()["tags"]
            if "next" not in listed.links:
                return tags
            page = f"{repository}/tags/list?{urlsplit(listed.links['next']['url']).query}"


def location(response: requests.Response) -> str:
    """The path and query of the Location header."""
    return path_of(response.headers["Location"])


def path_of(url: str) -> str:
    """A URL's path and query, whether it names the host or not."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def assert_refused(response: requests.Response, status: int, code: str) -> None:
    """Check an error's status and that its body is the specification's, with this code first."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    assert response.headers["Content-Type"].startswith("application/json")
    first = response.json()["errors"][0]
    assert first["code"] == code, response.text
    assert first["message"]
