"""The first start makes everything and says the root account's secrets once."""

import re

from wharf.account import ROOT, Account
from wharf.cloud import Cloud
from wharf.server import Server


def printed(server: Server) -> dict[str, str]:
    """What the server printed as `Name: value`."""
    return dict(re.findall(r"^\s*(\w+):\s+(\S+)\s*$", server.output.read_text(), re.MULTILINE))


def test_the_secrets_are_printed_once_and_work(make_server):
    server = make_server(environment={}).start()
    first = printed(server)
    assert first["Uin"] == ROOT.uin
    assert re.fullmatch(r"AKID[0-9A-Za-z]{32}", first["SecretId"])
    assert len(first["SecretKey"]) >= 32
    assert len(first["Password"]) >= 12
    root = Account(first["Uin"], first["SecretId"], first["SecretKey"], first["Password"])
    assert Cloud(server, root).create_instance("first").name == "first"

    server.stop()
    server.start()
    second = server.output.read_text()
    for secret in (root.secret_id, root.secret_key, root.password):
        assert secret not in second
    assert Cloud(server, root).call("DescribeInstances").TotalCount == 1


def test_no_secret_is_logged(make_server):
    server = make_server(environment={}).start()
    Cloud(server, account := _root(server)).call("DescribeRegions")
    server.stop()
    log = server.log.read_text()
    assert log, "logs go to standard error"
    assert account.secret_key not in log
    assert account.password not in log


def test_two_servers_have_two_secrets(make_server):
    first, second = (printed(make_server(environment={}).start()) for _ in range(2))
    for name in ("SecretId", "SecretKey", "Password"):
        assert first[name] != second[name]


def test_preset_secrets_are_used(own_server: Server):
    assert Cloud(own_server, ROOT).call("DescribeRegions").TotalCount > 0


def test_everything_is_in_the_data_directory(own_server: Server):
    left = {path.name for path in own_server.directory.iterdir()}
    assert left == {own_server.data.name, own_server.log.name, own_server.output.name}


def test_the_data_directory_is_below_the_working_directory_by_default(make_server):
    server = make_server()
    del server.environment["WHARF_DATA_DIR"]
    server.start()
    assert (server.directory / "data" / "tls" / "ca.pem").is_file()


def test_secrets_are_readable_by_the_owner_alone(own_server: Server):
    for path in [own_server.data, *own_server.data.rglob("*.key"), *own_server.data.rglob("*key.pem")]:
        assert path.stat().st_mode & 0o077 == 0, f"{path} is open to others"


def _root(server: Server) -> Account:
    said = printed(server)
    return Account(said["Uin"], said["SecretId"], said["SecretKey"], said["Password"])
