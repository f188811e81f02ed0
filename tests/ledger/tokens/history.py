"""A history parser as wallets and exchanges write them: labels from what one party sees.

Written from the token standard's rules alone: known choices of the standard first, then the kind
that a choice's result states; what no label covers is a bare create or archive, which a strict
reader refuses. Holdings are told by their interface view, never by their template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import Party
from cantata.sandbox.engine import EventFormat, Filters, Shape
from cantata.sandbox.engine.projection import CreatedEvent, InterfaceFilter
from cantata.testing import Ledger
from cantata.testing.names import view_bridge

PREFIX = "splice.lfdecentralizedtrust.org/"
BY_KIND = {"mint": "Mint", "burn": "Burn", "merge-split": "MergeSplit", "unlock": "Unlock"}
BY_CHOICE = {
    "TransferFactory_Transfer",
    "TransferInstruction_Accept",
    "TransferInstruction_Reject",
    "TransferInstruction_Withdraw",
    "TransferInstruction_Update",
}

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a party's history: what happened and by how much its holdings changed."""

    label: str
    change: str = "0"
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A holding as its view shows it."""

    owner: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Node:
    """A node that the party sees: a JSON event, and the views of what it creates."""

    event: Json
    held: Held | None = None
    transfer: standard.Transfer | None = None

    @property
    def node_id(self) -> int:
        """The node's id."""
        found: int = self.event["nodeId"]
        return found

    @property
    def last(self) -> int:
        """The id of the last node inside."""
        found: int = self.event.get("lastDescendantNodeId", self.node_id)
        return found


@dataclass(slots=True)
class History:
    """Reads a ledger as one party; keeps the holdings and offers that it saw."""

    ledger: Ledger
    party: Party
    holdings: dict[str, Decimal] = field(default_factory=dict)
    offers: dict[str, standard.Transfer] = field(default_factory=dict)

    def entries(self) -> list[Entry]:
        """Give the history of the party, oldest first."""
        return [entry for nodes in self._updates() for entry in self._read(nodes)]

    def _updates(self) -> Iterator[list[Node]]:
        catalog = self.ledger.catalog
        asked = {
            catalog.ref(holding.Holding): view_bridge(holding.Holding).to_object,
            catalog.ref(standard.TransferInstruction): view_bridge(
                standard.TransferInstruction
            ).to_object,
        }
        filters = Filters(wildcard=True, interfaces=tuple(map(InterfaceFilter, asked)))
        wanted = EventFormat({str(self.party): filters})
        for seen in self.ledger.engine.updates(wanted, Shape.LEDGER_EFFECTS):
            (update,) = (u for u in self.ledger.updates if u.offset == seen.offset)
            listed = {event["nodeId"]: event for event in self.ledger.listing(update)["events"]}
            nodes = []
            for event in seen.events:
                if isinstance(event, CreatedEvent):
                    views = [asked[view.interface](view.value) for view in event.views]
                    nodes.append(_created(listed[event.node_id], views))
                else:
                    node_id = getattr(event, "exercise").node_id  # noqa: B009
                    nodes.append(Node(listed[node_id]))
            yield nodes

    def _read(self, nodes: list[Node]) -> Iterator[Entry]:
        done = -1
        for index, node in enumerate(nodes):
            if node.node_id <= done:
                continue
            subtree = [inner for inner in nodes[index:] if inner.node_id <= node.last]
            if node.event["kind"] != "exercise":
                yield from self._bare(node)
                continue
            entry = self._label(node, subtree)
            if entry is not None:
                done = node.last
                yield entry
            elif node.event["consuming"]:
                yield from self._archived(node)

    def _label(self, node: Node, subtree: list[Node]) -> Entry | None:
        choice, result = node.event["choice"], node.event["exerciseResult"]
        meta = _metadata(node.event)
        kind = meta.get(f"{PREFIX}tx-kind", "")
        if choice in BY_CHOICE:
            return self._transfer(node, subtree, meta)
        if choice == "BurnMintFactory_BurnMint":
            return self._burn_mint(node, subtree)
        if kind == "transfer" and isinstance(result, dict):
            sender = meta.get(f"{PREFIX}sender")
            direction = "TransferOut" if sender == self.party else "TransferIn"
            return self._entry(direction, subtree, meta)
        return self._entry(BY_KIND[kind], subtree, meta) if kind else None

    def _transfer(self, node: Node, subtree: list[Node], meta: dict[str, str]) -> Entry | None:
        argument, result = node.event["choiceArgument"], node.event["exerciseResult"]
        if "transfer" in argument:
            sender = argument["transfer"]["sender"]
        else:
            transfer = self.offers.pop(node.event["contractId"])
            sender = transfer.sender
            meta = {**dict(_entries(transfer.meta.values)), **meta}
        completed = result["output"]["tag"].endswith("_Completed")
        others = any(inner.held and inner.held.owner != sender for inner in subtree)
        if not completed or not others:
            label = "MergeSplit"
        else:
            label = "TransferOut" if sender == self.party else "TransferIn"
        return self._entry(label, subtree, meta)

    def _burn_mint(self, node: Node, subtree: list[Node]) -> Entry:
        made = sum((inner.held.amount for inner in subtree if inner.held), Decimal(0))
        taken = len(node.event["choiceArgument"]["inputHoldingCids"])
        label = "Mint" if not taken else "Burn" if not made else "BurnMint"
        return self._entry(label, subtree, _metadata(node.event))

    def _entry(self, label: str, subtree: list[Node], meta: dict[str, str]) -> Entry:
        change = sum((self._changed(node) for node in subtree), Decimal(0))
        return Entry(label, _plain(change), meta.get(f"{PREFIX}reason", ""))

    def _changed(self, node: Node) -> Decimal:
        if node.event["kind"] == "create":
            if node.transfer is not None:
                self.offers[node.event["contractId"]] = node.transfer
            if node.held is not None and node.held.owner == self.party:
                self.holdings[node.event["contractId"]] = node.held.amount
                return node.held.amount
            return Decimal(0)
        if node.event.get("consuming"):
            return -self.holdings.pop(node.event["contractId"], Decimal(0))
        return Decimal(0)

    def _bare(self, node: Node) -> Iterator[Entry]:
        change = self._changed(node)
        if node.transfer is not None:
            memo = dict(_entries(node.transfer.meta.values)).get(f"{PREFIX}reason", "")
            yield Entry("Offer", _plain(Decimal(str(node.transfer.amount))), memo)
        elif change:
            yield Entry("Create", _plain(change))

    def _archived(self, node: Node) -> Iterator[Entry]:
        change = self._changed(node)
        if change:
            yield Entry("Archive", _plain(change))


def _created(event: Json, views: list[Any]) -> Node:
    held = transfer = None
    for view in views:
        if isinstance(view, holding.HoldingView):
            held = Held(view.owner, Decimal(str(view.amount)))
        else:
            transfer = view.transfer
    return Node(event, held, transfer)


def _metadata(event: Json) -> dict[str, str]:
    """Merge what argument and result say, the last wins."""
    argument, result = event["choiceArgument"], event["exerciseResult"]
    sources = [
        argument.get("transfer", {}).get("meta") if isinstance(argument, dict) else None,
        argument.get("extraArgs", {}).get("meta") if isinstance(argument, dict) else None,
        argument.get("meta") if isinstance(argument, dict) else None,
        result.get("meta") if isinstance(result, dict) else None,
    ]
    merged: dict[str, str] = {}
    for source in sources:
        merged |= (source or {}).get("values", {})
    return merged


def _entries(values: Any) -> Iterator[tuple[str, str]]:
    return ((key, values.get(key)) for key in values)


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"
