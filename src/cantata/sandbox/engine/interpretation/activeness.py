"""Which contracts exist at this point of a transaction, with scopes that may be undone."""

from __future__ import annotations

from typing import NamedTuple

from cantata.lf.model import Ref
from cantata.lf.runtime.errors import ContractNotActive, ContractNotFound


class Undone(NamedTuple):
    """What a scope had done when it was closed: ids of nodes that archived and that created."""

    consumed: tuple[int, ...]
    created: tuple[int, ...]


class Activeness:
    """Contracts created and consumed so far, by node id, in order.

    Scopes nest; leaving one undoes or keeps what was done in it.
    """

    __slots__ = ("_scopes", "consumed", "created")

    def __init__(self) -> None:
        self.created: dict[str, int] = {}
        self.consumed: dict[str, int] = {}
        self._scopes: list[tuple[int, int]] = []

    def create(self, contract_id: str, node_id: int) -> None:
        """Note a created contract."""
        self.created[contract_id] = node_id

    def consume(self, contract_id: str, node_id: int) -> None:
        """Note that an exercise archives a contract."""
        self.consumed[contract_id] = node_id

    def require(self, contract_id: str, template: Ref, *, local: bool) -> None:
        """Refuse a contract that was archived, or created in what was rolled back.

        `local` tells that the contract was created in this transaction.
        """
        node_id = self.consumed.get(contract_id)
        if node_id is not None:
            raise ContractNotActive(contract_id, template, node_id)
        if local and contract_id not in self.created:
            raise ContractNotFound(contract_id)

    def open(self) -> None:
        """Begin a scope."""
        self._scopes.append((len(self.consumed), len(self.created)))

    def keep(self) -> None:
        """End the innermost scope; what was done in it stays."""
        self._scopes.pop()

    def done(self) -> Undone:
        """Give what was done in the innermost scope so far."""
        consumed, created = self._scopes[-1]
        return Undone(
            tuple(self.consumed.values())[consumed:], tuple(self.created.values())[created:]
        )

    def undo(self) -> None:
        """End the innermost scope and forget what was done in it."""
        consumed, created = self._scopes.pop()
        while len(self.consumed) > consumed:
            self.consumed.popitem()
        while len(self.created) > created:
            self.created.popitem()
