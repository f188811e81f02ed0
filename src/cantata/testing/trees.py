"""Transactions as readable trees: what happened, by whom, and who sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cantata.kernel.time import Timestamp
from cantata.kernel.words import VALUE_MAX, branches, compact, short_id, short_parties
from cantata.lf.model import TCon, Type
from cantata.lf.runtime.values import Value
from cantata.sandbox.engine import Create, Exercise, Fetch, Node, Update
from cantata.sandbox.engine.transaction.informees import witnesses
from cantata.testing.listing import Listing

RESULT_MAX = 40
"""Characters of a choice's result; a longer one is left out, what it made is drawn below."""


class _Shown(NamedTuple):
    """A node that is drawn, how deep, and whether a sibling follows it."""

    node: Node
    seen_by: frozenset[str]
    depth: int


class Trees:
    """Draws the updates of a ledger with these packages."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    def draw(self, update: Update, *, party: str | None = None) -> str:
        """Draw an update; `party` leaves only the nodes which that party sees."""
        shown = list(_shown(update, party))
        bars = branches([each.depth for each in shown])
        rows = [
            f"{bar}{self._line(each.node)}  [{short_parties(each.seen_by)}]"
            for bar, each in zip(bars, shown, strict=True)
        ]
        return "\n".join([_title(update), *rows])

    def _line(self, node: Node) -> str:
        if isinstance(node, Create):
            contract = node.contract
            value = self._value(contract.payload, TCon(contract.template))
            return f"create {contract.template.name} {short_id(contract.contract_id)} {value}"
        if isinstance(node, Exercise):
            return self._exercise(node)
        assert isinstance(node, Fetch), "what was rolled back is not drawn"
        return f"fetch {node.template.name} {short_id(node.contract_id)}"

    def _exercise(self, node: Exercise) -> str:
        argument, result = self._listing.choice_types(node)
        given = self._value(node.argument, argument)
        gave = self._value(node.result, result, RESULT_MAX)
        ending = "" if gave.endswith("…") else f" -> {gave}"
        verb = "consume" if node.consuming else "exercise"
        what = f"{node.template.name} {short_id(node.contract_id)}"
        return f"{verb} {what} {node.choice} as {short_parties(node.actors)} {given}{ending}"

    def _value(self, value: Value, type_: Type, most: int = VALUE_MAX) -> str:
        return compact(self._listing.value(value, type_), most)


def _shown(update: Update, party: str | None) -> Iterable[_Shown]:
    around: list[int] = []
    for node, seen_by in witnesses(update.tree):
        while around and around[-1] < node.node_id:
            around.pop()
        if party is None or party in seen_by:
            yield _Shown(node, seen_by, len(around))
            around.append(node.last_descendant)


def _title(update: Update) -> str:
    time = Timestamp(update.effective_at)
    who = short_parties(update.act_as)
    return f"update {update.update_id} at offset {update.offset}, {time}, as {who}"
