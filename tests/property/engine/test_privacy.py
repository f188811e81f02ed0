"""No party ever receives a node of which it is neither informee nor witness."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.projection import (
    ArchivedEvent,
    CreatedEvent,
    Event,
    EventFormat,
    ExercisedEvent,
    Filters,
    Shape,
    View,
)
from cantata.sandbox.engine.projection.filters import Interfaces, Matcher
from cantata.sandbox.engine.projection.shapes import Reader, project
from cantata.sandbox.engine.store import MemoryStore, Update
from cantata.sandbox.engine.transaction import Create, Exercise, Fetch, Node, Tree
from tests.property.engine.trees import PARTIES, Entry, after, histories, record

NO_INTERFACES = Interfaces(lambda _template: (), lambda _package: "p")

readers = st.frozensets(st.sampled_from(PARTIES), min_size=1, max_size=2)


def reader(parties: frozenset[str]) -> Reader:
    def no_view(_contract: Contract, _interface: Ref) -> View:
        raise AssertionError("nobody asked for views")

    wanted = EventFormat({party: Filters() for party in parties})
    return Reader(Matcher(wanted, NO_INTERFACES), no_view)


def told_directly(node: Node) -> frozenset[str]:
    """Informees, written down a second time from the ledger model's table."""
    if isinstance(node, Create):
        return node.contract.stakeholders
    if isinstance(node, Exercise):
        base = node.stakeholders if node.consuming else node.signatories
        return base | node.actors | node.choice_observers
    return node.signatories | node.actors if isinstance(node, Fetch) else frozenset()


def may_see(tree: Tree) -> dict[int, frozenset[str]]:
    """Who may see which node: those told of it or of a node around it, by walking down."""
    seen: dict[int, frozenset[str]] = {}

    def walk(node_id: int, above: frozenset[str]) -> None:
        node = tree.nodes[node_id]
        if not isinstance(node, Create | Exercise | Fetch):
            return
        seen[node_id] = above | told_directly(node)
        for child in node.children if isinstance(node, Exercise) else ():
            walk(child, seen[node_id])

    for root in tree.roots:
        walk(root, frozenset())
    return seen


def node_of(event: Event) -> int:
    return event.exercise.node_id if isinstance(event, ExercisedEvent) else event.node_id


def events_of(update: Update, parties: frozenset[str], shape: Shape) -> tuple[Event, ...]:
    seen = project(update, reader(parties), shape)
    return () if seen is None else seen.events


@given(histories(), readers)
def test_effects_show_exactly_what_may_be_seen(log: list[Entry], parties: frozenset[str]) -> None:
    for update, _ in log:
        allowed = may_see(update.tree)
        events = events_of(update, parties, Shape.LEDGER_EFFECTS)
        for event in events:
            assert set(event.witnesses) == parties & allowed[node_of(event)]
        assert [node_of(event) for event in events] == [
            node_id
            for node_id, told in sorted(allowed.items())
            if told & parties and not isinstance(update.tree.nodes[node_id], Fetch)
        ]


@given(histories(), readers)
def test_deltas_show_stakeholders_only(log: list[Entry], parties: frozenset[str]) -> None:
    for update, _ in log:
        for event in events_of(update, parties, Shape.ACS_DELTA):
            node = update.tree.nodes[node_of(event)]
            assert isinstance(node, Create | Exercise)
            stake = node.contract.stakeholders if isinstance(node, Create) else node.stakeholders
            assert set(event.witnesses) == parties & stake
            assert event.witnesses


@given(histories(), readers)
def test_deltas_add_up_to_the_active_contracts(log: list[Entry], parties: frozenset[str]) -> None:
    store = MemoryStore()
    existing: dict[str, Contract] = {}
    held: dict[str, Contract] = {}
    for update, transaction in log:
        record(store, Entry(update, transaction))
        existing = after(existing, transaction)
        for event in events_of(update, parties, Shape.ACS_DELTA):
            if isinstance(event, CreatedEvent):
                held[event.contract.contract_id] = event.contract
            else:
                assert isinstance(event, ArchivedEvent)
                del held[event.contract_id]
    mine = {cid: c for cid, c in existing.items() if c.stakeholders & parties}
    assert held == mine
    active = store.active(parties, store.templates(parties), store.end())
    assert {entry.contract.contract_id: entry.contract for entry in active} == mine


@given(histories(), readers)
def test_flag_marks_what_the_deltas_show(log: list[Entry], parties: frozenset[str]) -> None:
    for update, _ in log:
        deltas = {node_of(event) for event in events_of(update, parties, Shape.ACS_DELTA)}
        effects = events_of(update, parties, Shape.LEDGER_EFFECTS)
        flagged = {
            node_of(event)
            for event in effects
            if not isinstance(event, ArchivedEvent) and event.acs_delta
        }
        assert flagged == deltas


@given(histories(), readers)
def test_only_submitters_see_the_command(log: list[Entry], parties: frozenset[str]) -> None:
    for update, _ in log:
        seen = project(update, reader(parties), Shape.LEDGER_EFFECTS)
        if seen is not None:
            shown = update.command_id if update.act_as & parties else ""
            assert seen.command_id == shown


@given(histories(), readers, st.data())
def test_store_gives_each_party_its_updates_and_past_contracts(
    log: list[Entry], parties: frozenset[str], data: st.DataObject
) -> None:
    store = MemoryStore()
    states: list[dict[str, Contract]] = [{}]
    for update, transaction in log:
        record(store, Entry(update, transaction))
        states.append(after(states[-1], transaction))
    seen = [update.offset for update in store.updates(parties, 0, store.end())]
    assert seen == [update.offset for update, _ in log if witnessed(update.tree, parties)]
    at = data.draw(st.integers(0, store.end()))
    active = list(store.active(parties, store.templates(parties), at))
    assert {entry.contract.contract_id for entry in active} == {
        cid for cid, contract in states[at].items() if contract.stakeholders & parties
    }
    places = [entry.place for entry in active]
    assert places == sorted(set(places))


def witnessed(tree: Tree, parties: frozenset[str]) -> bool:
    return any(told & parties for told in may_see(tree).values())
