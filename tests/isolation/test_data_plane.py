"""The data plane: what another has is answered like what nobody has, at every endpoint."""

from collections.abc import Callable

import pytest

from isolation.belongings import (
    ABSENT_DIGEST,
    ABSENT_ID,
    ABSENT_NAME,
    ABSENT_TAG,
    ABSENT_UPLOAD,
    REPOSITORY,
    TAG,
    Belongings,
)
from isolation.endpoints import ALL, PUSHING, Endpoint
from isolation.likeness import code, essence
from wharf.cloud import Instance, Login
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.server import Server
from wharf.token_service import TokenService

Caller = Callable[[Instance], Registry]
ABSENT = Instance(ABSENT_ID, ABSENT_NAME)
ABSENT_REPOSITORY = REPOSITORY.replace("secret", "absent")


@pytest.fixture(params=["by host", "by path"])
def by_host(request: pytest.FixtureRequest) -> bool:
    return request.param == "by host"


@pytest.fixture(
    params=[
        "with its token",
        "with a bearer token",
        "as nobody",
        "from a sibling instance",
        "with its service account",
    ]
)
def caller(
    request: pytest.FixtureRequest,
    server: Server,
    by_host: bool,
    own_login: Login,
    sibling_login: Login,
    own_instance: Instance,
    own_service_account: Login,
) -> Caller:
    """Opens an instance as somebody whom it does not belong to."""

    def with_service_account(instance: Instance) -> Registry:
        if not by_host:
            return Registry(server, instance, own_service_account)
        # It logs in at its own host only.
        bearer = TokenService(server, own_instance).token(own_service_account)
        return TokenService(server, instance).open(bearer)

    def with_bearer(instance: Instance) -> Registry:
        tokens = TokenService(server, instance, by_host)
        prefix = "" if by_host else f"{instance.name}/"
        return tokens.open(tokens.token(own_login, f"repository:{prefix}{REPOSITORY}:pull,push,delete"))

    callers: dict[str, Caller] = {
        "with its token": lambda instance: Registry(server, instance, own_login, by_host=by_host),
        "with a bearer token": with_bearer,
        "as nobody": lambda instance: Registry(server, instance, by_host=by_host),
        "with its service account": with_service_account,
        "from a sibling instance": lambda i: Registry(server, i, sibling_login, by_host=by_host),
    }
    return callers[request.param]


def there(belongings: Belongings) -> dict[str, str]:
    """What the owner has."""
    return {
        "repository": REPOSITORY,
        "tag": TAG,
        "digest": belongings.image.digest,
        "blob": sha256(belongings.image.layers[0]),
        "upload": belongings.upload,
    }


def absent() -> dict[str, str]:
    """What nobody has."""
    return {
        "repository": REPOSITORY,
        "tag": ABSENT_TAG,
        "digest": ABSENT_DIGEST,
        "blob": ABSENT_DIGEST,
        "upload": ABSENT_UPLOAD,
    }


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.name)
def test_anothers_instance_is_like_none(belongings: Belongings, caller: Caller, endpoint: Endpoint):
    names, answers = there(belongings), {}
    for instance in (belongings.instance, ABSENT):
        answer = endpoint.send(caller(instance), **names, instance=instance.name)
        assert answer.status_code in (401, 403), answer.text
        assert code(answer) in ("UNAUTHORIZED", "DENIED", None)
        answers[instance.name] = essence(answer, instance.name)
    assert answers[belongings.instance.name] == answers[ABSENT_NAME]


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.name)
def test_what_is_in_anothers_instance_is_like_what_is_not(
    belongings: Belongings, caller: Caller, endpoint: Endpoint
):
    registry, answers = caller(belongings.instance), []
    for names in (there(belongings), {**absent(), "repository": ABSENT_REPOSITORY}):
        answer = endpoint.send(registry, **names, instance=belongings.instance.name)
        assert answer.status_code in (401, 403), answer.text
        answers.append(essence(answer, names["repository"]))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("endpoint", [e for e in ALL if e not in PUSHING], ids=lambda e: e.name)
def test_what_another_has_is_unknown_in_ones_own_instance(
    belongings: Belongings, own: Registry, endpoint: Endpoint
):
    """Under the same names in one's own instance: what the other has helps nothing."""
    answers = []
    for names in (there(belongings), absent()):
        answer = endpoint.send(own, **names, instance=belongings.instance.name)
        assert answer.status_code in (200, 202, 404), answer.text
        assert belongings.image.digest not in answer.text or answer.status_code == 404
        answers.append(essence(answer, names["tag"]))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("query", ["", "?n=1", "?last=a"])
@pytest.mark.parametrize("logged_in", [True, False])
def test_the_catalog_at_anothers_host(
    server: Server, belongings: Belongings, own_login: Login, query: str, logged_in: bool
):
    login = own_login if logged_in else None
    answers = []
    for instance in (belongings.instance, ABSENT):
        registry = Registry(server, instance, login, by_host=True)
        answer = registry.get(f"/v2/_catalog{query}")
        assert answer.status_code == (200 if logged_in else 401)
        assert not logged_in or answer.json() == {"repositories": []}
        answers.append(essence(answer, instance.name))
    assert answers[0] == answers[1]


def test_the_catalog_of_ones_own_names_nothing_else(own: Registry, own_instance: Instance):
    repositories = own.get("/v2/_catalog").json()["repositories"]
    assert repositories
    assert all(name.startswith(f"{own_instance.name}/") for name in repositories)


def test_a_service_account_logs_in_at_no_other_host(
    server: Server, belongings: Belongings, own_instance: Instance, own_service_account: Login
):
    """Not with the name and password of its own, nor with the owner's password in its own instance."""
    answers = []
    for instance in (belongings.instance, ABSENT):
        answer = Registry(server, instance, own_service_account, by_host=True).get("/v2/")
        assert answer.status_code == 401
        answers.append(essence(answer, instance.name))
    assert answers[0] == answers[1]
    theirs = Login(own_service_account.username, belongings.service_account.password)
    assert Registry(server, own_instance, theirs, by_host=True).get("/v2/").status_code == 401
    own = Registry(server, own_instance, own_service_account, by_host=True)
    assert own.get("/v2/").status_code == 200


@pytest.mark.parametrize("logged_in", [True, False])
def test_the_token_service_at_anothers_host(
    server: Server, belongings: Belongings, own_login: Login, logged_in: bool
):
    """It gives a token at every host; how long that is may not tell what there is."""
    lengths = set()
    for instance in (belongings.instance, ABSENT):
        tokens = TokenService(server, instance)
        token = tokens.token(own_login if logged_in else None, f"repository:{REPOSITORY}:pull,push")
        lengths.add(len(token))
    assert len(lengths) == 1
