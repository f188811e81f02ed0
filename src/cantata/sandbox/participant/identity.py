"""Who the participant is: its name, its key, its synchronizers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cantata.kernel.fingerprint import key_fingerprint
from cantata.kernel.generators import Ids

NAME = "sandbox"
SYNCHRONIZER = "synchronizer-1"
PROTOCOL_VERSION = 35
SERIAL = 0
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Synchronizer:
    """A synchronizer that the participant is connected to; its alias is its name."""

    name: str
    namespace: str

    @property
    def id(self) -> str:
        """Give the logical id, as requests and events carry it."""
        return f"{self.name}::{self.namespace}"

    @property
    def physical_id(self) -> str:
        """Give the id with protocol version and serial, as prepared transactions carry it."""
        return f"{self.id}::{PROTOCOL_VERSION}-{SERIAL}"


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """The participant's name and keys; the same for the whole life of a store."""

    name: str
    key: bytes
    synchronizer_key: bytes
    namespace: str
    synchronizer: Synchronizer

    @classmethod
    def of(cls, key: bytes, synchronizer_key: bytes, name: str = NAME) -> Identity:
        """Give the identity of two private Ed25519 keys of 32 bytes."""
        return cls(
            name,
            key,
            synchronizer_key,
            _namespace(key),
            Synchronizer(SYNCHRONIZER, _namespace(synchronizer_key)),
        )

    @classmethod
    def fresh(cls, ids: Ids, name: str = NAME) -> Identity:
        """Give an identity with new keys."""
        return cls.of(ids.fresh_bytes(KEY_BYTES), ids.fresh_bytes(KEY_BYTES), name)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Identity:
        """Read what `to_json` gave."""
        return cls.of(
            bytes.fromhex(data["key"]), bytes.fromhex(data["synchronizerKey"]), data["name"]
        )

    def to_json(self) -> dict[str, Any]:
        """Give the identity for the journal; it holds the private keys."""
        return {
            "name": self.name,
            "key": self.key.hex(),
            "synchronizerKey": self.synchronizer_key.hex(),
        }

    @property
    def participant_id(self) -> str:
        """Give the id of the participant, which is also the id of its own party."""
        return self.party_id(self.name)

    def party_id(self, hint: str) -> str:
        """Give the id of a local party."""
        return f"{hint}::{self.namespace}"

    def private_key(self) -> Ed25519PrivateKey:
        """Give the key that signs for the participant."""
        return Ed25519PrivateKey.from_private_bytes(self.key)


def _namespace(key: bytes) -> str:
    public = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
    return str(key_fingerprint(public))
