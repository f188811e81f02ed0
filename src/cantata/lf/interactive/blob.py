"""Blobs of created events: a contract that its holder can show to others (`createdEventBlob`).

Source: `transaction.proto` of Canton 3.5 (``FatContractInstance`` inside ``Versioned``) and the
envelope in which a participant keeps the salt that the contract id binds.
"""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.archive.wire import VARINT, varint
from cantata.lf.interactive.errors import LimitExceeded, MalformedMessage, UnfitValue
from cantata.lf.interactive.protobuf import (
    INT32,
    RAW,
    SFIXED64,
    TEXT,
    Budget,
    Field,
    Form,
    Message,
    Presence,
    as_is,
)
from cantata.lf.interactive.value_wire import STORED, STORED_VALUE
from cantata.lf.interactive.values import Identifier, Value

BLOB_BYTES_MAX = 8 * 2**20
"""Largest blob that is read."""

SERIALIZATION_VERSIONS = ("2.1", "2")
"""Versions of stored contracts: without and with contract keys."""

_AUTHENTICATION_VERSION = 30
_HMAC_SHA256 = 1


@dataclass(frozen=True, slots=True)
class StoredKey:
    """The key of a contract with its maintainers, as it is stored."""

    key: bytes
    maintainers: tuple[str, ...]
    hash: bytes


@dataclass(frozen=True, slots=True)
class FatContract:
    """A contract by itself; `created_at` in microseconds, values without labels.

    `authentication` are the bytes with which its id is checked; see `salt_of`.
    """

    version: str
    contract_id: str
    package_name: str
    template: Identifier
    argument: Value
    signatories: tuple[str, ...]
    observers: tuple[str, ...]
    created_at: int
    authentication: bytes
    key: StoredKey | None = None


@dataclass(frozen=True, slots=True)
class _Names:
    package_id: str
    module: tuple[str, ...]
    entity: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Fat:
    contract_id: str
    package_name: str
    template: _Names
    argument: bytes
    signatories: tuple[str, ...]
    observers: tuple[str, ...]
    created_at: int
    authentication: bytes
    key: StoredKey | None


@dataclass(frozen=True, slots=True)
class _Versioned:
    version: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Salt:
    hmac: int | None
    salt: bytes


@dataclass(frozen=True, slots=True)
class _Authentication:
    salt: _Salt


@dataclass(frozen=True, slots=True)
class _Envelope:
    data: bytes
    version: int


_REQUIRED, _REPEATED = Presence.REQUIRED, Presence.REPEATED

_NAMES = Message(
    "Identifier",
    _Names,
    Field("package_id", 1, TEXT),
    Field("module", 2, TEXT, _REPEATED),
    Field("entity", 3, TEXT, _REPEATED),
)
_KEY = Message(
    "KeyWithMaintainers",
    StoredKey,
    Field("key", 1, RAW),
    Field("maintainers", 2, TEXT, _REPEATED),
    Field("hash", 3, RAW),
)
_FAT = Message(
    "FatContractInstance",
    _Fat,
    Field("contract_id", 1, STORED.contract_id, _REQUIRED),
    Field("package_name", 2, TEXT),
    Field("template", 3, _NAMES.form, _REQUIRED),
    Field("argument", 4, RAW),
    Field("signatories", 5, TEXT, _REPEATED),
    Field("observers", 6, TEXT, _REPEATED),
    Field("created_at", 7, SFIXED64),
    Field("authentication", 8, RAW),
    Field("key", 1001, _KEY.form, Presence.OPTIONAL),
)
_VERSIONED = Message("Versioned", _Versioned, Field("version", 1, TEXT), Field("payload", 2, RAW))
_SALT = Message(
    "Salt",
    _Salt,
    Field("hmac", 1, Form("HmacAlgorithm", VARINT, as_is, varint, None), Presence.OPTIONAL),
    Field("salt", 2, RAW),
)
_AUTHENTICATION = Message(
    "ContractAuthenticationData",
    _Authentication,
    Field("salt", 1, _SALT.form, _REQUIRED),
)
_ENVELOPE = Message(
    "UntypedVersionedMessage",
    _Envelope,
    Field("data", 1, RAW, _REQUIRED),
    Field("version", 2, INT32),
)


def decode_blob(data: bytes, *, limit: int = BLOB_BYTES_MAX) -> FatContract:
    """Read a blob, or raise an `InteractiveError`; whether it is genuine is for its id to say."""
    if len(data) > limit:
        raise LimitExceeded("the size of a blob in bytes", limit)
    budget = Budget()
    versioned = _VERSIONED.decode(data, budget)
    if versioned.version not in SERIALIZATION_VERSIONS:
        raise MalformedMessage("blob", f"its version is {versioned.version[:40]!r}")
    fat = _FAT.decode(versioned.payload, budget)
    names = fat.template
    if not (names.package_id and all(names.module) and all(names.entity)):
        raise MalformedMessage("blob", "its template has no name")
    maintainers = fat.key.maintainers if fat.key else ()
    if not fat.signatories and not maintainers:
        raise MalformedMessage("blob", "the contract has no signatories")
    if set(fat.observers) & {*fat.signatories, *maintainers}:
        raise MalformedMessage("blob", "an observer is a signatory as well")
    return FatContract(
        versioned.version,
        fat.contract_id,
        fat.package_name,
        Identifier(names.package_id, ".".join(names.module), ".".join(names.entity)),
        STORED_VALUE.decode(fat.argument, budget),
        fat.signatories,
        fat.observers,
        fat.created_at,
        fat.authentication,
        fat.key,
    )


def encode_blob(contract: FatContract) -> bytes:
    """Write a blob."""
    template = contract.template
    fat = _Fat(
        contract.contract_id,
        contract.package_name,
        _Names(
            template.package_id,
            tuple(template.module.split(".")),
            tuple(template.entity.split(".")),
        ),
        STORED_VALUE.encode(contract.argument),
        contract.signatories,
        contract.observers,
        contract.created_at,
        contract.authentication,
        contract.key,
    )
    return _VERSIONED.encode(_Versioned(contract.version, _FAT.encode(fat)))


def authentication_of(salt: bytes) -> bytes:
    """Wrap the salt of a contract as participants keep it."""
    inner = _AUTHENTICATION.encode(_Authentication(_Salt(_HMAC_SHA256, salt)))
    return _ENVELOPE.encode(_Envelope(inner, _AUTHENTICATION_VERSION))


def salt_of(authentication: bytes) -> bytes:
    """Give the salt that `authentication_of` wrapped, or raise an `InteractiveError`."""
    budget = Budget()
    envelope = _ENVELOPE.decode(authentication, budget)
    if envelope.version != _AUTHENTICATION_VERSION:
        raise MalformedMessage("authentication data", f"its version is {envelope.version}")
    salt = _AUTHENTICATION.decode(envelope.data, budget).salt
    if salt.hmac != _HMAC_SHA256 or not salt.salt:
        raise UnfitValue("a salt by HMAC-SHA256", "another")
    return salt.salt
