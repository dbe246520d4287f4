"""What an installation signs passes with, read once at start. Without it no button is shown."""

from typing import Protocol

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID


class ApplePasses(msgspec.Struct, frozen=True, kw_only=True):
    """The certificate of a pass type with its key, and Apple's intermediate certificate (WWDR). The identifiers of pass type and team
    are those inside the certificate, so they cannot contradict it."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    intermediate: x509.Certificate
    pass_type: str
    team: str


class GooglePasses(msgspec.Struct, frozen=True, kw_only=True):
    """An issuer of Google Wallet and the service account that signs for it."""

    issuer: str
    account: str
    key: rsa.RSAPrivateKey


class Wallets(msgspec.Struct, frozen=True, kw_only=True):
    """What this installation can put into wallets."""

    apple: ApplePasses | None = None
    google: GooglePasses | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the buttons, in their order."""
        return tuple(name for name, passes in (("apple", self.apple), ("google", self.google)) if passes)


class _Account(msgspec.Struct, frozen=True):
    """What counts in a service account's key file."""

    client_email: str
    private_key: str


class WalletSettings(Protocol):
    """The settings that count here, as texts."""

    @property
    def wallet_apple_certificate(self) -> str | None: ...

    @property
    def wallet_apple_key(self) -> str | None: ...

    @property
    def wallet_apple_wwdr(self) -> str | None: ...

    @property
    def wallet_google_issuer(self) -> str | None: ...

    @property
    def wallet_google_key(self) -> str | None: ...


def wallets_of(settings: WalletSettings) -> Wallets:
    """A wallet is there when everything it needs is. Raises ValueError: the end of the setting's name, and what is wrong with it."""
    certificate, key, intermediate = settings.wallet_apple_certificate, settings.wallet_apple_key, settings.wallet_apple_wwdr
    issuer, account = settings.wallet_google_issuer, settings.wallet_google_key
    apple = _apple(certificate, key, intermediate) if certificate and key and intermediate else None
    return Wallets(apple=apple, google=_google(issuer, account) if issuer and account else None)


def _apple(certificate: str, key: str, intermediate: str) -> ApplePasses:
    signing, private = _certificate(certificate, "APPLE_CERTIFICATE"), _key(key, "APPLE_KEY")
    if private.public_key() != signing.public_key():
        raise ValueError("APPLE_KEY does not belong to the certificate that is set beside it")
    return ApplePasses(
        certificate=signing,
        key=private,
        intermediate=_certificate(intermediate, "APPLE_WWDR"),
        pass_type=_named(signing, NameOID.USER_ID, "pass type"),
        team=_named(signing, NameOID.ORGANIZATIONAL_UNIT_NAME, "team"),
    )


def _google(issuer: str, account: str) -> GooglePasses:
    try:
        known = msgspec.json.decode(account, type=_Account)
    except msgspec.DecodeError:
        raise ValueError("GOOGLE_KEY must be the JSON key file of a service account") from None
    return GooglePasses(issuer=issuer, account=known.client_email, key=_key(known.private_key, "GOOGLE_KEY"))


def _certificate(pem: str, name: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise ValueError(f"{name} must hold a certificate in PEM") from None


def _key(pem: str, name: str) -> rsa.RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise ValueError(f"{name} must hold a private key in PEM, without a password") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{name} must hold an RSA key")
    return key


def _named(certificate: x509.Certificate, what: x509.ObjectIdentifier, words: str) -> str:
    found = certificate.subject.get_attributes_for_oid(what)
    if not found:
        raise ValueError(f"APPLE_CERTIFICATE must be that of a pass type: it names no {words}")
    return str(found[0].value)
