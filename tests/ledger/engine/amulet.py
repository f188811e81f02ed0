"""Plays recorded Amulet transactions on our ledger, and writes events as a participant does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cantata.lf.archive import read_dar
from cantata.lf.codec import JsonCodec
from cantata.lf.model import TIMESTAMP, Ref, TCon
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.stable import stable_packages
from cantata.sandbox.engine import (
    Command,
    Create,
    CreateCommand,
    Engine,
    EventFormat,
    ExerciseCommand,
    Filters,
    Ledger,
    NamedRef,
    PackageSet,
    Shape,
    Submission,
)
from cantata.sandbox.engine.projection import (
    ArchivedEvent,
    CreatedEvent,
    Event,
    ExercisedEvent,
    InterfaceFilter,
    View,
)

Json = dict[str, Any]

NOT_COMPARED = ("offset", "createdEventBlob", "contractKey", "contractKeyHash")


def amulet_engine(dars: tuple[Path, ...]) -> Engine:
    """Load all packages of the DARs."""
    packages = PackageSet()
    packages.add(stored.package for stored in stable_packages().values())
    for path in dars:
        dar = read_dar(path.read_bytes())
        packages.add(stored.package for stored in (dar.main, *dar.dependencies))
    return Engine(Runtime(packages.packages), packages)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A party's view of one transaction."""

    party: str
    shape: Shape
    event_format: EventFormat
    transaction: Json


def recorded(folder: Path) -> dict[int, list[Recorded]]:
    """Give the recorded transactions by offset, each as all parties saw it."""
    by_offset: dict[int, list[Recorded]] = {}
    for shape in Shape:
        for path in sorted(folder.glob(f"updates-*-{shape.name}.json")):
            content = json.loads(path.read_text("utf-8"))
            wanted = content["requests"][0]["updateFormat"]["includeTransactions"]["eventFormat"]
            event_format = read_format(wanted)
            for update in content["updates"]:
                for transaction in (part.get("value") for part in update["update"].values()):
                    if transaction and "events" in transaction:
                        seen = Recorded(content["party"], shape, event_format, transaction)
                        by_offset.setdefault(transaction["offset"], []).append(seen)
    return dict(sorted(by_offset.items()))


def read_format(wanted: Json) -> EventFormat:
    """Read an event format of the JSON API."""
    return EventFormat(
        {party: _filters(filters) for party, filters in wanted["filtersByParty"].items()}
    )


def _filters(filters: Json) -> Filters:
    interfaces, wildcard = [], False
    for entry in filters["cumulative"]:
        ((kind, body),) = entry["identifierFilter"].items()
        wildcard |= kind == "WildcardFilter"
        if kind == "InterfaceFilter":
            package, module, name = body["value"]["interfaceId"].split(":")
            interfaces.append(InterfaceFilter(NamedRef(package[1:], module, name)))
    return Filters(wildcard=wildcard, interfaces=tuple(interfaces))


