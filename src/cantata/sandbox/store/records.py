"""Updates and contracts as records of text.

An update is a record ``u``, a record ``c`` for each contract that it leaves, and a record ``n``
with the rest of its tree. Starting looks at ``u`` and at those ``c`` that are still active in the
end; the tree is read when somebody asks for the update.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from cantata.sandbox.engine.contract import Contract, ContractKey
from cantata.sandbox.engine.store import Active, Update
from cantata.sandbox.engine.transaction import (
    Create,
    Exercise,
    Fetch,
    Node,
    QueryByKey,
    Rollback,
    Tree,
)
from cantata.sandbox.engine.transaction.nodes import Outcome
from cantata.sandbox.store.symbols import Symbols
from cantata.sandbox.store.tokens import NUL, joined, unescaped
from cantata.sandbox.store.values import Put, decode, put_value

_EXERCISE, _FETCH, _ROLLBACK, _QUERY = "1", "2", "3", "4"
_CONSUMING, _ABORTED, _BY_KEY = 1, 2, 4
_KEYLESS_SIZE = 7
_KEY_AT = 4
"""Place of the key in a contract that has one; its parties stay where they are in others."""

_KEY_BYTES = 8
_KEYS_KNOWN_MAX = 1_000
"""Ids of commands that are remembered: a command is looked for before it is recorded."""

_FIELDS = slice(2, 11)
_WITNESSES_AT = 11
_ARCHIVED_AT = 13


class Head(NamedTuple):
    """What the first record of an update says, without the contracts that it leaves.

    `archived` are ids with the offsets and node ids of their creation, `transient` ids of contracts
    that do not outlive the update. `fields` are the fields of `Update` after its tree.
    """

    offset: int
    update_id: str
    fields: tuple[str, ...]
    witnesses: str
    archived: list[str]
    transient: list[str]

    @classmethod
    def read(cls, text: str) -> Head:
        """Read the record as far as starting needs it."""
        tokens = text.split(NUL)
        end = _ARCHIVED_AT + 3 * int(tokens[_ARCHIVED_AT - 1])
        return cls(
            int(tokens[0]),
            _text(tokens[1]),
            tuple(tokens[_FIELDS]),
            tokens[_WITNESSES_AT],
            tokens[_ARCHIVED_AT:end],
            tokens[end:],
        )

    def archived_ids(self) -> list[str]:
        """Give the ids of the contracts that the update takes."""
        return [token[1:] for token in self.archived[::3]]

    def archived_places(self) -> Iterator[tuple[str, int, int]]:
        """Give the contracts that the update takes: id, offset and node id of its creation."""
        tokens = iter(self.archived)
        for contract_id in tokens:
            yield contract_id[1:], int(next(tokens)), int(next(tokens))

    def command(self, symbols: Symbols) -> tuple[frozenset[str], list[str]]:
        """Give who submitted the update, and the ids by which its command is found."""
        _, _, act_as, command_id, user_id, _, _, _, signed = self.fields
        submitters = symbols.atoms.get(act_as) or symbols.atom(act_as)
        found = [command_key(_text(user_id), _text(command_id), submitters)]
        return submitters, [*found, signed[1:]] if len(signed) > 1 else found

    def update(self, created: Sequence[str], nodes: str, symbols: Symbols) -> Update:
        """Give the whole update, from the records after this one."""
        roots, contents = decode(nodes, symbols)
        actives = [read_active(decode(text, symbols)) for text in created]
        kept = {active.node_id: active.contract for active in actives}
        tree = Tree(
            tuple(
                Create(node_id, kept[node_id]) if content is None else _read_node(node_id, content)
                for node_id, content in enumerate(contents)
            ),
            roots,
        )
        effective_at, record_time, act_as, *texts = self.fields
        return Update(
            self.offset,
            self.update_id,
            tree,
            int(effective_at),
            int(record_time),
            symbols.atom(act_as),
            *map(_text, texts),
        )


@lru_cache(_KEYS_KNOWN_MAX)
def command_key(user_id: str, command_id: str, act_as: frozenset[str]) -> str:
    """Give the id by which updates of a command are found."""
    text = "\0".join((user_id, command_id, *sorted(act_as)))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).hexdigest()


def command_ids(update: Update) -> list[str]:
    """Give the ids by which the command of an update is found."""
    found = [command_key(update.user_id, update.command_id, update.act_as)]
    return [*found, update.external_hash] if update.external_hash else found


def head_text(
    update: Update,
    witnesses: frozenset[str],
    archived: Sequence[Active],
    transient: Sequence[str],
    symbols: Symbols,
) -> str:
    """Write the first record of an update."""
    tokens = [
        str(update.offset),
        "s" + update.update_id,
        str(update.effective_at),
        str(update.record_time),
        symbols.parties(update.act_as),
        "s" + update.command_id,
        "s" + update.user_id,
        "s" + update.workflow_id,
        "s" + update.submission_id,
        "s" + update.trace_id,
        "s" + update.external_hash,
        symbols.parties(witnesses),
        str(len(archived)),
    ]
    for contract, offset, node_id in archived:
        tokens += "s" + contract.contract_id, str(offset), str(node_id)
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


def active_text(active: Active, symbols: Symbols) -> str:
    """Write a contract with its place."""
    tokens = ["(3"]
    put_contract(active.contract, tokens.append, symbols)
    tokens += str(active.offset), str(active.node_id)
    return joined(tokens)


def active_outline(text: str) -> tuple[str, str, str]:
    """Give id, template and stakeholders of what `active_text` wrote, the last two as tokens."""
    _, _, contract_id, template, rest = text.split(NUL, 4)
    return contract_id[1:], template, rest.rsplit(NUL, 4)[1]


def read_active(fields: Sequence[Any]) -> Active:
    """Give the contract and place that were read."""
    content, offset, node_id = fields
    return Active(_read_contract(content), offset, node_id)


def put_contract(contract: Contract, put: Put, symbols: Symbols) -> None:
    """Write a contract."""
    key = contract.key
    put(f"({_KEYLESS_SIZE if key is None else _KEYLESS_SIZE + 1}")
    put("s" + contract.contract_id)
    put(symbols.ref(contract.template))
    put(symbols.text(contract.package_name))
    put_value(contract.payload, put, symbols)
    if key is not None:
        _put_key(key, put, symbols)
    put(symbols.parties(contract.signatories))
    put(symbols.parties(contract.stakeholders))
    put(str(contract.created_at))


def _put_key(key: ContractKey, put: Put, symbols: Symbols) -> None:
    put("(3")
    put_value(key.value, put, symbols)
    put("b" + key.hash.hex())
    put(symbols.parties(key.maintainers))


def _read_contract(content: Sequence[Any]) -> Contract:
    if len(content) == _KEYLESS_SIZE:
        return Contract._make((*content, None))
    before, key, after = content[:_KEY_AT], content[_KEY_AT], content[_KEY_AT + 1 :]
    return Contract._make((*before, *after, ContractKey._make(key)))


def _put_exercise(node: Exercise, tokens: list[str], symbols: Symbols) -> None:
    parties = symbols.parties
    key, is_aborted = node.key, node.result is Outcome.ABORTED
    flags = _CONSUMING * node.consuming + _ABORTED * is_aborted + _BY_KEY * node.by_key
    tokens += (
        "(15" if key is None else "(16",
        _EXERCISE,
        "s" + node.contract_id,
        symbols.ref(node.template),
        symbols.text(node.package_name),
        symbols.ref(node.interface),
        symbols.text(node.choice),
        str(flags),
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
    if key is not None:
        _put_key(key, put, symbols)


def _put_other(node: Node, tokens: list[str], symbols: Symbols) -> None:
    parties = symbols.parties
    if isinstance(node, Create):
        put_contract(node.contract, tokens.append, symbols)
    elif isinstance(node, Fetch):
        key = node.key
        tokens += (
            "(8" if key is None else "(10",
            _FETCH,
            "s" + node.contract_id,
            symbols.ref(node.template),
            symbols.text(node.package_name),
            symbols.ref(node.interface),
            parties(node.actors),
            parties(node.signatories),
            parties(node.stakeholders),
        )
        if key is not None:
            _put_key(key, tokens.append, symbols)
            tokens.append("T" if node.by_key else "F")
    elif isinstance(node, QueryByKey):
        tokens += "(6", _QUERY, symbols.ref(node.template), symbols.text(node.package_name)
        _put_key(node.key, tokens.append, symbols)
        tokens += f"({len(node.found)}", *["s" + contract_id for contract_id in node.found]
        tokens.append("T" if node.exhaustive else "F")
    else:
        assert isinstance(node, Rollback)
        tokens += "(3", _ROLLBACK, f"({len(node.children)}", *map(str, node.children)
        tokens.append(str(node.last_descendant))


def _read_node(node_id: int, content: Sequence[Any]) -> Node:
    kind = content[0]
    if kind == 1:
        return _read_exercise(node_id, content)
    if kind == 2:
        return _read_fetch(node_id, content[1:])
    if kind == 3:
        return Rollback(node_id, content[1], content[2])
    if kind == 4:
        template, package_name, key, found, exhaustive = content[1:]
        return QueryByKey(
            node_id, template, package_name, ContractKey._make(key), found, exhaustive
        )
    return Create(node_id, _read_contract(content))


def _read_fetch(node_id: int, content: Sequence[Any]) -> Fetch:
    *fields, last, by_key = content
    if isinstance(by_key, bool):
        return Fetch._make((node_id, *fields, ContractKey._make(last), by_key))
    return Fetch._make((node_id, *content, None, False))


def _read_exercise(node_id: int, content: Sequence[Any]) -> Exercise:
    _, contract_id, template, package_name, interface, choice, flags, *rest = content
    actors, signatories, stakeholders, observers, last_descendant, *rest = rest
    children, argument, result, *key = rest
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
        ContractKey._make(key[0]) if key else None,
        bool(flags & _BY_KEY),
    )


def _text(token: str) -> str:
    return unescaped(token) if token[0] == "x" else token[1:]
