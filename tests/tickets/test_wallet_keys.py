"""Keys of wallets are checked at start, and what is wrong is named."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from events.app import create_app
from events.settings import SettingsError, load
from tests.builders import settings_for

from .wallet_house import certificate, keys, pem

SECRET = {"EVENTS_SECRET_KEY": "k" * 32}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"EVENTS_WALLET_APPLE_CERTIFICATE": "x"}, ["EVENTS_WALLET_APPLE_KEY", "EVENTS_WALLET_APPLE_WWDR"]),
        ({"EVENTS_WALLET_GOOGLE_ISSUER": "1"}, ["EVENTS_WALLET_GOOGLE_KEY"]),
        ({"EVENTS_WALLET_GOOGLE_KEY": "{}"}, ["EVENTS_WALLET_GOOGLE_ISSUER"]),
    ],
)
def test_half_a_wallet_is_refused(given: dict[str, str], missing: list[str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(SECRET | given)
    assert refusal.value.problems == [f"{name} is missing: this wallet needs it as well" for name in missing]


def apple(**changes: str) -> dict[str, Any]:
    _authority_key, authority, pass_key, leaf = keys()
    given = {"wallet_apple_certificate": pem(leaf), "wallet_apple_key": pem(pass_key), "wallet_apple_wwdr": pem(authority)}
    return given | {f"wallet_apple_{name}": value for name, value in changes.items()}


def test_keys_that_cannot_be_used_stop_the_start() -> None:
    authority_key, authority, pass_key, _leaf = keys()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "No pass type")])
    nameless = certificate(name, authority.subject, pass_key, authority_key)
    other = rsa.generate_private_key(65537, 2048)
    wrong: list[dict[str, Any]] = [
        apple(certificate="oops"),
        apple(key="oops"),
        apple(wwdr="oops"),
        apple(key=pem(other)),
        apple(certificate=pem(nameless)),
        {"wallet_google_issuer": "1", "wallet_google_key": "oops"},
        {"wallet_google_issuer": "1", "wallet_google_key": '{"client_email": "a@example.com", "private_key": "oops"}'},
    ]
    problems = []
    for settings in wrong:
        with pytest.raises(SettingsError) as refusal:
            create_app(settings_for("postgresql://nowhere/none", **settings))
        problems += refusal.value.problems
    assert problems == [
        "EVENTS_WALLET_APPLE_CERTIFICATE must hold a certificate in PEM",
        "EVENTS_WALLET_APPLE_KEY must hold a private key in PEM, without a password",
        "EVENTS_WALLET_APPLE_WWDR must hold a certificate in PEM",
        "EVENTS_WALLET_APPLE_KEY does not belong to the certificate that is set beside it",
        "EVENTS_WALLET_APPLE_CERTIFICATE must be that of a pass type: it names no pass type",
        "EVENTS_WALLET_GOOGLE_KEY must be the JSON key file of a service account",
        "EVENTS_WALLET_GOOGLE_KEY must hold a private key in PEM, without a password",
    ]
