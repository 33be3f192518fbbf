"""The work of the benchmark's rows on one connection, unit by unit."""

import http.client
import itertools
import random
import socket
from collections.abc import Iterator

from wharf.layer import sha256
from wharf.oci import path_of

from bench.load import ACCEPT, Run, request

TIME_LIMIT = 60


class Client:
    """One connection that is kept. A request leaves in one piece, so that the server reads it in one."""

    def __init__(self, address: str):
        host, port = address.split(":")
        self.address = address
        self.socket = socket.create_connection((host, int(port)), timeout=TIME_LIMIT)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def units(self, run: Run) -> Iterator[None]:
        """Does one unit of the run each time it is asked for the next."""
        headers = {"Accept": ACCEPT, **run.headers}
        if run.work["kind"] == "push_blobs":
            return self._blobs(run.work, headers)
        assert run.work["kind"] == "requests", run.work["kind"]
        return self._requests(run.work, headers)

    def _requests(self, work: dict, headers: dict[str, str]) -> Iterator[None]:
        bodies = [body.encode() for body in work["bodies"]]
        for unit in work["units"] if work["once"] else itertools.cycle(work["units"]):
            for one in unit:
                self._ask(one, headers, bodies[one["body"]] if "body" in one else None)
            yield

    def _blobs(self, work: dict, headers: dict[str, str]) -> Iterator[None]:
        """New blobs by POST and PUT."""
        assert work["way"] == "put", work["way"]
        source = random.Random(work["seed"])
        root = work["targets"][0]["root"]
        while True:
            content = source.randbytes(work["size"])
            opened = self._ask(request("POST", f"{root}/blobs/uploads/", status=202), headers, b"")
            upload = path_of(opened.headers["Location"])
            joint = "&" if "?" in upload else "?"
            path = f"{upload}{joint}digest={sha256(content)}"
            put = request("PUT", path, headers={"Content-Type": "application/octet-stream"}, status=201)
            self._ask(put, headers, content)
            yield

    def _ask(self, asked: dict, headers: dict[str, str], body: bytes | None) -> http.client.HTTPResponse:
        """Send a request, read its answer to the end and check the status."""
        whole = {"Host": self.address, **headers, **asked.get("headers", {})}
        if body is not None:
            whole["Content-Length"] = str(len(body))
        line = f"{asked['method']} {asked['path']} HTTP/1.1"
        fields = (f"{name}: {value}" for name, value in whole.items())
        self.socket.sendall("\r\n".join((line, *fields, "", "")).encode() + (body or b""))
        answer = http.client.HTTPResponse(self.socket, method=asked["method"])
        answer.begin()
        content = answer.read()
        is_right = answer.status == asked["status"] if "status" in asked else 200 <= answer.status < 300
        assert is_right, f"{line}: {answer.status} {content.decode(errors='replace')}"
        return answer
