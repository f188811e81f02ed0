"""Blobs of the embedded ledger's contracts: written for holders, read when they are shown.

A blob is genuine if its contract id binds what it holds, which the engine checks, and if its salt
is the one that belongs to the id, which is checked here.
"""

from __future__ import annotations

from hashlib import sha256

from cantata.lf.interactive.blob import (
    FatContract,
    authentication_of,
    decode_blob,
    encode_blob,
)
from cantata.lf.interactive.typed import TypedValues, identifier_of, ref_of
from cantata.lf.model import Packages, TCon
from cantata.sandbox.engine import Contract
from cantata.sandbox.prepared.errors import BlobDisagrees

SERIALIZATION_VERSION = "2.1"
"""Of contracts without keys, which is all that the engine has."""

_SALT_PURPOSE = b"contract salt\n"


class Blobs:
    """Writes and reads blobs over a set of packages, which may grow."""

    def __init__(self, packages: Packages, typed: TypedValues | None = None) -> None:
        self._typed = TypedValues(packages) if typed is None else typed

    def write(self, contract: Contract) -> bytes:
        """Give the blob of a contract."""
        return encode_blob(
            FatContract(
                SERIALIZATION_VERSION,
                contract.contract_id,
                contract.package_name,
                identifier_of(contract.template),
                self._typed.to_value(contract.payload, TCon(contract.template)),
                tuple(sorted(contract.signatories)),
                tuple(sorted(contract.observers)),
                contract.created_at,
                _authentication(contract.contract_id),
            )
        )

    def read(self, blob: bytes) -> Contract:
        """Give the contract in a blob; raise an `InteractiveError`, or that a type is unknown.

        The contract is as it is shown: whether its id binds it is for the engine to say.
        """
        fat = decode_blob(blob)
        template = ref_of(fat.template)
        if fat.key is not None or fat.version != SERIALIZATION_VERSION:
            raise BlobDisagrees(fat.contract_id, "contract key")
        signatories = frozenset(fat.signatories)
        return Contract(
            fat.contract_id,
            template,
            fat.package_name,
            self._typed.from_value(fat.argument, TCon(template)),
            signatories,
            signatories | frozenset(fat.observers),
            fat.created_at,
        )

    def is_sealed(self, blob: bytes) -> bool:
        """Tell whether a blob carries the salt that this ledger gives the contract's id."""
        fat = decode_blob(blob)
        return fat.authentication == _authentication(fat.contract_id)


def _authentication(contract_id: str) -> bytes:
    return authentication_of(sha256(_SALT_PURPOSE + contract_id.encode()).digest())
