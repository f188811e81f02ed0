"""Signatures by the keys of external parties, over hashes of transactions and of topology."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from cryptography.exceptions import InvalidSignature as NotVerified
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cantata.lf.interactive.crypto.keys import CURVES, ED25519, KeySpec, PublicKey
from cantata.lf.interactive.errors import InvalidSignature

SIGNATURE_BYTES_MAX = 512


class SignatureFormat(Enum):
    """How a signature is written; names and numbers are those of the Ledger API."""

    SIGNATURE_FORMAT_RAW = 1
    SIGNATURE_FORMAT_DER = 2
    SIGNATURE_FORMAT_CONCAT = 3


class Algorithm(Enum):
    """How a signature is made; names and numbers are those of the Ledger API."""

    SIGNING_ALGORITHM_SPEC_ED25519 = 1
    SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_256 = 2
    SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_384 = 3


_RAW = SignatureFormat.SIGNATURE_FORMAT_RAW
_DER = SignatureFormat.SIGNATURE_FORMAT_DER
_CONCAT = SignatureFormat.SIGNATURE_FORMAT_CONCAT

_ALGORITHMS: dict[KeySpec, tuple[Algorithm, SignatureFormat]] = {
    ED25519: (Algorithm.SIGNING_ALGORITHM_SPEC_ED25519, _CONCAT),
    KeySpec.SIGNING_KEY_SPEC_EC_P256: (Algorithm.SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_256, _DER),
    KeySpec.SIGNING_KEY_SPEC_EC_P384: (Algorithm.SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_384, _DER),
    KeySpec.SIGNING_KEY_SPEC_EC_SECP256K1: (Algorithm.SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_256, _DER),
}
"""The one algorithm of each kind of key, and the form of its signatures."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature with what is needed to verify it; `signed_by` is the key's fingerprint."""

    format: SignatureFormat
    signature: bytes
    signed_by: str
    algorithm: Algorithm


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key in memory that signs what it is given."""

    key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey

    @classmethod
    def generate(cls, spec: KeySpec = ED25519) -> PrivateKey:
        """Make a new key from the system's randomness."""
        if spec is ED25519:
            return cls(Ed25519PrivateKey.generate())
        return cls(ec.generate_private_key(CURVES[spec]()))

    @classmethod
    def from_seed(cls, seed: bytes) -> PrivateKey:
        """Take the 32 bytes of an Ed25519 key, or the 64 in which its public key follows."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed[:32]))

    @property
    def public(self) -> PublicKey:
        """Give the public key."""
        return PublicKey.of(self.key.public_key())

    def sign(self, message: bytes) -> Signature:
        """Sign a message: the 32 bytes of a prepared transaction's hash, or a multi-hash."""
        public = self.public
        if isinstance(self.key, Ed25519PrivateKey):
            return signature_by(public, self.key.sign(message))
        algorithm, _ = _ALGORITHMS[public.spec]
        return signature_by(public, self.key.sign(message, ec.ECDSA(_hash(algorithm))))


def signature_by(key: PublicKey, content: bytes) -> Signature:
    """Take bytes as a signature of a key, in the one form that its algorithm has; unverified."""
    algorithm, form = _ALGORITHMS[key.spec]
    return Signature(form, content, str(key.fingerprint), algorithm)


def verify(key: PublicKey, message: bytes, signature: Signature) -> None:
    """Return if a signature is of this key over this message, else raise `InvalidSignature`.

    The form must be the one that the key's algorithm has; `RAW` is its old name.
    """
    algorithm, form = _ALGORITHMS[key.spec]
    if signature.signed_by != key.fingerprint:
        raise InvalidSignature(f"it is by {signature.signed_by[:80]}, not by {key.fingerprint}")
    if signature.algorithm is not algorithm:
        raise InvalidSignature(f"{signature.algorithm.name} does not fit {key.spec.name}")
    if signature.format not in {form, _RAW}:
        raise InvalidSignature(f"{signature.format.name} does not fit {algorithm.name}")
    if len(signature.signature) > SIGNATURE_BYTES_MAX:
        raise InvalidSignature(f"it has {len(signature.signature)} bytes")
    loaded = key.loaded
    try:
        if isinstance(loaded, Ed25519PublicKey):
            loaded.verify(signature.signature, message)
        else:
            loaded.verify(signature.signature, message, ec.ECDSA(_hash(algorithm)))
    except NotVerified:
        raise InvalidSignature("it is not over this message by this key") from None


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a party's keys signed, and how many signatures were of no use."""

    valid: int
    invalid: int


def count_signers(
    keys: Iterable[PublicKey], message: bytes, signatures: Iterable[Signature]
) -> Count:
    """Count the distinct keys with a valid signature, and the signatures that are not valid."""
    by_fingerprint: dict[str, PublicKey] = {str(key.fingerprint): key for key in keys}
    signers: set[str] = set()
    invalid = 0
    for signature in signatures:
        key = by_fingerprint.get(signature.signed_by)
        if key is not None and _is_valid(key, message, signature):
            signers.add(signature.signed_by)
        else:
            invalid += 1
    return Count(len(signers), invalid)


def _is_valid(key: PublicKey, message: bytes, signature: Signature) -> bool:
    try:
        verify(key, message, signature)
    except InvalidSignature:
        return False
    return True


def _hash(algorithm: Algorithm) -> hashes.HashAlgorithm:
    if algorithm is Algorithm.SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_384:
        return hashes.SHA384()
    return hashes.SHA256()