@dataclass(slots=True)
class Replay:
    """Our ledger beside the recording; contract ids and update ids are translated."""

    engine: Engine
    ledger: Ledger = field(init=False)
    codec: JsonCodec = field(init=False)
    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.engine)
        self.codec = JsonCodec(self.engine.packages.packages)

    def play(self, views: list[Recorded]) -> int | None:
        """Submit what was recorded; give our offset, None where the roots were not recorded."""
        nodes = nodes_of(views)
        roots = roots_of(nodes)
        transaction = views[0].transaction
        if roots is None or not all(self._knows(nodes[root]) for root in roots):
            return None
        submission = Submission(
            act_as=frozenset(party for root in roots for party in _authorizers(nodes[root])),
            read_as=frozenset(view.party for view in views),
            commands=tuple(self._command(nodes[root]) for root in roots),
            ledger_time=self._time(transaction["effectiveAt"]),
            seed=sha256(transaction["updateId"].encode()).digest(),
            workflow_id=transaction["workflowId"],
            disclosed=self._disclosed(nodes),
        )
        update = self.ledger.submit(submission)
        for node in update.tree.nodes:
            their = nodes.get(node.node_id)
            if isinstance(node, Create) and their is not None:
                own = node.contract.contract_id
                self.ours[their["contractId"]] = own
                self.theirs[own] = their["contractId"]
        return update.offset

    def _disclosed(self, nodes: dict[int, Json]) -> tuple[Any, ...]:
        text = json.dumps(list(nodes.values()))
        found = (self.ledger.store.lookup(o) for t, o in self.ours.items() if t in text)
        return tuple(contract for contract in found if contract is not None)

    def events(self, offset: int, view: Recorded) -> list[Json]:
        """Give our events of an update in the recording's words."""
        seen = self.ledger.update(offset, view.event_format, view.shape)
        return [self._translate(self._event(event)) for event in seen.events]

    def _knows(self, node: Json) -> bool:
        package = node["templateId"].split(":")[0]
        return package in self.engine.packages.packages and (
            "createArgument" in node or node["contractId"] in self.ours
        )

    def _command(self, node: Json) -> Command:
        runtime, node = self.engine.runtime, self._untranslate(node)
        template = read_ref(node["templateId"])
        if "createArgument" in node:
            payload = self.codec.decode(node["createArgument"], TCon(template))
            return CreateCommand(template, payload)
        target = read_ref(node["interfaceId"] or node["templateId"])
        owner = (runtime.interface if node["interfaceId"] else runtime.template)(target)
        choice = owner.choice(node["choice"])
        assert choice is not None
        argument = self.codec.decode(node["choiceArgument"], choice.arg_type)
        return ExerciseCommand(target, node["contractId"], choice.name, argument)

    def _time(self, text: str) -> int:
        time: int = self.codec.decode(text, TIMESTAMP)
        return time

    def _event(self, event: Event) -> Json:
        match event:
            case CreatedEvent():
                return {"CreatedEvent": self._created(event)}
            case ArchivedEvent():
                return {"ArchivedEvent": _archived(event)}
            case ExercisedEvent():
                return {"ExercisedEvent": self._exercised(event)}

    def _created(self, event: CreatedEvent) -> Json:
        contract = event.contract
        return {
            "nodeId": event.node_id,
            "contractId": contract.contract_id,
            "templateId": str(contract.template),
            "createArgument": self.codec.encode(contract.payload, TCon(contract.template)),
            "interfaceViews": _sorted_views(self._view(view) for view in event.views),
            "witnessParties": list(event.witnesses),
            "signatories": sorted(contract.signatories),
            "observers": sorted(contract.observers),
            "createdAt": contract.created_at,
            "packageName": contract.package_name,
            "representativePackageId": contract.template.package,
            "implementedInterfaces": [],
            "acsDelta": event.acs_delta,
        }

    def _view(self, view: View) -> Json:
        assert view.error is None, view.error
        type_ = self.engine.runtime.interface(view.interface).view_type
        return {
            "interfaceId": str(view.interface),
            "viewStatus": {"code": 0, "message": "", "details": []},
            "viewValue": self.codec.encode(view.value, type_),
            "implementationPackageId": view.implementation,
        }

    def _exercised(self, event: ExercisedEvent) -> Json:
        node, runtime = event.exercise, self.engine.runtime
        if node.interface is None:
            choice = runtime.template(node.template).choice(node.choice)
        else:
            choice = runtime.interface(node.interface).choice(node.choice)
        assert choice is not None
        return {
            "nodeId": node.node_id,
            "contractId": node.contract_id,
            "templateId": str(node.template),
            "interfaceId": None if node.interface is None else str(node.interface),
            "choice": node.choice,
            "choiceArgument": self.codec.encode(node.argument, choice.arg_type),
            "actingParties": sorted(node.actors),
            "consuming": node.consuming,
            "witnessParties": list(event.witnesses),
            "lastDescendantNodeId": node.last_descendant,
            "exerciseResult": self.codec.encode(node.result, choice.result_type),
            "packageName": node.package_name,
            "implementedInterfaces": sorted(map(str, event.interfaces)),
            "acsDelta": event.acs_delta,
        }

    def _translate(self, data: Json) -> Json:
        return _renamed(data, self.theirs)

    def _untranslate(self, data: Json) -> Json:
        return _renamed(data, self.ours)


def nodes_of(views: list[Recorded]) -> dict[int, Json]:
    """Join what parties saw: events by node id."""
    nodes: dict[int, Json] = {}
    for view in views:
        if view.shape is Shape.LEDGER_EFFECTS:
            for event in view.transaction["events"]:
                ((_, node),) = event.items()
                nodes[node["nodeId"]] = node
    return dict(sorted(nodes.items()))


def roots_of(nodes: dict[int, Json]) -> list[int] | None:
    """Find the roots; None if one of them was seen by nobody."""
    roots, at = [], 0
    for node_id, node in nodes.items():
        if node_id < at:
            continue
        if node_id > at:
            return None
        roots.append(node_id)
        at = node.get("lastDescendantNodeId", node_id) + 1
    return roots


def theirs(view: Recorded, codec: JsonCodec) -> Iterator[Json]:
    """Give recorded events without what is not compared, sets of things in order."""
    for event in view.transaction["events"]:
        ((kind, node),) = event.items()
        kept = {key: value for key, value in node.items() if key not in NOT_COMPARED}
        for unordered in ("signatories", "observers", "actingParties", "witnessParties"):
            if unordered in kept:
                kept[unordered] = sorted(kept[unordered])
        if "createdAt" in kept:
            kept["createdAt"] = codec.decode(kept["createdAt"], TIMESTAMP)
            kept["interfaceViews"] = _sorted_views(kept["interfaceViews"])
        kept["implementedInterfaces"] = sorted(kept.get("implementedInterfaces", ()))
        yield {kind: kept}


def _sorted_views(views: Iterable[Json]) -> list[Json]:
    return sorted(views, key=lambda view: str(view["interfaceId"]))


def read_ref(text: str) -> Ref:
    """Read ``package:Module:Name``."""
    package, module, name = text.split(":")
    return Ref(package, module, name)


def _authorizers(node: Json) -> list[str]:
    return list(node["signatories"] if "createArgument" in node else node["actingParties"])


def _archived(event: ArchivedEvent) -> Json:
    return {
        "nodeId": event.node_id,
        "contractId": event.contract_id,
        "templateId": str(event.template),
        "witnessParties": list(event.witnesses),
        "packageName": event.package_name,
        "implementedInterfaces": sorted(map(str, event.interfaces)),
    }


def _renamed(data: Json, names: dict[str, str]) -> Json:
    text = json.dumps(data)
    for name, other in names.items():
        text = text.replace(name, other)
    renamed: Json = json.loads(text)
    return renamed
