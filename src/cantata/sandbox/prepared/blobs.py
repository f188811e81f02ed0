"""Blobs of the embedded ledger's contracts: written for holders, read when they are shown.

A blob is genuine if its contract id binds what it holds, which the engine checks, and if its salt
is the one that belongs to the id, which is checked here.
"""

from __future__ import annotations

from hashlib import sha256

from cantata.lf.interactive.blob import (
    FatContract,
    StoredKey,
    authentication_of,
    decode_blob,
    encode_blob,
)
from cantata.lf.interactive.errors import UnfitValue
from cantata.lf.interactive.protobuf import Budget
from cantata.lf.interactive.typed import TypedValues, identifier_of, ref_of
from cantata.lf.interactive.value_wire import STORED_VALUE
from cantata.lf.model import Packages, Ref, TCon, Type
from cantata.sandbox.engine import Contract, ContractKey
from cantata.sandbox.prepared.errors import BlobDisagrees

KEYLESS_VERSION = "2.1"
"""The serialization version of what has no contract key."""

KEYED_VERSION = "2"
"""The serialization version of what has a contract key; it is the later one."""

_SALT_PURPOSE = b"contract salt\n"


class Blobs:
    """Writes and reads blobs over a set of packages, which may grow."""

    def __init__(self, packages: Packages, typed: TypedValues | None = None) -> None:
        self._packages = packages
        self._typed = TypedValues(packages) if typed is None else typed

    def write(self, contract: Contract) -> bytes:
        """Give the blob of a contract."""
        key = contract.key
        maintainers = frozenset[str]() if key is None else key.maintainers
        return encode_blob(
            FatContract(
                version_of(key),
                contract.contract_id,
                contract.package_name,
                identifier_of(contract.template),
                self._typed.to_value(contract.payload, TCon(contract.template)),
                tuple(sorted(contract.signatories - maintainers)),
                tuple(sorted(contract.observers)),
                contract.created_at,
                _authentication(contract.contract_id),
                None if key is None else self._stored_key(contract.template, key),
            )
        )

    def read(self, blob: bytes) -> Contract:
        """Give the contract in a blob; raise an `InteractiveError`, or that a type is unknown.

        The contract is as it is shown: whether its id binds it is for the engine to say.
        """
        fat = decode_blob(blob)
        template = ref_of(fat.template)
        key = None if fat.key is None else self._key(template, fat.key)
        if fat.version != version_of(key):
            raise BlobDisagrees(fat.contract_id, "contract key")
        signatories = frozenset(fat.signatories)
        if key is not None:
            signatories |= key.maintainers
        return Contract(
            fat.contract_id,
            template,
            fat.package_name,
            self._typed.from_value(fat.argument, TCon(template)),
            signatories,
            signatories | frozenset(fat.observers),
            fat.created_at,
            key,
        )

    def _stored_key(self, template: Ref, key: ContractKey) -> StoredKey:
        value = self._typed.to_value(key.value, self._key_type(template))
        return StoredKey(STORED_VALUE.encode(value), tuple(sorted(key.maintainers)), key.hash)

    def _key(self, template: Ref, stored: StoredKey) -> ContractKey:
        value = STORED_VALUE.decode(stored.key, Budget())
        return ContractKey(
            self._typed.from_value(value, self._key_type(template)),
            stored.hash,
            frozenset(stored.maintainers),
        )

    def _key_type(self, template: Ref) -> Type:
        return key_type(self._packages, template)

    def is_sealed(self, blob: bytes) -> bool:
        """Tell whether a blob carries the salt that this ledger gives the contract's id."""
        fat = decode_blob(blob)
        return fat.authentication == _authentication(fat.contract_id)


def version_of(key: ContractKey | None) -> str:
    """Give the serialization version of what has such a key."""
    return KEYLESS_VERSION if key is None else KEYED_VERSION


def key_type(packages: Packages, template: Ref) -> Type:
    """Give the type of a template's keys; `UnfitValue` if it has none."""
    key = packages.template(template).key
    if key is None:
        raise UnfitValue(f"a contract of {template} without key", "one with a key")
    return key.type


def _authentication(contract_id: str) -> bytes:
    return authentication_of(sha256(_SALT_PURPOSE + contract_id.encode()).digest())
