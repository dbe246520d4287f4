"""A certificate authority of our own for tests, and what reads a signature without trusting the library that made it."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.x509.oid import NameOID

from events.kit.clock import now

PASS_TYPE, TEAM = "pass.com.example.empfang", "TEAM123456"
_SIGNED_DATA, _MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010904")


@cache
def keys() -> tuple[rsa.RSAPrivateKey, x509.Certificate, rsa.RSAPrivateKey, x509.Certificate]:
    """Authority and pass certificate: key and certificate of each."""
    authority_key, pass_key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Relations")])
    pass_name = x509.Name(
        [
            x509.NameAttribute(NameOID.USER_ID, PASS_TYPE),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Pass Type ID: {PASS_TYPE}"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, TEAM),
        ]
    )
    authority = certificate(authority_name, authority_name, authority_key, authority_key)
    return authority_key, authority, pass_key, certificate(pass_name, authority_name, pass_key, authority_key)


def certificate(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, signer: rsa.RSAPrivateKey) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now() - timedelta(days=1)).not_valid_after(now() + timedelta(days=1))
    return builder.sign(signer, hashes.SHA256())


def pem(thing: rsa.RSAPrivateKey | x509.Certificate) -> str:
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(Encoding.PEM).decode()
    return thing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def check_signature(signature: bytes, content: bytes, authority: x509.Certificate) -> x509.Certificate:
    """Verifies a detached PKCS #7 (RFC 5652, 5.4 and 5.6) down to the authority; answers who signed. Raises when anything is wrong."""
    (content_info,) = _elements(signature)
    (_tag, kind), (_explicit, wrapped) = _elements(content_info[1])
    assert kind == _SIGNED_DATA
    ((_sequence, signed_data),) = _elements(wrapped)
    parts = list(_elements(signed_data))
    assert list(_elements(parts[2][1]))[1:] == [], "the content must not be inside"
    ((_sequence, signer),) = _elements(parts[-1][1])
    (attributes,) = [value for tag, value in _elements(signer) if tag == 0xA0]
    digests = {next(iter(_elements(attribute)))[1]: attribute for _tag, attribute in _elements(attributes)}
    ((_set, digest_set),) = list(_elements(digests[_MESSAGE_DIGEST]))[1:]
    assert next(iter(_elements(digest_set)))[1] == hashlib.sha256(content).digest(), "made for another content"
    (made,) = [value for tag, value in _elements(signer) if tag == 0x04]
    certificates = pkcs7.load_der_pkcs7_certificates(signature)
    (leaf,) = [one for one in certificates if one.subject != authority.subject]
    assert authority in certificates, "the intermediate certificate must come along"
    leaf.verify_directly_issued_by(authority)
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(made, _as_set(attributes), padding.PKCS1v15(), hashes.SHA256())
    return leaf


def _elements(encoded: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and value of each DER element in a row (X.690)."""
    at = 0
    while at < len(encoded):
        tag, length, at = encoded[at], encoded[at + 1], at + 2
        if length & 0x80:
            octets = length & 0x7F
            length, at = int.from_bytes(encoded[at : at + octets]), at + octets
        yield tag, encoded[at : at + length]
        at += length


def _as_set(attributes: bytes) -> bytes:
    """Signed are the attributes as a SET OF, whatever tag they carry inside."""
    size = len(attributes)
    length = bytes([size]) if size < 0x80 else bytes([0x80 + (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8)
    return b"\x31" + length + attributes
