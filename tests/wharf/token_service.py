"""The token service of one instance, asked by GET and by the OAuth2 form."""

import requests

from wharf.cloud import Instance, Login
from wharf.oci import Registry
from wharf.server import Server


class TokenService:
    """Asks under the instance's host name, or the bare one, and opens the registry with what it gets."""

    def __init__(self, server: Server, instance: Instance, by_host: bool = True):
        self.server = server
        self.instance = instance
        self.by_host = by_host
        self.url = f"{server.url}/service/token"
        self.service = server.host(instance.name) if by_host else server.address
        self.headers = {"Host": self.service}

    def ask(self, login: Login | None, *scopes: str, **fields: str) -> requests.Response:
        """GET a token for these scopes, each in a parameter of its own."""
        query = [("service", self.service), *fields.items(), *(("scope", one) for one in scopes)]
        basic = (login.username, login.password) if login else None
        return requests.get(self.url, params=query, auth=basic, headers=self.headers, timeout=30)

    def exchange(self, **fields: str) -> requests.Response:
        """POST a form with these fields."""
        return requests.post(self.url, data=fields, headers=self.headers, timeout=30)

    def token(self, login: Login | None, *scopes: str) -> str:
        """A bearer token for these scopes, or for what the user may do of them."""
        return token_of(self.ask(login, *scopes))

    def open(self, token: str) -> Registry:
        """The registry, reached the same way, with a bearer token."""
        return Registry(self.server, self.instance, token=token, by_host=self.by_host)


def token_of(answer: requests.Response) -> str:
    """The bearer token of a good answer."""
    assert answer.status_code == 200, answer.text
    return answer.json()["token"]
