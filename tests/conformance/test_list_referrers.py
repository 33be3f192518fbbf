"""Content Discovery: Listing referrers (end-12a, end-12b)."""

import pytest
import requests

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from conformance.content import descriptor, index, push, push_artifact
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.oci import path_of
from wharf.small_image import SmallImage

LIST = on("GET", "/referrers/")
SBOM = "application/vnd.example.sbom"
SIGNATURE = "application/vnd.example.signature"


def first(edit):
    """An edit of the index that changes its first descriptor."""
    return lambda body: edit(body["manifests"][0])


class Referrers:
    """The referrers of one image."""

    def __init__(self, registry: Registry, repository: str, image: SmallImage):
        self.registry, self.repository, self.image = registry, repository, image
        self.path = f"{repository}/referrers/{image.digest}"
        self.subject = descriptor(image.manifest)

    def push_artifact(self, **fields) -> bytes:
        return push_artifact(self.registry, self.repository, subject=self.subject, **fields)

    def push_index(self, **fields) -> bytes:
        return push(
            self.registry, self.repository, index([self.image], subject=self.subject, **fields), INDEX
        )

    def answer(self, query: str = "") -> requests.Response:
        return self.registry.get(f"{self.path}{query}")

    def listed(self, query: str = "") -> list[dict]:
        return self.answer(query).json()["manifests"]


@pytest.fixture
def referrers(registry: Registry, repository: str, image: SmallImage) -> Referrers:
    return Referrers(registry, repository, image)


@pytest.fixture
def sbom(referrers: Referrers) -> bytes:
    return referrers.push_artifact(artifactType=SBOM, annotations={"format": "spdx", "made": "today"})


@pytest.fixture
def signature(referrers: Referrers) -> bytes:
    return referrers.push_artifact(artifactType=SIGNATURE)


@broken_by(LIST.status(204), LIST.status(404))
def test_end_12a_the_list_is_answered_with_200(referrers: Referrers, sbom: bytes):
    """MUST: 200 for a repository that exists."""
    assert referrers.answer().status_code == 200


@pytest.mark.parametrize("lacking", ["referrers", "the manifest", "the repository"])
@broken_by(LIST.status(404))
def test_end_12a_the_answer_is_never_404(registry: Registry, referrers: Referrers, lacking: str):
    """MUST NOT: a registry with this endpoint answers no 404 to a request for referrers."""
    path = {
        "referrers": referrers.path,
        "the manifest": f"{referrers.repository}/referrers/{sha256(b'absent')}",
        "the repository": f"{referrers.repository}-absent/referrers/{sha256(b'absent')}",
    }[lacking]
    assert registry.get(path).status_code == 200


@pytest.mark.parametrize("digest", ["v1", "sha256:abc", "sha256:" + "G" * 64, "md5:" + "0" * 32, "sha256"])
@broken_by(LIST.status(200), LIST.status(404))
def test_end_12a_an_invalid_digest_is_400(registry: Registry, referrers: Referrers, digest: str):
    """MUST: 400 for a request that is not valid, such as one with a malformed digest."""
    assert registry.get(f"{referrers.repository}/referrers/{digest}").status_code == 400


@broken_by(
    LIST.json("is no index", lambda body: body.update(mediaType=MANIFEST)),
    LIST.json("has no schema", lambda body: body.pop("schemaVersion")),
    LIST.json("has no manifests", lambda body: body.update(manifests=None)),
)
def test_end_12a_the_body_is_an_image_index(referrers: Referrers, sbom: bytes):
    """MUST: the body is a JSON image index with a list of descriptors."""
    body = referrers.answer().json()
    assert body.get("schemaVersion") == 2
    assert body.get("mediaType", INDEX) == INDEX
    assert isinstance(body.get("manifests"), list)


@broken_by(LIST.header("Content-Type", "application/json"), LIST.without("Content-Type"))
def test_end_12a_the_type_is_that_of_an_index(referrers: Referrers, sbom: bytes):
    """MUST: Content-Type is the image index's."""
    assert referrers.answer().headers.get("Content-Type") == INDEX


