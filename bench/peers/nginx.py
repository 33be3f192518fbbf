"""nginx with static files in the places of manifests and blobs: the floor that no registry can be below."""

import os
import shutil
from pathlib import Path

from wharf.daemon import Command
from wharf.layer import sha256
from wharf.program import attempt

from bench.peers.program import ProgramPeer

CONFIGURATION = """\
{user}
daemon off;
worker_processes auto;
worker_rlimit_nofile 65536;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {address} backlog=4096 reuseport{tls};
        root {data};
        {certificate}
    }}
}}
"""


class Nginx(ProgramPeer):
    """Serves files; takes nothing."""

    key = "nginx"
    title = "nginx"
    configuration_name = "nginx.conf"

    @staticmethod
    def version() -> str:
        return attempt("nginx", "-v").stderr.strip().removeprefix("nginx version: ")

    @staticmethod
    def binary() -> Path:
        return Path(shutil.which("nginx") or "nginx")

    def configure(self) -> str:
        certificate = ""
        if self.certificate:
            certificate = (
                f"ssl_certificate {self.certificate.file}; ssl_certificate_key {self.certificate.key};"
                " ssl_protocols TLSv1.3;"
            )
        return CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",
            folder=self.program.folder,
            data=self.data,
            address=self.address,
            tls=" ssl" if self.certificate else "",
            certificate=certificate,
        )

    def command(self) -> Command:
        return [self.binary(), "-c", self.configuration, "-e", self.program.log]

    def put_blob(self, repository: str, content: bytes, public: bool = False) -> str:
        digest = sha256(content)
        self._write(f"{self.root(repository)}/blobs/{digest}", content)
        return digest

    def put_manifest(self, repository: str, manifest: bytes, tags: list[str], public: bool = False) -> str:
        digest = sha256(manifest)
        for reference in (digest, *tags):
            self._write(f"{self.root(repository)}/manifests/{reference}", manifest)
        return digest

    def put_answer(self, path: str, content: bytes) -> None:
        """Answer this path as somebody else does."""
        self._write(path, content)

    def _write(self, path: str, content: bytes) -> None:
        file = self.data / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
