"""The nodes of a transaction tree."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Any, NamedTuple

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract, ContractKey


class Outcome(Enum):
    """What stands in place of the result of an exercise that did not end."""

    ABORTED = "aborted"


class Create(NamedTuple):
    """A contract was created."""

    node_id: int
    contract: Contract

    @property
    def last_descendant(self) -> int:
        """Give the node's own id: a create has no children."""
        return self.node_id


class Exercise(NamedTuple):
    """A choice was exercised; children ran inside it.

    `template` is the template whose code ran, which may be another version than the contract's
    own. `interface` is set when the choice belongs to an interface. `actors` are the controllers.
    `result` is `Outcome.ABORTED` where an exception left the body, which is then rolled back.
    `key` is the contract's key as the template computes it; `by_key` tells that it was found by it.
    """

    node_id: int
    contract_id: str
    template: Ref
    package_name: str
    interface: Ref | None
    choice: str
    consuming: bool
    argument: Any
    actors: frozenset[str]
    signatories: frozenset[str]
    stakeholders: frozenset[str]
    choice_observers: frozenset[str]
    result: Any
    children: tuple[int, ...]
    last_descendant: int
    key: ContractKey | None = None
    by_key: bool = False


class Fetch(NamedTuple):
    """A contract was fetched by `actors`, those authorizers that have a stake in it.

    `key` is the contract's key as the template computes it; `by_key` tells that it was found by it.
    """

    node_id: int
    contract_id: str
    template: Ref
    package_name: str
    interface: Ref | None
    actors: frozenset[str]
    signatories: frozenset[str]
    stakeholders: frozenset[str]
    key: ContractKey | None = None
    by_key: bool = False

    @property
    def last_descendant(self) -> int:
        """Give the node's own id: a fetch has no children."""
        return self.node_id


class QueryByKey(NamedTuple):
    """Contracts were looked up by key; `exhaustive` if no more have it than were found."""

    node_id: int
    template: Ref
    package_name: str
    key: ContractKey
    found: tuple[str, ...]
    exhaustive: bool

    @property
    def last_descendant(self) -> int:
        """Give the node's own id: a look-up has no children."""
        return self.node_id


class Rollback(NamedTuple):
    """What ran inside a try block and was undone."""

    node_id: int
    children: tuple[int, ...]
    last_descendant: int


Node = Create | Exercise | Fetch | QueryByKey | Rollback

new_create = partial(tuple.__new__, Create)
new_exercise = partial(tuple.__new__, Exercise)
new_fetch = partial(tuple.__new__, Fetch)
"""Make nodes from the tuple of all their fields; calling the classes takes twice as long."""
