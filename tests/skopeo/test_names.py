"""skopeo reaches an instance by its host name and by path, with the same credentials."""

import json
from pathlib import Path

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.layout import Layout
from wharf.loopback_proxy import LoopbackProxy
from wharf.program import attempt
from wharf.server import Server
from wharf.skopeo import Skopeo


def test_by_host_name(
    server: Server,
    instance: Instance,
    login: Login,
    skopeo: Skopeo,
    images: Layout,
    by_path: str,
    pulled: Path,
):
    with LoopbackProxy() as proxy:
        named = Skopeo(server, login, proxy.environment)
        by_host = f"docker://{server.host(instance.name)}"
        named.push(f"oci:{images.path}:data", f"{by_host}/{NAMESPACE}/data:v1")
        named.pull(f"{by_host}/{NAMESPACE}/data:v1", f"oci:{pulled}:data")
        assert proxy.hosts == {f"{instance.name}.localhost"}
    assert Layout(pulled).digest("data") == images.digest("data")

    manifest = skopeo.inspect(f"{by_path}/{NAMESPACE}/data:v1", "--raw")
    assert manifest.encode() == images.blob(images.digest("data")), "the path reaches the same image"


def test_inspect(skopeo: Skopeo, images: Layout, by_path: str):
    image = f"{by_path}/{NAMESPACE}/shell:v1"
    skopeo.push(f"oci:{images.path}:shell", image)
    found = json.loads(skopeo.inspect(image))
    assert found["Digest"] == images.digest("shell")
    assert found["Layers"] == [layer["digest"] for layer in images.manifest("shell")["layers"]]
    assert found["RepoTags"] == ["v1"]


def test_list_tags(skopeo: Skopeo, images: Layout, by_path: str):
    repository = f"{by_path}/{NAMESPACE}/data"
    for tag in ("v2", "latest", "v1"):
        skopeo.push(f"oci:{images.path}:data", f"{repository}:{tag}")
    assert skopeo.tags(repository) == ["latest", "v1", "v2"]


def test_a_wrong_password(server: Server, login: Login, skopeo: Skopeo, images: Layout, by_path: str):
    image = f"{by_path}/{NAMESPACE}/data:v1"
    skopeo.push(f"oci:{images.path}:data", image)
    stranger = Skopeo(server, Login(login.username, "wrong"))
    ended = attempt("skopeo", "inspect", *stranger.access(), image)
    assert ended.returncode != 0
    assert "unauthorized" in ended.stderr or "invalid username/password" in ended.stderr


def test_an_unknown_authority_is_not_trusted(login: Login, by_path: str):
    ended = attempt("skopeo", "inspect", "--creds", login, f"{by_path}/{NAMESPACE}/data:v1")
    assert ended.returncode != 0
    assert "certificate" in ended.stderr
