"""One port speaks HTTP and TLS; the server's own authority vouches for its names."""

import socket
import ssl

import pytest
import requests

from wharf.server import Server


def handshake(server: Server, name: str, authority: bool = True) -> set[object]:
    """Shake hands under this name, trusting the server's authority or only the system's.

    Returns the names that the certificate vouches for.
    """
    context = ssl.create_default_context()
    if authority:
        context.load_verify_locations(server.certificate_authority)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secure:
            certificate = secure.getpeercert() or {}
            return {name for _, name in certificate["subjectAltName"]}


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_its_own_names(server: Server, name: str):
    handshake(server, name)


def test_the_names_of_instances(server: Server):
    """Go's clients trust this wildcard. OpenSSL takes none right below a top-level name: it is only read."""
    assert "*.localhost" in handshake(server, "localhost")


def test_no_other_name(server: Server):
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, "registry.example.com")


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
