"""The ledger commits, finds and shows contracts."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.kernel.ids import ContractId, UpdateId
from cantata.lf.model import Ref
from cantata.sandbox.engine import (
    Create,
    CreateCommand,
    EventFormat,
    Exercise,
    ExerciseCommand,
    Filters,
    Ledger,
    NamedRef,
    Shape,
)
from cantata.sandbox.engine.errors import (
    InactiveInputs,
    OffsetAfterEnd,
    UnknownInformees,
    UpdateNotFound,
)
from cantata.sandbox.engine.projection import (
    ArchivedEvent,
    CreatedEvent,
    ExercisedEvent,
    InterfaceFilter,
    TemplateFilter,
)
from tests.ledger.engine.stage import NOW, Stage, numeric


def everything(*parties: str) -> EventFormat:
    return EventFormat({party: Filters() for party in parties})


def only(party: str, *interfaces: Any, templates: tuple[Any, ...] = ()) -> EventFormat:
    filters = Filters(
        wildcard=False,
        templates=tuple(TemplateFilter(template) for template in templates),
        interfaces=tuple(InterfaceFilter(interface) for interface in interfaces),
    )
    return EventFormat({party: filters})


def held(stage: Stage, wanted: EventFormat, at: int | None = None) -> list[Ref]:
    return [event.contract.template for event in stage.ledger.active_contracts(wanted, at)]


def test_ids_have_the_network_form_and_are_repeatable(stage: Stage) -> None:
    submission = stage.submission("alice", CreateCommand(stage.ref("One"), ("alice",)))
    first = Ledger(stage.engine).submit(submission)
    second = Ledger(stage.engine).submit(submission)
    assert first == second
    UpdateId(first.update_id)
    (node,) = first.tree.nodes
    assert isinstance(node, Create)
    assert len(ContractId(node.contract.contract_id)) == 138


def test_submissions_have_ids_of_their_own(stage: Stage) -> None:
    ids = {stage.create("alice", "One", "alice").contract_id for _ in range(5)}
    assert len(ids) == 5


def test_active_contracts_are_those_of_the_party(stage: Stage) -> None:
    asset, one = stage.asset("alice", "bob"), stage.create("alice", "One", "alice")
    assert held(stage, everything("alice")) == [asset.template, one.template]
    assert held(stage, everything("bob")) == [asset.template]
    assert held(stage, everything("carol")) == []
    assert held(stage, everything("alice", "bob")) == [asset.template, one.template]
    assert held(stage, EventFormat(any_party=Filters())) == [asset.template, one.template]


def test_active_contracts_at_an_earlier_offset(stage: Stage) -> None:
    asset, one = stage.asset(), stage.create("alice", "One", "alice")
    stage.exercise("alice", asset, "Archive")
    assert held(stage, everything("alice")) == [one.template]
    assert held(stage, everything("alice"), at=2) == [asset.template, one.template]
    assert held(stage, everything("alice"), at=1) == [asset.template]
    assert held(stage, everything("alice"), at=0) == []
    with pytest.raises(OffsetAfterEnd):
        held(stage, everything("alice"), at=4)


def test_filters_by_template_name_and_interface(stage: Stage) -> None:
    asset = stage.asset()
    hold = stage.create("alice", "Hold1", "alice", 7, None)
    assert held(stage, only("alice", templates=(asset.template,))) == [asset.template]
    named = NamedRef("vec-main", "M", "Asset")
    assert held(stage, only("alice", templates=(named,))) == [asset.template]
    assert held(stage, only("alice", NamedRef("vec-iface", "I", "Hold"))) == [hold.template]
    assert held(stage, only("alice", stage.ref("Sub", "vec-iface"))) == [hold.template]
    assert held(stage, only("alice", NamedRef("vec-nope", "I", "Hold"))) == []


def test_views_are_attached_and_may_fail(stage: Stage) -> None:
    hold = stage.ref("Hold", "vec-iface")
    stage.create("alice", "Hold1", "alice", 7, ("n",))
    stage.create("alice", "HoldErr", "alice", 7, None)
    good, bad = stage.ledger.active_contracts(only("alice", hold))
    (view,) = good.views
    assert view.value == ("alice", 7, ("n",))
    assert view.error is None
    (failed,) = bad.views
    assert failed.value is None
    assert failed.error is not None
    assert failed.error.code == "INTERPRETATION_USER_ERROR"


def test_view_of_an_old_contract_is_that_of_the_version_in_use(stage: Stage) -> None:
    v1, v2 = stage.version("1.0.0"), stage.version("2.0.0")
    packages = stage.engine.packages
    newer = [stage.version(f"{number}.0.0").package for number in (3, 4, 5, 6)]
    for package in newer:
        packages.unvet(package)
    try:
        stage.create("alice", v1, "alice", "bob", 5, (1,), (0, 1), 0)
        hold = stage.ref("Hold", "vec-iface")
        (event,) = stage.ledger.active_contracts(only("alice", hold))
    finally:
        for package in newer:
            packages.vet(package)
    (view,) = event.views
    assert event.contract.template == v1
    assert view.implementation == v2.package
    assert view.value == ("alice", 5, ("v2",))


def test_both_shapes_of_one_update(stage: Stage) -> None:
    asset = stage.asset("alice", "bob")
    stage.exercise("bob", asset, "Give_", ("carol",))
    *_, flat = stage.ledger.updates(everything("carol"), Shape.ACS_DELTA)
    (created,) = flat.events
    assert isinstance(created, CreatedEvent)
    assert created.witnesses == ("carol",)
    *_, both = stage.ledger.updates(everything("alice", "bob"), Shape.ACS_DELTA)
    archived, replaced = both.events
    assert isinstance(archived, ArchivedEvent)
    assert isinstance(replaced, CreatedEvent)
    assert archived.witnesses == ("alice", "bob")
    assert replaced.witnesses == ("alice",)
    *_, tree = stage.ledger.updates(everything("bob"), Shape.LEDGER_EFFECTS)
    exercised, divulged = tree.events
    assert isinstance(exercised, ExercisedEvent)
    assert isinstance(divulged, CreatedEvent)
    assert exercised.acs_delta
    assert not divulged.acs_delta
    assert exercised.exercise.last_descendant == divulged.node_id == 1


def test_command_id_is_for_submitters(stage: Stage) -> None:
    stage.asset("alice", "bob")
    (alice,) = stage.ledger.updates(everything("alice"), Shape.ACS_DELTA)
    (bob,) = stage.ledger.updates(everything("bob"), Shape.ACS_DELTA)
    assert alice.command_id == "command-1"
    assert bob.command_id == ""
    assert alice.update_id == bob.update_id


def test_one_update_by_id_and_offset(stage: Stage) -> None:
    stage.asset("alice", "bob")
    (seen,) = stage.ledger.updates(everything("bob"), Shape.ACS_DELTA)
    ledger, format_ = stage.ledger, everything("bob")
    assert ledger.update(seen.update_id, format_, Shape.ACS_DELTA) == seen
    assert ledger.update(seen.offset, format_, Shape.ACS_DELTA) == seen
    for wanted, reader in ((seen.update_id, "carol"), (9, "bob"), ("1220", "bob")):
        with pytest.raises(UpdateNotFound):
            ledger.update(wanted, everything(reader), Shape.ACS_DELTA)


def test_double_spend_of_prepared_transactions(stage: Stage) -> None:
    asset = stage.asset("alice", "bob")
    commands = [
        ExerciseCommand(asset.template, asset.contract_id, "Give_", (to,)) for to in ("x", "y")
    ]
    prepared = [stage.ledger.prepare(stage.submission("bob", command)) for command in commands]
    stage.ledger.commit(*prepared[0])
    end = stage.ledger.end()
    with pytest.raises(InactiveInputs) as refused:
        stage.ledger.commit(*prepared[1])
    assert refused.value.contract_ids == (asset.contract_id,)
    assert stage.ledger.end() == end


def test_ledger_time_is_not_before_its_inputs(stage: Stage) -> None:
    runner = stage.create("alice", "Runner", "alice", "bob", ledger_time=NOW + 100)
    now = ExerciseCommand(runner.template, runner.contract_id, "Now", ())
    update = stage.ledger.submit(stage.submission("alice", now, ledger_time=NOW))
    assert update.effective_at == NOW + 100
    (node,) = update.tree.nodes
    assert isinstance(node, Exercise)
    assert node.result == NOW + 100


def test_unknown_parties_are_refused_where_parties_are_known(stage: Stage) -> None:
    stage.ledger = Ledger(stage.engine, knows_party={"alice", "bob"}.__contains__)
    stage.asset("alice", "bob")
    with pytest.raises(UnknownInformees) as refused:
        stage.asset("alice", "ghost")
    assert refused.value.parties == ("ghost",)
    with pytest.raises(UnknownInformees):
        stage.asset("ghost", "alice")
    assert stage.ledger.end() == 1


def test_reading_one_party_among_many(stage: Stage) -> None:
    for number in range(50):
        stage.create(f"p{number}", "One", f"p{number}")
    asset = stage.asset("alice", "bob", "1")
    assert held(stage, everything("alice")) == [asset.template]
    (seen,) = stage.ledger.updates(everything("bob"), Shape.ACS_DELTA)
    assert seen.offset == 51
    (event,) = seen.events
    assert isinstance(event, CreatedEvent)
    assert event.contract.payload[2] == numeric("1")
