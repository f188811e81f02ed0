"""A prepared transaction: the tree that would be recorded, and the terms of its submission."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.interactive.values import Identifier, Value


@dataclass(frozen=True, slots=True)
class GlobalKey:
    """The key of a contract; `hash` is what tells keys apart."""

    template: Identifier | None
    package_name: str
    key: Value | None
    hash: bytes


@dataclass(frozen=True, slots=True)
class KeyWithMaintainers:
    """A key and the parties that maintain it."""

    key: GlobalKey | None
    maintainers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Create:
    """A contract would be created, or an input was."""

    lf_version: str
    contract_id: str
    package_name: str
    template: Identifier
    argument: Value
    signatories: tuple[str, ...]
    stakeholders: tuple[str, ...]
    key: KeyWithMaintainers | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """A contract would be fetched."""

    lf_version: str
    contract_id: str
    package_name: str
    template: Identifier
    signatories: tuple[str, ...]
    stakeholders: tuple[str, ...]
    acting_parties: tuple[str, ...]
    interface: Identifier | None = None
    key: KeyWithMaintainers | None = None
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class Exercise:
    """A choice would be exercised; `children` are ids of nodes."""

    lf_version: str
    contract_id: str
    package_name: str
    template: Identifier
    signatories: tuple[str, ...]
    stakeholders: tuple[str, ...]
    acting_parties: tuple[str, ...]
    interface: Identifier | None
    choice: str
    argument: Value
    consuming: bool
    children: tuple[str, ...]
    result: Value | None
    choice_observers: tuple[str, ...] = ()
    key: KeyWithMaintainers | None = None
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class Rollback:
    """What would be undone; `children` are ids of nodes."""

    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryByKey:
    """A key would be looked up; `result` are the contracts found."""

    lf_version: str
    package_name: str
    template: Identifier
    exhaustive: bool
    key: KeyWithMaintainers
    result: tuple[str, ...]


Action = Create | Fetch | Exercise | Rollback | QueryByKey
"""What a node does."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node with its id, a number written as text."""

    node_id: str
    action: Action


@dataclass(frozen=True, slots=True)
class NodeSeed:
    """The 32 bytes from which ids of contracts below a node come."""

    node_id: int
    seed: bytes


@dataclass(frozen=True, slots=True)
class DamlTransaction:
    """The tree: nodes in any order, and the ids of those at the top."""

    version: str
    roots: tuple[str, ...]
    nodes: tuple[Node, ...]
    node_seeds: tuple[NodeSeed, ...]


@dataclass(frozen=True, slots=True)
class SubmitterInfo:
    """Who submits, and under which name for deduplication."""

    act_as: tuple[str, ...]
    command_id: str


@dataclass(frozen=True, slots=True)
class InputContract:
    """A contract that existed before; `created_at` in microseconds, `event_blob` is not signed."""

    create: Create
    created_at: int
    event_blob: bytes


@dataclass(frozen=True, slots=True)
class GlobalKeyMapping:
    """A key and what it meant; no longer used and not signed."""

    key: GlobalKey | None
    value: Value | None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The terms of the submission; times are microseconds since 1970.

    `synchronizer_id` is the physical id (``name::1220…::35-0``).
    """

    submitter: SubmitterInfo
    synchronizer_id: str
    mediator_group: int
    transaction_uuid: str
    preparation_time: int
    input_contracts: tuple[InputContract, ...] = ()
    global_key_mapping: tuple[GlobalKeyMapping, ...] = ()
    min_ledger_effective_time: int | None = None
    max_ledger_effective_time: int | None = None
    max_record_time: int | None = None


@dataclass(frozen=True, slots=True)
class PreparedTransaction:
    """What an external party signs the hash of."""

    transaction: DamlTransaction
    metadata: Metadata
