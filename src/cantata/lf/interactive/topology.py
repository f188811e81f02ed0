"""Topology of external parties: which participants host a party, and with which keys it signs.

Transactions are the network's own messages (`topology.proto` and `crypto.proto` of Canton 3.5)
inside its versioned envelope, as wallets decode and sign them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from cantata.kernel.fingerprint import topology_transaction_hash, topology_transactions_hash
from cantata.kernel.ids import PartyId
from cantata.lf.interactive.crypto.keys import KeyFormat, KeySpec, PublicKey
from cantata.lf.interactive.errors import InvalidKey, MalformedMessage
from cantata.lf.interactive.protobuf import (
    INT32,
    RAW,
    TEXT,
    UINT32,
    Field,
    Form,
    Message,
    Presence,
    union,
)

TOPOLOGY_BYTES_MAX = 64 * 2**10
"""Largest topology transaction that is read."""

SIGNING_KEYS_MAX = 20
"""Most keys that one party may sign with."""

_VERSION = 30
_X509 = 4
"""The number that DER SubjectPublicKeyInfo has in topology, other than in the Ledger API."""

_PARTY_USAGES = (1, 5, 4)
"""Namespace, proof of ownership, protocol: what the key of an external party is used for."""


class Operation(IntEnum):
    """What a topology transaction does with its mapping."""

    ADD_REPLACE = 1
    REMOVE = 2


class Permission(IntEnum):
    """What a participant may do for a party."""

    SUBMISSION = 1
    CONFIRMATION = 2
    OBSERVATION = 3


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key as topology states it; numbers are those of `crypto.proto`."""

    format: int
    public_key: bytes
    scheme: int
    usage: tuple[int, ...]
    spec: int

    @classmethod
    def of(cls, key: PublicKey) -> SigningKey:
        """Give a key of an external party, with all its uses."""
        return cls(_X509, key.der, 0, _PARTY_USAGES, key.spec.value)

    @property
    def key(self) -> PublicKey:
        """Give the key, checked; `InvalidKey` if it is none."""
        if self.format != _X509:
            raise InvalidKey(f"the format {self.format} is not that of topology")
        try:
            spec = KeySpec(self.spec)
        except ValueError:
            raise InvalidKey(f"the kind {self.spec} is unknown") from None
        x509 = KeyFormat.CRYPTO_KEY_FORMAT_DER_X509_SUBJECT_PUBLIC_KEY_INFO
        return PublicKey.read(x509, self.public_key, spec)


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys of a party, and how many of them must sign."""

    keys: tuple[SigningKey, ...]
    threshold: int


@dataclass(frozen=True, slots=True)
class Onboarding:
    """Marks a participant that is still taking the party in."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """A participant that hosts the party; `permission` is a `Permission`."""

    participant: str
    permission: int
    onboarding: Onboarding | None = None


@dataclass(frozen=True, slots=True)
class PartyToParticipant:
    """Who hosts a party, how many of them confirm, and which keys sign for it."""

    party: str
    threshold: int
    participants: tuple[Hosting, ...]
    signing_keys: SigningKeys | None


@dataclass(frozen=True, slots=True)
class TopologyTransaction:
    """A change of topology; `serial` counts the changes of one mapping from 1."""

    operation: int
    serial: int
    mapping: PartyToParticipant


@dataclass(frozen=True, slots=True)
class Onboarded:
    """What an external party signs to come into being; `multi_hash` are the bytes to sign."""

    party: PartyId
    transactions: tuple[bytes, ...]
    multi_hash: bytes


@dataclass(frozen=True, slots=True)
class _Envelope:
    data: bytes
    version: int


_REQUIRED, _REPEATED = Presence.REQUIRED, Presence.REPEATED

_SIGNING_KEY = Message(
    "SigningPublicKey",
    SigningKey,
    Field("format", 2, INT32),
    Field("public_key", 3, RAW),
    Field("scheme", 4, INT32),
    Field("usage", 5, INT32, Presence.PACKED),
    Field("spec", 6, INT32),
)
_SIGNING_KEYS = Message(
    "SigningKeysWithThreshold",
    SigningKeys,
    Field("keys", 1, _SIGNING_KEY.form, _REPEATED),
    Field("threshold", 2, UINT32),
)
_HOSTING = Message(
    "HostingParticipant",
    Hosting,
    Field("participant", 1, TEXT),
    Field("permission", 2, INT32),
    Field("onboarding", 3, Message("Onboarding", Onboarding).form, Presence.OPTIONAL),
)
_PARTY_TO_PARTICIPANT = Message(
    "PartyToParticipant",
    PartyToParticipant,
    Field("party", 1, TEXT),
    Field("threshold", 2, UINT32),
    Field("participants", 3, _HOSTING.form, _REPEATED),
    Field("signing_keys", 6, _SIGNING_KEYS.form, Presence.OPTIONAL),
)
_MAPPING: Form = union("TopologyMapping", {9: (PartyToParticipant, _PARTY_TO_PARTICIPANT.form)})
_TRANSACTION = Message(
    "TopologyTransaction",
    TopologyTransaction,
    Field("operation", 1, INT32),
    Field("serial", 2, UINT32),
    Field("mapping", 3, _MAPPING, _REQUIRED),
)
_ENVELOPE = Message(
    "UntypedVersionedMessage",
    _Envelope,
    Field("data", 1, RAW, _REQUIRED),
    Field("version", 2, INT32),
)


def encode_topology(transaction: TopologyTransaction) -> bytes:
    """Write a topology transaction in its versioned envelope."""
    return _ENVELOPE.encode(_Envelope(_TRANSACTION.encode(transaction), _VERSION))


def decode_topology(data: bytes) -> TopologyTransaction:
    """Read a topology transaction of a party; raise an `InteractiveError`.

    Transactions of other kinds than `PartyToParticipant` are refused as unknown fields.
    """
    envelope = _ENVELOPE.read(data, TOPOLOGY_BYTES_MAX)
    if envelope.version != _VERSION:
        raise MalformedMessage("topology transaction", f"its version is {envelope.version}")
    return _TRANSACTION.read(envelope.data, TOPOLOGY_BYTES_MAX)


def onboarding(
    name: str,
    keys: Sequence[PublicKey],
    hosts: Iterable[Hosting],
    *,
    threshold: int = 1,
    signing_threshold: int = 1,
) -> Onboarded:
    """Give what makes an external party: the first of its keys is that of its namespace.

    `threshold` is how many hosts confirm. Raise `MalformedId` for an illegal name.
    """
    party = PartyId.of(name, keys[0].fingerprint)
    signing = SigningKeys(tuple(map(SigningKey.of, keys)), signing_threshold)
    mapping = PartyToParticipant(party, threshold, tuple(hosts), signing)
    transactions = (encode_topology(TopologyTransaction(Operation.ADD_REPLACE, 1, mapping)),)
    return Onboarded(party, transactions, multi_hash(transactions))


def multi_hash(transactions: Iterable[bytes]) -> bytes:
    """Give the 34 bytes that authorize several topology transactions at once."""
    return topology_transactions_hash(map(topology_transaction_hash, transactions))
