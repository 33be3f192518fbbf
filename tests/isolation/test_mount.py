"""Mounting, claiming and continuing: one's own instance takes nothing over from another."""

import json

import pytest

from isolation.belongings import ABSENT_DIGEST, ABSENT_NAME, OTHER_REPOSITORY, REPOSITORY, Belongings
from isolation.likeness import essence
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.layer import sha256
from wharf.layout import CONFIG, INDEX, MANIFEST
from wharf.oci import Registry, assert_refused, location
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.token_service import TokenService

TARGET = f"{NAMESPACE}/target"


@pytest.fixture(params=["with a password", "with a bearer token"])
def pusher(
    request: pytest.FixtureRequest,
    server: Server,
    own_instance: Instance,
    own_login: Login,
    belongings: Belongings,
) -> Registry:
    """The other account in its own instance, by path; its bearer token was asked for every scope."""
    if request.param == "with a password":
        return Registry(server, own_instance, own_login)
    tokens = TokenService(server, own_instance, by_host=False)
    scopes = [f"repository:{own_instance.name}/{TARGET}:pull,push"]
    for instance in (belongings.instance.name, ABSENT_NAME):
        scopes.append(f"repository:{instance}/{REPOSITORY}:pull")
    return tokens.open(tokens.token(own_login, *scopes))


def mount(registry: Registry, digest: str, source: str | None) -> tuple:
    """Try a mount; an upload session is what it must come to."""
    query = f"mount={digest}" + (f"&from={source}" if source else "")
    answer = registry.request("POST", f"{TARGET}/blobs/uploads/?{query}")
    assert answer.status_code == 202, answer.text
    registry.request("DELETE", location(answer))
    return essence(answer)


def test_a_mount_from_another_instance(belongings: Belongings, pusher: Registry):
    for blob in belongings.image.blobs:
        digest = sha256(blob)
        there = mount(pusher, digest, f"{belongings.instance.name}/{REPOSITORY}")
        nowhere = mount(pusher, digest, f"{ABSENT_NAME}/{REPOSITORY}")
        anywhere, absent = mount(pusher, digest, None), mount(pusher, ABSENT_DIGEST, None)
        assert there == nowhere == anywhere == absent
        assert pusher.head(f"{TARGET}/blobs/{digest}").status_code == 404


def test_a_mount_by_the_same_name_at_the_own_host(
    server: Server, belongings: Belongings, own_instance: Instance, own_login: Login
):
    """At an instance's host a source's name has no instance: it means one's own repository."""
    registry = Registry(server, own_instance, own_login, by_host=True)
    digest = sha256(belongings.image.layers[0])
    for source in (REPOSITORY, f"{belongings.instance.name}/{REPOSITORY}", f"{ABSENT_NAME}/{REPOSITORY}"):
        mount(registry, digest, source)
    assert registry.head(f"{TARGET}/blobs/{digest}").status_code == 404


def test_a_mount_from_what_is_public_elsewhere(
    server: Server, cloud: Cloud, instance: Instance, own: Registry
):
    """Everybody may read it there; here it is not before it is pushed."""
    cloud.create_namespace(instance, "open", public=True)
    digest = Registry(server, instance, cloud.login(instance)).push_blob("open/web", b"public content")
    source = Registry(server, instance)
    assert source.get_blob("open/web", digest).content == b"public content"
    mount(own, digest, f"{instance.name}/open/web")
    mount(own, digest, None)
    assert own.head(f"{TARGET}/blobs/{digest}").status_code == 404


def test_a_manifest_cannot_claim_anothers_blobs(belongings: Belongings, own: Registry):
    image = belongings.image
    put = own.put_manifest(TARGET, "v1", image.manifest)
    assert_refused(put, 404, "MANIFEST_BLOB_UNKNOWN")
    absent = SmallImage.make("nobody ever pushed this image")
    like = own.put_manifest(TARGET, "v1", absent.manifest)
    assert essence(put) == essence(like)


def test_an_index_cannot_claim_anothers_images(belongings: Belongings, own: Registry):
    answers = []
    for digest in (belongings.image.digest, ABSENT_DIGEST):
        child = {"mediaType": MANIFEST, "digest": digest, "size": len(belongings.image.manifest)}
        index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [child]}).encode()
        put = own.put_manifest(TARGET, "all", index, INDEX)
        assert_refused(put, 404, "MANIFEST_BLOB_UNKNOWN")
        answers.append(essence(put))
    assert answers[0] == answers[1]


def test_a_referrer_is_seen_in_its_own_instance_only(belongings: Belongings, own: Registry):
    """Both have the subject's digest; the referrer of one is not the other's."""
    config = b"{}"
    own.push_blob(OTHER_REPOSITORY, config)
    subject = {"mediaType": MANIFEST, "digest": belongings.image.digest, "size": 1}
    content = {"mediaType": CONFIG, "digest": sha256(config), "size": len(config)}
    referrer = json.dumps(
        {"schemaVersion": 2, "mediaType": MANIFEST, "config": content, "layers": [], "subject": subject}
    ).encode()
    assert own.put_manifest(OTHER_REPOSITORY, sha256(referrer), referrer).status_code == 201
    path = f"referrers/{belongings.image.digest}"
    assert [found["digest"] for found in own.get(f"{OTHER_REPOSITORY}/{path}").json()["manifests"]] == [
        sha256(referrer)
    ]
    for repository in (OTHER_REPOSITORY, REPOSITORY):
        assert belongings.registry.get(f"{repository}/{path}").json()["manifests"] == []


def test_what_both_have_is_each_ones_own(belongings: Belongings, own: Registry, shared_image: SmallImage):
    """One digest in two instances: deleted from one, it is whole in the other, and can be pushed again."""
    paths = [f"manifests/{shared_image.digest}", *(f"blobs/{sha256(blob)}" for blob in shared_image.blobs)]
    for path in paths:
        assert own.request("DELETE", f"{OTHER_REPOSITORY}/{path}").status_code == 202
    for path in paths:
        assert own.head(f"{OTHER_REPOSITORY}/{path}").status_code == 404
    owner = belongings.registry
    assert owner.get_manifest(OTHER_REPOSITORY, "v1").content == shared_image.manifest
    for blob in shared_image.blobs:
        assert owner.get_blob(OTHER_REPOSITORY, sha256(blob)).content == blob
    shared_image.push(own, OTHER_REPOSITORY, "v1")


def test_a_session_of_ones_own_instance_but_another_repository(own: Registry):
    upload = own.start_upload(OTHER_REPOSITORY)
    elsewhere = upload.replace(OTHER_REPOSITORY, TARGET)
    assert elsewhere != upload
    assert_refused(own.get(elsewhere), 404, "BLOB_UPLOAD_UNKNOWN")
    assert_refused(own.send_chunk(elsewhere, 0, b"first"), 404, "BLOB_UPLOAD_UNKNOWN")
    assert_refused(own.finish_upload(elsewhere, sha256(b"first"), b"first"), 404, "BLOB_UPLOAD_UNKNOWN")
    assert_refused(own.request("DELETE", elsewhere), 404, "BLOB_UPLOAD_UNKNOWN")
    assert own.finish_upload(upload, sha256(b"first"), b"first").status_code == 201
