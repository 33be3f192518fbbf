"""Accounts as the tests hold them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """An account with one of its access keys, or with temporary credentials."""

    uin: str
    secret_id: str
    secret_key: str
    password: str = ""
    token: str | None = None


ROOT = Account(
    uin="100000000001",
    secret_id="AKIDrootOfTheEndToEndTests0000000001",
    secret_key="keyOfRootOfTheEndToEndTests00001",
    password="password-of-root-1",
)
