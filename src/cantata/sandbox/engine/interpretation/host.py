"""What an interpretation may see of the ledger around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.ids import ContractIds
from cantata.sandbox.engine.parties import PartySets
from cantata.sandbox.engine.resources import Resources


@dataclass(frozen=True, slots=True)
class Host:
    """The parts of an engine that interpretations share."""

    runtime: Runtime
    ids: ContractIds
    sets: PartySets
    resources: Resources


Lookup = Callable[[str], Contract | None]
"""Gives an active contract of the ledger, whoever may see it."""


KeyLookup = Callable[[bytes], Iterable[Contract]]
"""Gives the active contracts of the ledger whose keys have a hash, the youngest first."""


def no_keys(_key_hash: bytes) -> Iterable[Contract]:
    """Give nothing: a ledger without contracts that have keys."""
    return ()


class Visible(NamedTuple):
    """The contracts that one submission may use: of its readers, and disclosed to it.

    Of disclosed contracts with equal keys the first given is the first found by it.
    """

    lookup: Lookup
    readers: frozenset[str]
    disclosed: Mapping[str, Contract]
    with_key: KeyLookup = no_keys

    def find(self, contract_id: str) -> Contract | None:
        """Give a contract that the submission may use, as it was given to it."""
        disclosed = self.disclosed.get(contract_id)
        if disclosed is not None:
            return disclosed
        contract = self.lookup(contract_id)
        if contract is None or contract.stakeholders.isdisjoint(self.readers):
            return None
        return contract

    def keyed(self, key_hash: bytes) -> Iterator[Contract]:
        """Give the contracts with a key that the submission may use, in order."""
        for contract in self.disclosed.values():
            if contract.key is not None and contract.key.hash == key_hash:
                yield contract
        for contract in self.with_key(key_hash):
            shown = contract.contract_id in self.disclosed
            if not shown and not contract.stakeholders.isdisjoint(self.readers):
                yield contract

    def is_known(self, contract: Contract) -> bool:
        """Tell whether the ledger itself holds just this contract."""
        return (
            contract.contract_id not in self.disclosed
            or self.lookup(contract.contract_id) == contract
        )


class Terms(NamedTuple):
    """Under which authority, at which time and by which rules one submission is interpreted.

    `resolution` maps package names to package ids; times are in microseconds.
    """

    authorizers: frozenset[str]
    ledger_time: int
    preparation_time: int
    seed: bytes
    resolution: Mapping[str, str]
    may_undo_effects: bool
