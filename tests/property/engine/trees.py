"""Random transactions without running any contract, for what only looks at trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hypothesis import strategies as st

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.store import MemoryStore, Update
from cantata.sandbox.engine.transaction import (
    Create,
    Exercise,
    Fetch,
    Node,
    Rollback,
    TimeBounds,
    Transaction,
    Tree,
)

PARTIES = ("alice", "bob", "carol", "dave", "erin")
TEMPLATES = tuple(Ref("0" * 64, "M", name) for name in ("Coin", "Offer"))

some_parties = st.frozensets(st.sampled_from(PARTIES), min_size=1, max_size=3)


@dataclass
class Builder:
    """Grows one random transaction over the contracts that exist."""

    draw: st.DrawFn
    existing: dict[str, Contract]
    start: int

    def __post_init__(self) -> None:
        self.nodes: list[Node] = []
        self.inputs: dict[str, Contract] = {}
        self.created: dict[str, Contract] = {}
        self.consumed: set[str] = set()

    def children(self, depth: int, *, undone: bool) -> tuple[int, ...]:
        size = self.draw(st.integers(0 if depth else 1, 3))
        return tuple(self.node(depth, undone=undone) for _ in range(size))

    def node(self, depth: int, *, undone: bool) -> int:
        kinds = ["create", "exercise", "fetch"] + (["rollback"] if depth else [])
        kind = self.draw(st.sampled_from(kinds)) if depth < 3 else "create"
        node_id = len(self.nodes)
        if kind == "create" or (kind in {"exercise", "fetch"} and not self._usable()):
            contract = self._contract()
            self.nodes.append(Create(node_id, contract))
            if not undone:
                self.created[contract.contract_id] = contract
            return node_id
        if kind == "rollback":
            self.nodes.append(Rollback(node_id, (), node_id))
            inside = self.children(depth + 1, undone=True)
            self.nodes[node_id] = Rollback(node_id, inside, len(self.nodes) - 1)
            return node_id
        return self._use(kind, depth, undone=undone)

    def _use(self, kind: str, depth: int, *, undone: bool) -> int:
        node_id = len(self.nodes)
        contract = self.draw(st.sampled_from(self._usable()))
        cid = contract.contract_id
        if cid in self.existing:
            self.inputs[cid] = contract
        actors = self.draw(some_parties)
        if kind == "fetch":
            self.nodes.append(
                Fetch(
                    node_id,
                    cid,
                    contract.template,
                    "p",
                    None,
                    actors,
                    contract.signatories,
                    contract.stakeholders,
                )
            )
            return node_id
        consuming = self.draw(st.booleans()) and not undone
        if consuming:
            self.consumed.add(cid)
        exercise = Exercise(
            node_id,
            cid,
            contract.template,
            "p",
            None,
            "Do",
            consuming,
            (),
            actors,
            contract.signatories,
            contract.stakeholders,
            self.draw(st.frozensets(st.sampled_from(PARTIES), max_size=1)),
            (),
            (),
            node_id,
        )
        self.nodes.append(exercise)
        inside = self.children(depth + 1, undone=undone)
        self.nodes[node_id] = exercise._replace(
            children=inside, last_descendant=len(self.nodes) - 1
        )
        return node_id

    def _usable(self) -> list[Contract]:
        known = {**self.existing, **self.created}
        return [contract for cid, contract in known.items() if cid not in self.consumed]

    def _contract(self) -> Contract:
        signatories = self.draw(some_parties)
        observers = self.draw(st.frozensets(st.sampled_from(PARTIES), max_size=2))
        template = self.draw(st.sampled_from(TEMPLATES))
        number = self.start + len(self.nodes)
        cid = f"00{number:064x}"
        return Contract(cid, template, "p", (number,), signatories, signatories | observers, 0)

    def finish(self, roots: tuple[int, ...]) -> Transaction:
        return Transaction(
            Tree(tuple(self.nodes), roots),
            TimeBounds(None, None),
            tuple(self.inputs.values()),
            tuple(
                node
                for node in self.nodes
                if isinstance(node, Create)
                and node.contract.contract_id in self.created.keys() - self.consumed
            ),
            tuple(c for cid, c in self.inputs.items() if cid in self.consumed),
        )


class Entry(NamedTuple):
    """An update and the transaction that it records."""

    update: Update
    transaction: Transaction


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Give the log of a ledger: a few transactions that build on each other."""
    existing: dict[str, Contract] = {}
    log = []
    for offset in range(1, draw(st.integers(1, 4)) + 1):
        builder = Builder(draw, existing, offset * 1_000)
        transaction = builder.finish(builder.children(0, undone=False))
        existing = after(existing, transaction)
        update = Update(
            offset=offset,
            update_id=f"1220{offset:064x}",
            tree=transaction.tree,
            effective_at=offset,
            record_time=offset,
            act_as=draw(some_parties),
            command_id=f"command-{offset}",
        )
        log.append(Entry(update, transaction))
    return log


def record(store: MemoryStore, entry: Entry) -> None:
    """Append an entry to a store."""
    store.append(entry.update, entry.transaction.created, entry.transaction.archived)


def after(existing: Mapping[str, Contract], transaction: Transaction) -> dict[str, Contract]:
    """Give the contracts that are active once a transaction is recorded."""
    gone = {contract.contract_id for contract in transaction.archived}
    kept = {cid: contract for cid, contract in existing.items() if cid not in gone}
    return kept | {node.contract.contract_id: node.contract for node in transaction.created}
