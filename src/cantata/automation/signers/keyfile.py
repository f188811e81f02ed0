"""A signer whose key is in a file: Ed25519, P-256, P-384 or secp256k1, in PEM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cantata.automation.errors import NotPossible
from cantata.kernel.ids import Fingerprint, PartyId
from cantata.ledger.services.external import signature_json
from cantata.ledger.signing import load_key_file

DIGEST_BYTES = 32


class KeyFileSigner:
    """Signs with a private key that only its owner may read; it is read once."""

    def __init__(self, path: Path, password: bytes | None = None) -> None:
        """Read the key.

        Raise UnusableKeyFile, as when others can read the file, or InvalidKey for a key that is
        of no use on the network.
        """
        self._key = load_key_file(path, password)
        self._fingerprint = self._key.public_key.fingerprint

    @property
    def fingerprint(self) -> Fingerprint:
        """The fingerprint of the public key, by which the network knows it."""
        return self._fingerprint

    async def sign(self, party: PartyId, digest: bytes) -> Sequence[Mapping[str, Any]]:
        """Sign the hash of a prepared transaction for a party; raise NotPossible for all else."""
        if len(digest) != DIGEST_BYTES:
            raise NotPossible(f"{len(digest)} bytes are no hash of a transaction")
        return [signature_json(await self._key.sign(digest))]

    def __repr__(self) -> str:
        return f"KeyFileSigner({self.fingerprint})"