@broken_by(
    LIST.json("lists none", lambda body: body["manifests"].clear()),
    LIST.json("lacks the type", first(lambda found: found.pop("mediaType"))),
    LIST.json("has another size", first(lambda found: found.update(size=1))),
    LIST.json("has another digest", first(lambda found: found.update(digest=sha256(b"else")))),
)
def test_end_12a_the_descriptors_are_those_of_the_referrers(
    registry: Registry, referrers: Referrers, sbom: bytes
):
    """Each descriptor is of a manifest or index of this repository that has the digest as subject."""
    by_index = referrers.push_index()
    push_artifact(registry, referrers.repository, subject=descriptor(b"another subject"))
    told = {item["digest"]: (item.get("mediaType"), item["size"]) for item in referrers.listed()}
    assert told == {
        sha256(sbom): (MANIFEST, len(sbom)),
        sha256(by_index): (INDEX, len(by_index)),
    }


@broken_by(LIST.json("lists another repository's", lambda body: body["manifests"].append({})))
def test_end_12a_only_this_repositorys_referrers_are_listed(
    registry: Registry, referrers: Referrers, sbom: bytes
):
    """Each descriptor is of this repository: another's referrers of the same digest are not listed."""
    push_artifact(registry, f"{referrers.repository}-other", subject=referrers.subject)
    assert len(referrers.listed()) == 1


@pytest.mark.parametrize("kind", ["image", "index"])
@broken_by(
    LIST.json("has no type", first(lambda found: found.pop("artifactType"))),
    LIST.json("has another type", first(lambda found: found.update(artifactType=SIGNATURE))),
)
def test_end_12a_the_artifact_type_is_told(referrers: Referrers, kind: str):
    """MUST: `artifactType` is that of the manifest or index."""
    push_it = referrers.push_artifact if kind == "image" else referrers.push_index
    push_it(artifactType=SBOM)
    assert [found.get("artifactType") for found in referrers.listed()] == [SBOM]


@pytest.mark.parametrize("fields", [{}, {"artifactType": ""}], ids=["missing", "empty"])
@broken_by(
    LIST.json("has no type", first(lambda found: found.pop("artifactType"))),
    LIST.json("has an empty type", first(lambda found: found.update(artifactType=""))),
)
def test_end_12a_an_images_artifact_type_is_else_its_configs(referrers: Referrers, fields: dict):
    """MUST: without an `artifactType` of its own, an image has its config's type."""
    referrers.push_artifact(config_type=SIGNATURE, **fields)
    assert [found.get("artifactType") for found in referrers.listed()] == [SIGNATURE]


@pytest.mark.parametrize("fields", [{}, {"artifactType": ""}], ids=["missing", "empty"])
@broken_by(
    LIST.json("has an empty type", first(lambda found: found.update(artifactType=""))),
    LIST.json("has a type", first(lambda found: found.update(artifactType=INDEX))),
)
def test_end_12a_an_index_without_artifact_type_has_none(referrers: Referrers, fields: dict):
    """MUST: without an `artifactType` of its own, an index has none in the list."""
    referrers.push_index(**fields)
    found = referrers.listed()
    assert len(found) == 1
    assert "artifactType" not in found[0]


@pytest.mark.parametrize("kind", ["image", "index"])
@broken_by(
    LIST.json("has no annotations", first(lambda found: found.pop("annotations"))),
    LIST.json("lacks an annotation", first(lambda found: found["annotations"].popitem())),
)
def test_end_12a_the_annotations_are_told(referrers: Referrers, kind: str):
    """MUST: descriptors carry the annotations of the manifest or index."""
    annotations = {"org.example.format": "json", "org.example.empty": "", "org.example.é": "ü"}
    push_it = referrers.push_artifact if kind == "image" else referrers.push_index
    push_it(annotations=annotations)
    assert [found.get("annotations") for found in referrers.listed()] == [annotations]


@broken_by(LIST.json("lists one", lambda body: body["manifests"].append({})), LIST.status(404))
def test_end_12a_no_referrers_are_an_empty_list(referrers: Referrers):
    """MUST: an empty list where nothing refers to the digest."""
    answer = referrers.answer()
    assert (answer.status_code, answer.json()["manifests"]) == (200, [])


