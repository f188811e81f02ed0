"""What the ledger model demands of every committed update, computed a second time.

Nothing here asks the engine: parties come from the contract classes run as plain Python on the
recorded payloads, the rest from the definitions of the ledger model.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cantata.contracts.token_standard import allocation_instruction_v1 as instruction
from cantata.contracts.token_standard import allocation_v1 as allocation
from cantata.contracts.token_standard import burn_mint_v1 as burn_mint
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import Choice, Template
from cantata.sandbox.engine import Contract, Create, Exercise, Fetch, Node, Tree, Update
from cantata.testing.bridge import bridge
from cantata.testing.names import names_of
from tests.property.tokens import world

TEMPLATES: Mapping[str, type[Template]] = {cls.__name__: cls for cls in world.TEMPLATES}
OWNERS = (
    *TEMPLATES.values(),
    standard.TransferFactory,
    standard.TransferInstruction,
    instruction.AllocationFactory,
    allocation.Allocation,
    burn_mint.BurnMintFactory,
)
CHOICES: Mapping[str, Choice[Any, Any, Any]] = {
    names_of(member).name: member
    for owner in OWNERS
    for member in vars(owner).values()
    if isinstance(member, Choice)
}

Parties = frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """A contract that was once created, read by its class."""

    payload: Any
    signatories: Parties
    stakeholders: Parties

    @classmethod
    def of(cls, contract: Contract) -> Known:
        """Read a contract; its parties are computed from its payload."""
        payload: Any = bridge(TEMPLATES[contract.template.name]).to_object(contract.payload)
        signatories = frozenset(map(str, payload.signatories()))
        observers = frozenset(map(str, payload.observers()))
        return cls(payload, signatories, signatories | observers)


@dataclass(slots=True)
class Checker:
    """Follows a ledger update by update; knows all contracts and those that are alive."""

    known: dict[str, Known] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)

    def follow(self, update: Update, visible: set[str]) -> None:
        """Check an update; `visible` are the contracts shown to its submission beforehand."""
        before = set(self.alive)
        self._walk(update.tree, update.tree.roots, update.act_as)
        used = {getattr(node, "contract_id", None) for node in update.tree.nodes} & before
        assert used <= visible, "nothing is used that the submitters may not see"

    def _walk(self, tree: Tree, nodes: tuple[int, ...], authority: Parties) -> None:
        for node_id in nodes:
            node = tree.nodes[node_id]
            assert node.node_id == node_id
            if isinstance(node, Create):
                self._create(node, authority)
                continue
            assert isinstance(node, Exercise | Fetch)
            assert node.contract_id in self.alive, "only what is alive is used"
            known = self.known[node.contract_id]
            assert node.signatories == known.signatories
            assert node.stakeholders == known.stakeholders
            if isinstance(node, Fetch):
                assert node.actors == authority & known.stakeholders
                assert node.actors, "a fetch needs a stakeholder's authority"
            else:
                self._exercise(tree, node, known, authority)

    def _create(self, node: Create, authority: Parties) -> None:
        contract = node.contract
        known = Known.of(contract)
        assert known.signatories, "somebody signs"
        assert known.signatories <= authority, "all signatories have agreed"
        assert contract.signatories == known.signatories
        assert contract.stakeholders == known.stakeholders
        assert contract.contract_id not in self.known, "ids are never used twice"
        self.known[contract.contract_id] = known
        self.alive.add(contract.contract_id)

    def _exercise(self, tree: Tree, node: Exercise, known: Known, authority: Parties) -> None:
        controllers = controllers_of(node, known)
        assert controllers, "somebody acts"
        assert node.actors == controllers
        assert controllers <= authority, "all controllers have agreed"
        if node.consuming:
            self.alive.remove(node.contract_id)
        self._walk(tree, node.children, known.signatories | controllers)


def controllers_of(node: Exercise, known: Known) -> Parties:
    """Compute the controllers of an exercise from the choice's declaration."""
    if node.choice == "Archive":
        return known.signatories
    choice = CHOICES[node.choice]
    arguments = names_of(choice).arguments(node.argument)
    wanted = list(inspect.signature(choice.controllers).parameters)[1:]
    given = [arguments[name] for name in wanted]
    return frozenset(map(str, choice.controllers(known.payload, *given)))


def told(node: Node) -> Parties:
    """Give the informees of a node by the ledger model's table; no choice here has observers."""
    if isinstance(node, Create):
        return node.contract.stakeholders
    if isinstance(node, Exercise):
        return (node.stakeholders if node.consuming else node.signatories) | node.actors
    assert isinstance(node, Fetch)
    return node.signatories | node.actors


def witnesses(tree: Tree) -> dict[int, Parties]:
    """Give who may see each node: those told of it or of a node around it."""
    seen: dict[int, Parties] = {}
    pending = [(root, frozenset[str]()) for root in tree.roots]
    while pending:
        node_id, above = pending.pop()
        node = tree.nodes[node_id]
        seen[node_id] = above | told(node)
        if isinstance(node, Exercise):
            pending += [(child, seen[node_id]) for child in node.children]
    return seen


def effects_for(tree: Tree, party: str) -> list[int]:
    """Give the nodes that a party receives as ledger effects."""
    return [
        node_id
        for node_id, seen_by in sorted(witnesses(tree).items())
        if party in seen_by and not isinstance(tree.nodes[node_id], Fetch)
    ]


def deltas_for(tree: Tree, party: str) -> list[int]:
    """Give the nodes that a party receives as changes of its active contracts."""
    made = {n.contract.contract_id for n in tree.nodes if isinstance(n, Create)}
    ended = {n.contract_id for n in tree.nodes if isinstance(n, Exercise) and n.consuming}
    passing = made & ended
    found = []
    for node in tree.nodes:
        if isinstance(node, Create):
            cid, stake = node.contract.contract_id, node.contract.stakeholders
        elif isinstance(node, Exercise) and node.consuming:
            cid, stake = node.contract_id, node.stakeholders
        else:
            continue
        if cid not in passing and party in stake:
            found.append(node.node_id)
    return found
