"""Public keys as the network knows them: checked, in one form, with their fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from cantata.kernel.fingerprint import key_fingerprint
from cantata.kernel.ids import Fingerprint
from cantata.lf.interactive.errors import InvalidKey

ED25519_KEY_BYTES = 32
KEY_BYTES_MAX = 1_024


class KeySpec(Enum):
    """Which curve a key is on; names and numbers are those of the Ledger API."""

    SIGNING_KEY_SPEC_EC_CURVE25519 = 1
    SIGNING_KEY_SPEC_EC_P256 = 2
    SIGNING_KEY_SPEC_EC_P384 = 3
    SIGNING_KEY_SPEC_EC_SECP256K1 = 4


class KeyFormat(Enum):
    """How the bytes of a key are written; names and numbers are those of the Ledger API."""

    CRYPTO_KEY_FORMAT_DER = 1
    CRYPTO_KEY_FORMAT_RAW = 2
    CRYPTO_KEY_FORMAT_DER_X509_SUBJECT_PUBLIC_KEY_INFO = 3


ED25519 = KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519

CURVES: dict[KeySpec, type[ec.EllipticCurve]] = {
    KeySpec.SIGNING_KEY_SPEC_EC_P256: ec.SECP256R1,
    KeySpec.SIGNING_KEY_SPEC_EC_P384: ec.SECP384R1,
    KeySpec.SIGNING_KEY_SPEC_EC_SECP256K1: ec.SECP256K1,
}

Loaded = Ed25519PublicKey | ec.EllipticCurvePublicKey
"""A key that verifies."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key: its curve and its DER SubjectPublicKeyInfo; make it with `read`."""

    spec: KeySpec
    der: bytes

    @classmethod
    def read(cls, key_format: KeyFormat, data: bytes, spec: KeySpec) -> PublicKey:
        """Read a key in any format and bring it into the one form, or raise `InvalidKey`.

        Raw bytes are for Ed25519 only, as on a participant.
        """
        if len(data) > KEY_BYTES_MAX:
            raise InvalidKey(f"it has {len(data)} bytes")
        if key_format is not KeyFormat.CRYPTO_KEY_FORMAT_RAW:
            return cls.of(_load_der(data, spec))
        if spec is not ED25519:
            raise InvalidKey(f"{key_format.name} is for {ED25519.name} only")
        if len(data) != ED25519_KEY_BYTES:
            raise InvalidKey(f"raw key data of {len(data)} bytes instead of {ED25519_KEY_BYTES}")
        return cls.of(Ed25519PublicKey.from_public_bytes(data))

    @classmethod
    def of(cls, key: Loaded) -> PublicKey:
        """Take a key of the `cryptography` package."""
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if isinstance(key, Ed25519PublicKey):
            return cls(ED25519, der)
        for spec, curve in CURVES.items():
            if isinstance(key.curve, curve):
                return cls(spec, der)
        raise InvalidKey(f"the curve {key.curve.name} is not supported")

    @property
    def loaded(self) -> Loaded:
        """Give the key as an object that verifies."""
        return _load_der(self.der, self.spec)

    @property
    def fingerprint(self) -> Fingerprint:
        """Give the fingerprint: of the raw bytes for Ed25519, of the DER form for others."""
        key = self.loaded
        if isinstance(key, Ed25519PublicKey):
            return key_fingerprint(key.public_bytes_raw())
        return key_fingerprint(self.der)


def _load_der(data: bytes, spec: KeySpec) -> Loaded:
    try:
        key = load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidKey("it is no DER SubjectPublicKeyInfo") from None
    if isinstance(key, Ed25519PublicKey) and spec is ED25519:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and spec is not ED25519:
        if isinstance(key.curve, CURVES[spec]):
            return key
        raise InvalidKey(f"it is on the curve {key.curve.name}, not on that of {spec.name}")
    raise InvalidKey(f"it is a {type(key).__name__.removeprefix('_')}, not {spec.name}")
