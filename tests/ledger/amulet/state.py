"""What parties saw afterwards: their updates, their contracts, and who saw which node."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cantata.sandbox.engine import Shape
from tests.ledger.amulet.recording import Execute, Implied, Json, Step, Submit, Times


class Seen(NamedTuple):
    """A party's view of one update."""

    party: str
    shape: Shape
    event_format: Json
    transaction: Json


@dataclass(frozen=True, slots=True)
class State:
    """The recorded state: views by offset, and each party's active contracts."""

    folder: Path
    views: dict[int, list[Seen]] = field(default_factory=dict)
    times: dict[str, Times] = field(default_factory=dict)
    privacy: dict[int, Json] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> State:
        """Read all parties' updates and the list of who saw which node."""
        state = cls(folder)
        for update in json.loads((folder / "privacy.json").read_text("utf-8")):
            state.privacy[update["offset"]] = update
        for shape in Shape:
            for path in sorted(folder.glob(f"updates-*-{shape.name}.json")):
                content = json.loads(path.read_text("utf-8"))
                wanted = content["requests"][0]["updateFormat"]["includeTransactions"]
                for transaction in transactions(content["updates"]):
                    seen = Seen(content["party"], shape, wanted["eventFormat"], transaction)
                    state.views.setdefault(transaction["offset"], []).append(seen)
                    state.times[transaction["updateId"]] = times_of(transaction)
        return state

    def nodes(self, offset: int) -> dict[int, Json]:
        """Join what parties saw of an update: created and exercised events by node id."""
        nodes: dict[int, Json] = {}
        for seen in self.views.get(offset, ()):
            if seen.shape is Shape.LEDGER_EFFECTS:
                nodes.update(nodes_of(seen.transaction))
        return dict(sorted(nodes.items()))

    def contract_ids(self, offset: int) -> dict[int, str]:
        """Give the contracts of an update by node id; of some only the first digits are known."""
        short = {node["nodeId"]: node["contractId"] for node in self.privacy[offset]["nodes"]}
        full = {node_id: node["contractId"] for node_id, node in self.nodes(offset).items()}
        return short | full

    def contracts(self) -> Iterator[tuple[str, Json, list[Json]]]:
        """Give each party's active contracts: the party, the request, the answer."""
        for path in sorted(self.folder.glob("acs-*.json")):
            content = json.loads(path.read_text("utf-8"))
            yield content["party"], content["request"], content["activeContracts"]

    def complete(self, steps: list[Step]) -> Iterator[Step]:
        """Give the steps with the updates among them whose commands were not recorded."""
        done = {update_id for step in steps if (update_id := update_of(step))}
        missing = [
            Implied(offset, self.nodes(offset), views[0].transaction)
            for offset, views in sorted(self.views.items())
            if views[0].transaction["updateId"] not in done
        ]
        accepted = [offset_of(step) for step in steps]
        for at, step in enumerate(steps):
            following = min((offset for offset in accepted[at:] if offset), default=None)
            while missing and following is not None and missing[0].offset < following:
                yield missing.pop(0)
            yield step
        yield from missing


def update_of(step: Step) -> str | None:
    """Give the id of the update that a step became."""
    if not isinstance(step, Submit | Execute) or step.status != 200:
        return None
    update_id: str = step.answer.get("transaction", step.answer)["updateId"]
    return update_id


def offset_of(step: Step) -> int:
    """Give the offset of the update that a step became, 0 if it became none."""
    if update_of(step) is None or not isinstance(step, Submit | Execute):
        return 0
    transaction = step.answer.get("transaction")
    offset: int = step.answer["completionOffset"] if transaction is None else transaction["offset"]
    return offset


def transactions(updates: list[Json]) -> Iterator[Json]:
    """Give the transactions of an answer that lists updates."""
    for update in updates:
        found: Any = update["update"].get("Transaction")
        if found is not None:
            yield found["value"]


def times_of(transaction: Json) -> Times:
    """Give the offset and times of a transaction."""
    return Times(transaction["offset"], transaction["effectiveAt"], transaction["recordTime"])


def nodes_of(transaction: Json) -> dict[int, Json]:
    """Give a transaction's events by node id."""
    return {node["nodeId"]: node for event in transaction["events"] for node in event.values()}


def roots_of(nodes: dict[int, Json]) -> list[int]:
    """Give the ids of nodes that are inside no other of these nodes."""
    roots, after = [], -1
    for node_id, node in nodes.items():
        if node_id > after:
            roots.append(node_id)
            after = node.get("lastDescendantNodeId", node_id)
    return roots
