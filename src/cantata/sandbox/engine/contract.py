"""A contract as the ledger keeps it."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from cantata.lf.model import Ref


class ContractKey(NamedTuple):
    """The key of a contract: a run-time value of its template's key type, and its maintainers.

    `hash` is what makes two keys the same, whatever version of a package they are of.
    """

    value: Any
    hash: bytes
    maintainers: frozenset[str]


class Contract(NamedTuple):
    """A contract: its template, payload and parties, fixed at creation.

    `payload` is the run-time value of the template's record. `stakeholders` are signatories and
    observers together. `created_at` is the ledger time of its creation in microseconds.
    `key` is None if contracts of the template have none.
    """

    contract_id: str
    template: Ref
    package_name: str
    payload: Any
    signatories: frozenset[str]
    stakeholders: frozenset[str]
    created_at: int
    key: ContractKey | None = None

    @property
    def observers(self) -> frozenset[str]:
        """Give the stakeholders that do not sign."""
        return self.stakeholders - self.signatories


new_contract = partial(tuple.__new__, Contract)
"""Makes a contract from the tuple of all its fields; calling the class takes twice as long."""
