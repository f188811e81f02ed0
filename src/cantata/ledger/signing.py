"""Who signs for an external party: a key in memory, a key file, or anything with this protocol."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import ClassVar, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cantata.kernel.errors import CantataError
from cantata.lf.interactive.crypto import PrivateKey, PublicKey, Signature

KEY_FILE_BYTES_MAX = 64 * 1024


class UnusableKeyFile(CantataError):
    """A key file that others can read, or that holds no key; field `path`."""

    code: ClassVar[str] = "UNUSABLE_KEY_FILE"

    def __init__(self, path: Path, reason: str, hint: str = "") -> None:
        super().__init__(f"the key file {path} cannot be used: {reason}", hint=hint)
        self.path = path


class Signer(Protocol):
    """Signs with one key; a key management service is one more implementation."""

    @property
    def public_key(self) -> PublicKey:
        """Give the public key."""
        ...

    async def sign(self, message: bytes) -> Signature:
        """Sign a hash of a prepared transaction, or a multi-hash of topology."""
        ...


class KeySigner:
    """Signs with a private key in memory."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    @property
    def public_key(self) -> PublicKey:
        """Give the public key."""
        return self._key.public

    async def sign(self, message: bytes) -> Signature:
        """Sign a message."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"KeySigner({self._key.public.fingerprint})"


def load_key_file(path: Path, password: bytes | None = None) -> KeySigner:
    """Read a private key in PEM from a file that only its owner may read."""
    try:
        found = path.stat()
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise UnusableKeyFile(path, "others can read it", f"chmod 600 {path}")
        if found.st_size > KEY_FILE_BYTES_MAX:
            raise UnusableKeyFile(path, f"it has {found.st_size} bytes")
        key = load_pem_private_key(path.read_bytes(), password)
    except OSError as error:
        raise UnusableKeyFile(path, error.strerror or "it cannot be read") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnusableKeyFile(path, "it holds no private key in PEM") from None
    if not isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey):
        raise UnusableKeyFile(path, "it is neither Ed25519 nor on an elliptic curve")
    return KeySigner(PrivateKey(key))