@pytest.fixture
def many(referrers: Referrers) -> list[str]:
    """The digests of referrers whose annotations together are more than one manifest may hold."""
    notes = ("n" * 1_900_000 + str(number) for number in range(3))
    return sorted(sha256(referrers.push_artifact(annotations={"note": note})) for note in notes)


@broken_by(LIST.without("Link"), LIST.header("Link", "</v2/>; rel=previous"))
def test_end_12a_a_list_too_long_for_one_manifest_has_a_link(referrers: Referrers, many: list[str]):
    """MUST: a Link with rel="next" (RFC 5988) where the descriptors do not fit in one manifest."""
    answer = referrers.answer()
    assert len(answer.json()["manifests"]) < len(many)
    assert "next" in answer.links


@broken_by(
    LIST.json("lists the first again", lambda body: body["manifests"].append(body["manifests"][0])),
    LIST.json("is no index", lambda body: body.update(mediaType=MANIFEST)),
    LIST.header("Link", "</v2/>; rel=previous"),
)
def test_end_12a_each_page_is_an_index_with_other_descriptors(
    registry: Registry, referrers: Referrers, many: list[str]
):
    """Each page of the list is an image index, and each referrer is in one of them."""
    path, seen = referrers.path, []
    while path:
        page = registry.get(path)
        assert page.json().get("mediaType", INDEX) == INDEX
        seen += [found["digest"] for found in page.json()["manifests"]]
        assert len(seen) <= len(many), "a page repeats what others had"
        path = path_of(page.links["next"]["url"]) if "next" in page.links else None
    assert sorted(seen) == many


@broken_by(LIST.json("does not filter", lambda body: body["manifests"].append({"digest": "sha256:1"})))
def test_end_12b_referrers_are_filtered_by_artifact_type(
    referrers: Referrers, sbom: bytes, signature: bytes
):
    """SHOULD: `artifactType` leaves the referrers of that type."""
    digests = [found["digest"] for found in referrers.listed(f"?artifactType={SBOM}")]
    assert digests == [sha256(sbom)]


@broken_by(LIST.json("does not filter", lambda body: body["manifests"].append({})))
def test_end_12b_the_filter_knows_the_configs_type(referrers: Referrers, sbom: bytes):
    """SHOULD: the filter goes by the type in the list, an image's config's where it has no own."""
    plain = referrers.push_artifact(config_type=SIGNATURE)
    found = referrers.listed(f"?artifactType={SIGNATURE}")
    assert [item.get("digest") for item in found] == [sha256(plain)]


@broken_by(LIST.status(404), LIST.json("does not filter", lambda body: body["manifests"].append({})))
def test_end_12b_a_filter_may_leave_nothing(referrers: Referrers, sbom: bytes):
    """MUST: an empty list where a query matches nothing."""
    answer = referrers.answer("?artifactType=application/vnd.example.none")
    assert (answer.status_code, answer.json()["manifests"]) == (200, [])


@broken_by(LIST.without("OCI-Filters-Applied"), LIST.header("OCI-Filters-Applied", "type"))
def test_end_12b_the_applied_filter_is_told(referrers: Referrers, sbom: bytes):
    """MUST: OCI-Filters-Applied names artifactType where that filter was applied."""
    answer = referrers.answer(f"?artifactType={SBOM}")
    assert answer.headers.get("OCI-Filters-Applied") == "artifactType"


@broken_by(LIST.header("OCI-Filters-Applied", "artifactType"))
def test_end_12a_without_a_filter_none_is_told(referrers: Referrers, sbom: bytes):
    """MUST: OCI-Filters-Applied says that a filter was applied, so it is absent without one."""
    assert "OCI-Filters-Applied" not in referrers.answer().headers


@broken_by(
    LIST.header("OCI-Filters-Applied", "artifactType, annotation"),
    LIST.header("OCI-Filters-Applied", "artifactType annotation"),
)
def test_end_12b_all_applied_filters_are_told_with_commas(referrers: Referrers, sbom: bytes):
    """MUST: several filters are told in one list; one that the registry does not know is not in it."""
    answer = referrers.answer(f"?artifactType={SBOM}&annotation=format")
    told = [name.strip() for name in answer.headers.get("OCI-Filters-Applied", "").split(",")]
    assert told == ["artifactType"]
