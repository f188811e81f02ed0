"""Compares what a contract is on the ledger with what the projection says of it."""

from __future__ import annotations

from collections.abc import Iterable

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


def compare_contracts(
    ledger: frozenset[ContractId], projected: frozenset[ContractId]
) -> Iterable[Difference]:
    """Give the contracts that only one side has."""
    for contract in sorted(ledger - projected):
        yield NotProjected(projection=CONTRACTS, contract_id=contract)
    for contract in sorted(projected - ledger):
        yield NotOnLedger(projection=CONTRACTS, contract_id=contract)
