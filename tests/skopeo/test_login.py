"""`login`, as docker, podman and skopeo do it, and a pull with what it stored."""

from pathlib import Path

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.layout import Layout
from wharf.program import attempt, run
from wharf.server import Server
from wharf.skopeo import Skopeo


def test_login_stores_what_a_pull_uses(
    server: Server,
    instance: Instance,
    login: Login,
    skopeo: Skopeo,
    images: Layout,
    by_path: str,
    tmp_path: Path,
):
    image = f"{by_path}/{NAMESPACE}/data:v1"
    skopeo.push(f"oci:{images.path}:data", image)
    trust = ["--cert-dir", skopeo.certificates, "--authfile", tmp_path / "auth.json"]
    user = ["--username", login.username, "--password-stdin"]
    said = run("skopeo", "login", *trust, *user, server.address, input=login.password)
    assert "Login Succeeded" in said
    raw = run("skopeo", "inspect", "--raw", *trust, image)
    assert raw.encode() == images.blob(images.digest("data"))


def test_a_wrong_password_is_not_stored(server: Server, login: Login, skopeo: Skopeo, tmp_path: Path):
    trust = ["--cert-dir", skopeo.certificates, "--authfile", tmp_path / "auth.json"]
    user = ["--username", login.username, "--password-stdin"]
    ended = attempt("skopeo", "login", *trust, *user, server.address, input="wrong")
    assert ended.returncode != 0
    assert not (tmp_path / "auth.json").exists()
