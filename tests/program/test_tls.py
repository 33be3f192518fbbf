"""One port speaks HTTP and TLS; the server's own authority vouches for its names."""

import socket
import ssl

import pytest
import requests

from wharf.handshake import names, secure_connection
from wharf.server import Server


def handshake(server: Server, name: str, authority: bool = True) -> set[object]:
    """The names that the certificate vouches for, after a handshake under this one.

    The server's authority is trusted, or only the system's.
    """
    trusted = server.certificate_authority if authority else None
    with secure_connection(server, name, trusted) as secure:
        return names(secure)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_its_own_names(server: Server, name: str):
    handshake(server, name)


def test_the_names_of_instances(server: Server):
    """Go's clients trust this wildcard. OpenSSL takes none right below a top-level name: it is only read."""
    assert "*.localhost" in handshake(server, "localhost")


@pytest.mark.parametrize("name", ["acme.localhost", "another-1.localhost", "ACME.localhost"])
def test_the_name_of_an_instance_itself(server: Server, name: str):
    """OpenSSL's clients take it, for the certificate has the name itself and not the wildcard alone."""
    assert name.lower() in {str(one).lower() for one in handshake(server, name)}


@pytest.mark.parametrize("name", ["registry.example.com", "a.b.localhost", "localhost.example.com"])
def test_no_other_name(server: Server, name: str):
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, name)


def test_nobody_else_trusts_it(server: Server):
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, "localhost", authority=False)


def test_both_on_one_port(server: Server):
    plain = requests.get(f"http://{server.address}/healthz", timeout=10)
    secure = requests.get(
        f"https://{server.address}/healthz", verify=str(server.certificate_authority), timeout=10
    )
    assert plain.status_code == secure.status_code == 200


def test_a_connection_that_speaks_neither_harms_nobody(server: Server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as noise:
        noise.sendall(b"\x00\xff\x00\xff nonsense \r\n\r\n")
        noise.shutdown(socket.SHUT_WR)
        while noise.recv(4096):
            pass
    assert server.is_ready()
