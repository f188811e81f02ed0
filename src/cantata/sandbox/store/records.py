"""Updates and contracts as records of text.

An update is two records: ``u`` has everything that changes the state, ``n`` the rest of its tree.
Starting reads only the first; the second is read when somebody asks for the update.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.store import Active, Update
from cantata.sandbox.engine.transaction import Create, Exercise, Fetch, Node, Rollback, Tree
from cantata.sandbox.engine.transaction.nodes import Outcome
from cantata.sandbox.store.symbols import Symbols
from cantata.sandbox.store.tokens import NUL, joined
from cantata.sandbox.store.values import Put, decode, put_value, read_tokens

_EXERCISE, _FETCH, _ROLLBACK = "1", "2", "3"
_CONSUMING, _ABORTED = 1, 2
_HEAD_SIZE, _CONTRACT_SIZE = 13, 7


class Head:
    """What an update changes: its witnesses, and the contracts that it leaves and takes.

    `archived` are ids with the offsets and node ids of their creation, `transient` ids of contracts
    that do not outlive the update.
    """

    __slots__ = (
        "_fields",
        "archived",
        "created",
        "offset",
        "transient",
        "update_id",
        "witnesses",
    )

    def __init__(self, text: str, symbols: Symbols) -> None:
        self._fields = fields = read_tokens(text.split(NUL), symbols)
        self.offset: int = fields[0]
        self.update_id: str = fields[1]
        self.witnesses: frozenset[str] = fields[9]
        self.created = [
            Active(Contract._make(content), self.offset, node_id) for node_id, content in fields[10]
        ]
        self.archived: tuple[tuple[str, int, int], ...] = fields[11]
        self.transient: tuple[str, ...] = fields[12]

    def update(self, nodes_text: str, symbols: Symbols) -> Update:
        """Give the whole update, from its second record."""
        roots, contents = decode(nodes_text, symbols)
        kept = {active.node_id: active.contract for active in self.created}
        nodes = tuple(
            Create(node_id, kept[node_id]) if content is None else _read_node(node_id, content)
            for node_id, content in enumerate(contents)
        )
        fields = self._fields
        return Update(fields[0], fields[1], Tree(nodes, roots), *fields[2:9])


def head_text(
    update: Update,
    witnesses: frozenset[str],
    created: Sequence[Create],
    archived: Sequence[Active],
    symbols: Symbols,
) -> str:
    """Write the first record of an update."""
    tokens = [
        f"({_HEAD_SIZE}",
        str(update.offset),
        "s" + update.update_id,
        str(update.effective_at),
        str(update.record_time),
        symbols.parties(update.act_as),
        "s" + update.command_id,
        "s" + update.user_id,
        "s" + update.workflow_id,
        "s" + update.submission_id,
        symbols.parties(witnesses),
        f"({len(created)}",
    ]
    put = tokens.append
    for node in created:
        tokens += "(2", str(node.node_id)
        put_contract(node.contract, put, symbols)
    put(f"({len(archived)}")
    for contract, offset, node_id in archived:
        tokens += "(3", "s" + contract.contract_id, str(offset), str(node_id)
    transient = transient_ids(update, created)
    put(f"({len(transient)}")
    tokens += ["s" + contract_id for contract_id in transient]
    return joined(tokens)


def transient_ids(update: Update, created: Sequence[Create]) -> list[str]:
    """Give the ids of contracts that an update creates and does not leave."""
    kept = {node.node_id for node in created}
    return [
        node.contract.contract_id
        for node in update.tree.nodes
        if node.__class__ is Create and node.node_id not in kept
    ]


def nodes_text(update: Update, created: Sequence[Create], symbols: Symbols) -> str:
    """Write the second record of an update; creates that the first one has are left out."""
    kept = {node.node_id for node in created}
    nodes, roots = update.tree
    tokens = ["(2", f"({len(roots)}", *map(str, roots), f"({len(nodes)}"]
    put = tokens.append
    for node in nodes:
        if node.__class__ is Exercise:
            _put_exercise(node, tokens, symbols)
        elif node.node_id in kept:
            put("N")
        else:
            _put_other(node, tokens, symbols)
    return joined(tokens)


def put_active(active: Active, put: Put, symbols: Symbols) -> None:
    """Write a contract with its place."""
    put("(3")
    put_contract(active.contract, put, symbols)
    put(str(active.offset))
    put(str(active.node_id))


def read_active(fields: Sequence[Any]) -> Active:
    """Give the contract and place that were read."""
    content, offset, node_id = fields
    return Active(Contract._make(content), offset, node_id)


def put_contract(contract: Contract, put: Put, symbols: Symbols) -> None:
    """Write a contract."""
    put(f"({_CONTRACT_SIZE}")
    put("s" + contract.contract_id)
    put(symbols.ref(contract.template))
    put(symbols.text(contract.package_name))
    put_value(contract.payload, put, symbols)
    put(symbols.parties(contract.signatories))
    put(symbols.parties(contract.stakeholders))
    put(str(contract.created_at))


def _put_exercise(node: Exercise, tokens: list[str], symbols: Symbols) -> None:
    parties = symbols.parties
    is_aborted = node.result is Outcome.ABORTED
    tokens += (
        "(15",
        _EXERCISE,
        "s" + node.contract_id,
        symbols.ref(node.template),
        symbols.text(node.package_name),
        symbols.ref(node.interface),
        symbols.text(node.choice),
        str(_CONSUMING * node.consuming + _ABORTED * is_aborted),
        parties(node.actors),
        parties(node.signatories),
        parties(node.stakeholders),
        parties(node.choice_observers),
        str(node.last_descendant),
        f"({len(node.children)}",
        *map(str, node.children),
    )
    put = tokens.append
    put_value(node.argument, put, symbols)
    put_value(None if is_aborted else node.result, put, symbols)


def _put_other(node: Node, tokens: list[str], symbols: Symbols) -> None:
    parties = symbols.parties
    if isinstance(node, Create):
        put_contract(node.contract, tokens.append, symbols)
    elif isinstance(node, Fetch):
        tokens += (
            "(8",
            _FETCH,
            "s" + node.contract_id,
            symbols.ref(node.template),
            symbols.text(node.package_name),
            symbols.ref(node.interface),
            parties(node.actors),
            parties(node.signatories),
            parties(node.stakeholders),
        )
    else:
        assert isinstance(node, Rollback)
        tokens += "(3", _ROLLBACK, f"({len(node.children)}", *map(str, node.children)
        tokens.append(str(node.last_descendant))


def _read_node(node_id: int, content: Sequence[Any]) -> Node:
    kind = content[0]
    if kind == 1:
        return _read_exercise(node_id, content)
    if kind == 2:
        return Fetch(node_id, *content[1:])
    if kind == 3:
        return Rollback(node_id, content[1], content[2])
    return Create(node_id, Contract._make(content))


def _read_exercise(node_id: int, content: Sequence[Any]) -> Exercise:
    (_, contract_id, template, package_name, interface, choice, flags, actors, signatories,
     stakeholders, observers, last_descendant, children, argument, result) = content  # fmt: skip
    return Exercise(
        node_id,
        contract_id,
        template,
        package_name,
        interface,
        choice,
        bool(flags & _CONSUMING),
        argument,
        actors,
        signatories,
        stakeholders,
        observers,
        Outcome.ABORTED if flags & _ABORTED else result,
        children,
        last_descendant,
    )
