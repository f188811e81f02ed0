"""Compares what a contract is on the ledger with what the projection says of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from cantata.kernel.ids import ContractId
from cantata.tokens.model import Holding
from cantata.tokens.reconciliation.model import (
    CONTRACTS,
    HOLDINGS,
    Difference,
    FieldDiffers,
    NotOnLedger,
    NotProjected,
)

FIELDS = ("instrument", "owner", "amount", "lock", "package_name", "created_offset")
"""What must be equal; the time of creation is that of recording, which the ledger's state lacks."""


def compare_holding(ledger: Holding, projected: Holding | None) -> Iterable[Difference]:
    """Give how the projection's holding differs from the ledger's."""
    if projected is None:
        yield NotProjected(projection=HOLDINGS, contract_id=ledger.contract_id)
        return
    for name in FIELDS:
        left, right = getattr(ledger, name), getattr(projected, name)
        if left != right:
            yield FieldDiffers(
                projection=HOLDINGS,
                contract_id=ledger.contract_id,
                field=name,
                ledger=str(left),
                projected=str(right),
            )


def fingerprint(said: Mapping[str, Any]) -> str:
    """Give the hash of what is said of a contract; amounts and times have one form each."""
    encoded = json.dumps(dict(said), sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(encoded.encode()).hexdigest()[:32]


def compare_contracts(
    ledger: Mapping[ContractId, str], projected: Mapping[ContractId, str]
) -> Iterable[Difference]:
    """Give the contracts that only one side has, and those of which the two say other things.

    Both are given by the fingerprints of what is said.
    """
    for contract in sorted(ledger.keys() - projected.keys()):
        yield NotProjected(projection=CONTRACTS, contract_id=contract)
    for contract in sorted(projected.keys() - ledger.keys()):
        yield NotOnLedger(projection=CONTRACTS, contract_id=contract)
    for contract in sorted(ledger.keys() & projected.keys()):
        if ledger[contract] != projected[contract]:
            yield FieldDiffers(
                projection=CONTRACTS,
                contract_id=contract,
                field="content",
                ledger=ledger[contract],
                projected=projected[contract],
            )
