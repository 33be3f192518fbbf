"""`tls.mode`: both at one port by default, or one alone."""

import ssl

import pytest
import requests

from wharf.handshake import ask, secure_connection
from wharf.server import Server


def https(server: Server) -> int:
    """The status of a request over TLS, 0 where nobody answers yet."""
    try:
        with secure_connection(server, "localhost", server.certificate_authority) as secure:
            return ask(secure)
    except (ConnectionError, FileNotFoundError):
        return 0


def test_off(make_server):
    server = make_server().configure('[tls]\nmode = "off"\n').start()
    assert requests.get(f"{server.url}/healthz", timeout=10).status_code == 200
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with secure_connection(server, "localhost", None):
            pass
    assert server.is_ready()


def test_required(make_server):
    server = make_server().configure('[tls]\nmode = "required"\n')
    server.start(is_ready=lambda: https(server) == 200)
    for path in ("/healthz", "/v2/", "/service/token"):
        refused = requests.get(server.url + path, timeout=10)
        assert refused.status_code == 400
        assert "HTTPS" in refused.text
        assert "Www-Authenticate" not in refused.headers
    assert https(server) == 200


def test_optional(make_server):
    server = make_server().configure('[tls]\nmode = "optional"\n').start()
    assert requests.get(f"{server.url}/healthz", timeout=10).status_code == 200
    assert https(server) == 200
