"""Contract keys: those of contracts, and which contracts a key stands for.

Keys are not unique. A key stands for the contracts that have it, in order: those created in the
transaction, those disclosed, those of the ledger; of the first and the last the youngest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from cantata.lf.runtime.compiled import CompiledKey, CompiledTemplate
from cantata.lf.runtime.errors import (
    ContractKeyNotFound,
    FetchEmptyContractKeyMaintainers,
    InternalError,
    Typed,
)
from cantata.sandbox.engine.contract import ContractKey
from cantata.sandbox.engine.interpretation.activeness import Activeness
from cantata.sandbox.engine.interpretation.host import Host, Visible

FETCHES_MAX = 1_000_000
"""Most contracts that one look-up gives."""


class Found(NamedTuple):
    """The contracts that a look-up found; `exhaustive` if there are no more."""

    contract_ids: tuple[str, ...]
    exhaustive: bool


class Keys:
    """Keys in one transaction."""

    __slots__ = ("_active", "_host", "_local", "_visible")

    def __init__(self, host: Host, visible: Visible, active: Activeness) -> None:
        self._host = host
        self._visible = visible
        self._active = active
        self._local: dict[bytes, list[str]] = {}

    def of(self, template: CompiledTemplate, payload: Any) -> ContractKey | None:
        """Compute the key of a payload, if contracts of the template have one."""
        compiled = template.key
        if compiled is None:
            return None
        value = compiled.of(payload)
        return self._made(compiled, value, compiled.maintainers(value))

    def created(self, contract_id: str, key: ContractKey) -> None:
        """Note a contract that the transaction creates."""
        self._local.setdefault(key.hash, []).append(contract_id)

    def wanted(self, template: CompiledTemplate, value: Any, limit: int = 1) -> ContractKey:
        """Give the key by which contracts are looked for; nobody may catch what its code throws."""
        compiled = _key_of(template)
        maintainers = self._host.runtime.uncatchable(compiled.maintainers, value)
        if limit < 1:
            raise InternalError(
                f"Invalid argument n for QueryNByKey: {limit}. Expected a positive integer."
            )
        key = self._made(compiled, value, maintainers)
        if not key.maintainers:
            typed, text = self._shown(compiled, value)
            raise FetchEmptyContractKeyMaintainers(template.ref, template.package_name, typed, text)
        return key

    def first(self, template: CompiledTemplate, key: ContractKey) -> str:
        """Give the first contract with a key, or raise `ContractKeyNotFound`."""
        found = self.find(key, 1).contract_ids
        if not found:
            typed, text = self._shown(_key_of(template), key.value)
            raise ContractKeyNotFound(template.ref, template.package_name, typed, text)
        return found[0]

    def find(self, key: ContractKey, limit: int) -> Found:
        """Give at most so many active contracts with a key."""
        limit = min(limit, FETCHES_MAX)
        found = tuple(islice(self._candidates(key.hash), limit))
        return Found(found, len(found) < limit)

    def _candidates(self, key_hash: bytes) -> Iterator[str]:
        created, consumed = self._active.created, self._active.consumed
        for contract_id in reversed(self._local.get(key_hash, ())):
            if contract_id in created and contract_id not in consumed:
                yield contract_id
        for contract in self._visible.keyed(key_hash):
            if contract.contract_id not in consumed:
                yield contract.contract_id

    def _made(self, compiled: CompiledKey, value: Any, maintainers: Any) -> ContractKey:
        compiled.check(value)
        return ContractKey(value, compiled.hash(value), self._host.sets.of_list(maintainers))

    def _shown(self, compiled: CompiledKey, value: Any) -> tuple[Typed, str]:
        text = self._host.runtime.text(value, compiled.type, labelled=False)
        return Typed(value, compiled.type), text


def _key_of(template: CompiledTemplate) -> CompiledKey:
    key = template.key
    assert key is not None, "a checked package looks by key for templates that have one"
    return key
