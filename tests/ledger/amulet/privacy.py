"""Who sees which node of an update: ours, and as recorded."""

from __future__ import annotations

from cantata.sandbox.engine import Create, EventFormat, Exercise, Filters, Shape
from cantata.sandbox.engine.errors import UpdateNotFound
from cantata.sandbox.engine.projection import Event, ExercisedEvent
from cantata.sandbox.engine.transaction.informees import all_witnesses, witnesses
from tests.ledger.amulet.recording import Json
from tests.ledger.amulet.run import Run


def our_readers(run: Run, offset: int) -> Json:
    """Give the nodes that each party is shown in each shape."""
    readers: Json = {}
    for shape in Shape:
        for party in _parties(run, offset):
            every = EventFormat(by_party={party: Filters()})
            try:
                seen = run.replay.ledger.update(run.offsets[offset], every, shape)
            except UpdateNotFound:
                continue
            readers.setdefault(_hint(party), {})[shape.name] = [
                run.replay.place(seen.offset, _node_id(event))[1] for event in seen.events
            ]
    return readers


def their_readers(run: Run, offset: int) -> Json:
    """Give the same as recorded, without nodes above what was played."""
    played = {node["nodeId"] for node in our_nodes(run, offset)}
    return {
        party: {
            shape: [shown for shown in listed if shown in played]
            for shape, listed in shapes.items()
        }
        for party, shapes in run.state.privacy[offset]["seenBy"].items()
    }


def _parties(run: Run, offset: int) -> frozenset[str]:
    """Give all parties that are told of anything in an update."""
    update = run.replay.ledger.store.by_offset(run.offsets[offset])
    assert update is not None
    return all_witnesses(update.tree)


def _node_id(event: Event) -> int:
    """Give the id of the node that an event shows."""
    return event.exercise.node_id if isinstance(event, ExercisedEvent) else event.node_id


def _hint(party: str) -> str:
    """Give the part of a party id before its namespace."""
    return party.partition("::")[0]


def our_nodes(run: Run, offset: int) -> list[Json]:
    """Give the nodes of an update as the list of who saw what names them."""
    update = run.replay.ledger.store.by_offset(run.offsets[offset])
    assert update is not None
    nodes = [(node, told) for node, told in witnesses(update.tree)]
    return [
        {
            "nodeId": run.replay.place(update.offset, node.node_id)[1],
            **_node(run, update.offset, node),
            "witnesses": sorted(map(_hint, told)),
        }
        for node, told in nodes
        if isinstance(node, Create | Exercise)
    ]


def _node(run: Run, offset: int, node: Create | Exercise) -> Json:
    if isinstance(node, Create):
        template, interface = node.contract.template, None
        contract_id = node.contract.contract_id
    else:
        template, interface, contract_id = node.template, node.interface, node.contract_id
    exercise = node if isinstance(node, Exercise) else None
    return {
        "kind": "CreatedEvent" if exercise is None else "ExercisedEvent",
        "template": template.qualified,
        "interface": None if interface is None else interface.name,
        "choice": None if exercise is None else exercise.choice,
        "consuming": None if exercise is None else exercise.consuming,
        "lastDescendantNodeId": (
            None if exercise is None else run.replay.place(offset, exercise.last_descendant)[1]
        ),
        "contractId": str(run.replay.names.theirs(contract_id))[:16],
        "acting": [] if exercise is None else sorted(map(_hint, exercise.actors)),
    }


def their_nodes(run: Run, offset: int) -> list[Json]:
    """Give the recorded nodes, without those above what was played."""
    played = {node["nodeId"] for node in our_nodes(run, offset)}
    nodes = run.state.privacy[offset]["nodes"]
    above = {node["nodeId"] for node in nodes} - played
    assert not above or offset in run.partial
    return [
        {
            **{key: value for key, value in node.items() if key != "acsDelta"},
            "acting": sorted(node["acting"]),
            "witnesses": sorted(node["witnesses"]),
        }
        for node in nodes
        if node["nodeId"] in played
    ]
